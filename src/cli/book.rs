//! Opening the ledger: never made by accident, never another publication's.

use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::keys;
use crate::config::Config;
use crate::ledger::{Birth, Ledger, LedgerError, SenderLock};

/// Whether there is a ledger where this publication's should be.
pub fn exists(config: &Config) -> Result<bool, Failure> {
    Ok(Ledger::exists(config.ledger()?)?)
}

/// The right to send from the ledger of this publication.
pub fn sender_lock(config: &Config) -> Result<SenderLock, Failure> {
    Ok(SenderLock::acquire(&config.ledger()?)?)
}

/// Opens the ledger to write in it.
pub fn open(config: &Config) -> Result<Ledger, Failure> {
    let ledger = Ledger::open(config.ledger()?)?;
    ledger.belongs_to(&identity(config)?)?;
    Ok(ledger)
}

/// Opens the ledger to look at it.
pub fn open_read_only(config: &Config) -> Result<Ledger, Failure> {
    let ledger = Ledger::open_read_only(config.ledger()?)?;
    ledger.belongs_to(&identity(config)?)?;
    Ok(ledger)
}

/// Makes the ledger, and the key that seals leave links if there is none.
pub fn make(desk: &Desk, config: &Config) -> Result<Ledger, Failure> {
    keys::read_or_make(config)?;
    Ok(Ledger::create(config.ledger()?, &birth(desk, config)?)?)
}

/// A new ledger in memory, to try a first run on.
pub fn rehearse_birth(desk: &Desk, config: &Config) -> Result<Ledger, Failure> {
    Ok(Ledger::rehearse_birth(config.ledger()?, &birth(desk, config)?)?)
}

fn birth(desk: &Desk, config: &Config) -> Result<Birth, Failure> {
    let mut ledger_id = [0; 16];
    keys::random(&mut ledger_id)?;
    Ok(Birth { ledger_id, publication: identity(config)?, now: desk.now() })
}

/// What a ledger knows its publication by: the list's identifier, which outlives a change of address.
pub fn identity(config: &Config) -> Result<String, Failure> {
    Ok(config.list_id()?.to_string())
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let exit = match &error {
            LedgerError::Busy { .. } | LedgerError::Locked { .. } | LedgerError::Unreachable { .. } => {
                Exit::TryAgain
            }
            LedgerError::Raced { .. } | LedgerError::FrozenAlready { .. } | LedgerError::Overtaken { .. } => {
                Exit::TryAgain
            }
            LedgerError::UnknownIssue { .. } => Exit::Usage,
            LedgerError::Missing { .. }
            | LedgerError::Exists { .. }
            | LedgerError::Foreign { .. }
            | LedgerError::Pooled { .. }
            | LedgerError::Newer { .. }
            | LedgerError::OtherPublication { .. }
            | LedgerError::Refused { .. }
            | LedgerError::RolledBack { .. }
            | LedgerError::Outdated { .. }
            | LedgerError::NoFile { .. }
            | LedgerError::Trust(_) => Exit::Operator,
            _ => Exit::Ledger,
        };
        let failure = Self::new(exit, &error);
        match error.help() {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}
