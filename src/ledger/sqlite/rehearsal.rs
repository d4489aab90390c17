//! A ledger in memory, to try a run on without running it.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::schema::{ALWAYS, Birth, furnish};
use super::{Fault, Ledger};
use crate::ledger::error::LedgerError;

impl Ledger {
    /// A copy of this ledger in memory. What is written into it is gone with it.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn rehearse(&self) -> Result<Self, LedgerError> {
        let copied = || -> Result<Connection, Fault> {
            let mut copy = Connection::open_in_memory()?;
            Backup::new(&self.connection, &mut copy)?.step(-1)?;
            copy.execute_batch(ALWAYS)?;
            Ok(copy)
        };
        let connection = copied().map_err(|fault| fault.at(&self.path))?;
        Ok(Self { connection, path: self.path.clone() })
    }

    /// A new ledger in memory, as [`create`](Self::create) would make it at `path`.
    ///
    /// # Errors
    ///
    /// If there is no memory for it.
    pub fn rehearse_birth(path: &Path, birth: &Birth) -> Result<Self, LedgerError> {
        let born = || -> rusqlite::Result<Connection> {
            let mut connection = Connection::open_in_memory()?;
            furnish(&mut connection, birth)?;
            connection.execute_batch(ALWAYS)?;
            Ok(connection)
        };
        let connection = born().map_err(|error| LedgerError::from_sqlite(path, error))?;
        Ok(Self { connection, path: path.to_owned() })
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
