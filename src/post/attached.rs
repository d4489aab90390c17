//! What other files told of an essay's enclosure, so that it can be seen whether they still would.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::post::fields::{At, Bill};
use crate::post::look::Look;
use crate::post::meanings;

/// The files that were asked after for an enclosure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Attached {
    /// Of the field.
    pub line: usize,
    /// Every path that its own words may mean, with the octets of the file there, if there was one.
    places: Vec<(PathBuf, Option<u64>)>,
    pub is_measured: bool,
    /// How the recording looked before it was measured, where the system tells that.
    look: Option<Look>,
}

impl Attached {
    /// What `bill`, of the essay at `essay`, finds among `assets`.
    pub fn new(essay: &Path, bill: &At<Bill>, assets: &BTreeMap<PathBuf, u64>) -> Self {
        let transcript = bill.value.transcript.as_ref().map(|(url, _)| url);
        let paths = [Some(&bill.value.url), transcript].into_iter().flatten();
        let paths = paths.flat_map(|url| meanings(essay, url));
        let places =
            paths.map(|path| (assets.get(&path).copied(), path)).map(|(octets, path)| (path, octets));
        Self { line: bill.line, places: places.collect(), is_measured: false, look: None }
    }

    /// Notes that the recording at `path` is measured, and how it looks now.
    pub fn measuring(&mut self, path: &Path) {
        (self.is_measured, self.look) = (true, Look::at(path));
    }

    /// Whether it can be seen later on that the recording changed: it was left alone since `settled`, in nanoseconds since 1970.
    pub fn is_settled(&self, settled: u64) -> bool {
        !self.is_measured || self.look.is_some_and(|look| look.is_settled(settled))
    }

    /// Whether the same is found among `assets`, files below `folder`, and the recording looks as it did.
    pub fn stands(&self, essay: &Path, url: &str, folder: &Path, assets: &BTreeMap<PathBuf, u64>) -> bool {
        let is_there = |(path, octets): &(PathBuf, Option<u64>)| assets.get(path).copied() == *octets;
        let look = || Look::at(&folder.join(local(essay, url, assets)?));
        self.places.iter().all(is_there) && (!self.is_measured || look() == self.look)
    }
}

/// The file among `assets` that an enclosure at `url` is, seen from the essay at `essay`.
pub(super) fn local(essay: &Path, url: &str, assets: &BTreeMap<PathBuf, u64>) -> Option<PathBuf> {
    meanings(essay, url).into_iter().find(|path| assets.contains_key(path))
}
