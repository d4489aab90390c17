//! When a reader's mail is due, and the name of the series that makes: `weekly/sun/08/Asia/Tokyo`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;
use serde::{Serialize, Serializer};

use crate::subscriber::{Cadence, CadenceDefaults, Hour, MonthDay, Pace, PaceError, Preferences, WeekdayKey};

impl Preferences {
    /// What the reader asked for, completed by what the publication does for everybody.
    pub fn cadence(&self, defaults: &CadenceDefaults) -> Cadence {
        let hour = self.hour.unwrap_or(defaults.hour);
        let zone = self.zone.clone().unwrap_or_else(|| defaults.zone.clone());
        match self.pace.unwrap_or(defaults.pace) {
            Pace::Each => Cadence::Each,
            Pace::Daily => Cadence::Daily { hour, zone },
            Pace::Weekly => {
                let weekday = self.weekday.unwrap_or(WeekdayKey(defaults.weekday));
                Cadence::Weekly { weekday, hour, zone }
            }
            Pace::Monthly => {
                Cadence::Monthly { day: self.month_day.unwrap_or(defaults.month_day), hour, zone }
            }
        }
    }
}

impl Cadence {
    pub fn pace(&self) -> Pace {
        match self {
            Self::Each => Pace::Each,
            Self::Daily { .. } => Pace::Daily,
            Self::Weekly { .. } => Pace::Weekly,
            Self::Monthly { .. } => Pace::Monthly,
        }
    }
}

/// The name of the series: the pace, then day and hour in two digits, then the zone.
impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.pace().as_str())?;
        match self {
            Self::Each => Ok(()),
            Self::Daily { hour, zone } => write!(f, "/{:02}/{zone}", hour.get()),
            Self::Weekly { weekday, hour, zone } => write!(f, "/{weekday}/{:02}/{zone}", hour.get()),
            Self::Monthly { day, hour, zone } => write!(f, "/{:02}/{:02}/{zone}", day.get(), hour.get()),
        }
    }
}

impl FromStr for Cadence {
    type Err = PaceError;

    fn from_str(text: &str) -> Result<Self, PaceError> {
        let (pace, rest) = text.split_once('/').unwrap_or((text, ""));
        // A zone holds slashes itself, so it is what is left after as many parts as the pace has.
        let parts = |count: usize| rest.splitn(count, '/').collect::<Vec<_>>();
        match (pace.parse()?, &parts(2)[..], &parts(3)[..]) {
            (Pace::Each, [""], _) => Ok(Self::Each),
            (Pace::Daily, [hour, zone], _) => Ok(Self::Daily { hour: hour.parse()?, zone: zone.parse()? }),
            (Pace::Weekly, _, [weekday, hour, zone]) => {
                Ok(Self::Weekly { weekday: weekday.parse()?, hour: hour.parse()?, zone: zone.parse()? })
            }
            (Pace::Monthly, _, [day, hour, zone]) => {
                Ok(Self::Monthly { day: day.parse()?, hour: hour.parse()?, zone: zone.parse()? })
            }
            _ => Err(PaceError::Part {
                text: text.to_owned(),
                expected: "the name of a series such as weekly/sun/08/Asia/Tokyo",
            }),
        }
    }
}

impl Serialize for Cadence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Pace {
    type Err = PaceError;

