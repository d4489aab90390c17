//! Beside the ledger it is written how far it had come, so that an older copy put in its place is recognised.
//!
//! A copy of yesterday's ledger reads as: nobody has got what was sent since. So with every batch of
//! steps a count goes up in the ledger, and then in the lock file beside it, before anybody is told of the commit: also
//! the newest commits are missed when a bad block cuts the log off before them. A ledger that is behind its lock file is
//! not sent from. After a loss of power the lock file may be behind instead, which harms nobody.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

use data_encoding::HEXLOWER;

use crate::ledger::lock;

/// How far a ledger had come when it was last sent from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct Testimony {
    pub ledger_id: [u8; 16],
    pub generation: u64,
}

/// The open lock file.
#[derive(Debug)]
pub(super) struct Witness(File);

impl Witness {
    /// The witness in the file that `lock` holds; none for a database.
    pub fn of(lock: &lock::SenderLock) -> io::Result<Option<Self>> {
        lock.file().map(|file| file.try_clone().map(Self)).transpose()
    }

    /// What was written last; none if nothing was, or what is there is no testimony.
    pub fn says(&self) -> io::Result<Option<Testimony>> {
        let mut text = [0; Testimony::OCTETS];
        match self.0.read_exact_at(&mut text, 0) {
            Ok(()) => Ok(Testimony::read(&text)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes it down. Not synced: a kill loses nothing, and a loss of power nothing that matters.
    pub fn note(&mut self, testimony: &Testimony) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(0))?;
        self.0.write_all(testimony.to_text().as_bytes())
    }
}

impl Testimony {
    /// 32 hexadecimal digits, a space, 20 digits, a line end.
    const OCTETS: usize = 54;

    fn to_text(self) -> String {
        format!("{} {:020}\n", HEXLOWER.encode(&self.ledger_id), self.generation)
    }

    fn read(text: &[u8]) -> Option<Self> {
        let (id, generation) = std::str::from_utf8(text).ok()?.trim_end().split_once(' ')?;
        let ledger_id = HEXLOWER.decode(id.as_bytes()).ok()?.try_into().ok()?;
        Some(Self { ledger_id, generation: generation.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_testimony_reads_back_as_it_was_written() {
        for generation in [0, 7, u64::MAX] {
            let testimony = Testimony { ledger_id: [0xa7; 16], generation };
            let text = testimony.to_text();
            assert_eq!((text.len(), Testimony::read(text.as_bytes())), (Testimony::OCTETS, Some(testimony)));
        }
        for nonsense in ["", "a7a7", "zz 7"] {
            assert_eq!(Testimony::read(nonsense.as_bytes()), None, "{nonsense}");
        }
    }
}
