//! Which hubs are told of feeds, and when.

use std::collections::BTreeSet;

use url::Url;

use super::rules::check_hub;
use super::{Config, ConfigError};
use crate::web::client::Reach;

/// What telling hubs must be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PingSettings {
    pub hubs: BTreeSet<Url>,
    /// Whether `publish` tells them too.
    pub is_part_of_publish: bool,
    pub reach: Reach,
}

impl Config {
    /// Whom to tell when feeds have changed.
    ///
    /// # Errors
    ///
    /// If a hub is no web address.
    pub fn ping(&self) -> Result<PingSettings, ConfigError> {
        let feeds = &self.file.feeds;
        for hub in &feeds.hubs {
            check_hub(hub).map_err(|what| self.fault("feeds", "hubs", format!("`hubs`: {what}"), None))?;
        }
        Ok(PingSettings {
            hubs: feeds.hubs.iter().cloned().collect(),
            is_part_of_publish: feeds.ping_on_publish,
            reach: if feeds.private_hubs { Reach::Anywhere } else { Reach::Public },
        })
    }
}
