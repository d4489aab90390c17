//! Where mail goes: a folder, the one relay of `[smtp]`, or the lanes of `[lanes.NAME]`; and how fast.

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::civil::Date;

use super::environment::Secret;
use super::lane_tables::{LaneTable, PaceTable, Smtp};
use super::names::variable_of;
use super::{Config, ConfigError};
use crate::address::Domain;
use crate::delivery::{
    DomainLimits, Limits, PacingSettings, Pipelining, Relay, RelayUrl, RelayUrlError, WarmUp,
};

/// Where mail goes.
#[derive(Clone, Debug)]
pub enum Way {
    /// A folder in Maildir form, as seen from here.
    Folder(PathBuf),
    /// One relay or more.
    Lanes(Vec<LaneConfig>),
}

/// A relay, and how much it carries.
#[derive(Clone, Debug)]
pub struct LaneConfig {
    pub name: String,
    /// With the user in it.
    pub relay: Relay,
    pub password: Option<Secret>,
    /// The variable that holds the password.
    pub password_variable: String,
    pub ca_file: Option<PathBuf>,
    pub ehlo_name: Option<Domain>,
    pub connections: usize,
    pub messages_per_connection: usize,
    pub pipelining: Pipelining,
    pub weight: u32,
    pub is_fallback: bool,
    pub limits: Limits,
}

impl Config {
    pub(super) fn way(&self) -> Result<Way, ConfigError> {
        let lanes = &self.file.lanes;
        if lanes.is_empty() {
            return self.only_lane();
        }
        if self.places.is_set("smtp", "url") {
            let what = "`url` is set here, and [lanes] says where mail goes".to_owned();
            let help = "write it as one of the lanes, [lanes.NAME]".to_owned();
            return Err(self.fault("smtp", "url", what, Some(help)));
        }
        let lanes = lanes.iter().map(|(name, lane)| self.lane(name, lane)).collect::<Result<Vec<_>, _>>()?;
        match lanes.iter().find(|lane| !lane.is_fallback) {
            Some(_) => Ok(Way::Lanes(lanes)),
            None => {
                let what = "every lane is a fallback: expected one that is not".to_owned();
                Err(self.fault(&format!("lanes.{}", lanes[0].name), "fallback", what, None))
            }
        }
    }

    /// What `[smtp]` says.
    fn only_lane(&self) -> Result<Way, ConfigError> {
        let Smtp { url, user, ehlo_name, connections, messages_per_connection, pipelining, ca_file } =
            &self.file.smtp;
        let connections = self.in_range("smtp", "connections", *connections)?;
        let messages_per_connection =
            self.in_range("smtp", "messages_per_connection", *messages_per_connection)?;
        let relay = match self.relay_url("smtp", url)? {
            RelayUrl::Maildir(folder) => return Ok(Way::Folder(self.root.join(folder))),
            RelayUrl::Smtp(relay) => relay,
        };
        Ok(Way::Lanes(vec![LaneConfig {
            name: "smtp".to_owned(),
            relay: self.entered_as("smtp", relay, user.as_deref())?,
            password: self.secret("smtp", "password").cloned(),
            password_variable: variable_of("smtp", "password"),
            ca_file: ca_file.as_ref().map(|path| self.root.join(path)),
            ehlo_name: ehlo_name.clone(),
            connections,
            messages_per_connection,
            pipelining: *pipelining,
            weight: 1,
            is_fallback: false,
            limits: Limits::default(),
        }]))
    }

    fn lane(&self, name: &str, lane: &LaneTable) -> Result<LaneConfig, ConfigError> {
        let table = format!("lanes.{name}");
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if name.is_empty() || !name.chars().all(is_plain) {
            let what = format!("`{name}`: expected small letters, digits, `-` and `_` as the name of a lane");
            return Err(self.fault(&table, "", what, None));
        }
        let url = self.required(&table, "url", lane.url.clone(), "smtps://relay.example.org")?;
        let RelayUrl::Smtp(relay) = self.relay_url(&table, &url)? else {
            let what = format!("`{url}`: expected a server, found a folder");
            return Err(self.fault(&table, "url", what, None));
        };
        let per_connection = lane.messages_per_connection;
        Ok(LaneConfig {
            name: name.to_owned(),
            relay: self.entered_as(&table, relay, lane.user.as_deref())?,
            password: self.secret(&table, "password").cloned(),
            password_variable: variable_of(&table, "password"),
            ca_file: lane.ca_file.as_ref().map(|path| self.root.join(path)),
            ehlo_name: lane.ehlo_name.clone(),
            connections: self.in_range(&table, "connections", lane.connections)?,
            messages_per_connection: self.in_range(&table, "messages_per_connection", per_connection)?,
            pipelining: lane.pipelining,
            weight: self.at_least_one(&table, "weight", lane.weight)?,
            is_fallback: lane.fallback,
            limits: self.limits(&table, lane)?,
        })
    }

