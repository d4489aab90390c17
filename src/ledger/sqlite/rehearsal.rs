//! A ledger to try a run on without running it: a nameless file that SQLite removes, since a million readers do not fit
//! into the memory a run may take.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::File;
use super::schema::{furnish, settle_in};
use crate::ledger::birth::Birth;
use crate::ledger::error::LedgerError;
use crate::ledger::place::Place;
use crate::ledger::sql::Fault;

/// What SQLite takes for a file of its own that nobody else can open.
const NAMELESS: &str = "";

impl File {
    /// See [`Ledger::rehearse`](crate::ledger::Ledger::rehearse).
    pub fn rehearse(&self) -> Result<Self, LedgerError> {
        let copied = || -> Result<Connection, Fault> {
            let mut copy = Connection::open(NAMELESS)?;
            settle_in(&copy)?;
            Backup::new(&self.connection, &mut copy)?.step(-1)?;
            Ok(copy)
        };
        let connection = copied().map_err(|fault| fault.at(&self.place))?;
        Ok(Self { connection, path: self.path.clone(), place: self.place.clone(), witness: None })
    }

    /// See [`Ledger::rehearse_birth`](crate::ledger::Ledger::rehearse_birth).
    pub fn rehearse_birth(path: &Path, birth: &Birth) -> Result<Self, LedgerError> {
        let born = || -> rusqlite::Result<Connection> {
            let mut connection = Connection::open(NAMELESS)?;
            settle_in(&connection)?;
            furnish(&mut connection, birth)?;
            Ok(connection)
        };
        let place = Place::of_file(path);
        let connection = born().map_err(|error| LedgerError::from_sqlite(&place, error))?;
        Ok(Self { connection, path: path.to_owned(), place, witness: None })
    }
}

#[cfg(test)]
mod tests {
    use crate::ledger::stage::{Stage, start};

    #[test]
    fn what_is_rehearsed_does_not_happen() {
        let mut stage = Stage::with_readers(3);
        let before = stage.ledger.book().unwrap();
        let mut rehearsal = stage.ledger.rehearse().unwrap();
        assert_eq!(rehearsal.book().unwrap(), before);
        rehearsal.freeze(&stage.next_issue(), &[b"draft".to_vec()], crate::token::KeyId(1), start()).unwrap();
        assert_ne!(rehearsal.book().unwrap(), before, "the copy has an issue more");
        assert_eq!(stage.ledger.book().unwrap(), before);
        stage.announce_one();
    }
}
