//! A file that is written while it is made, so that nobody holds all of it.
//!
//! It is put together from parts. Where an earlier run wrote the same file, a part of the same seal is taken from there: the
//! system copies it, and it is neither made nor read.

use bytes::Bytes;

use crate::site::tree::{Tree, TreeError};
use crate::site::{Artifact, Octets, Seal};

/// A part of a file on its way.
#[derive(Clone, Debug)]
pub enum Share {
    /// Made now; under a seal, where the next run may keep it.
    Made(Bytes, Option<Seal>),
    /// As it stands in the file of an earlier run that [holds](Growth::holds) it.
    Kept(Seal),
}

/// A file of the public tree that grows.
pub trait Growth: Send + Sync {
    /// Whether the part made under `seal` can be kept.
    fn holds(&self, seal: Seal) -> bool;

    /// Adds a part behind the others.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    fn add(&mut self, share: Share) -> Result<(), TreeError>;

    /// Hands the file, made under `seal`, to the tree; gives how many octets it has.
    ///
    /// # Errors
    ///
    /// As [`TreeWriter::put`](crate::site::TreeWriter::put).
    fn end(self: Box<Self>, seal: Option<Seal>) -> Result<u64, TreeError>;
}

/// A file that is held until it is whole, for a tree that takes nothing else.
pub(super) struct Held<'a, T: ?Sized> {
    tree: &'a T,
    path: String,
    pieces: Vec<Bytes>,
}

impl<'a, T: ?Sized> Held<'a, T> {
    pub(super) fn new(tree: &'a T, path: &str) -> Self {
        Self { tree, path: path.to_owned(), pieces: Vec::new() }
    }
}

impl<T: Tree + ?Sized> Growth for Held<'_, T> {
    fn holds(&self, _seal: Seal) -> bool {
        false
    }

    fn add(&mut self, share: Share) -> Result<(), TreeError> {
        if let Share::Made(octets, _) = share {
            self.pieces.push(octets);
        }
        Ok(())
    }

    fn end(self: Box<Self>, seal: Option<Seal>) -> Result<u64, TreeError> {
        let bytes: Octets = self.pieces.into_iter().collect();
        let octets = bytes.len() as u64;
        self.tree.put(Artifact { path: self.path, bytes, seal })?;
        Ok(octets)
    }
}
