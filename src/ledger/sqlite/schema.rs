//! How a ledger file is born, and how it is known again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{File, pragma};
use crate::ledger::BUSY_PATIENCE;
use crate::ledger::birth::Birth;
use crate::ledger::error::LedgerError;
use crate::ledger::lock;
use crate::ledger::place::Place;
use crate::ledger::sql::{self, Fault, Misfit, View};
use crate::message::IssueId;

/// `PRAGMA application_id` of every ledger: the letters `PRLG`.
const APPLICATION_ID: i64 = 0x5052_4c47;

/// `PRAGMA user_version`: the schema this program reads and writes.
const VERSION: i64 = SCHEMAS.len() as i64;

/// What makes each version of the one before it, the first of nothing.
const SCHEMAS: [&str; 4] = [
    include_str!("schema-1.sql"),
    include_str!("schema-2.sql"),
    include_str!("schema-3.sql"),
    include_str!("schema-4.sql"),
];

impl File {
    /// See [`Ledger::create`](crate::ledger::Ledger::create).
    pub fn create(path: &Path, birth: &Birth) -> Result<Self, LedgerError> {
        if path.symlink_metadata().is_ok() {
            return Err(LedgerError::Exists { place: Place::of_file(path) });
        }
        let fault = |source| LedgerError::Io { place: Place::of_file(path), source };
        let unborn = beside(path, ".unborn");
        remove_if_there(&unborn).map_err(fault)?;
        remove_if_there(&beside(&unborn, "-journal")).map_err(fault)?;
        lock::private().create_new(true).write(true).open(&unborn).map_err(fault)?;
        let filled =
            fill(&unborn, birth).map_err(|error| LedgerError::from_sqlite(&Place::of_file(path), error));
        let linked = filled.and_then(|()| link(&unborn, path));
        remove_if_there(&unborn).map_err(fault)?;
        linked?;
        sync_folder(path).map_err(fault)?;
        Self::open(path)
    }

    /// See [`Ledger::open`](crate::ledger::Ledger::open).
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let ledger = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        prepare_writing(&ledger.connection).map_err(|fault| fault.at(&ledger.place))?;
        Ok(ledger)
    }

    /// See [`Ledger::open_read_only`](crate::ledger::Ledger::open_read_only).
    pub fn open_read_only(path: &Path) -> Result<Self, LedgerError> {
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// Opens a ledger of this version, making it one if it is older.
    fn connect(path: &Path, mode: OpenFlags) -> Result<Self, LedgerError> {
        if !path.try_exists().map_err(|source| LedgerError::Io { place: Place::of_file(path), source })? {
            return Err(LedgerError::Missing { place: Place::of_file(path) });
        }
        let place = Place::of_file(path);
        let sqlite = |error| LedgerError::from_sqlite(&place, error);
        let connection =
            Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(sqlite)?;
        connection.busy_timeout(BUSY_PATIENCE).map_err(sqlite)?;
        if recognise(&connection, &place)? < VERSION {
            migrate(path, &place)?;
        }
        settle_in(&connection).map_err(sqlite)?;
        Ok(Self { connection, path: path.to_owned(), place, witness: None })
    }
}

/// Settings of every connection. 6 MB of cache: a million readers need little more memory than a hundred, and a sort,
/// which takes as much again, does too. With 16 MB an import of a million was no faster.
const ALWAYS: &str = "PRAGMA foreign_keys = ON; PRAGMA cache_size = -6000; PRAGMA trusted_schema = OFF;";

/// Makes the settings of every connection.
///
/// Plans do not depend on values: else SQLite makes a plan anew each time a statement is given other values, which
/// took half of the time of an import.
pub(super) fn settle_in(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(ALWAYS)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Settings of a connection that writes. What is erased is overwritten; the log is cut back to 16 MB after a
/// large import.
fn prepare_writing(connection: &Connection) -> Result<(), Fault> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Misfit::new(mode, "the journal mode WAL, which network folders do not offer").into());
    }
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216;
         PRAGMA wal_autocheckpoint = 4000;",
    )?;
    Ok(())
}

pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn fill(path: &Path, birth: &Birth) -> rusqlite::Result<()> {
    let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    furnish(&mut connection, birth)?;
    connection.close().map_err(|(_, error)| error)
}

/// Writes the tables and who the ledger is into an empty database.
pub(super) fn furnish(connection: &mut Connection, birth: &Birth) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for schema in SCHEMAS {
        transaction.execute_batch(schema)?;
    }
    transaction.execute(
        "INSERT INTO meta (one, ledger_id, publication, created_at) VALUES (1, ?1, ?2, ?3)",
        (birth.ledger_id, &birth.publication, birth.now.as_millisecond()),
    )?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// Makes an older ledger one of this version, in one transaction: a kill leaves the old one.
fn migrate(path: &Path, place: &Place) -> Result<(), LedgerError> {
    let migrated = || -> Result<(), Fault> {
        let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(BUSY_PATIENCE)?;
        prepare_writing(&connection)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been faster.
        let found = usize::try_from(pragma(&transaction, "user_version")?).unwrap_or(SCHEMAS.len());
        for (before, schema) in SCHEMAS.iter().enumerate().skip(found) {
            transaction.execute_batch(schema)?;
            if before == 1 {
                begin_keeping_sums(&transaction)?;
            }
        }
        transaction.pragma_update(None, "user_version", VERSION)?;
        Ok(transaction.commit()?)
    };
    migrated().map_err(|fault| fault.at(place))
}

