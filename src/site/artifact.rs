//! One file of the public tree, whole or in pieces.

use bytes::Bytes;

use crate::site::Seal;

/// One file of the public tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Path below the public folder, with `/` on every system, such as `on-maps/index.html`.
    pub path: String,
    pub bytes: Octets,
    /// What it is made from; none where it is made anew each time.
    pub seal: Option<Seal>,
}

impl Artifact {
    /// A file that is made of one piece.
    pub fn new(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), bytes: Octets(vec![Bytes::from(bytes)]), seal: None }
    }
}

/// What a file holds: pieces in their order, which other files may hold too.
///
/// A feed of ten thousand essays shares them with every other feed, and nobody holds it in one piece.
#[derive(Clone, Debug, Default)]
pub struct Octets(Vec<Bytes>);

impl Octets {
    /// How many octets there are.
    pub fn len(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Bytes::is_empty)
    }

    /// The pieces in their order.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// All of it in one piece.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.len());
        self.pieces().for_each(|piece| all.extend_from_slice(piece));
        all
    }
}

impl FromIterator<Bytes> for Octets {
    fn from_iter<I: IntoIterator<Item = Bytes>>(pieces: I) -> Self {
        Self(pieces.into_iter().collect())
    }
}

/// Two files are equal if they hold the same, wherever it is cut.
impl PartialEq for Octets {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.pieces().flatten().eq(other.pieces().flatten())
    }
}

impl Eq for Octets {}
