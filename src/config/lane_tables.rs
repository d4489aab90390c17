//! The tables of `config.toml` that say where mail goes and how fast: one relay, or lanes, and recipient domains.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::file::parsed;
use crate::address::Domain;
use crate::delivery::Pipelining;

/// The server that takes the mail. For several, or for limits, see `[lanes.NAME]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Smtp {
    /// `smtps://host`, `smtp://host:587` (STARTTLS required unless the host is this machine) or `maildir:DIR`. Default `maildir:outbox`.
    pub url: String,
    /// Name for AUTH. The password is the secret `POSTRIDER_SMTP__PASSWORD`.
    pub user: Option<String>,
    /// Name of this machine in EHLO, such as `mail.example.org`. Without it its address is given (RFC 5321 §4.1.4).
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Option<String>")]
    pub ehlo_name: Option<Domain>,
    /// Connections kept open at once. Default 4.
    #[schemars(range(min = 1, max = 1000))]
    pub connections: usize,
    /// Mails handed over before a connection is closed. Default 100.
    #[schemars(range(min = 1))]
    pub messages_per_connection: usize,
    /// What is said in one go where the server offers it (RFC 2920): `off`, `envelope` (MAIL and RCPT: three round trips
    /// a mail instead of four) or `full` (MAIL and RCPT of the next mail with the content of the one before: two). Default
    /// `envelope`.
    pub pipelining: Pipelining,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            url: "maildir:outbox".to_owned(),
            user: None,
            ehlo_name: None,
            connections: 4,
            messages_per_connection: 100,
            pipelining: Pipelining::Envelope,
            ca_file: None,
        }
    }
}

/// One of several relays, by a name of your own in small letters, digits, `-` and `_`. Instead of `smtp.url`; for a
/// single relay with limits too. Recipients are shared by weight, each always goes over the same lane while it works, and
/// the others take over while it does not.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LaneTable {
    /// `smtps://host`, or `smtp://host:587` (STARTTLS required unless the host is this machine). Required.
    pub url: Option<String>,
    /// Name for AUTH. The password is the secret `POSTRIDER_LANES__NAME__PASSWORD`, with the lane's name.
    pub user: Option<String>,
    /// Its part of the mail beside the other lanes: 3 and 1 share it three to one. Default 1.
    #[schemars(range(min = 1))]
    pub weight: u32,
    /// Carry mail only while no other lane can. Default false.
    pub fallback: bool,
    /// Connections kept open at once. Default 4.
    #[schemars(range(min = 1, max = 1000))]
    pub connections: usize,
    /// Mails handed over before a connection is closed. Default 100.
    #[schemars(range(min = 1))]
    pub messages_per_connection: usize,
    /// As `smtp.pipelining`.
    pub pipelining: Pipelining,
    /// Mails a second, at most; may be a fraction.
    pub per_second: Option<f64>,
    /// Mails in an hour of the clock (UTC), at most, over all runs.
    pub per_hour: Option<u64>,
    /// Mails in 24 hours, at most, over all runs.
    pub per_day: Option<u64>,
    /// First day of a ramp for a sender that receivers do not know yet, such as `2026-11-20`.
    pub warm_up_since: Option<String>,
    /// The ramp: pairs of a day, the first being 1, and the mails in 24 hours from that day on, such as
    /// `[[1, 50], [3, 200], [7, 1000]]`. The last pair holds until you take the ramp away.
    pub warm_up: Vec<(u32, u64)>,
    /// As `smtp.ehlo_name`.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Option<String>")]
    pub ehlo_name: Option<Domain>,
    /// As `smtp.ca_file`.
    pub ca_file: Option<PathBuf>,
}

impl Default for LaneTable {
    fn default() -> Self {
        Self {
            url: None,
            user: None,
            weight: 1,
            fallback: false,
            connections: 4,
            messages_per_connection: 100,
            pipelining: Pipelining::Envelope,
            per_second: None,
            per_hour: None,
            per_day: None,
            warm_up_since: None,
            warm_up: Vec::new(),
            ehlo_name: None,
            ca_file: None,
        }
    }
}

/// How fast mail goes to one recipient domain, such as `[pacing."gmail.com"]`; `[pacing.default]` is for each domain
/// that is not named. What must wait does not hold up mail to others.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PaceTable {
    /// Mails a second, at most; may be a fraction.
    pub per_second: Option<f64>,
    /// Mails on their way at once, at most.
    #[schemars(range(min = 1))]
    pub connections: Option<usize>,
}