    fn limits(&self, table: &str, lane: &LaneTable) -> Result<Limits, ConfigError> {
        let quota = |key: &str, value: Option<u64>| match value {
            Some(mails) => self.at_least_one(table, key, mails).map(Some),
            None => Ok(None),
        };
        Ok(Limits {
            per_second: self.rate(table, lane.per_second)?,
            per_hour: quota("per_hour", lane.per_hour)?,
            per_day: quota("per_day", lane.per_day)?,
            warm_up: self.warm_up(table, lane)?,
        })
    }

    fn warm_up(&self, table: &str, lane: &LaneTable) -> Result<Option<WarmUp>, ConfigError> {
        let fault = |key: &str, what: &str, help: &str| {
            self.fault(table, key, what.to_owned(), Some(help.to_owned()))
        };
        match (&lane.warm_up_since, &lane.warm_up[..]) {
            (None, []) => Ok(None),
            (Some(_), []) => Err(fault(
                "warm_up_since",
                "`warm_up_since` is set and `warm_up` is not",
                "write `warm_up = [[1, 50], [3, 200], [7, 1000]]`: from which day how many mails a day",
            )),
            (None, _) => Err(fault(
                "warm_up",
                "`warm_up` is set and `warm_up_since` is not",
                "write `warm_up_since = \"2026-11-20\"`: the first day of the ramp",
            )),
            (Some(since), steps) => {
                let date: Date = since.parse().map_err(|_| {
                    let what =
                        format!("`warm_up_since`: expected a date such as 2026-11-20, found `{since}`");
                    self.fault(table, "warm_up_since", what, None)
                })?;
                WarmUp::new(date, self.zone()?.rules(), steps.to_vec()).map(Some).ok_or_else(|| {
                    fault(
                        "warm_up",
                        "`warm_up`: expected days that begin with 1 and ascend",
                        "as in `[[1, 50], [3, 200]]`",
                    )
                })
            }
        }
    }

    pub(super) fn pacing(&self) -> Result<PacingSettings, ConfigError> {
        let mut pacing = PacingSettings { default: DomainLimits::default(), domains: HashMap::new() };
        for (name, pace) in &self.file.pacing {
            let limits = self.domain_limits(&format!("pacing.{name}"), pace)?;
            if name == "default" {
                pacing.default = limits;
                continue;
            }
            let domain: Domain = name.parse().map_err(|error: crate::address::AddressError| {
                self.fault(&format!("pacing.{name}"), "", error.to_string(), None)
            })?;
            pacing.domains.insert(domain.to_string(), limits);
        }
        Ok(pacing)
    }

    fn domain_limits(&self, table: &str, pace: &PaceTable) -> Result<DomainLimits, ConfigError> {
        let connections =
            pace.connections.map(|most| self.in_range(table, "connections", most)).transpose()?;
        Ok(DomainLimits { per_second: self.rate(table, pace.per_second)?, connections })
    }

    fn rate(&self, table: &str, per_second: Option<f64>) -> Result<Option<f64>, ConfigError> {
        match per_second {
            Some(rate) if !(rate.is_finite() && rate > 0.0) => {
                let what = format!("`per_second`: expected more than 0, found `{rate}`");
                Err(self.fault(table, "per_second", what, None))
            }
            rate => Ok(rate),
        }
    }

    fn at_least_one<T: PartialOrd + From<u8> + std::fmt::Display>(
        &self,
        table: &str,
        key: &str,
        value: T,
    ) -> Result<T, ConfigError> {
        if value >= T::from(1) {
            return Ok(value);
        }
        Err(self.fault(table, key, format!("`{key}`: expected at least 1, found `{value}`"), None))
    }

    fn relay_url(&self, table: &str, url: &str) -> Result<RelayUrl, ConfigError> {
        url.parse().map_err(|error: RelayUrlError| {
            // Before `@` may stand a password, and errors end up in logs.
            let shown = url.rsplit_once('@').map_or_else(|| url.to_owned(), |(_, host)| format!("…@{host}"));
            self.fault(table, "url", format!("`{shown}`: {error}"), None)
        })
    }

    fn entered_as(&self, table: &str, relay: Relay, user: Option<&str>) -> Result<Relay, ConfigError> {
        match user {
            None => Ok(relay),
            Some(user) => {
                relay.as_user(user).map_err(|error| self.fault(table, "user", error.to_string(), None))
            }
        }
    }
}
