//! Whom we believe to be a server: the system's certificate authorities, and those of one file if the operator names it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

/// Why nobody could be believed.
#[derive(Debug, Error)]
pub enum TrustError {
    #[error("{}: {what}", path.display())]
    Certificates { path: PathBuf, what: String },
    #[error("no certificate authorities found on this system: expected a package such as `ca-certificates`")]
    NoRoots,
}

/// What opens TLS connections (1.2 and 1.3). `extra` is a PEM file with certificates to believe besides the system's.
///
/// # Errors
///
/// If `extra` cannot be read or holds no certificate, or no certificate authority is known at all.
pub fn client_config(extra: Option<&Path>) -> Result<Arc<ClientConfig>, TrustError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = extra {
        add_file(&mut roots, path)?;
    }
    if roots.is_empty() {
        return Err(TrustError::NoRoots);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring offers TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), TrustError> {
    let fault = |what: String| TrustError::Certificates { path: path.to_owned(), what };
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
