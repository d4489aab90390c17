//! How mail leaves: the relay, its signatures, and how patient a run is.

use std::path::PathBuf;
use std::time::Duration;

use super::environment::Secret;
use super::file::Ambiguous;
use super::names::variable_of;
use super::{Config, ConfigError};
use crate::address::Domain;
use crate::delivery::{Pipelining, RelayUrl};
use crate::ledger::Policy;
use crate::message::{Signer, Signers};

/// What handing mail over must be told.
#[derive(Clone, Debug)]
pub struct DeliverySettings {
    /// With the user in it, and a folder as seen from here.
    pub relay: RelayUrl,
    pub password: Option<Secret>,
    pub ca_file: Option<PathBuf>,
    pub ehlo_name: Option<Domain>,
    pub connections: usize,
    pub messages_per_connection: usize,
    pub pipelining: Pipelining,
    pub policy: Policy,
    pub linger: Duration,
    pub expire: Duration,
}

impl Config {
    /// How mail is handed over.
    ///
    /// # Errors
    ///
    /// If the relay's URL is none, or a number is out of its range.
    pub fn delivery(&self) -> Result<DeliverySettings, ConfigError> {
        let smtp = &self.file.smtp;
        let per_connection = smtp.messages_per_connection;
        Ok(DeliverySettings {
            relay: self.relay()?,
            password: self.secrets.get(&("smtp", "password")).cloned(),
            ca_file: smtp.ca_file.as_ref().map(|path| self.root.join(path)),
            ehlo_name: smtp.ehlo_name.clone(),
            connections: self.in_range("smtp", "connections", smtp.connections)?,
            messages_per_connection: self.in_range("smtp", "messages_per_connection", per_connection)?,
            pipelining: smtp.pipelining,
            policy: match self.file.delivery.ambiguous {
                Ambiguous::Resend => Policy::Resend,
                Ambiguous::Hold => Policy::Hold,
            },
            linger: Duration::from_secs(self.file.delivery.linger_secs),
            expire: Duration::from_secs(self.file.delivery.expire_hours.saturating_mul(3600)),
        })
    }

    fn relay(&self) -> Result<RelayUrl, ConfigError> {
        let fault = |key, what: String| self.fault("smtp", key, what, None);
        let url: RelayUrl = self.file.smtp.url.parse().map_err(|error: crate::delivery::RelayUrlError| {
            // Before `@` may stand a password, and errors end up in logs.
            let shown = self
                .file
                .smtp
                .url
                .rsplit_once('@')
                .map_or_else(|| self.file.smtp.url.clone(), |(_, host)| format!("…@{host}"));
            fault("url", format!("`{shown}`: {error}"))
        })?;
        match (url, &self.file.smtp.user) {
            (RelayUrl::Maildir(folder), _) => Ok(RelayUrl::Maildir(self.root.join(folder))),
            (RelayUrl::Smtp(relay), None) => Ok(RelayUrl::Smtp(relay)),
            (RelayUrl::Smtp(relay), Some(user)) => {
                let relay = relay.as_user(user).map_err(|error| fault("user", error.to_string()))?;
                Ok(RelayUrl::Smtp(relay))
            }
        }
    }

    /// The keys this program signs with; none leaves signing to the relay.
    ///
    /// # Errors
    ///
    /// If a selector or a key is missing or is none.
    pub fn signers(&self) -> Result<Option<Signers>, ConfigError> {
        let table = &self.file.dkim;
        let Some(domain) = &table.domain else { return Ok(None) };
        let rsa = self.signer(domain, table.selector.as_deref(), "selector", "rsa_key")?;
        let ed25519 =
            self.signer(domain, table.ed25519_selector.as_deref(), "ed25519_selector", "ed25519_key")?;
        let mut signers = rsa.into_iter().chain(ed25519);
        let Some(first) = signers.next() else {
            let what = "a signing domain is set and no selector is".to_owned();
            return Err(self.fault("dkim", "domain", what, None));
        };
        Ok(Some(Signers::new(first, signers)))
    }

    fn signer(
        &self,
        domain: &Domain,
        selector: Option<&str>,
        name: &'static str,
        key: &'static str,
    ) -> Result<Option<Signer>, ConfigError> {
        let variable = variable_of("dkim", key);
        match (selector, self.secrets.get(&("dkim", key))) {
            (Some(selector), Some(secret)) => Signer::from_pem(domain.clone(), selector, secret.expose())
                .map(Some)
                .map_err(|error| self.fault("dkim", name, format!("{variable}: {error}"), None)),
            (None, None) => Ok(None),
            (Some(_), None) => {
                let help = format!("set {variable} or {variable}_FILE to the key in PEM");
                Err(self.fault("dkim", name, format!("`{name}` is set and its key is not"), Some(help)))
            }
            (None, Some(_)) => {
                Err(self.fault("dkim", "domain", format!("{variable} is set and `{name}` is not"), None))
            }
        }
    }
}
