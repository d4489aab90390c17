//! What can go wrong with a ledger, and what to do about it.

use std::io;

use rusqlite::ErrorCode;
use thiserror::Error;

use super::place::Place;
use crate::issue::Seq;
use crate::message::IssueId;
use crate::trust::TrustError;

/// What the database itself says.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the ledger did not do what it was asked. Nothing of the request was kept.
///
/// Names subscribers by number only.
#[derive(Debug, Error)]
pub enum LedgerError {
    #[error("{place}: no ledger here")]
    Missing { place: Place },
    #[error("{place}: there is a ledger already")]
    Exists { place: Place },
    #[error("{place}: not a postrider ledger: {found}")]
    Foreign { place: Place, found: &'static str },
    #[error("{place}: expected a ledger of version {known} or older, found version {found}")]
    Newer { place: Place, found: i64, known: i64 },
    #[error("{place}: expected the ledger of `{expected}`, found the ledger of `{found}`")]
    OtherPublication { place: Place, expected: String, found: String },
    #[error(
        "{place}: older than the ledger mail was last sent from: expected batch {expected}, found {found}"
    )]
    RolledBack { place: Place, expected: u64, found: u64 },
    #[error("{place}: older than the ledger in place, which is whole")]
    Outdated { place: Place },
    #[error("{place}: a database, not a file")]
    NoFile { place: Place },
    #[error("{place}: another sender is at work")]
    Busy { place: Place },
    #[error("{place}: locked by another process for longer than {} s", super::BUSY_PATIENCE.as_secs())]
    Locked { place: Place },
    #[error("{place}: the disk is full")]
    Full { place: Place, source: Cause },
    #[error("{place}: cannot be written")]
    ReadOnly { place: Place, source: Cause },
    #[error("{place}: cannot be reached")]
    Unreachable { place: Place, source: Cause },
    #[error("{place}: does not let us in")]
    Refused { place: Place, source: Cause },
    #[error("{place}: behind a pooler that shares connections between transactions")]
    Pooled { place: Place },
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("{place}: damaged")]
    Damaged { place: Place, source: Cause },
    #[error("{place}: the ledger does not add up: {finding}")]
    Unsound { place: Place, finding: String },
    #[error("{place}: the ledger holds something it cannot hold: {what}")]
    Nonsense { place: Place, what: String },
    #[error("{place}: the database stopped")]
    Database { place: Place, source: Cause },
    #[error("{place}: cannot be used")]
    Io { place: Place, source: io::Error },
    #[error("expected the next post to be number {}, found {}: another run announced posts meanwhile", expected.0, found.0)]
    Raced { expected: Seq, found: Seq },
    #[error("issue `{key}` of `{series}` is frozen already")]
    FrozenAlready { series: String, key: String },
    #[error("issue `{key}` of `{series}` comes before `{last}`, which is frozen already")]
    Overtaken { series: String, key: String, last: String },
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
            Self::Foreign { .. } => "set `ledger.url` to the ledger's own path or database",
            Self::Newer { .. } => "use the postrider that wrote it, or a newer one",
            Self::OtherPublication { .. } => "set `ledger.url` to this publication's ledger",
            Self::RolledBack { .. } => {
                "bring the newest copy back with `postrider ledger restore`: it marks as in doubt whoever may have been mailed since"
            }
            Self::Outdated { .. } => "leave it as it is, or say --go-back",
            Self::NoFile { .. } => "use the database's own tools: `pg_dump --schema` and `pg_restore`",
            Self::Busy { .. } | Self::Locked { .. } => "try again when it has ended",
            Self::Unreachable { .. } => "try again later; nothing was sent that is not in the ledger",
            Self::Refused { .. } => {
                "set the user in `ledger.url` and the password in POSTRIDER_LEDGER__PASSWORD"
            }
            Self::Pooled { .. } => {
                "set `ledger.url` to PostgreSQL itself, or to a pooler in session mode (PgBouncer: `pool_mode = session`); see docs/scale.md"
            }
            Self::Full { .. } => "make room and run it again: nothing was sent that is not in the ledger",
            Self::ReadOnly { .. } => "make the ledger and its folder writable for this user",
            Self::Damaged { .. } | Self::Unsound { .. } | Self::Nonsense { .. } => {
                "keep the file, and bring a copy back with `postrider ledger restore`"
            }
            Self::Raced { .. } | Self::FrozenAlready { .. } | Self::Overtaken { .. } => {
                "run it again: it will see what the other run did"
            }
            _ => return None,
        })
    }

    /// Sorts what SQLite says by what the reader can do.
    pub(super) fn from_sqlite(place: &Place, source: rusqlite::Error) -> Self {
        let place = place.clone();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { place },
            Some(ErrorCode::DiskFull) => Self::Full { place, source: source.into() },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { place, source: source.into() }
            }
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { place, source: source.into() },
            Some(ErrorCode::NotADatabase) => Self::Foreign { place, found: "not an SQLite file" },
            _ => Self::Database { place, source: source.into() },
        }
    }
}
