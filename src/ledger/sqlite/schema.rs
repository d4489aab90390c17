//! How a ledger file is born, and how it is known again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::values::{Millis, misfit};
use super::{Fault, Ledger};
use crate::ledger::BUSY_PATIENCE;
use crate::ledger::error::LedgerError;
use crate::ledger::lock;

/// `PRAGMA application_id` of every ledger: the letters `PRLG`.
const APPLICATION_ID: i64 = 0x5052_4c47;

/// `PRAGMA user_version`: the schema this program reads and writes.
const VERSION: i64 = 1;

/// What a new ledger is told about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Birth {
    /// From the system's random source; tells this ledger from every other.
    pub ledger_id: [u8; 16],
    /// Whose readers it holds: the publication's URL.
    pub publication: String,
    pub now: Timestamp,
}

/// Where a ledger comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub ledger_id: [u8; 16],
    pub publication: String,
    pub created_at: Timestamp,
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
        if path.symlink_metadata().is_ok() {
            return Err(LedgerError::Exists { path: path.to_owned() });
        }
        let fault = |source| LedgerError::Io { path: path.to_owned(), source };
        let unborn = beside(path, ".unborn");
        remove_if_there(&unborn).map_err(fault)?;
        remove_if_there(&beside(&unborn, "-journal")).map_err(fault)?;
        lock::private().create_new(true).write(true).open(&unborn).map_err(fault)?;
        let filled = fill(&unborn, birth).map_err(|error| LedgerError::from_sqlite(path, error));
        let linked = filled.and_then(|()| link(&unborn, path));
        remove_if_there(&unborn).map_err(fault)?;
        linked?;
        sync_folder(path).map_err(fault)?;
        Self::open(path)
    }

    /// Opens the ledger at `path`.
    ///
    /// # Errors
    ///
    /// If there is none, or what is there is not a ledger, or a newer program wrote it.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let ledger = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        prepare_writing(&ledger.connection).map_err(|error| LedgerError::from_sqlite(path, error))?;
        Ok(ledger)
    }

    /// Opens the ledger at `path` to look at it; every write through it fails.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_read_only(path: &Path) -> Result<Self, LedgerError> {
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// Writes the log back into the file and empties it.
    pub(super) fn empty_log(&mut self) -> Result<(), LedgerError> {
        let emptied = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        emptied.map_err(|error| LedgerError::from_sqlite(&self.path, error))
    }

    fn connect(path: &Path, mode: OpenFlags) -> Result<Self, LedgerError> {
        if !path.try_exists().map_err(|source| LedgerError::Io { path: path.to_owned(), source })? {
            return Err(LedgerError::Missing { path: path.to_owned() });
        }
        let sqlite = |error| LedgerError::from_sqlite(path, error);
        let connection =
            Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(sqlite)?;
        connection.busy_timeout(BUSY_PATIENCE).map_err(sqlite)?;
        recognise(&connection, path)?;
        connection.execute_batch(ALWAYS).map_err(sqlite)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection, path: path.to_owned() })
    }

    /// Where this ledger comes from.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn origin(&self) -> Result<Origin, LedgerError> {
        self.read(|view| Ok(origin(view)?))
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
        Err(LedgerError::OtherPublication {
            path: self.path.clone(),
            expected: publication.to_owned(),
            found,
        })
    }
}

/// Settings of every connection. 16 MB of cache, so that a million readers need no more memory than a hundred.
pub(super) const ALWAYS: &str =
    "PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA trusted_schema = OFF;";

/// Settings of a connection that writes. What is erased is overwritten; the log is cut back to 16 MB after a
/// large import.
fn prepare_writing(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(misfit(&mode, "the journal mode WAL, which network folders do not offer"));
    }
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216;",
    )
}

fn origin(connection: &Connection) -> rusqlite::Result<Origin> {
    connection.query_row("SELECT ledger_id, publication, created_at FROM meta", [], |row| {
        let created: Millis = row.get(2)?;
        Ok(Origin { ledger_id: row.get(0)?, publication: row.get(1)?, created_at: created.0 })
    })
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
        (birth.ledger_id, &birth.publication, Millis(birth.now)),
    )?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// Gives the finished file its name, unless that is taken: `rename` would overwrite.
fn link(unborn: &Path, path: &Path) -> Result<(), LedgerError> {
    fs::hard_link(unborn, path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => LedgerError::Exists { path: path.to_owned() },
        _ => LedgerError::Io { path: path.to_owned(), source },
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
    File::open(folder)?.sync_all()
}

fn recognise(connection: &Connection, path: &Path) -> Result<(), LedgerError> {
    let pragma = |name| -> Result<i64, LedgerError> {
        let number = connection.pragma_query_value(None, name, |row| row.get(0));
        number.map_err(|error| Fault::from(error).at(path))
    };
    let path = || path.to_owned();
    if pragma("application_id")? != APPLICATION_ID {
        return Err(LedgerError::Foreign { path: path(), found: "an SQLite file of another program" });
    }
    match pragma("user_version")? {
        VERSION => Ok(()),
        found if found > VERSION => Err(LedgerError::Newer { path: path(), found, known: VERSION }),
        found => Err(LedgerError::Nonsense { path: path(), what: format!("version {found}") }),
    }
}
