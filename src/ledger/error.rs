//! What can go wrong with a ledger, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::issue::Seq;
use crate::message::IssueId;

/// Why the ledger did not do what it was asked. Nothing of the request was kept.
///
/// Names subscribers by number only.
#[derive(Debug, Error)]
pub enum LedgerError {
    #[error("{}: no ledger here", path.display())]
    Missing { path: PathBuf },
    #[error("{}: there is a ledger already", path.display())]
    Exists { path: PathBuf },
    #[error("{}: not a postrider ledger: {found}", path.display())]
    Foreign { path: PathBuf, found: &'static str },
    #[error("{}: expected a ledger of version {known} or older, found version {found}", path.display())]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("{}: expected the ledger of `{expected}`, found the ledger of `{found}`", path.display())]
    OtherPublication { path: PathBuf, expected: String, found: String },
    #[error("{}: another sender is at work", path.display())]
    Busy { path: PathBuf },
    #[error("{}: locked by another process for longer than {} s", path.display(), super::BUSY_PATIENCE.as_secs())]
    Locked { path: PathBuf },
    #[error("{}: the disk is full", path.display())]
    Full { path: PathBuf, source: rusqlite::Error },
    #[error("{}: cannot be written", path.display())]
    ReadOnly { path: PathBuf, source: rusqlite::Error },
    #[error("{}: damaged", path.display())]
    Damaged { path: PathBuf, source: rusqlite::Error },
    #[error("{}: the ledger holds something it cannot hold: {what}", path.display())]
    Nonsense { path: PathBuf, what: String },
    #[error("{}: SQLite stopped", path.display())]
    Sqlite { path: PathBuf, source: rusqlite::Error },
    #[error("{}: cannot be used", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("expected the next post to be number {}, found {}: another run announced posts meanwhile", expected.0, found.0)]
    Raced { expected: Seq, found: Seq },
    #[error("issue `{key}` of `{series}` is frozen already")]
    FrozenAlready { series: String, key: String },
    #[error("issue `{key}` of `{series}` ends at {}, before the issue before it, at {}", through.0, served.0)]
    Backwards { series: String, key: String, through: Seq, served: Seq },
    #[error("issue `{key}` of `{series}`: expected a draft for each of {editions} editions, found {drafts}")]
    Drafts { series: String, key: String, editions: usize, drafts: usize },
    #[error("no post is announced as `{id}`")]
    UnknownPost { id: String },
    #[error("there is no issue {}", id.0)]
    UnknownIssue { id: IssueId },
    #[error("the ledger stopped earlier in this run: {why}")]
    Stopped { why: String },
}

impl LedgerError {
    /// What the reader of the error can do, if there is something.
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Missing { .. } => {
                "run `postrider ledger init` or `postrider publish --first-run`; if there was a ledger, bring it back from a copy first: a new one does not know who got what"
            }
            Self::Exists { .. } => {
                "leave out `ledger init` and `--first-run`: they are for the first time only"
            }
            Self::Foreign { .. } => "set `ledger.url` to the ledger's own path",
            Self::Newer { .. } => "use the postrider that wrote it, or a newer one",
            Self::OtherPublication { .. } => "set `ledger.url` to this publication's ledger",
            Self::Busy { .. } | Self::Locked { .. } => "try again when it has ended",
            Self::Full { .. } => "make room and run it again: nothing was sent that is not in the ledger",
            Self::ReadOnly { .. } => "make the ledger and its folder writable for this user",
            Self::Damaged { .. } | Self::Nonsense { .. } => {
                "keep the file, bring a copy back, and run `postrider ledger verify`"
            }
            Self::Raced { .. } | Self::FrozenAlready { .. } => {
                "run it again: it will see what the other run did"
            }
            _ => return None,
        })
    }

    /// Sorts what SQLite says by what the reader can do.
    pub(super) fn from_sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::DiskFull) => Self::Full { path, source },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { path, source }
            }
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, source },
            Some(ErrorCode::NotADatabase) => Self::Foreign { path, found: "not an SQLite file" },
            _ => match source {
                rusqlite::Error::FromSqlConversionFailure(_, _, why) => {
                    Self::Nonsense { path, what: why.to_string() }
                }
                source => Self::Sqlite { path, source },
            },
        }
    }
}
