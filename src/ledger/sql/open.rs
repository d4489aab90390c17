//! A ledger that is open, in whichever database it lies.

use std::path::Path;

use super::values::Millis;
use super::{Fault, View, steps};
use crate::ledger::birth::{Birth, Origin};
use crate::ledger::error::LedgerError;
use crate::ledger::model::Policy;
use crate::ledger::place::Place;
use crate::ledger::sqlite::File;
use crate::ledger::step::{Step, Stepped};

/// The ledger of one publication. Every method is one batch: all of it is durable on return, or none is kept.
pub struct Ledger {
    file: File,
}

impl Ledger {
    /// Makes a new ledger at `path`, readable by its owner alone, and opens it.
    ///
    /// It is made under another name and linked into place whole, so that a kill leaves no half of one.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Exists`] if anything is at `path`, which is left as it is.
    pub fn create(path: &Path, birth: &Birth) -> Result<Self, LedgerError> {
        Ok(Self { file: File::create(path, birth)? })
    }

    /// Opens the ledger at `path`.
    ///
    /// # Errors
    ///
    /// If there is none, or what is there is not a ledger, or a newer program wrote it.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        Ok(Self { file: File::open(path)? })
    }

    /// Opens the ledger at `path` to look at it; every write through it fails.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_read_only(path: &Path) -> Result<Self, LedgerError> {
        Ok(Self { file: File::open_read_only(path)? })
    }

    /// A copy of this ledger in memory. What is written into it is gone with it.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn rehearse(&self) -> Result<Self, LedgerError> {
        Ok(Self { file: self.file.rehearse()? })
    }

    /// A new ledger in memory, as [`create`](Self::create) would make it at `path`.
    ///
    /// # Errors
    ///
    /// If there is no memory for it.
    pub fn rehearse_birth(path: &Path, birth: &Birth) -> Result<Self, LedgerError> {
        Ok(Self { file: File::rehearse_birth(path, birth)? })
    }

    /// Where the ledger lies, for people to read.
    pub fn place(&self) -> &Place {
        self.file.place()
    }

    /// The file the ledger lies in.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Where this ledger comes from.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn origin(&self) -> Result<Origin, LedgerError> {
        self.read(|view| {
            view.one("SELECT ledger_id, publication, created_at FROM meta", &[], |row| {
                let created: Millis = row.get(2)?;
                Ok(Origin { ledger_id: row.get(0)?, publication: row.get(1)?, created_at: created.0 })
            })
        })
    }

    /// Makes sure that this is the ledger of `publication`.
    ///
    /// # Errors
    ///
    /// [`LedgerError::OtherPublication`] if it holds another publication's readers.
    pub fn belongs_to(&self, publication: &str) -> Result<(), LedgerError> {
        let found = self.origin()?.publication;
        if found == publication {
            return Ok(());
        }
        let (place, expected) = (self.place().clone(), publication.to_owned());
        Err(LedgerError::OtherPublication { place, expected, found })
    }

    /// Runs `work` in one transaction: all of it is kept, or nothing.
    pub(in crate::ledger) fn write<T>(
        &mut self,
        work: impl FnOnce(&View<'_>) -> Result<T, Fault>,
    ) -> Result<T, LedgerError> {
        let done = self.attempt(|tx| work(tx).map(Some))?;
        Ok(done.expect("work that does not fail is kept"))
    }

    /// Runs `work` in one transaction, of which nothing is kept when it comes to nothing.
    pub(super) fn attempt<T>(
        &mut self,
        work: impl FnOnce(&View<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>, LedgerError> {
        let done = self.file.attempt(work);
        done.map_err(|fault| fault.at(self.file.place()))
    }

    /// Runs `look` on one unchanging view of the ledger.
    pub(super) fn read<T>(&self, look: impl FnOnce(&View<'_>) -> Result<T, Fault>) -> Result<T, LedgerError> {
        self.file.read(look).map_err(|fault| fault.at(self.file.place()))
    }

    /// Takes steps of sending in one transaction; results stand in the order of the steps.
    pub(in crate::ledger) fn take_steps(
        &mut self,
        steps: &[Step],
        policy: Policy,
    ) -> Result<Vec<Stepped>, LedgerError> {
        self.write(|tx| steps::take(tx, steps, policy))
    }

    /// Overwrites what was erased wherever the database still keeps it.
    pub(super) fn erase_traces(&mut self) -> Result<(), LedgerError> {
        self.file.empty_log()
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ledger({})", self.place())
    }
}
