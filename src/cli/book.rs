//! Opening the ledger: never made by accident, never another publication's.

use std::path::PathBuf;

use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::keys;
use crate::config::{Config, LedgerUrl};
use crate::ledger::{Birth, Ledger, LedgerError};

/// Where the ledger of this publication lies.
pub fn path(config: &Config) -> Result<PathBuf, Failure> {
    let LedgerUrl::Sqlite(path) = config.ledger()?;
    Ok(path)
}

/// Opens the ledger to write in it.
pub fn open(config: &Config) -> Result<Ledger, Failure> {
    let ledger = Ledger::open(&path(config)?)?;
    ledger.belongs_to(&identity(config)?)?;
    Ok(ledger)
}

/// Opens the ledger to look at it.
pub fn open_read_only(config: &Config) -> Result<Ledger, Failure> {
    let ledger = Ledger::open_read_only(&path(config)?)?;
    ledger.belongs_to(&identity(config)?)?;
    Ok(ledger)
}

/// Makes the ledger, and the key that seals leave links if there is none.
pub fn make(desk: &Desk, config: &Config) -> Result<Ledger, Failure> {
    keys::read_or_make(config)?;
    Ok(Ledger::create(&path(config)?, &birth(desk, config)?)?)
}

/// A new ledger in memory, to try a first run on.
pub fn rehearse_birth(desk: &Desk, config: &Config) -> Result<Ledger, Failure> {
    Ok(Ledger::rehearse_birth(&path(config)?, &birth(desk, config)?)?)
}

fn birth(desk: &Desk, config: &Config) -> Result<Birth, Failure> {
    let mut ledger_id = [0; 16];
    keys::random(&mut ledger_id)?;
    Ok(Birth { ledger_id, publication: identity(config)?, now: desk.now() })
}

/// What a ledger knows its publication by: the list's identifier, which outlives a change of address.
fn identity(config: &Config) -> Result<String, Failure> {
    Ok(config.list_id()?.to_string())
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let exit = match &error {
            LedgerError::Busy { .. } | LedgerError::Locked { .. } => Exit::TryAgain,
            LedgerError::Raced { .. } | LedgerError::FrozenAlready { .. } => Exit::TryAgain,
            LedgerError::UnknownIssue { .. } => Exit::Usage,
            LedgerError::Missing { .. }
            | LedgerError::Exists { .. }
            | LedgerError::Foreign { .. }
            | LedgerError::Newer { .. }
            | LedgerError::OtherPublication { .. } => Exit::Operator,
            _ => Exit::Ledger,
        };
        let failure = Self::new(exit, &error);
        match error.help() {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}
