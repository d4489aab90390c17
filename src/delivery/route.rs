//! How to reach a relay: everything a connection needs to be opened, checked once before the first one.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;

use crate::delivery::error::DeliveryError;
use crate::delivery::pipelining::Pipelining;
use crate::delivery::relay::{Relay, Security};
use crate::delivery::reply::Stage;
use crate::trust;

/// A secret. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    pub fn new(secret: String) -> Self {
        Self(secret)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// How long each stage may take as a whole (RFC 5321 §4.5.3.2 gives the least).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Finding the host, TCP and TLS.
    pub connect: Duration,
    pub greeting: Duration,
    /// EHLO, AUTH, MAIL, RCPT.
    pub command: Duration,
    /// From DATA to its reply.
    pub data: Duration,
    /// For each 64 KiB of content.
    pub block: Duration,
    /// From the final dot to the reply.
    pub end_of_data: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(60),
            greeting: Duration::from_secs(300),
            command: Duration::from_secs(300),
            data: Duration::from_secs(120),
            block: Duration::from_secs(180),
            end_of_data: Duration::from_secs(600),
        }
    }
}

impl Deadlines {
    /// The same for every stage.
    pub fn all(each: Duration) -> Self {
        Self { connect: each, greeting: each, command: each, data: each, block: each, end_of_data: each }
    }

    pub(super) fn of(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Connect | Stage::Tls => self.connect,
            Stage::Greeting => self.greeting + self.command,
            Stage::Ehlo | Stage::StartTls | Stage::Auth | Stage::Mail | Stage::Rcpt => self.command,
            Stage::Data => self.data,
            Stage::Content => self.block,
            Stage::EndOfData => self.end_of_data,
        }
    }

    /// For content of so many octets and the reply to its dot.
    pub(super) fn of_content(&self, octets: usize) -> Duration {
        let blocks = u32::try_from(octets.div_ceil(64 * 1024)).unwrap_or(u32::MAX);
        self.end_of_data.saturating_add(self.block.saturating_mul(blocks))
    }
}

/// What a connection is opened with.
#[derive(Clone, Debug, Default)]
pub struct RouteSettings<'a> {
    pub password: Option<Password>,
    /// A PEM file with certificates to believe besides the system's: for a relay with a private authority.
    pub extra_certificates: Option<&'a Path>,
    /// This machine's name in EHLO; one without a dot is replaced by the address literal (RFC 5321 §4.1.4).
    pub host_name: Option<String>,
    pub deadlines: Deadlines,
    pub pipelining: Pipelining,
}

/// Everything a connection needs to be opened.
pub struct Route {
    pub(super) relay: Relay,
    pub(super) credentials: Option<Credentials>,
    pub(super) tls: Option<(TlsConnector, ServerName<'static>)>,
    pub(super) deadlines: Deadlines,
    pub(super) pipelining: Pipelining,
    host_name: Option<String>,
}

impl Route {
    /// Checks the settings and reads certificates.
    ///
    /// # Errors
    ///
    /// If the relay has a user but no password was given, or certificates are needed and cannot be had.
    pub fn new(relay: Relay, settings: RouteSettings<'_>) -> Result<Self, DeliveryError> {
        let credentials = match (&relay.user, settings.password) {
            (Some(user), Some(Password(password))) => Some(Credentials::new(user.clone(), password)),
            (Some(_), None) => return Err(DeliveryError::NoPassword),
            (None, _) => None,
        };
        let tls = match relay.security {
            Security::None => None,
            Security::Implicit | Security::StartTls => {
                let name =
                    ServerName::try_from(relay.host.clone()).expect("a Relay's host is a name or an address");
                Some((TlsConnector::from(trust::client_config(settings.extra_certificates)?), name))
            }
        };
        let RouteSettings { host_name, deadlines, pipelining, .. } = settings;
        Ok(Self { relay, credentials, tls, deadlines, pipelining, host_name })
    }

    /// Who we say we are in EHLO.
    pub(super) fn client_id(&self, local: SocketAddr) -> ClientId {
        match (&self.host_name, local) {
            (Some(name), _) if name.contains('.') => ClientId::Domain(name.clone()),
            (_, SocketAddr::V4(address)) => ClientId::Ipv4(*address.ip()),
            (_, SocketAddr::V6(address)) => ClientId::Ipv6(*address.ip()),
        }
    }
}
