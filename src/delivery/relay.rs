//! Where mail is handed over: `smtp.url` as the configuration writes it.
//!
//! `smtps://relay.example.org` is TLS from the first octet (RFC 8314 §3.3), `smtp://…` asks for STARTTLS and goes
//! on without it only on this machine, or where the URL says `?tls=none`. `maildir:outbox` is a folder.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use thiserror::Error;
use url::{Host, Url};

use crate::address::Domain;

/// Where mail is handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RelayUrl {
    /// A mail server that takes mail for everyone.
    Smtp(Relay),
    /// A folder in Maildir form: each mail is a file.
    Maildir(PathBuf),
}

/// A mail server, how it is reached and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    /// Who we are to the server; the password is never part of a URL.
    pub(super) user: Option<String>,
}

/// How a connection is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first octet.
    Implicit,
    /// STARTTLS, or no mail.
    StartTls,
    /// In the clear.
    None,
}

impl Relay {
    /// Whether the server runs on this machine, so that nobody else reads what passes.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }

    pub fn security(&self) -> Security {
        self.security
    }

    /// Who we are to the server, if it wants to know.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The same server, entered as `user` unless the URL names one.
    ///
    /// # Errors
    ///
    /// If the password would go over the network in the clear.
    pub fn as_user(mut self, user: &str) -> Result<Self, RelayUrlError> {
        self.user.get_or_insert_with(|| user.to_owned());
        self.refuse_a_user_in_the_clear()?;
        Ok(self)
    }

    fn refuse_a_user_in_the_clear(&self) -> Result<(), RelayUrlError> {
        match self.security == Security::None && self.user.is_some() && !self.is_loopback() {
            true => Err(RelayUrlError::UserInTheClear),
            false => Ok(()),
        }
    }

    fn parse(url: &Url) -> Result<Self, RelayUrlError> {
        if url.password().is_some() {
            return Err(RelayUrlError::Password);
        }
        let host = host_of(url)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(RelayUrlError::Path);
        }
        let mut relay = Self { host, port: 0, security: Security::Implicit, user: user_of(url) };
        relay.security = relay.security_of(url)?;
        relay.port = url.port().unwrap_or(match relay.security {
            Security::Implicit => 465,
            Security::StartTls => 587,
            Security::None => 25,
        });
        relay.refuse_a_user_in_the_clear()?;
        Ok(relay)
    }

    fn security_of(&self, url: &Url) -> Result<Security, RelayUrlError> {
        let is_implicit = url.scheme() == "smtps";
        match url.query() {
            None if is_implicit => Ok(Security::Implicit),
            None if self.is_loopback() => Ok(Security::None),
            None => Ok(Security::StartTls),
            Some("tls=required") if is_implicit => Ok(Security::Implicit),
            Some("tls=required") => Ok(Security::StartTls),
            Some("tls=none") if !is_implicit => Ok(Security::None),
            Some(query) => Err(RelayUrlError::Query { query: query.to_owned() }),
        }
    }
}

fn host_of(url: &Url) -> Result<String, RelayUrlError> {
    match url.host() {
        Some(Host::Ipv4(address)) => Ok(address.to_string()),
        Some(Host::Ipv6(address)) => Ok(address.to_string()),
        Some(Host::Domain(name)) if name.parse::<IpAddr>().is_ok() => Ok(name.to_owned()),
        Some(Host::Domain(name)) => {
            let domain: Domain = name.parse().map_err(|_| RelayUrlError::Host)?;
            Ok(domain.as_str().to_owned())
        }
        None => Err(RelayUrlError::Host),
    }
}

fn user_of(url: &Url) -> Option<String> {
    let user = percent_encoding::percent_decode_str(url.username()).decode_utf8_lossy();
    (!user.is_empty()).then(|| user.into_owned())
}

impl FromStr for RelayUrl {
    type Err = RelayUrlError;

    fn from_str(text: &str) -> Result<Self, RelayUrlError> {
        if let Some(folder) = text.strip_prefix("maildir:") {
            return match folder.strip_prefix("//").unwrap_or(folder) {
                "" => Err(RelayUrlError::Folder),
                folder => Ok(Self::Maildir(PathBuf::from(folder))),
            };
        }
        if !text.starts_with("smtp://") && !text.starts_with("smtps://") {
            return Err(RelayUrlError::Scheme);
        }
        let url: Url = text.parse().map_err(|_| RelayUrlError::Host)?;
        Relay::parse(&url).map(Self::Smtp)
    }
}

