//! The words in which a reader or a file says when mail should come: `weekly fri 18:00`.

use std::fmt;
use std::str::FromStr;

use crate::subscriber::{Hour, MonthDay, Pace, PaceError, Preferences, WeekdayKey};

/// A pace and as much of day and hour as was said; the rest follows the publication.
///
/// `each`, `daily`, `daily 07:00`, `weekly`, `weekly fri`, `weekly fri 18:00`, `monthly 15`, `monthly 15 07:00`.
/// Hours are whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    Each,
    Daily { hour: Option<Hour> },
    Weekly { weekday: Option<WeekdayKey>, hour: Option<Hour> },
    Monthly { day: Option<MonthDay>, hour: Option<Hour> },
}

impl FromStr for Rhythm {
    type Err = PaceError;

    fn from_str(text: &str) -> Result<Self, PaceError> {
        let mut words = text.split_whitespace();
        let pace = words.next().unwrap_or_default().parse()?;
        match (pace, &words.collect::<Vec<_>>()[..]) {
            (Pace::Each, []) => Ok(Self::Each),
            (Pace::Daily, []) => Ok(Self::Daily { hour: None }),
            (Pace::Daily, [hour]) => Ok(Self::Daily { hour: Some(hour.parse()?) }),
            (Pace::Weekly, []) => Ok(Self::Weekly { weekday: None, hour: None }),
            (Pace::Weekly, [hour]) if is_hour(hour) => {
                Ok(Self::Weekly { weekday: None, hour: Some(hour.parse()?) })
            }
            (Pace::Weekly, [weekday]) => Ok(Self::Weekly { weekday: Some(weekday.parse()?), hour: None }),
            (Pace::Weekly, [weekday, hour]) => {
                Ok(Self::Weekly { weekday: Some(weekday.parse()?), hour: Some(hour.parse()?) })
            }
            (Pace::Monthly, []) => Ok(Self::Monthly { day: None, hour: None }),
            (Pace::Monthly, [hour]) if hour.contains(':') => {
                Ok(Self::Monthly { day: None, hour: Some(hour.parse()?) })
            }
            (Pace::Monthly, [day]) => Ok(Self::Monthly { day: Some(day.parse()?), hour: None }),
            (Pace::Monthly, [day, hour]) => {
                Ok(Self::Monthly { day: Some(day.parse()?), hour: Some(hour.parse()?) })
            }
            (pace, _) => Err(PaceError::Part { text: text.to_owned(), expected: form_of(pace) }),
        }
    }
}

fn is_hour(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

fn form_of(pace: Pace) -> &'static str {
    match pace {
        Pace::Each => "`each` alone: every post is mailed when it is published",
        Pace::Daily => "`daily` or `daily HOUR`, such as daily 07:00",
        Pace::Weekly => "`weekly WEEKDAY HOUR`, such as weekly fri 18:00",
        Pace::Monthly => "`monthly DAY HOUR`, such as monthly 15 07:00",
    }
}

impl fmt::Display for Rhythm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pace, day, hour) = match self {
            Self::Each => (Pace::Each, None, None),
            Self::Daily { hour } => (Pace::Daily, None, *hour),
            Self::Weekly { weekday, hour } => (Pace::Weekly, weekday.map(|day| day.to_string()), *hour),
            Self::Monthly { day, hour } => (Pace::Monthly, day.map(|day| day.get().to_string()), *hour),
        };
        let hour = hour.map(|hour| format!("{:02}:00", hour.get()));
        let words = [Some(pace.to_string()), day, hour];
        f.write_str(&words.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

impl Preferences {
    /// When mail should come, as far as the reader named a pace; without one all follows the publication.
    pub fn rhythm(&self) -> Option<Rhythm> {
        Some(match self.pace? {
            Pace::Each => Rhythm::Each,
            Pace::Daily => Rhythm::Daily { hour: self.hour },
            Pace::Weekly => Rhythm::Weekly { weekday: self.weekday, hour: self.hour },
            Pace::Monthly => Rhythm::Monthly { day: self.month_day, hour: self.hour },
        })
    }

    /// The same preferences at another rhythm; none follows the publication.
    pub fn at(self, rhythm: Option<Rhythm>) -> Self {
        let open = Self { pace: None, hour: None, weekday: None, month_day: None, ..self };
        match rhythm {
            None => open,
            Some(Rhythm::Each) => Self { pace: Some(Pace::Each), ..open },
            Some(Rhythm::Daily { hour }) => Self { pace: Some(Pace::Daily), hour, ..open },
            Some(Rhythm::Weekly { weekday, hour }) => {
                Self { pace: Some(Pace::Weekly), weekday, hour, ..open }
            }
            Some(Rhythm::Monthly { day, hour }) => {
                Self { pace: Some(Pace::Monthly), month_day: day, hour, ..open }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rhythm_is_understood_in_few_words_and_shown_in_one_form() {
        for (given, want) in [
            ("each", "each"),
            ("Daily", "daily"),
            ("daily 7", "daily 07:00"),
            ("daily 07:00", "daily 07:00"),
            ("weekly", "weekly"),
            ("weekly Friday", "weekly fri"),
            ("weekly fri 18", "weekly fri 18:00"),
            ("weekly 18", "weekly 18:00"),
            ("monthly", "monthly"),
            ("monthly 15", "monthly 15"),
            ("monthly 15 07", "monthly 15 07:00"),
            ("monthly 07:00", "monthly 07:00"),
        ] {
            let rhythm: Rhythm = given.parse().unwrap();
            assert_eq!(rhythm.to_string(), want, "given {given}");
            assert_eq!(want.parse::<Rhythm>().unwrap(), rhythm, "given {want}");
        }
    }

    #[test]
    fn what_is_no_rhythm_is_refused_with_what_was_expected() {
        for (given, want) in [
            ("", "`` is not a pace: expected each, daily, weekly or monthly"),
            ("hourly", "`hourly` is not a pace: expected each, daily, weekly or monthly"),
            ("daily 18:30", "`18:30` is not a whole hour from 00 to 23, such as 18 or 18:00"),
            ("weekly fri 24", "`24` is not a whole hour from 00 to 23, such as 18 or 18:00"),
            ("weekly feb", "`feb` is not a weekday: mon, tue, wed, thu, fri, sat or sun"),
            ("monthly 31", "`31` is not a day from 1 to 28, which every month has"),
            ("each 07", "`each 07` is not `each` alone: every post is mailed when it is published"),
        ] {
            assert_eq!(given.parse::<Rhythm>().unwrap_err().to_string(), want);
        }
    }

    #[test]
    fn preferences_keep_the_rhythm_they_are_given() {
        for words in ["each", "daily 07:00", "weekly fri 18:00", "monthly 15 07:00"] {
            let rhythm = words.parse().unwrap();
            assert_eq!(Preferences::default().at(Some(rhythm)).rhythm(), Some(rhythm));
        }
        assert_eq!(Preferences::default().at(None).rhythm(), None);
    }
}
