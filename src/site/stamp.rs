//! One formatter for every date of feeds, OPML and sitemaps.

use atom_syndication::FixedDateTime;
use chrono::{DateTime, FixedOffset};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use serde::Serialize;

/// A moment as feeds write it: to the second, with an offset in whole minutes and a year of four digits.
///
/// Times of day before time zones had offsets with seconds, which neither RFC 822 nor RFC 3339 can say;
/// those are given in UTC, so that the moment stays right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(super) struct Stamp(Zoned);

impl Stamp {
    /// None where the year has no four-digit form.
    pub(super) fn new(zoned: &Zoned) -> Option<Self> {
        let second = Timestamp::from_second(zoned.timestamp().as_second()).ok()?;
        let is_sayable = zoned.offset().seconds() % 60 == 0;
        let offset = if is_sayable { zoned.offset() } else { Offset::UTC };
        let stamp = second.to_zoned(TimeZone::fixed(offset));
        (0..=9999).contains(&stamp.year()).then_some(Self(stamp))
    }

    /// The moment an empty feed was last changed: long ago, and the same in every build.
    pub(super) fn epoch() -> Self {
        Self(Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC))
    }

    /// As RSS wants it: RFC 822 with a four-digit year and the day's name.
    pub(super) fn to_rfc822(&self) -> String {
        self.0.strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
    }

    /// As JSON Feed and sitemaps want it: RFC 3339.
    pub(super) fn to_rfc3339(&self) -> String {
        self.0.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// As the Atom crate wants it.
    pub(super) fn to_chrono(&self) -> FixedDateTime {
        let offset = FixedOffset::east_opt(self.0.offset().seconds()).expect("less than a day");
        let utc = DateTime::from_timestamp(self.0.timestamp().as_second(), 0).expect("a year of four digits");
        utc.with_timezone(&offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_to_the_second_with_day_and_offset() {
        for (given, rfc822, rfc3339) in [
            (
                "2026-03-01T09:00:00.123456789+08:00[+08:00]",
                "Sun, 01 Mar 2026 09:00:00 +0800",
                "2026-03-01T09:00:00+08:00",
            ),
            ("2026-03-01T09:00:00Z[UTC]", "Sun, 01 Mar 2026 09:00:00 +0000", "2026-03-01T09:00:00+00:00"),
            (
                "1995-12-31T23:59:59-03:30[-03:30]",
                "Sun, 31 Dec 1995 23:59:59 -0330",
                "1995-12-31T23:59:59-03:30",
            ),
            // Berlin kept its own time, 53 minutes and 28 seconds ahead, until 1893.
            (
                "1890-06-01T00:00:00[Europe/Berlin]",
                "Sat, 31 May 1890 23:06:32 +0000",
                "1890-05-31T23:06:32+00:00",
            ),
        ] {
            let stamp = Stamp::new(&given.parse().unwrap()).unwrap();
            assert_eq!(stamp.to_rfc822(), rfc822);
            assert_eq!(stamp.to_rfc3339(), rfc3339);
            assert_eq!(stamp.to_chrono().to_rfc3339(), rfc3339, "both formatters agree");
        }
    }

    #[test]
    fn a_year_without_four_digits_is_no_date_of_a_feed() {
        assert_eq!(Stamp::new(&"-000044-03-15T12:00:00[UTC]".parse().unwrap()), None);
    }
}
