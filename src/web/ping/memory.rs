//! What hubs were told, from one run to the next.
//!
//! A file of its own beside `config.toml`, and not the ledger: a publication without mail has none, and nothing is lost
//! when this is. Hubs are then told of every feed once more, look, and find nothing new.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use super::{News, PingReport};
use crate::site::Topic;

/// For each hub, the feeds it was told of and what they were made of then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    hubs: BTreeMap<Url, BTreeMap<Url, String>>,
}

/// Why there is no memory, or none can be kept.
#[derive(Debug, Error)]
pub enum MemoryError {
    #[error("cannot be {done}")]
    Io { done: &'static str, source: io::Error },
    #[error("expected what an earlier ping wrote, found something else")]
    Garbled { source: serde_json::Error },
}

impl Memory {
    /// Name of the file in the publication's folder.
    pub const FILE_NAME: &str = "postrider.pings";

    /// What `file` remembers; none where there is no such file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or holds something else.
    pub fn load(file: &Path) -> Result<Option<Self>, MemoryError> {
        match fs::read(file) {
            Ok(text) => {
                serde_json::from_slice(&text).map(Some).map_err(|source| MemoryError::Garbled { source })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(MemoryError::Io { done: "read", source }),
        }
    }

    /// Puts this in the place of `file`, in one step.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn save(&self, file: &Path) -> Result<(), MemoryError> {
        let text = serde_json::to_string_pretty(self).expect("texts under texts");
        let draft = file.with_extension("pings-new");
        fs::write(&draft, text + "\n")
            .and_then(|()| fs::rename(&draft, file))
            .map_err(|source| MemoryError::Io { done: "written", source })
    }

    /// What each of `hubs` has not been told of `topics`; nothing for a hub that knows all.
    pub fn news<'a>(&self, hubs: &BTreeSet<Url>, topics: &'a [Topic]) -> Vec<News<'a>> {
        let news = hubs.iter().map(|hub| {
            let known = |topic: &Topic| self.hubs.get(hub).and_then(|told| told.get(&topic.url));
            let is_news = |topic: &&Topic| known(topic) != Some(&topic.digest);
            News { hub: hub.clone(), topics: topics.iter().filter(is_news).collect() }
        });
        news.filter(|news| !news.topics.is_empty()).collect()
    }

    /// Notes what hubs were told, and forgets hubs and feeds that are gone.
    pub fn note(&mut self, report: &PingReport<'_>, hubs: &BTreeSet<Url>, topics: &[Topic]) {
        for hub in &report.hubs {
            let known = self.hubs.entry(hub.hub.clone()).or_default();
            known.extend(hub.told.iter().map(|topic| (topic.url.clone(), topic.digest.clone())));
        }
        let urls: BTreeSet<&Url> = topics.iter().map(|topic| &topic.url).collect();
        self.hubs.retain(|hub, _| hubs.contains(hub));
        self.hubs.values_mut().for_each(|told| told.retain(|url, _| urls.contains(url)));
    }
}
