//! Where the ledger of a test lies: in a file, or in a database.

use std::path::Path;

use jiff::Timestamp;
use tempfile::TempDir;

use postrider::ledger::{Birth, DatabaseUrl, Ledger, Location};

use crate::postgres::Postgres;

/// A ledger that can be opened again.
pub struct Home<'s> {
    location: Location,
    database: Option<(&'s Postgres, String)>,
    _folder: Option<TempDir>,
}

impl Home<'static> {
    pub fn in_a_file() -> Self {
        let folder = folder();
        let location = Location::File(folder.path().join("ledger.db"));
        Self { location, database: None, _folder: Some(folder) }
    }
}

impl<'s> Home<'s> {
    pub fn in_a_database(server: &'s Postgres) -> Self {
        let url = server.database();
        let name = url.rsplit('/').next().unwrap().to_owned();
        let parsed: DatabaseUrl = url.parse().unwrap();
        Self { location: Location::Database(parsed), database: Some((server, name)), _folder: None }
    }

    pub fn create(&self, now: Timestamp) -> Ledger {
        let birth = Birth { ledger_id: [1; 16], publication: "letters.example.org".to_owned(), now };
        Ledger::create(&self.location, &birth).unwrap()
    }

    pub fn open(&self) -> Ledger {
        Ledger::open(&self.location).unwrap()
    }

    /// Makes every sender one whose time is over. Of a file only one can be at work, and its lock says so.
    pub fn bury_senders(&self) {
        if let Some((server, name)) = &self.database {
            server.ask(name, "UPDATE postrider.worker SET lease_until = 0");
        }
    }
}

/// In memory where the system has a folder there: a process that is killed loses nothing of it.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}
