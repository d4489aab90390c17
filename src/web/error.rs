//! Why somebody on the web was not reached, or not understood.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use thiserror::Error;
use url::Url;

use crate::trust::TrustError;

/// Why a request has no answer.
#[derive(Debug, Error)]
pub enum WebError {
    #[error("`{url}` cannot be asked: expected an https or http address without user and password")]
    Address { url: Url },
    #[error("the name {host} leads nowhere")]
    Lookup { host: String, source: io::Error },
    /// A name that leads into the operator's own network asks for what is not meant for it.
    #[error("{host} leads to {address}, which is no public address")]
    Private { host: String, address: IpAddr },
    #[error("{host}: no connection to {address}")]
    Connect { host: String, address: IpAddr, source: io::Error },
    #[error("{host}: no secure connection")]
    Tls { host: String, source: io::Error },
    #[error("{host}: nothing came within {} s while {step}", limit.as_secs())]
    Late { host: String, step: Step, limit: Duration },
    #[error("{host}: the answer is no HTTP/1.1")]
    Protocol { host: String, source: hyper::Error },
    #[error("{host} sends on to `{to}`: {why}")]
    Redirect { host: String, to: String, why: &'static str },
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("{address}: nobody can be served there")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("no runtime for the network")]
    Runtime(#[source] io::Error),
}

/// What was being done when time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Lookup,
    Connect,
    Handshake,
    Answer,
    Body,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lookup => "its name was looked up",
            Self::Connect => "connecting",
            Self::Handshake => "agreeing on keys",
            Self::Answer => "waiting for an answer",
            Self::Body => "reading the answer",
        })
    }
}

impl WebError {
    /// Itself and its causes, on one line.
    pub fn with_cause(&self) -> String {
        let causes = std::iter::successors(self.source(), |cause| (*cause).source());
        std::iter::once(self.to_string())
            .chain(causes.map(ToString::to_string))
            .collect::<Vec<_>>()
            .join(": ")
    }

    /// Whether it may go better in a moment.
    pub fn is_transient(&self) -> bool {
        match self {
            // A certificate that is not believed now will not be in a second.
            Self::Tls { source, .. } => source.kind() != io::ErrorKind::InvalidData,
            Self::Lookup { .. } | Self::Connect { .. } | Self::Late { .. } | Self::Protocol { .. } => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_is_not_believed_is_not_tried_again_and_a_broken_connection_is() {
        let tls = |source| WebError::Tls { host: "hub.example".to_owned(), source };
        let unbelieved = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        assert!(!tls(io::Error::new(io::ErrorKind::InvalidData, unbelieved)).is_transient());
        assert!(tls(io::ErrorKind::ConnectionReset.into()).is_transient());
        assert!(tls(io::ErrorKind::UnexpectedEof.into()).is_transient());
    }
}
