//! The ledger in an SQLite file: one writer, many readers, every commit on the disk before it returns.
//!
//! WAL with `synchronous=FULL`: `NORMAL` may forget the last commits when the power fails, and a forgotten
//! intent is a second copy. Every write begins with `BEGIN IMMEDIATE`, so that it waits at its start
//! and not in its middle. One file a concern; each statement stands where it is used.

mod book;
mod cohorts;
mod enrol;
mod freeze;
mod issues;
mod readers;
mod rehearsal;
mod rows;
mod schema;
mod settle;
mod status;
mod values;
mod verify;
mod withdrawal;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::LedgerError;

pub(super) use rows::{begin, claim, release};
pub use schema::{Birth, Origin};
pub(super) use settle::settle;

/// The ledger of one publication. Every method is one batch: all of it is durable on return, or none is kept.
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
}

/// What can stop a statement inside a transaction: SQLite, or what the ledger does not allow.
#[derive(Debug)]
pub(super) enum Fault {
    Sqlite(rusqlite::Error),
    Refused(LedgerError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        Self::Refused(error)
    }
}

impl Fault {
    fn at(self, path: &Path) -> LedgerError {
        match self {
            Self::Sqlite(error) => LedgerError::from_sqlite(path, error),
            Self::Refused(error) => error,
        }
    }
}

impl Ledger {
    /// Where the ledger lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` in one transaction: all of it is kept, or nothing.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, LedgerError> {
        let done = self.attempt(|tx| work(tx).map(Some))?;
        Ok(done.expect("work that does not fail is kept"))
    }

    /// Runs `work` in one transaction, of which nothing is kept when it comes to nothing.
    fn attempt<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>, LedgerError> {
        let Self { connection, path } = self;
        let kept = || -> Result<Option<T>, Fault> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            if done.is_some() {
                transaction.commit()?;
            }
            Ok(done)
        };
        kept().map_err(|fault| fault.at(path))
    }

    /// Runs `look` on one unchanging view of the ledger.
    fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, LedgerError> {
        let seen = || -> Result<T, Fault> {
            let view = self.connection.unchecked_transaction()?;
            look(&view)
        };
        seen().map_err(|fault| fault.at(&self.path))
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ledger({})", self.path.display())
    }
}
