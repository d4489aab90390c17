//! One sender at a time: a lock on the file beside the ledger.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::error::LedgerError;
use super::location::Location;
use super::place::Place;

/// Held by the one process that sends from a ledger file; given up when dropped, even by a kill.
///
/// Whoever holds it may take back every row that a dead sender held. From a database any number may send.
#[derive(Debug)]
pub struct SenderLock {
    file: Option<File>,
}

impl SenderLock {
    /// Takes the lock of the ledger at `location`: of a file, `PATH.lock`, which stays
    /// behind and holds how far the ledger had come.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Busy`] if another process holds it; [`LedgerError::Io`] if the file cannot be made.
    pub fn acquire(location: &Location) -> Result<Self, LedgerError> {
        match location {
            Location::File(path) => Ok(Self { file: Some(Self::of_file(path)?) }),
            Location::Database(_) => Ok(Self { file: None }),
        }
    }

    pub(super) fn file(&self) -> Option<&File> {
        self.file.as_ref()
    }

    fn of_file(path: &Path) -> Result<File, LedgerError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let name = Path::new(&name);
        let fault = |source| LedgerError::Io { place: Place::of_file(name), source };
        let file = private().create(true).truncate(false).read(true).write(true).open(name).map_err(fault)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(LedgerError::Busy { place: Place::of_file(path) }),
            Err(TryLockError::Error(source)) => Err(fault(source)),
        }
    }
}

/// Options for a file that only its owner may read.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_sender_is_turned_away_until_the_first_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = Location::File(folder.path().join("ledger.db"));
        let first = SenderLock::acquire(&path).unwrap();
        let second = SenderLock::acquire(&path).unwrap_err();
        assert!(matches!(second, LedgerError::Busy { .. }), "{second}");
        assert!(second.help().is_some());
        drop(first);
        SenderLock::acquire(&path).unwrap();
    }
}
