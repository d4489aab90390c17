//! Writes the public tree so that a visitor, a killed run or a typing mistake never meets half of one.
//!
//! In: [`Artifact`](crate::site::Artifact)s. Out: files below the public folder and a [`TreeReport`].
//!
//! Files are staged inside the public folder (the same file system, so a rename replaces each in one step)
//! and put in place by [`TreeWriter::finish`], in the order in which they came. A file whose octets have not
//! changed is not touched, so its time of change stays true for servers and for `rsync`. What an earlier
//! build wrote and this one did not is removed; a file nobody but its owner wrote is never removed. A list
//! of what we wrote, `.postrider-manifest`, tells the two apart.
//!
//! Leaves out: syncing each file to disk. After a power cut the next build compares octets and mends what
//! differs; only the list, which cannot be rebuilt, is synced.

mod error;
pub(super) mod manifest;
mod path;
#[cfg(test)]
mod tests;
mod writer;

pub use error::TreeError;
pub use writer::{Part, TreeReport, TreeWriter};
