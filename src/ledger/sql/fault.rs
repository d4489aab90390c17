//! What can stop a statement inside a transaction.

use super::value::Misfit;
use crate::ledger::error::LedgerError;
use crate::ledger::place::Place;
use crate::ledger::postgres;

/// The database's word, a column that holds nonsense, or what the ledger does not allow.
#[derive(Debug)]
pub(in crate::ledger) enum Fault {
    Sqlite(rusqlite::Error),
    Postgres(::postgres::Error),
    Misfit(Misfit),
    Refused(LedgerError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<::postgres::Error> for Fault {
    fn from(error: ::postgres::Error) -> Self {
        Self::Postgres(error)
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
    /// Whether the same may succeed a moment later: the database is away, or two transactions were in each other's way.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Postgres(error) => postgres::is_passing(error),
            Self::Refused(error) => matches!(error, LedgerError::Unreachable { .. }),
            Self::Sqlite(_) | Self::Misfit(_) => false,
        }
    }

    /// The error of the ledger at `place`.
    pub fn at(self, place: &Place) -> LedgerError {
        match self {
            Self::Sqlite(error) => LedgerError::from_sqlite(place, error),
            Self::Postgres(error) => LedgerError::from_postgres(place, &error),
            Self::Misfit(misfit) => LedgerError::Nonsense { place: place.clone(), what: misfit.to_string() },
            Self::Refused(error) => error,
        }
    }
}