    fn from_str(text: &str) -> Result<Self, PaceError> {
        let is_named = |pace: &Self| pace.as_str().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(is_named).ok_or_else(|| PaceError::Pace { text: text.to_owned() })
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `07`, `7`, `07:00` and `7:00` are one hour; minutes are refused, because nothing is due between hours.
impl FromStr for Hour {
    type Err = PaceError;

    fn from_str(text: &str) -> Result<Self, PaceError> {
        let digits = text.strip_suffix(":00").unwrap_or(text);
        small_number(digits).and_then(Self::new).ok_or_else(|| PaceError::Part {
            text: text.to_owned(),
            expected: "a whole hour from 00 to 23, such as 18 or 18:00",
        })
    }
}

impl FromStr for MonthDay {
    type Err = PaceError;

    fn from_str(text: &str) -> Result<Self, PaceError> {
        small_number(text).and_then(Self::new).ok_or_else(|| PaceError::Part {
            text: text.to_owned(),
            expected: "a day from 1 to 28, which every month has",
        })
    }
}

/// One or two digits and nothing else.
fn small_number(text: &str) -> Option<i8> {
    let is_digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_digits.then(|| text.parse().ok()).flatten()
}

/// Weekdays by the name that is shown and the full one that is understood.
const WEEKDAYS: [(Weekday, &str, &str); 7] = [
    (Weekday::Monday, "mon", "monday"),
    (Weekday::Tuesday, "tue", "tuesday"),
    (Weekday::Wednesday, "wed", "wednesday"),
    (Weekday::Thursday, "thu", "thursday"),
    (Weekday::Friday, "fri", "friday"),
    (Weekday::Saturday, "sat", "saturday"),
    (Weekday::Sunday, "sun", "sunday"),
];

impl WeekdayKey {
    /// `mon` to `sun`.
    pub fn as_str(self) -> &'static str {
        WEEKDAYS[usize::from(self.0.to_monday_zero_offset().unsigned_abs())].1
    }
}

impl fmt::Display for WeekdayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for WeekdayKey {
    type Err = PaceError;

    fn from_str(text: &str) -> Result<Self, PaceError> {
        let lower = text.to_ascii_lowercase();
        WEEKDAYS
            .iter()
            .find(|(_, short, long)| [*short, *long].contains(&lower.as_str()))
            .map(|(weekday, ..)| Self(*weekday))
            .ok_or_else(|| PaceError::Part {
                text: text.to_owned(),
                expected: "a weekday: mon, tue, wed, thu, fri, sat or sun",
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> CadenceDefaults {
        CadenceDefaults {
            pace: Pace::Weekly,
            hour: "08".parse().unwrap(),
            weekday: Weekday::Sunday,
            month_day: "1".parse().unwrap(),
            zone: "Europe/Berlin".parse().unwrap(),
            lang: "en".parse().unwrap(),
        }
    }

    #[test]
    fn the_name_of_a_series_printed_and_parsed_is_the_same() {
        for name in [
            "each",
            "daily/08/Europe/Berlin",
            "daily/00/America/Argentina/Buenos_Aires",
            "weekly/sun/08/Asia/Tokyo",
            "monthly/01/08/UTC",
            "monthly/28/23/Pacific/Apia",
        ] {
            assert_eq!(name.parse::<Cadence>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn what_is_no_series_is_refused() {
        for text in [
            "",
            "each/08/UTC",
            "daily",
            "daily/08",
            "daily/24/UTC",
            "daily/08/Mars/Olympus",
            "weekly/08/UTC",
            "weekly/someday/08/UTC",
            "monthly/29/08/UTC",
            "monthly/+1/08/UTC",
            "yearly/08/UTC",
        ] {
            assert!(text.parse::<Cadence>().is_err(), "given {text}");
        }
    }

    #[test]
    fn what_a_reader_left_open_follows_the_publication() {
        let tokyo = Some("Asia/Tokyo".parse().unwrap());
        for (preferences, want) in [
            (Preferences::default(), "weekly/sun/08/Europe/Berlin"),
            (Preferences { zone: tokyo, ..Preferences::default() }, "weekly/sun/08/Asia/Tokyo"),
            (
                Preferences { weekday: Some("fri".parse().unwrap()), ..Preferences::default() },
                "weekly/fri/08/Europe/Berlin",
            ),
            (Preferences { pace: Some(Pace::Each), ..Preferences::default() }, "each"),
            (
                Preferences { pace: Some(Pace::Daily), hour: Hour::new(19), ..Preferences::default() },
                "daily/19/Europe/Berlin",
            ),
            (
                Preferences { pace: Some(Pace::Monthly), ..Preferences::default() },
                "monthly/01/08/Europe/Berlin",
            ),
        ] {
            assert_eq!(preferences.cadence(&defaults()).to_string(), want);
        }
    }
}
