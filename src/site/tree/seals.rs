//! Under which seal each file was made, and how it looked then.
//!
//! One line a file: seal, octets, time of change, path. A file that is put together from parts has a list of its own, which
//! begins with how it looks. It is kept in the cache, not in the tree, for it tells of this
//! machine. A line that cannot be read, or a list that is missing, costs a build and nothing else. The list says nothing of a
//! file that looks otherwise now, and common file systems lengthen a file only when its octets are on the disk, so a power cut
//! leaves none that looks as it should and is not.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::site::cache::{CacheFolder, Shelf};
use crate::site::{Seal, Sealer};

/// Of the form the lists have.
const KIND: &str = "seals-1";

/// Seal and octets of each part of a file, in their order.
pub(super) type Parts = Vec<(Option<Seal>, u64)>;

/// Where the list of one tree is kept.
#[derive(Debug)]
pub(super) struct Book {
    shelf: Shelf,
    key: String,
}

impl Book {
    /// None where nothing can be kept.
    pub(super) fn open(cache: &CacheFolder, out: &Path) -> Option<Self> {
        let key = Sealer::default().with(out.as_os_str().as_encoded_bytes()).seal().to_string();
        Some(Self { shelf: cache.shelf(KIND).ok()?, key })
    }

    /// What an earlier run made; nothing where there is no such list.
    pub(super) fn read(&self) -> HashMap<String, Made> {
        let text = self.shelf.read(&self.key).and_then(|octets| String::from_utf8(octets).ok());
        text.unwrap_or_default().lines().filter_map(made).collect()
    }

    /// Keeps what is made now. A list that cannot be kept costs the next build its time.
    pub(super) fn write(&self, made: &[(String, Made)]) {
        let lines = made.iter().map(|(path, made)| {
            let Made { seal, look: Look { octets, changed } } = made;
            format!("{seal} {octets} {changed} {path}\n")
        });
        drop(self.shelf.write(&self.key, lines.collect::<String>().as_bytes()));
    }

    /// The parts of the file at `path`, as the run told them that left it looking like `look`.
    pub(super) fn parts(&self, path: &str, look: Look) -> Option<Parts> {
        let text = String::from_utf8(self.shelf.read(&self.key_of(path))?).ok()?;
        let mut lines = text.lines();
        (lines.next()? == told(look)).then(|| lines.map(part).collect())?
    }

    /// Keeps the parts of the file at `path`, which looks like `look`.
    pub(super) fn write_parts(&self, path: &str, look: Look, parts: &Parts) {
        let lines = parts.iter().map(|(seal, octets)| {
            let seal = seal.map_or_else(|| "-".to_owned(), |seal| seal.to_string());
            format!("{seal} {octets}\n")
        });
        let text = std::iter::once(told(look) + "\n").chain(lines).collect::<String>();
        drop(self.shelf.write(&self.key_of(path), text.as_bytes()));
    }

    fn key_of(&self, path: &str) -> String {
        Sealer::default().with(&self.key).with(path).seal().to_string()
    }
}

/// A file of ours as it was when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub seal: Seal,
    pub look: Look,
}

/// What a glance at a file shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub octets: u64,
    /// Nanoseconds since 1970.
    changed: u128,
}

impl Look {
    /// None where `path` is no plain file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        fs::symlink_metadata(path).ok().filter(Metadata::is_file).as_ref().and_then(Self::from_metadata)
    }

    fn from_metadata(found: &Metadata) -> Option<Self> {
        let changed = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self { octets: found.len(), changed: changed.as_nanos() })
    }
}

fn told(look: Look) -> String {
    format!("{} {}", look.octets, look.changed)
}

fn part(line: &str) -> Option<(Option<Seal>, u64)> {
    let (seal, octets) = line.split_once(' ')?;
    let seal = if seal == "-" { None } else { Some(seal.parse().ok()?) };
    Some((seal, octets.parse().ok()?))
}

fn made(line: &str) -> Option<(String, Made)> {
    let mut parts = line.splitn(4, ' ');
    let mut next = || parts.next();
    let (seal, octets, changed, path) = (next()?, next()?, next()?, next()?);
    let look = Look { octets: octets.parse().ok()?, changed: changed.parse().ok()? };
    Some((path.to_owned(), Made { seal: seal.parse().ok()?, look }))
}
