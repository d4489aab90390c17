//! How mail leaves: when, how patiently, and with which signatures.

use std::time::Duration;

use super::file::Ambiguous;
use super::lanes::Way;
use super::names::variable_of;
use super::{Config, ConfigError};
use crate::address::Domain;
use crate::delivery::{Hours, PacingSettings};
use crate::ledger::Policy;
use crate::message::{Signer, Signers};

/// What handing mail over must be told.
#[derive(Clone, Debug)]
pub struct DeliverySettings {
    pub way: Way,
    /// Whether the lanes are those of `[lanes.NAME]`.
    pub has_named_lanes: bool,
    pub pacing: PacingSettings,
    /// When readers are mailed; none is at any hour.
    pub hours: Option<Hours>,
    pub policy: Policy,
    pub linger: Duration,
    pub expire: Duration,
}

impl Config {
    /// How mail is handed over.
    ///
    /// # Errors
    ///
    /// If a relay's URL is none, or a number is out of its range.
    pub fn delivery(&self) -> Result<DeliverySettings, ConfigError> {
        let delivery = &self.file.delivery;
        Ok(DeliverySettings {
            way: self.way()?,
            has_named_lanes: !self.file.lanes.is_empty(),
            pacing: self.pacing()?,
            hours: self.hours()?,
            policy: match delivery.ambiguous {
                Ambiguous::Resend => Policy::Resend,
                Ambiguous::Hold => Policy::Hold,
            },
            linger: Duration::from_secs(delivery.linger_secs),
            expire: Duration::from_secs(delivery.expire_hours.saturating_mul(3600)),
        })
    }

    fn hours(&self) -> Result<Option<Hours>, ConfigError> {
        let (not_before, not_after) = (self.file.delivery.not_before, self.file.delivery.not_after);
        if not_before.is_none() && not_after.is_none() {
            return Ok(None);
        }
        let (from, to) = (not_before.unwrap_or(0), not_after.unwrap_or(24));
        let zone = self.zone()?.rules();
        let hours = Hours::new(from, to, zone).ok_or_else(|| {
            let key = if not_before.is_some() { "not_before" } else { "not_after" };
            let what = format!(
                "expected two different hours, `not_before` from 0 to 23 and `not_after` from 1 to 24, found {from} and {to}"
            );
            self.fault("delivery", key, what, None)
        })?;
        Ok(Some(hours))
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
        match (selector, self.secret("dkim", key)) {
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
