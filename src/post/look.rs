//! What a glance at a file shows: a file that looks as it did is taken for what it was.

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::UNIX_EPOCH;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How long a file must have been left alone, in nanoseconds: FAT counts in steps of two seconds.
const SETTLED: u64 = 2_000_000_000;

/// Size, times and number of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Look {
    octets: u64,
    /// Nanoseconds since 1970.
    modified: u64,
    /// When anything about it changed, likewise, and its number; 0 where the system tells neither.
    changed: u64,
    number: u64,
}

/// The time after which files must not have changed, if what is read of them is to be kept `now`: nanoseconds since 1970.
pub(super) fn settled(now: Timestamp) -> u64 {
    u64::try_from(now.as_nanosecond()).unwrap_or(0).saturating_sub(SETTLED)
}

impl Look {
    /// Of the file at `path`; none where there is none, or the system does not tell its times.
    pub fn at(path: &Path) -> Option<Self> {
        Self::of(&fs::metadata(path).ok()?)
    }

    fn of(found: &Metadata) -> Option<Self> {
        let modified = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let (changed, number) = status(found);
        let modified = u64::try_from(modified.as_nanos()).ok()?;
        Some(Self { octets: found.len(), modified, changed, number })
    }

    /// Whether the file was left alone since `settled`, in nanoseconds since 1970.
    pub fn is_settled(self, settled: u64) -> bool {
        self.modified.max(self.changed) < settled
    }
}

#[cfg(unix)]
fn status(found: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    let nanoseconds = found.ctime().saturating_mul(1_000_000_000).saturating_add(found.ctime_nsec());
    (u64::try_from(nanoseconds).unwrap_or(0), found.ino())
}

#[cfg(not(unix))]
fn status(_found: &Metadata) -> (u64, u64) {
    (0, 0)
}
