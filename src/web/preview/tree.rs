//! A public tree in memory.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::kinds;
use crate::site::{Artifact, Octets, Seal};

/// What visitors see: files by their path in the public tree.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    files: HashMap<String, Content>,
    marks: Marks,
}

/// Posts that are in the preview and in no build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(pub Vec<Mark>);

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Path of its page in the public tree, such as `on-maps/index.html`.
    pub page: String,
    /// Where its page is.
    pub url: String,
    /// What holds it back, in a word or two.
    pub why: String,
}

/// Where the octets of a file are.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// In memory, with what they were made from.
    Octets(Octets, Option<Seal>),
    /// On disk, where they may be many.
    File { path: PathBuf, octets: u64, changed: Option<SystemTime> },
}

impl Tree {
    /// A tree of `files`.
    pub(super) fn new(files: HashMap<String, Content>, marks: Marks) -> Self {
        Self { files, marks }
    }

    /// The same with `artifacts` in the place of what stood there.
    pub(super) fn with(&self, artifacts: Vec<Artifact>) -> Self {
        let mut tree = self.clone();
        let made = |artifact: Artifact| (artifact.path, Content::Octets(artifact.bytes, artifact.seal));
        tree.files.extend(artifacts.into_iter().map(made));
        tree
    }

    pub(super) fn get(&self, path: &str) -> Option<&Content> {
        self.files.get(path)
    }

    pub(super) fn holds(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The files below `folder`, which ends in `/`, that were made under `seal`.
    pub(super) fn made_under(&self, folder: &str, seal: Seal) -> Vec<(&str, &Content)> {
        let is_meant = |content: &Content| matches!(content, Content::Octets(_, Some(made_under)) if *made_under == seal);
        let files = self.files.iter().map(|(path, content)| (path.as_str(), content));
        files.filter(|(path, content)| is_meant(content) && path.starts_with(folder)).collect()
    }

    pub(super) fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Whether pages show other pictures, sounds or style sheets than in `other`.
    pub(super) fn shows_other_files(&self, other: &Self) -> bool {
        let shown = |tree: &Self| tree.files.keys().filter(|path| kinds::is_part_of_pages(path)).count();
        let is_same = |(path, content): (&String, &Content)| {
            other.files.get(path).is_some_and(|other| content.shows_as(other))
        };
        shown(self) != shown(other)
            || !self.files.iter().filter(|(path, _)| kinds::is_part_of_pages(path)).all(is_same)
    }
}

impl Content {
    /// The file at `path`; none where it cannot be read.
    pub(super) fn of_file(path: &Path) -> Option<Self> {
        let found = fs::metadata(path).ok()?;
        Some(Self::File { path: path.to_owned(), octets: found.len(), changed: found.modified().ok() })
    }

    /// Whether visitors see the same, whatever it was made from.
    fn shows_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Octets(one, _), Self::Octets(two, _)) => one == two,
            (
                Self::File { path, octets, changed },
                Self::File { path: other, octets: as_many, changed: then },
            ) => (path, octets, changed) == (other, as_many, then),
            _ => false,
        }
    }
}
