//! A ledger that is open, in whichever database it lies.

use std::thread;
use std::time::{Duration, Instant};

use super::settle::reap;
use super::values::Millis;
use super::{Fault, View};
use crate::ledger::birth::{Birth, Origin};
use crate::ledger::error::LedgerError;
use crate::ledger::location::Location;
use crate::ledger::model::Policy;
use crate::ledger::place::Place;
use crate::ledger::postgres::Database;
use crate::ledger::report::Reaped;
use crate::ledger::sqlite::File;
use crate::ledger::step::{Step, Stepped};

/// The ledger of one publication. Every method is one batch: all of it is durable on return, or none is kept.
pub struct Ledger {
    engine: Engine,
}

enum Engine {
    File(File),
    Database(Box<Database>),
}

impl From<File> for Ledger {
    fn from(file: File) -> Self {
        Self { engine: Engine::File(file) }
    }
}

impl From<Database> for Ledger {
    fn from(database: Database) -> Self {
        Self { engine: Engine::Database(Box::new(database)) }
    }
}

impl Ledger {
    /// Makes a new ledger at `location` and opens it.
    ///
    /// A file is readable by its owner alone. It is made under another name and linked into place whole, so that a kill
    /// leaves no half of one.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Exists`] if anything is there, which is left as it is.
    pub fn create(location: impl Into<Location>, birth: &Birth) -> Result<Self, LedgerError> {
        Ok(match location.into() {
            Location::File(path) => File::create(&path, birth)?.into(),
            Location::Database(url) => Database::create(&url, birth)?.into(),
        })
    }

    /// Whether anything is where the ledger at `location` should be.
    ///
    /// # Errors
    ///
    /// If a database cannot be reached, or does not let us in.
    pub fn exists(location: impl Into<Location>) -> Result<bool, LedgerError> {
        match location.into() {
            Location::File(path) => Ok(path.exists()),
            Location::Database(url) => match Database::open_read_only(&url) {
                Ok(_) => Ok(true),
                Err(LedgerError::Missing { .. }) => Ok(false),
                Err(error) => Err(error),
            },
        }
    }

    /// Opens the ledger at `location`.
    ///
    /// # Errors
    ///
    /// If there is none, or what is there is not a ledger, or a newer program wrote it.
    pub fn open(location: impl Into<Location>) -> Result<Self, LedgerError> {
        Ok(match location.into() {
            Location::File(path) => File::open(&path)?.into(),
            Location::Database(url) => Database::open(&url)?.into(),
        })
    }

