//! The words of an essay, which may stay in its file until somebody asks for them.
//!
//! Most essays have not changed since the last build, and nobody reads them again; and of very many essays not all can be
//! held. One that is read late must be what it was when the build began: its digest tells.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

use crate::post::source;

/// SHA-256 of a file.
pub(super) type Digest = [u8; SHA256_OUTPUT_LEN];

pub(super) fn digest_of(octets: &[u8]) -> Digest {
    let mut found = Digest::default();
    found.copy_from_slice(digest(&SHA256, octets).as_ref());
    found
}

/// The first file that was not what it had been when it was asked for its words.
pub(super) type Changed = Arc<OnceLock<PathBuf>>;

/// Words that are held, or lie in a file.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Held(String),
    Kept(Kept),
}

/// Where words are. They are read each time they are asked for.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub posts_dir: Arc<Path>,
    /// Below the posts folder.
    pub path: PathBuf,
    /// Of the whole file.
    pub digest: Digest,
    /// Octets of its text that stand before the essay.
    pub skipped: usize,
    pub changed: Changed,
}

impl Text {
    /// The words. None of a file that has changed: then [`Changed`] says so.
    pub fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Held(words) => Cow::Borrowed(words),
            Self::Kept(kept) => Cow::Owned(kept.read()),
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::Held(String::new())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.words() == other.words()
    }
}

impl Eq for Text {}

impl Kept {
    fn read(&self) -> String {
        self.as_it_was().unwrap_or_else(|| {
            self.changed.get_or_init(|| self.path.clone());
            String::new()
        })
    }

    fn as_it_was(&self) -> Option<String> {
        let octets = fs::read(self.posts_dir.join(&self.path)).ok()?;
        let text = (digest_of(&octets) == self.digest).then(|| source::decode(&octets).ok()).flatten()?;
        text.get(self.skipped..).map(str::to_owned)
    }
}
