//! From a URL to an open connection: look up, judge, connect, agree on keys, each with a time limit.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::Limits;
use super::reach::Reach;
use crate::web::{Step, WebError};

/// A connection, secure or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// Where a URL leads.
#[derive(Debug)]
pub(super) struct Destination {
    /// As it is looked up; without brackets where it is an address.
    pub(super) host: String,
    literal: Option<IpAddr>,
    port: u16,
    is_secure: bool,
}

/// Addresses of one name that are tried in turn.
const MOST_ADDRESSES: usize = 4;

impl Destination {
    /// Where `url` leads.
    ///
    /// # Errors
    ///
    /// If it is not http or https, or carries a user or a password.
    pub(super) fn of(url: &Url) -> Result<Self, WebError> {
        let wrong = || WebError::Address { url: url.clone() };
        let is_secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(wrong()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong());
        }
        let port = url.port_or_known_default().ok_or_else(wrong)?;
        let (host, literal) = match url.host().ok_or_else(wrong)? {
            Host::Domain(name) => (name.to_owned(), None),
            Host::Ipv4(address) => (address.to_string(), Some(address.into())),
            Host::Ipv6(address) => (address.to_string(), Some(address.into())),
        };
        Ok(Self { host, literal, port, is_secure })
    }

    pub(super) async fn connect(
        &self,
        reach: Reach,
        limits: &Limits,
        tls: &Arc<ClientConfig>,
    ) -> Result<Box<dyn Wire>, WebError> {
        let addresses = self.judged(self.addresses(limits.lookup).await?, reach)?;
        let stream = self.first_of(&addresses, limits.connect).await?;
        if self.is_secure { self.secure(stream, limits.handshake, tls).await } else { Ok(Box::new(stream)) }
    }

    async fn addresses(&self, limit: Duration) -> Result<Vec<SocketAddr>, WebError> {
        if let Some(address) = self.literal {
            return Ok(vec![SocketAddr::new(address, self.port)]);
        }
        let nowhere = |source| WebError::Lookup { host: self.host.clone(), source };
        let found = self.in_time(Step::Lookup, limit, lookup_host((self.host.as_str(), self.port))).await?;
        let addresses: Vec<SocketAddr> = found.map_err(nowhere)?.collect();
        if addresses.is_empty() {
            return Err(nowhere(io::Error::new(io::ErrorKind::NotFound, "it has no address")));
        }
        Ok(addresses)
    }

    /// Those of `addresses` that may be connected to; at least one.
    fn judged(&self, mut addresses: Vec<SocketAddr>, reach: Reach) -> Result<Vec<SocketAddr>, WebError> {
        let first = addresses.first().map(SocketAddr::ip);
        addresses.retain(|address| reach.admits(address.ip()));
        addresses.truncate(MOST_ADDRESSES);
        match (addresses.is_empty(), first) {
            (true, Some(address)) => Err(WebError::Private { host: self.host.clone(), address }),
            _ => Ok(addresses),
        }
    }

    async fn first_of(&self, addresses: &[SocketAddr], limit: Duration) -> Result<TcpStream, WebError> {
        let mut failed = None;
        for address in addresses {
            match self.in_time(Step::Connect, limit, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // A request is one write: there is nothing to wait for.
                    let _as_it_was = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(source)) => {
                    failed =
                        Some(WebError::Connect { host: self.host.clone(), address: address.ip(), source });
                }
                Err(late) => failed = Some(late),
            }
        }
        Err(failed.expect("at least one address was tried"))
    }

    async fn secure(
        &self,
        stream: TcpStream,
        limit: Duration,
        tls: &Arc<ClientConfig>,
    ) -> Result<Box<dyn Wire>, WebError> {
        let insecure = |source| WebError::Tls { host: self.host.clone(), source };
        let name =
            ServerName::try_from(self.host.clone()).map_err(|error| insecure(io::Error::other(error)))?;
        let handshake = TlsConnector::from(Arc::clone(tls)).connect(name, stream);
        let stream = self.in_time(Step::Handshake, limit, handshake).await?.map_err(insecure)?;
        Ok(Box::new(stream))
    }

    /// What comes of `work`, if it comes in time.
    pub(super) async fn in_time<T>(
        &self,
        step: Step,
        limit: Duration,
        work: impl Future<Output = T>,
    ) -> Result<T, WebError> {
        let late = |_| WebError::Late { host: self.host.clone(), step, limit };
        timeout(limit, work).await.map_err(late)
    }
}
