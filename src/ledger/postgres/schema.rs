//! How a ledger in a database is born, and how it is known again.

use super::session::Session;
use crate::ledger::birth::Birth;
use crate::ledger::error::LedgerError;
use crate::ledger::location::DatabaseUrl;
use crate::ledger::place::Place;
use crate::ledger::sql::{Fault, Row, values};

/// The version of the tables this program reads and writes; the same number as for files.
const VERSION: i64 = 4;

/// The first version that lived in databases, and what makes each later one of the one before it.
const FIRST: i64 = 3;
const CHANGES: [&str; 1] = [include_str!("schema-4.sql")];

/// Makes the tables in an open transaction.
///
/// # Errors
///
/// [`LedgerError::Exists`] if there are any.
pub(super) fn furnish(session: &mut Session, url: &DatabaseUrl, birth: &Birth) -> Result<(), Fault> {
    // Two births at once: the second one waits and finds the first.
    session.batch(&format!("SELECT pg_advisory_xact_lock({})", super::PLANNING))?;
    if version(session)?.is_some() {
        return Err(LedgerError::Exists { place: Place::of_database(url) }.into());
    }
    session.batch(&format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", url.schema))?;
    session.batch(include_str!("schema.sql"))?;
    session.execute(
        "INSERT INTO meta (one, version, ledger_id, publication, created_at) VALUES (1, ?1, ?2, ?3, ?4)",
        values![VERSION, birth.ledger_id, birth.publication, birth.now.as_millisecond()],
    )?;
    Ok(())
}

/// Makes sure that there is a ledger this program can use, and brings an older one up to date.
pub(super) fn recognise(session: &mut Session, place: &Place) -> Result<(), LedgerError> {
    let found = version(session).map_err(|fault| fault.at(place))?;
    let place = || place.clone();
    match found {
        None => Err(LedgerError::Missing { place: place() }),
        Some(VERSION) => Ok(()),
        Some(found) if found > VERSION => Err(LedgerError::Newer { place: place(), found, known: VERSION }),
        Some(found) if found >= FIRST => migrate(session).map_err(|fault| fault.at(&place())),
        Some(found) => Err(LedgerError::Nonsense { place: place(), what: format!("version {found}") }),
    }
}

/// Makes an older ledger one of this version, in one transaction: a kill leaves the old one.
fn migrate(session: &mut Session) -> Result<(), Fault> {
    session.batch(&format!("BEGIN; SELECT pg_advisory_xact_lock({})", super::PLANNING))?;
    // Another process may have been faster.
    let found = version(session)?.unwrap_or(VERSION);
    for (_, change) in (FIRST..).zip(CHANGES).filter(|(before, _)| *before >= found) {
        session.batch(change)?;
    }
    session.execute("UPDATE meta SET version = ?1 WHERE version < ?1", values![VERSION])?;
    session.batch("COMMIT")
}

/// The version of the ledger's tables, if there are any.
fn version(session: &mut Session) -> Result<Option<i64>, Fault> {
    let found = session.query("SELECT CAST(to_regclass('meta') AS TEXT)", &[])?;
    let is_there: Option<String> = match found.first() {
        Some(row) => Row::Postgres(row).get(0)?,
        None => None,
    };
    if is_there.is_none() {
        return Ok(None);
    }
    let rows = session.query("SELECT version FROM meta", &[])?;
    rows.first().map(|row| Row::Postgres(row).get(0)).transpose()
}

#[cfg(test)]
mod tests {
    use crate::issue::Seq;
    use crate::ledger::Ledger;
    use crate::ledger::location::Location;
    use crate::ledger::stage::On;

    #[test]
    fn an_older_ledger_becomes_one_of_this_version_when_it_is_opened() {
        let (stage, _) = On::Database.sending(2);
        let older = "ALTER TABLE subscriber DROP COLUMN owed; UPDATE meta SET version = 3";
        let Location::Database(url) = &stage.location else { panic!("it lies in a database") };
        super::Session::open(url).unwrap().batch(older).unwrap();
        for excluded in [2, 0] {
            let mut ledger = Ledger::open(&stage.location).unwrap();
            assert_eq!(ledger.verify().unwrap(), []);
            assert_eq!(ledger.withdraw(&[Seq(1)]).unwrap(), excluded);
        }
    }
}