/// Version 1 kept no sums: they begin with what is there.
fn begin_keeping_sums(transaction: &Connection) -> Result<(), Fault> {
    let view = View::on(sql::Connection::Sqlite(transaction));
    let issues: Vec<IssueId> = view.all("SELECT id FROM issue", &[], |row| row.get(0))?;
    issues.into_iter().try_for_each(|issue| sql::begin_keeping(&view, issue))
}

/// Gives the finished file its name, unless that is taken: `rename` would overwrite.
pub(super) fn link(unborn: &Path, path: &Path) -> Result<(), LedgerError> {
    fs::hard_link(unborn, path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => LedgerError::Exists { place: Place::of_file(path) },
        _ => LedgerError::Io { place: Place::of_file(path), source },
    })
}

pub(super) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A file's name is durable once its folder is.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

/// The version of the ledger, if it is one this program can use.
fn recognise(connection: &Connection, place: &Place) -> Result<i64, LedgerError> {
    let number = |name| pragma(connection, name).map_err(|fault| fault.at(place));
    let place = || place.clone();
    if number("application_id")? != APPLICATION_ID {
        return Err(LedgerError::Foreign { place: place(), found: "an SQLite file of another program" });
    }
    match number("user_version")? {
        found @ 1..=VERSION => Ok(found),
        found if found > VERSION => Err(LedgerError::Newer { place: place(), found, known: VERSION }),
        found => Err(LedgerError::Nonsense { place: place(), what: format!("version {found}") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Ledger;
    use crate::ledger::stage::birth;

    /// A ledger as version 1 wrote it: one issue, two recipients, one of them sent to.
    fn version_1(path: &Path) {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch(SCHEMAS[0]).unwrap();
        connection
            .execute_batch(
                "INSERT INTO meta VALUES (1, x'01010101010101010101010101010101', 'https://letters.example/', 0);
                 INSERT INTO post VALUES (1, 'tag:example.org,2026:a', 'a.md', 'a', 'A', 0, '', '', 0, 1, 0);
                 INSERT INTO cohort VALUES (1, 'each', NULL, NULL, NULL, NULL, '', NULL);
                 INSERT INTO wording VALUES (1, 'test');
                 INSERT INTO subscriber VALUES (1, 'a@example.org', NULL, NULL, 1, 'C', 1, 0, 0, 1, 0);
                 INSERT INTO subscriber VALUES (2, 'b@example.org', NULL, NULL, 1, 'C', 1, 0, 0, 1, 0);
                 INSERT INTO series VALUES ('each', 'each/1', 1);
                 INSERT INTO issue VALUES (1, 'each', 'each/1', 0, 0, 1, 1, 2, 'sending', NULL);
                 INSERT INTO edition VALUES (1, 0, 'en', x'00');
                 INSERT INTO edition_post VALUES (1, 0, 0, 1);
                 INSERT INTO delivery VALUES (1, 1, 0, 'S', 1, 1, 0, 0, 0, NULL, '250 ok');
                 INSERT INTO delivery VALUES (1, 2, 0, 'Q', 0, 0, 0, 0, NULL, NULL, NULL);
                 PRAGMA application_id = 1347570759; PRAGMA user_version = 1;",
            )
            .unwrap();
    }

    #[test]
    fn an_older_ledger_becomes_one_of_this_version_when_it_is_opened() {
        for is_read_only in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("ledger");
            version_1(&path);
            let ledger = match is_read_only {
                true => Ledger::open_read_only(&path).unwrap(),
                false => Ledger::open(&path).unwrap(),
            };
            ledger.examine().unwrap();
            assert_eq!(ledger.verify().unwrap(), []);
            let version = Connection::open(&path).unwrap();
            assert_eq!(pragma(&version, "user_version").unwrap(), VERSION);
        }
    }

    #[test]
    fn a_migration_that_cannot_end_leaves_the_ledger_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        version_1(&path);
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("CREATE TABLE account (x)").unwrap();
        let refused = Ledger::open(&path).unwrap_err();
        assert!(matches!(refused, LedgerError::Database { .. }), "{refused}");
        assert_eq!(pragma(&connection, "user_version").unwrap(), 1);
        assert!(connection.prepare("SELECT generation FROM meta").is_err(), "nothing of it was kept");
    }

    #[test]
    fn a_newer_or_a_foreign_file_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        drop(Ledger::create(&path, &birth()).unwrap());
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
        let newer = Ledger::open(&path).unwrap_err();
        assert!(matches!(newer, LedgerError::Newer { .. }) && newer.help().is_some(), "{newer}");
        connection.pragma_update(None, "application_id", 7).unwrap();
        let foreign = Ledger::open(&path).unwrap_err();
        assert!(matches!(foreign, LedgerError::Foreign { .. }) && foreign.help().is_some(), "{foreign}");
    }
}
