//! What is known of a reader and what they asked for.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::address::EmailAddress;
use crate::post::Slug;
use crate::words::Lang;

/// A subscriber's number in the ledger. It outlives a change of address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubscriberId(pub u64);

/// How often a reader wants mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pace {
    /// One mail per post.
    Each,
    Daily,
    Weekly,
    Monthly,
}

impl Pace {
    pub const ALL: [Self; 4] = [Self::Each, Self::Daily, Self::Weekly, Self::Monthly];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }
}

/// An hour of the day, 0 to 23, in the reader's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hour(i8);

impl Hour {
    pub fn new(hour: i8) -> Option<Self> {
        (0..=23).contains(&hour).then_some(Self(hour))
    }

    pub fn get(self) -> i8 {
        self.0
    }
}

/// A day of the month, 1 to 28, so that every month has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MonthDay(i8);

impl MonthDay {
    pub fn new(day: i8) -> Option<Self> {
        (1..=28).contains(&day).then_some(Self(day))
    }

    pub fn get(self) -> i8 {
        self.0
    }
}

/// The name of an IANA time zone that this system knows, such as `Asia/Tokyo`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ZoneName(String);

impl ZoneName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The zone's rules.
    pub fn rules(&self) -> TimeZone {
        TimeZone::get(&self.0).expect("a ZoneName is made only from a name this system knows")
    }
}

impl FromStr for ZoneName {
    type Err = PaceError;

    fn from_str(text: &str) -> Result<Self, PaceError> {
        let zone = TimeZone::get(text).map_err(|_| PaceError::Zone { text: text.to_owned() })?;
        Ok(Self(zone.iana_name().unwrap_or(text).to_owned()))
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The tags a reader wants, by slug; empty means all posts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Topics(pub BTreeSet<Slug>);

/// What a reader asked for; what they left open follows the publication.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Preferences {
    pub pace: Option<Pace>,
    pub hour: Option<Hour>,
    pub weekday: Option<WeekdayKey>,
    pub month_day: Option<MonthDay>,
    pub zone: Option<ZoneName>,
    pub topics: Topics,
    /// Language of the words around essays.
    pub lang: Option<Lang>,
}

/// A weekday that has an order: Monday first (ISO 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WeekdayKey(pub Weekday);

impl PartialOrd for WeekdayKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for WeekdayKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.to_monday_zero_offset().cmp(&other.0.to_monday_zero_offset())
    }
}

/// What the publication does for readers who left it open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CadenceDefaults {
    pub pace: Pace,
    pub hour: Hour,
    pub weekday: Weekday,
    pub month_day: MonthDay,
    pub zone: ZoneName,
    pub lang: Lang,
}

/// A pace with everything that decides when it is due: `weekly/sun/08/Asia/Tokyo`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cadence {
    Each,
    Daily { hour: Hour, zone: ZoneName },
    Weekly { weekday: WeekdayKey, hour: Hour, zone: ZoneName },
    Monthly { day: MonthDay, hour: Hour, zone: ZoneName },
}

/// Where a reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Asked, has not confirmed.
    Pending,
    Confirmed,
    /// Asked to stop.
    Left,
    /// The address does not work, or its owner complained.
    Suppressed,
}

impl State {
    pub const ALL: [Self; 4] = [Self::Pending, Self::Confirmed, Self::Left, Self::Suppressed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Left => "left",
            Self::Suppressed => "suppressed",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = StateError;

    fn from_str(text: &str) -> Result<Self, StateError> {
        let is_named = |state: &Self| state.as_str() == text;
        Self::ALL.into_iter().find(is_named).ok_or_else(|| StateError { text: text.to_owned() })
    }
}

/// A text that is no state of a reader.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a state: expected pending, confirmed, left or suppressed")]
pub struct StateError {
    text: String,
}

/// Why we may write to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub confirmed_at: Timestamp,
    /// From where: a form, an import, a person. Free text.
    pub source: String,
}

/// A reader as a file or a command names them, before the ledger gives a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSubscriber {
    pub address: EmailAddress,
    pub name: Option<String>,
    pub preferences: Preferences,
    /// None where the file has no date: the ledger takes the time of the import.
    pub confirmed_at: Option<Timestamp>,
    pub source: Option<String>,
}

/// A reader as the ledger holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    pub id: SubscriberId,
    pub address: EmailAddress,
    pub name: Option<String>,
    pub preferences: Preferences,
    pub state: State,
    pub consent: Consent,
}

/// Why a pace, hour, weekday or zone cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PaceError {
    #[error("`{text}` is not a pace: expected each, daily, weekly or monthly")]
    Pace { text: String },
    #[error("`{text}` is not a time zone: expected an IANA name such as Europe/Berlin or Asia/Tokyo")]
    Zone { text: String },
    #[error("`{text}` is not {expected}")]
    Part { text: String, expected: &'static str },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_printed_and_parsed_is_the_same() {
        for state in State::ALL {
            assert_eq!(state.to_string().parse(), Ok(state));
        }
        assert!("gone".parse::<State>().is_err());
    }

    #[test]
    fn a_zone_takes_the_name_the_tables_have() {
        assert_eq!("europe/berlin".parse::<ZoneName>().unwrap().as_str(), "Europe/Berlin");
        assert!("Berlin".parse::<ZoneName>().is_err());
    }
}