    /// Opens the ledger at `location` to look at it; every write through it fails.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_read_only(location: impl Into<Location>) -> Result<Self, LedgerError> {
        Ok(match location.into() {
            Location::File(path) => File::open_read_only(&path)?.into(),
            Location::Database(url) => Database::open_read_only(&url)?.into(),
        })
    }

    /// This ledger, to try a run on. What is written into it is gone with it. Nobody plans meanwhile in a database.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn rehearse(&self) -> Result<Self, LedgerError> {
        Ok(match &self.engine {
            Engine::File(file) => file.rehearse()?.into(),
            Engine::Database(database) => database.rehearse()?.into(),
        })
    }

    /// A new ledger, as [`create`](Self::create) would make it, that is gone when it is dropped.
    ///
    /// # Errors
    ///
    /// If there is no memory for it, or the database cannot be reached.
    pub fn rehearse_birth(location: impl Into<Location>, birth: &Birth) -> Result<Self, LedgerError> {
        Ok(match location.into() {
            Location::File(path) => File::rehearse_birth(&path, birth)?.into(),
            Location::Database(url) => Database::rehearse_birth(&url, birth)?.into(),
        })
    }

    /// Whether several senders may share it.
    pub fn is_shared(&self) -> bool {
        matches!(self.engine, Engine::Database(_))
    }

    pub(super) fn file(&self) -> Result<&File, LedgerError> {
        match &self.engine {
            Engine::File(file) => Ok(file),
            Engine::Database(database) => Err(LedgerError::NoFile { place: database.place().clone() }),
        }
    }

    pub(super) fn file_mut(&mut self) -> Option<&mut File> {
        match &mut self.engine {
            Engine::File(file) => Some(file),
            Engine::Database(_) => None,
        }
    }

    /// Where the ledger lies, for people to read.
    pub fn place(&self) -> &Place {
        match &self.engine {
            Engine::File(file) => file.place(),
            Engine::Database(database) => database.place(),
        }
    }

    /// Where this ledger comes from.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn origin(&self) -> Result<Origin, LedgerError> {
        self.read(|view| {
            view.one("SELECT ledger_id, publication, created_at, restored_at FROM meta", &[], |row| {
                let created: Millis = row.get(2)?;
                let restored: Option<Millis> = row.get(3)?;
                Ok(Origin {
                    ledger_id: row.get(0)?,
                    publication: row.get(1)?,
                    created_at: created.0,
                    restored_at: restored.map(|time| time.0),
                })
            })
        })
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
        let (place, expected) = (self.place().clone(), publication.to_owned());
        Err(LedgerError::OtherPublication { place, expected, found })
    }

    /// Runs `work` in one transaction: all of it is kept, or nothing.
    pub(in crate::ledger) fn write<T>(
        &mut self,
        work: impl FnOnce(&View<'_>) -> Result<T, Fault>,
    ) -> Result<T, LedgerError> {
        let done = self.attempt(|tx| work(tx).map(Some))?;
        Ok(done.expect("work that does not fail is kept"))
    }

    /// Runs `work` in one transaction, of which nothing is kept when it comes to nothing.
    pub(super) fn attempt<T>(
        &mut self,
        work: impl FnOnce(&View<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>, LedgerError> {
        let done = match &mut self.engine {
            Engine::File(file) => file.attempt(work),
            Engine::Database(database) => database.attempt(work),
        };
        done.map_err(|fault| fault.at(self.place()))
    }

    /// Runs `look` on one unchanging view of the ledger.
    pub(super) fn read<T>(&self, look: impl FnOnce(&View<'_>) -> Result<T, Fault>) -> Result<T, LedgerError> {
        let seen = match &self.engine {
            Engine::File(file) => file.read(look),
            Engine::Database(database) => database.read(look),
        };
        seen.map_err(|fault| fault.at(self.place()))
    }

    /// Takes steps of sending in one transaction; results stand in the order of the steps.
    pub(in crate::ledger) fn take_steps(
        &mut self,
        steps: &[Step],
        policy: Policy,
    ) -> Result<Vec<Stepped>, LedgerError> {
        let taken = match &mut self.engine {
            Engine::File(file) => file.take_steps(steps, policy),
            Engine::Database(database) => database.take_steps(steps, policy),
        };
        taken.map_err(|fault| fault.at(self.place()))
    }

    pub(super) fn reap_dead(&mut self, policy: Policy) -> Result<Reaped, LedgerError> {
        match &mut self.engine {
            Engine::File(_) => self.write(|tx| reap(tx, policy)),
            Engine::Database(database) => database.reap(policy).map_err(|fault| fault.at(database.place())),
        }
    }

    /// How long a sender may leave the ledger alone; none if for ever.
    pub(in crate::ledger) fn patience(&self) -> Option<Duration> {
        matches!(self.engine, Engine::Database(_)).then_some(Database::BREATH)
    }

    /// Does `work`, again and again while a database is away, as long as we have patience.
    pub(in crate::ledger) fn patiently<T>(
        &mut self,
        work: impl Fn(&mut Self) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let began = Instant::now();
        loop {
            match work(self) {
                Err(LedgerError::Unreachable { .. }) if began.elapsed() < Database::PATIENCE => {
                    thread::sleep(Database::PAUSE);
                }
                done => return done,
            }
        }
    }

    /// Does what must be done now and then while mail is sent.
    pub(in crate::ledger) fn tend(&mut self, policy: Policy) -> Result<(), LedgerError> {
        match &mut self.engine {
            Engine::File(_) => Ok(()),
            Engine::Database(database) => database
                .patiently(|database| database.tend(policy))
                .map_err(|fault| fault.at(database.place())),
        }
    }

    /// Gives up the right to send, so that others need not wait until it is over. Nothing is claimed any more.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn retire(&mut self) -> Result<(), LedgerError> {
        match &mut self.engine {
            Engine::File(_) => Ok(()),
            Engine::Database(database) => database.retire().map_err(|fault| fault.at(database.place())),
        }
    }

    /// Overwrites what was erased wherever a file still keeps it. A database does so when it vacuums.
    pub(super) fn erase_traces(&mut self) -> Result<(), LedgerError> {
        match &mut self.engine {
            Engine::File(file) => file.empty_log(),
            Engine::Database(_) => Ok(()),
        }
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ledger({})", self.place())
    }
}
