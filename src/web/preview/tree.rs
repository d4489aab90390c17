//! A public tree in memory.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::kinds;
use crate::site::{Artifact, Octets};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Octets(Octets),
    /// On disk, where they may be many.
    File {
        path: PathBuf,
        octets: u64,
        changed: Option<SystemTime>,
    },
}

impl Tree {
    /// A tree of `artifacts`.
    pub fn new(artifacts: impl IntoIterator<Item = Artifact>, marks: Marks) -> Self {
        let octets = |artifact: Artifact| (artifact.path, Content::Octets(artifact.bytes));
        Self { files: artifacts.into_iter().map(octets).collect(), marks }
    }

    /// The same with `artifacts` in the place of what stood there.
    pub(super) fn with(&self, artifacts: Vec<Artifact>) -> Self {
        let mut tree = self.clone();
        tree.files
            .extend(artifacts.into_iter().map(|artifact| (artifact.path, Content::Octets(artifact.bytes))));
        tree
    }

    /// Adds the file `from` at `path`; one that cannot be read is left out.
    pub fn copy(&mut self, path: String, from: &Path) {
        let Ok(found) = fs::metadata(from) else { return };
        let content =
            Content::File { path: from.to_owned(), octets: found.len(), changed: found.modified().ok() };
        self.files.insert(path, content);
    }

    pub(super) fn get(&self, path: &str) -> Option<&Content> {
        self.files.get(path)
    }

    pub(super) fn holds(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    pub(super) fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Whether pages show other pictures, sounds or style sheets than in `other`.
    pub(super) fn shows_other_files(&self, other: &Self) -> bool {
        let shown = |tree: &Self| tree.files.keys().filter(|path| kinds::is_part_of_pages(path)).count();
        let is_same = |(path, content): (&String, &Content)| other.files.get(path) == Some(content);
        shown(self) != shown(other)
            || !self.files.iter().filter(|(path, _)| kinds::is_part_of_pages(path)).all(is_same)
    }
}
