//! What a run is about to put in place, so that the next one ends what a killed one began.
//!
//! Written among the staged files before the first of them moves, and gone when the last has. A staged file is moved
//! only if it has the octets it had then: after a power cut it may have fewer. See `docs/decisions/0020`.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::site::tree::path;

const NAME: &str = "journal";

/// The steps from the old tree to the new, in their order.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Journal {
    /// Files that keep others from their places.
    pub in_the_way: Vec<String>,
    pub moves: Vec<Move>,
    /// Files that no page leads to any more.
    pub left_over: Vec<String>,
}

/// A staged file and where it goes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Move {
    pub path: String,
    /// The name of its staged file.
    pub number: usize,
    pub octets: u64,
}

/// Where the journal is, in the folder of staged files.
pub(super) fn file(staging: &Path) -> PathBuf {
    staging.join(NAME)
}

impl Journal {
    /// What a killed run left in `staging`; nothing if it did not get so far.
    pub(super) fn read(staging: &Path) -> Option<Self> {
        let journal: Self = serde_json::from_slice(&fs::read(file(staging)).ok()?).ok()?;
        let moved = journal.moves.iter().map(|step| &step.path);
        let mut paths = moved.chain(&journal.in_the_way).chain(&journal.left_over);
        let is_safe = paths.all(|path| path::check(path).is_ok());
        is_safe.then_some(journal)
    }

    /// Puts it into `staging` in one step.
    pub(super) fn write(&self, staging: &Path) -> io::Result<()> {
        let draft = staging.join("journal-draft");
        let mut octets = BufWriter::new(File::create(&draft)?);
        serde_json::to_writer(&mut octets, self)?;
        octets.flush()?;
        fs::rename(draft, file(staging))
    }
}
