//! Writes the public tree so that a visitor, a killed run or a typing mistake never meets half of one.
//!
//! In: [`Artifact`]s. Out: files below the public folder and a [`TreeReport`].
//!
//! Files are staged inside the public folder (the same file system, so a rename replaces each in one step)
//! and put in place by [`TreeWriter::finish`], in the order in which they came. A file whose octets have not
//! changed is not touched, so its time of change stays true for servers and for `rsync`. What an earlier
//! build wrote and this one did not is removed; a file nobody but its owner wrote is never removed. A list
//! of what we wrote, `.postrider-manifest`, tells the two apart. Where there is no folder yet, the tree is made
//! beside its place and put there whole. A run that is killed while files are put in place leaves a journal, by which the
//! next run ends what was begun before it does anything else.
//!
//! A second list, in the cache, tells what each file was made from: what is still made from the same, and looks
//! as it did, is neither made nor read. See [`Seal`].
//!
//! Leaves out: syncing each file to disk. After a power cut the next build makes anew what does not look as it
//! did; only the list of what is ours, which cannot be rebuilt, is synced.

mod error;
mod folder;
mod grown;
mod growth;
mod journal;
pub(super) mod manifest;
mod octets;
mod path;
mod progress;
mod seals;
mod staging;
#[cfg(test)]
mod tests;
mod writer;

pub use error::TreeError;
pub use growth::{Growth, Share};
pub use writer::{Part, TreeReport, TreeWriter};

use self::growth::Held;
use crate::site::{Artifact, Seal};

/// Takes the files of a build, from several threads. A function that takes a file is a tree that holds none yet.
pub trait Tree: Sync {
    /// Takes a file.
    ///
    /// # Errors
    ///
    /// As [`TreeWriter::put`].
    fn put(&self, artifact: Artifact) -> Result<(), TreeError>;

    /// How many octets the file at `path` has, if it is there as it was made under `seal`; it counts as taken then.
    ///
    /// # Errors
    ///
    /// As [`TreeWriter::put`].
    fn stands(&self, path: &str, seal: Seal) -> Result<Option<u64>, TreeError>;

    /// Whether all that was made under `seal` below `folder`, which ends in `/`, is there as it was made; it counts as taken then. Where
    /// nothing was, it is not.
    ///
    /// # Errors
    ///
    /// As [`TreeWriter::put`].
    fn all_stand(&self, _folder: &str, _seal: Seal) -> Result<bool, TreeError> {
        Ok(false)
    }

    /// Begins a file that is taken part by part.
    ///
    /// # Errors
    ///
    /// As [`TreeWriter::put`].
    fn grow<'a>(&'a self, path: &str) -> Result<Box<dyn Growth + 'a>, TreeError> {
        Ok(Box::new(Held::new(self, path)))
    }
}

impl<F: Fn(Artifact) -> Result<(), TreeError> + Sync> Tree for F {
    fn put(&self, artifact: Artifact) -> Result<(), TreeError> {
        self(artifact)
    }

    fn stands(&self, _path: &str, _seal: Seal) -> Result<Option<u64>, TreeError> {
        Ok(None)
    }
}
