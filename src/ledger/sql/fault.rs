//! What can stop a statement inside a transaction.

use super::value::Misfit;
use crate::ledger::error::LedgerError;
use crate::ledger::place::Place;

/// The database's word, a column that holds nonsense, or what the ledger does not allow.
#[derive(Debug)]
pub(in crate::ledger) enum Fault {
    Sqlite(rusqlite::Error),
    Misfit(Misfit),
    Refused(LedgerError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Misfit> for Fault {
    fn from(misfit: Misfit) -> Self {
        Self::Misfit(misfit)
    }
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        Self::Refused(error)
    }
}

impl Fault {
    /// The error of the ledger at `place`.
    pub fn at(self, place: &Place) -> LedgerError {
        match self {
            Self::Sqlite(error) => LedgerError::from_sqlite(place, error),
            Self::Misfit(misfit) => LedgerError::Nonsense { place: place.clone(), what: misfit.to_string() },
            Self::Refused(error) => error,
        }
    }
}
