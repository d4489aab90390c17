//! What the database says, sorted by what can be done about it.

use postgres::Error;
use postgres::error::{DbError, SqlState};

use crate::ledger::error::LedgerError;
use crate::ledger::place::Place;

/// Whether the same may succeed a moment later: the server is away, or stopped this transaction for another's sake.
pub(in crate::ledger) fn is_passing(error: &Error) -> bool {
    is_away(error) || error.code() == Some(&SqlState::T_R_DEADLOCK_DETECTED)
}

/// Whether the server cannot be reached, is ending or is starting.
fn is_away(error: &Error) -> bool {
    let is_ours = error.as_db_error().is_none();
    let says_so =
        error.code().is_some_and(|code| code.code().starts_with("08") || code.code().starts_with("57P"));
    says_so || (is_ours && (error.is_closed() || is_of_the_network(error)))
}

fn is_of_the_network(error: &Error) -> bool {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.into_iter().any(|cause| cause.is::<std::io::Error>())
}

impl LedgerError {
    /// Sorts what PostgreSQL says. Its details and hints are left out: they repeat what stands in rows.
    pub(in crate::ledger) fn from_postgres(place: &Place, error: &Error) -> Self {
        let place = place.clone();
        let source = words(error).into();
        let Some(code) = error.code() else {
            return match is_away(error) {
                true => Self::Unreachable { place, source },
                false => Self::Database { place, source },
            };
        };
        match code.code() {
            "53100" => Self::Full { place, source },
            "25006" | "42501" => Self::ReadOnly { place, source },
            "55P03" | "40P01" | "57014" => Self::Locked { place },
            "XX001" | "XX002" => Self::Damaged { place, source },
            // A prepared statement that is not there, or there already, is another connection's.
            "26000" | "42P05" => Self::Pooled { place },
            "3D000" => Self::Foreign { place, found: "no such database" },
            code if code.starts_with("28") => Self::Refused { place, source },
            _ if is_away(error) => Self::Unreachable { place, source },
            _ => Self::Database { place, source },
        }
    }
}

fn words(error: &Error) -> String {
    match error.as_db_error() {
        Some(said) => said_by_server(said),
        None => match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}

fn said_by_server(said: &DbError) -> String {
    format!("{} ({})", said.message(), said.code().code())
}