impl fmt::Display for Relay {
    /// As the URL that gives it back. Without the user: it is often an address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, query) = match self.security {
            Security::Implicit => ("smtps", ""),
            Security::StartTls if self.is_loopback() => ("smtp", "?tls=required"),
            Security::None if !self.is_loopback() => ("smtp", "?tls=none"),
            Security::StartTls | Security::None => ("smtp", ""),
        };
        match self.host.contains(':') {
            true => write!(f, "{scheme}://[{}]:{}{query}", self.host, self.port),
            false => write!(f, "{scheme}://{}:{}{query}", self.host, self.port),
        }
    }
}

impl fmt::Display for RelayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp(relay) => relay.fmt(f),
            Self::Maildir(folder) => write!(f, "maildir:{}", folder.display()),
        }
    }
}

impl<'de> Deserialize<'de> for RelayUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text names no place for mail. The text itself is not repeated: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RelayUrlError {
    #[error("expected `smtps://host`, `smtp://host:port` or `maildir:folder`")]
    Scheme,
    #[error("expected a host name or an address behind `//`, such as `smtps://relay.example.org`")]
    Host,
    #[error("expected nothing behind host and port")]
    Path,
    #[error("expected a folder behind `maildir:`, such as `maildir:outbox`")]
    Folder,
    #[error("a password in a URL ends up in logs: expected it in POSTRIDER_SMTP__PASSWORD")]
    Password,
    #[error("`?{query}`: expected `?tls=required`, or `?tls=none` with `smtp:`")]
    Query { query: String },
    #[error(
        "`tls=none` with a user would show the password to the network: expected `tls=required` or no user"
    )]
    UserInTheClear,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_how_and_as_whom() {
        for (given, want, security, user) in [
            ("smtps://relay.example.org", "smtps://relay.example.org:465", Security::Implicit, None),
            (
                "smtp://ada%40example.org@relay.example.org",
                "smtp://relay.example.org:587",
                Security::StartTls,
                Some("ada@example.org"),
            ),
            ("smtp://localhost", "smtp://localhost:25", Security::None, None),
            ("smtp://ada@127.0.0.1:2525", "smtp://127.0.0.1:2525", Security::None, Some("ada")),
            ("smtp://[::1]:2525/", "smtp://[::1]:2525", Security::None, None),
            (
                "smtp://localhost:2525?tls=required",
                "smtp://localhost:2525?tls=required",
                Security::StartTls,
                None,
            ),
            ("smtp://Relay.Example:25?tls=none", "smtp://relay.example:25?tls=none", Security::None, None),
        ] {
            let url: RelayUrl = given.parse().unwrap();
            assert_eq!(url.to_string(), want, "given {given}");
            let RelayUrl::Smtp(relay) = &url else { panic!("{given} is no server") };
            assert_eq!((relay.security(), relay.user()), (security, user), "given {given}");
        }
        for (given, want) in
            [("maildir:outbox", "maildir:outbox"), ("maildir:///var/mail/x", "maildir:/var/mail/x")]
        {
            assert_eq!(given.parse::<RelayUrl>().unwrap().to_string(), want);
        }
    }

    #[test]
    fn a_url_that_could_mislead_is_refused_in_words_that_help() {
        for (given, want) in [
            ("relay.example.org:587", RelayUrlError::Scheme),
            ("http://relay.example.org", RelayUrlError::Scheme),
            ("smtp://", RelayUrlError::Host),
            ("smtp://relay_1!", RelayUrlError::Host),
            ("maildir:", RelayUrlError::Folder),
            ("smtps://ada:secret@relay.example.org", RelayUrlError::Password),
            ("smtp://relay.example.org/path", RelayUrlError::Path),
            ("smtp://relay.example.org?tls=maybe", RelayUrlError::Query { query: "tls=maybe".into() }),
            ("smtps://relay.example.org?tls=none", RelayUrlError::Query { query: "tls=none".into() }),
            ("smtp://ada@relay.example.org?tls=none", RelayUrlError::UserInTheClear),
        ] {
            let error = given.parse::<RelayUrl>().unwrap_err();
            assert_eq!(error, want, "given {given}");
            assert!(!error.to_string().contains("secret"));
        }
    }
}
