//! Copies of a ledger file: made while it is in use, and brought back without mailing anybody twice.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::File;
use super::schema::{beside, link, remove_if_there, sync_folder};
use super::witness::{Testimony, Witness};
use crate::ledger::error::LedgerError;
use crate::ledger::lock::{self, SenderLock};
use crate::ledger::place::Place;
use crate::ledger::sql::{Fault, values};

impl File {
    /// Copies the ledger as it is at one moment to `to`, which must not exist. Senders may be at work.
    ///
    /// The copy is made under another name, synced and linked into place whole.
    pub fn copy_to(&self, to: &Path) -> Result<(), LedgerError> {
        if to.symlink_metadata().is_ok() {
            return Err(LedgerError::Exists { place: Place::of_file(to) });
        }
        let unfinished = beside(to, ".unfinished");
        let copied = self.copy_into(&unfinished).and_then(|()| link(&unfinished, to));
        remove_if_there(&unfinished).map_err(|source| io_at(to, source))?;
        copied?;
        sync_folder(to).map_err(|source| io_at(to, source))
    }

    /// Copies the ledger into a new file of our own at `path`.
    fn copy_into(&self, path: &Path) -> Result<(), LedgerError> {
        remove_if_there(path).map_err(|source| io_at(path, source))?;
        let made = lock::private().create_new(true).write(true).open(path);
        let file = made.map_err(|source| io_at(path, source))?;
        let copied = || -> rusqlite::Result<()> {
            let mut copy = Connection::open(path)?;
            Backup::new(&self.connection, &mut copy)?.step(-1)?;
            // One file, without a log beside it.
            copy.pragma_update(None, "journal_mode", "DELETE")?;
            copy.close().map_err(|(_, error)| error)
        };
        copied().map_err(|error| LedgerError::from_sqlite(&Place::of_file(path), error))?;
        file.sync_all().map_err(|source| io_at(path, source))
    }

    /// How far this ledger has come.
    pub fn testimony(&self) -> Result<Testimony, LedgerError> {
        let found = self.read(|view| {
            view.one("SELECT ledger_id, generation FROM meta", &[], |row| {
                Ok(Testimony { ledger_id: row.get(0)?, generation: row.get(1)? })
            })
        });
        found.map_err(|fault| fault.at(&self.place))
    }

    /// From now on every batch of steps is told to the file beside the ledger.
    ///
    /// # Errors
    ///
    /// [`LedgerError::RolledBack`] if the ledger is behind what was told there.
    pub fn watch(&mut self, lock: &SenderLock) -> Result<(), LedgerError> {
        let here = self.testimony()?;
        let witness = Witness::of(lock).map_err(|source| io_at(&self.path, source))?;
        let told = match &witness {
            Some(witness) => witness.says().map_err(|source| io_at(&self.path, source))?,
            None => None,
        };
        if let Some(told) =
            told.filter(|told| told.ledger_id == here.ledger_id && told.generation > here.generation)
        {
            return Err(LedgerError::RolledBack {
                place: self.place.clone(),
                expected: told.generation,
                found: here.generation,
            });
        }
        self.witness = witness;
        Ok(())
    }

    /// Counts a batch; told to the witness once it is durable.
    pub(super) fn count_batch(view: &crate::ledger::sql::View<'_>) -> Result<Testimony, Fault> {
        view.one("UPDATE meta SET generation = generation + 1 RETURNING ledger_id, generation", &[], |row| {
            Ok(Testimony { ledger_id: row.get(0)?, generation: row.get(1)? })
        })
    }

    /// Tells the witness how far the ledger has come.
    pub(super) fn tell(&mut self, testimony: &Testimony) -> Result<(), LedgerError> {
        match &mut self.witness {
            Some(witness) => witness.note(testimony).map_err(|source| io_at(&self.path, source)),
            None => Ok(()),
        }
    }

    /// How far the ledger at `path` had come at the latest, as far as anything there can tell.
    pub fn latest(path: &Path, lock: &SenderLock) -> Result<Option<Testimony>, LedgerError> {
        let witness = Witness::of(lock).map_err(|source| io_at(path, source))?;
        let told = match witness {
            Some(witness) => witness.says().map_err(|source| io_at(path, source))?,
            None => None,
        };
        // One that cannot be opened any more tells nothing.
        let there = Self::open_read_only(path).and_then(|file| file.testimony()).ok();
        Ok(told.into_iter().chain(there).max_by_key(|testimony| testimony.generation))
    }

    /// Puts this ledger's copy in the place of the one at `path`; what is there is set aside and named.
    ///
    /// `prepare` works on the copy before anybody can see it.
    pub fn put_in_place(
        &self,
        path: &Path,
        prepare: impl FnOnce(&mut Self) -> Result<(), LedgerError>,
    ) -> Result<Option<PathBuf>, LedgerError> {
        let unfinished = beside(path, ".unfinished");
        self.copy_into(&unfinished)?;
        let mut copy = Self::open(&unfinished)?;
        prepare(&mut copy)?;
        copy.empty_log()?;
        drop(copy);
        let aside = set_aside(path).map_err(|source| io_at(path, source))?;
        fs::rename(&unfinished, path).map_err(|source| io_at(path, source))?;
        sync_folder(path).map_err(|source| io_at(path, source))?;
        Ok(aside)
    }

    /// Notes that the ledger has come as far as `generation`, in it and beside it.
    pub fn advance_to(&mut self, generation: u64, lock: &SenderLock) -> Result<(), LedgerError> {
        self.witness = Witness::of(lock).map_err(|source| io_at(&self.path, source))?;
        let advanced = self.attempt(|tx| {
            tx.execute("UPDATE meta SET generation = ?1", values![generation])?;
            Ok(Some(()))
        });
        advanced.map_err(|fault| fault.at(&self.place))?;
        let testimony = self.testimony()?;
        self.tell(&testimony)
    }
}

/// Gives the ledger at `path` another name, its log with it. None: there was none.
fn set_aside(path: &Path) -> io::Result<Option<PathBuf>> {
    if path.symlink_metadata().is_err() {
        return Ok(None);
    }
    let names = (1..).map(|number| beside(path, &format!(".replaced-{number}")));
    let aside = names.into_iter().find(|name| name.symlink_metadata().is_err()).expect("some name is free");
    let log = beside(path, "-wal");
    if log.exists() {
        fs::rename(&log, beside(&aside, "-wal"))?;
    }
    remove_if_there(&beside(path, "-shm"))?;
    fs::rename(path, &aside)?;
    Ok(Some(aside))
}

fn io_at(path: &Path, source: io::Error) -> LedgerError {
    LedgerError::Io { place: Place::of_file(path), source }
}
