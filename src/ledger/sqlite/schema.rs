//! How a ledger file is born, and how it is known again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::{File, pragma};
use crate::ledger::BUSY_PATIENCE;
use crate::ledger::birth::Birth;
use crate::ledger::error::LedgerError;
use crate::ledger::lock;
use crate::ledger::place::Place;
use crate::ledger::sql::{Fault, Misfit};

/// `PRAGMA application_id` of every ledger: the letters `PRLG`.
const APPLICATION_ID: i64 = 0x5052_4c47;

/// `PRAGMA user_version`: the schema this program reads and writes.
const VERSION: i64 = 1;

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

    fn connect(path: &Path, mode: OpenFlags) -> Result<Self, LedgerError> {
        if !path.try_exists().map_err(|source| LedgerError::Io { place: Place::of_file(path), source })? {
            return Err(LedgerError::Missing { place: Place::of_file(path) });
        }
        let place = Place::of_file(path);
        let sqlite = |error| LedgerError::from_sqlite(&place, error);
        let connection =
            Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(sqlite)?;
        connection.busy_timeout(BUSY_PATIENCE).map_err(sqlite)?;
        recognise(&connection, &place)?;
        connection.execute_batch(ALWAYS).map_err(sqlite)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection, path: path.to_owned(), place })
    }
}

/// Settings of every connection. 16 MB of cache, so that a million readers need no more memory than a hundred.
pub(super) const ALWAYS: &str =
    "PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA trusted_schema = OFF;";

/// Settings of a connection that writes. What is erased is overwritten; the log is cut back to 16 MB after a
/// large import.
fn prepare_writing(connection: &Connection) -> Result<(), Fault> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Misfit::new(mode, "the journal mode WAL, which network folders do not offer").into());
    }
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216;",
    )?;
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
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
    transaction.execute_batch(include_str!("schema.sql"))?;
    transaction.execute(
        "INSERT INTO meta (one, ledger_id, publication, created_at) VALUES (1, ?1, ?2, ?3)",
        (birth.ledger_id, &birth.publication, birth.now.as_millisecond()),
    )?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// Gives the finished file its name, unless that is taken: `rename` would overwrite.
fn link(unborn: &Path, path: &Path) -> Result<(), LedgerError> {
    fs::hard_link(unborn, path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => LedgerError::Exists { place: Place::of_file(path) },
        _ => LedgerError::Io { place: Place::of_file(path), source },
    })
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A file's name is durable once its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

fn recognise(connection: &Connection, place: &Place) -> Result<(), LedgerError> {
    let number = |name| pragma(connection, name).map_err(|fault| fault.at(place));
    let place = || place.clone();
    if number("application_id")? != APPLICATION_ID {
        return Err(LedgerError::Foreign { place: place(), found: "an SQLite file of another program" });
    }
    match number("user_version")? {
        VERSION => Ok(()),
        found if found > VERSION => Err(LedgerError::Newer { place: place(), found, known: VERSION }),
        found => Err(LedgerError::Nonsense { place: place(), what: format!("version {found}") }),
    }
}
