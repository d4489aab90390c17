//! How our types stand in columns.

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Row, ToSql};
use thiserror::Error;

use crate::issue::{CohortId, Seq};
use crate::ledger::model::{EditionNo, RowState};
use crate::ledger::report::IssueState;
use crate::message::IssueId;
use crate::subscriber::{State, SubscriberId};
use crate::token::KeyId;

/// A column holds what its type cannot be.
#[derive(Debug, Error)]
#[error("`{text}` is not {expected}")]
pub(super) struct Misfit {
    pub text: String,
    pub expected: &'static str,
}

/// A time as milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Millis(pub Timestamp);

impl Millis {
    /// The time as the ledger will give it back: whole milliseconds.
    pub fn kept(time: Timestamp) -> Timestamp {
        Timestamp::from_millisecond(time.as_millisecond()).expect("a timestamp's milliseconds are in range")
    }
}

impl ToSql for Millis {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millisecond().into())
    }
}

impl FromSql for Millis {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Timestamp::from_millisecond(value.as_i64()?).map(Self).map_err(FromSqlError::other)
    }
}

/// Numbers that SQLite holds as `INTEGER`.
macro_rules! number_column {
    ($($name:ident($inner:ty)),+ $(,)?) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                let number = i64::try_from(self.0).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
                Ok(number.into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let number = value.as_i64()?;
                <$inner>::try_from(number).map($name).map_err(|_| FromSqlError::OutOfRange(number))
            }
        }
    )+};
}

number_column!(Seq(u64), SubscriberId(u64), IssueId(u32), CohortId(u32), EditionNo(u32), KeyId(u8));

/// Choices that SQLite holds as a letter or a word.
macro_rules! word_column {
    ($name:ident, $expected:literal, $($value:path => $word:literal),+ $(,)?) => {
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(match self { $($value => $word,)+ }.into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value.as_str()? {
                    $($word => Ok($value),)+
                    other => Err(FromSqlError::other(Misfit { text: other.to_owned(), expected: $expected })),
                }
            }
        }
    };
}

word_column!(State, "a subscriber's state",
    State::Pending => "P",
    State::Confirmed => "C",
    State::Left => "L",
    State::Suppressed => "S",
);

word_column!(RowState, "a delivery's state",
    RowState::Queued => "Q",
    RowState::Claimed => "C",
    RowState::InFlight => "I",
    RowState::Sent => "S",
    RowState::Failed => "F",
    RowState::Doubtful => "U",
    RowState::Excluded => "X",
    RowState::Expired => "E",
);

/// What happened to a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventKind {
    Joined,
    Changed,
    Left,
    /// No longer in the declared list.
    Dropped,
    Suppressed,
    Forgotten,
}

impl EventKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Changed => "changed",
            Self::Left => "left",
            Self::Dropped => "dropped",
            Self::Suppressed => "suppressed",
            Self::Forgotten => "forgotten",
        }
    }
}

word_column!(EventKind, "a subscriber's event",
    EventKind::Joined => "J",
    EventKind::Changed => "C",
    EventKind::Left => "L",
    EventKind::Dropped => "D",
    EventKind::Suppressed => "S",
    EventKind::Forgotten => "F",
);

word_column!(IssueState, "an issue's state",
    IssueState::Sending => "sending",
    IssueState::Halted => "halted",
    IssueState::Done => "done",
    IssueState::Empty => "empty",
);

/// What a failed row failed by, or what excluded a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Recipient,
    Content,
    Unsendable,
    Left,
    Suppressed,
    Withdrawn,
}

word_column!(Cause, "a delivery's cause",
    Cause::Recipient => "recipient",
    Cause::Content => "content",
    Cause::Unsendable => "unsendable",
    Cause::Left => "left",
    Cause::Suppressed => "suppressed",
    Cause::Withdrawn => "withdrawn",
);

/// Reads a column that counts something.
pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// Reads a column's text with the type's own parser.
pub(super) fn parsed<T: std::str::FromStr>(text: &str, expected: &'static str) -> rusqlite::Result<T> {
    text.parse().map_err(|_| misfit(text, expected))
}

/// The error for a column that holds what its type cannot be.
pub(super) fn misfit(text: &str, expected: &'static str) -> rusqlite::Error {
    let why = Misfit { text: text.to_owned(), expected };
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(why))
}
