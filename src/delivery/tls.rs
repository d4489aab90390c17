//! Whom we believe to be the relay: the system's certificate authorities, and one more if the operator names it.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::delivery::error::DeliveryError;

/// Makes what opens TLS connections. `extra` is a PEM file with certificates to believe besides the system's.
///
/// # Errors
///
/// If `extra` cannot be read or holds no certificate, or no certificate authority is known at all.
pub(super) fn connector(extra: Option<&Path>) -> Result<TlsConnector, DeliveryError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = extra {
        add_file(&mut roots, path)?;
    }
    if roots.is_empty() {
        return Err(DeliveryError::NoRoots);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring offers TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), DeliveryError> {
    let fault = |what: String| DeliveryError::Certificates { path: path.to_owned(), what };
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| fault(error.to_string()))?;
    let mut added = 0;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| fault(error.to_string()))?;
        roots.add(certificate).map_err(|error| fault(error.to_string()))?;
        added += 1;
    }
    if added == 0 {
        return Err(fault("expected a certificate in PEM form, found none".to_owned()));
    }
    Ok(())
}
