//! How our types stand in columns.

use jiff::Timestamp;

use super::value::{FromValue, Misfit, ToValue, Value};
use crate::issue::{CohortId, Seq};
use crate::ledger::model::{EditionNo, RowState};
use crate::ledger::report::IssueState;
use crate::message::IssueId;
use crate::subscriber::{State, SubscriberId};
use crate::token::KeyId;

/// A time as milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ledger) struct Millis(pub Timestamp);

impl Millis {
    /// The time as the ledger will give it back: whole milliseconds.
    pub fn kept(time: Timestamp) -> Timestamp {
        Timestamp::from_millisecond(time.as_millisecond()).expect("a timestamp's milliseconds are in range")
    }
}

impl ToValue for Millis {
    fn value(&self) -> Value<'_> {
        Value::Integer(self.0.as_millisecond())
    }
}

impl FromValue for Millis {
    fn of(value: Value<'_>) -> Result<Self, Misfit> {
        let millis = i64::of(value)?;
        let time = Timestamp::from_millisecond(millis);
        time.map(Self).map_err(|_| Misfit::new(millis.to_string(), "a time"))
    }
}

/// Our numbers as columns.
macro_rules! number_column {
    ($($name:ident($inner:ty)),+ $(,)?) => {$(
        impl ToValue for $name {
            fn value(&self) -> Value<'_> {
                Value::Integer(i64::try_from(self.0).unwrap_or(i64::MAX))
            }
        }

        impl FromValue for $name {
            fn of(value: Value<'_>) -> Result<Self, Misfit> {
                let number = u64::of(value)?;
                <$inner>::try_from(number)
                    .map($name)
                    .map_err(|_| Misfit::new(number.to_string(), "a number of its range"))
            }
        }
    )+};
}

number_column!(Seq(u64), SubscriberId(u64), IssueId(u32), CohortId(u32), EditionNo(u32), KeyId(u8));

/// Choices that a column holds as a letter or a word.
macro_rules! word_column {
    ($name:ident, $expected:literal, $($value:path => $word:literal),+ $(,)?) => {
        impl ToValue for $name {
            fn value(&self) -> Value<'_> {
                Value::Text(match self { $($value => $word,)+ })
            }
        }

        impl FromValue for $name {
            fn of(value: Value<'_>) -> Result<Self, Misfit> {
                match value.text($expected)? {
                    $($word => Ok($value),)+
                    other => Err(Misfit::new(other, $expected)),
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
pub(in crate::ledger) enum EventKind {
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
pub(in crate::ledger) enum Cause {
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

/// Reads a column's text with the type's own parser.
pub(in crate::ledger) fn parsed<T: std::str::FromStr>(
    text: &str,
    expected: &'static str,
) -> Result<T, Misfit> {
    text.parse().map_err(|_| Misfit::new(text, expected))
}
