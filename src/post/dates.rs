//! Dates as authors write them, and exact words for what is wrong with one.
//!
//! Follows RFC 3339 §5.6 (and its note that a space may stand for the `T`). Seconds and offset may be
//! left out, as Jekyll and TOML do; what has no offset is meant in the publication's zone.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// What to do about a date that cannot be read.
pub(super) const HELP: &str = "write it as 2026-03-01T09:00:00Z";

/// The moment `text` names. `Err` holds *expected …, found …*.
pub(super) fn parse(text: &str, zone: &TimeZone) -> Result<Zoned, String> {
    let mut scan = Scan { rest: text.trim() };
    let date = scan.date()?;
    if scan.rest.is_empty() {
        return midnight(date, zone);
    }
    scan.skip(&['T', 't', ' '], "`T` or a space after the day")?;
    scan.rest = scan.rest.trim_start();
    let time = scan.time()?;
    scan.rest = scan.rest.trim_start();
    let written = scan.offset()?;
    scan.end()?;
    zoned(DateTime::from_parts(date, time), written.as_ref().unwrap_or(zone))
}

/// The first moment of `date` in `zone`.
pub(super) fn midnight(date: Date, zone: &TimeZone) -> Result<Zoned, String> {
    zoned(date.to_datetime(Time::midnight()), zone)
}

/// Feeds have four digits for a year (RFC 3339 §5.6), here and in UTC; clocks here end with [`Timestamp::MAX`].
fn zoned(civil: DateTime, zone: &TimeZone) -> Result<Zoned, String> {
    let zoned = civil.to_zoned(zone.clone()).ok();
    zoned.filter(|zoned| zoned.with_time_zone(TimeZone::UTC).year() > 0).ok_or_else(|| {
        let last = Timestamp::MAX.strftime("%FT%TZ");
        format!("expected a time from 0001-01-01T00:00:00Z to {last}, found `{civil}{}`", shown(zone))
    })
}

/// What tells a time in `zone` from one in UTC.
fn shown(zone: &TimeZone) -> String {
    match (zone.iana_name(), zone.to_fixed_offset()) {
        (Some(name), _) => format!("[{name}]"),
        (None, Ok(offset)) => offset.to_string(),
        (None, Err(_)) => String::new(),
    }
}

/// Why the digits that `name` begins with are no day, where they are written as one.
pub(super) fn flaw_of_name(name: &str) -> Option<String> {
    let written = name.get(..10)?;
    let is_mark = |at: usize| at == 4 || at == 7;
    let is_day =
        written.bytes().enumerate().all(|(at, b)| if is_mark(at) { b == b'-' } else { b.is_ascii_digit() });
    if is_day { Scan { rest: written }.date().err() } else { None }
}

/// The date `YYYY-MM-DD` that `text` begins with, and what follows it.
pub(super) fn leading_date(text: &str) -> Option<(Date, &str)> {
    let mut scan = Scan { rest: text };
    let date = scan.date().ok()?;
    Some((date, scan.rest))
}

/// What is still to be read of a date.
struct Scan<'a> {
    rest: &'a str,
}

impl Scan<'_> {
    fn date(&mut self) -> Result<Date, String> {
        let year = self.digits(4, "a year of four digits")?;
        // There was none: RFC 3339 allows it, most who read feeds do not.
        if year == 0 {
            return Err("expected a year from 0001 to 9999, found `0000`".to_owned());
        }
        self.skip(&['-'], "`-` after the year")?;
        let month = self.digits(2, "a month of two digits")?;
        in_range(month, 1..=12, "a month from 01 to 12")?;
        self.skip(&['-'], "`-` after the month")?;
        let day = self.digits(2, "a day of two digits")?;
        Date::new(year, narrow(month), narrow(day))
            .map_err(|_| format!("expected a day that {year:04}-{month:02} has, found `{day:02}`"))
    }

    fn time(&mut self) -> Result<Time, String> {
        let hour = self.digits(2, "an hour of two digits")?;
        in_range(hour, 0..=23, "an hour from 00 to 23")?;
        self.skip(&[':'], "`:` after the hour")?;
        let minute = self.digits(2, "a minute of two digits")?;
        in_range(minute, 0..=59, "a minute from 00 to 59")?;
        let mut second = 0;
        if self.rest.starts_with(':') {
            self.rest = &self.rest[1..];
            second = self.digits(2, "a second of two digits")?;
            in_range(second, 0..=60, "a second from 00 to 60")?;
            self.fraction();
        }
        // A leap second is told as the second before it: civil clocks have no 60.
        Time::new(narrow(hour), narrow(minute), narrow(second.min(59)), 0).map_err(|error| error.to_string())
    }

    /// Drops a fraction of a second: nobody publishes by the millisecond, and feeds would differ in it.
    fn fraction(&mut self) {
        if let Some(fraction) = self.rest.strip_prefix(['.', ',']) {
            self.rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }

    fn offset(&mut self) -> Result<Option<TimeZone>, String> {
        for name in ["Z", "z", "UTC", "GMT"] {
            if self.rest == name {
                self.rest = "";
                return Ok(Some(TimeZone::UTC));
            }
        }
        let sign = match self.rest.chars().next() {
            Some('+') => 1,
            Some('-') => -1,
            _ => return Ok(None),
        };
        self.rest = &self.rest[1..];
        let hours = self.digits(2, "an offset such as `+08:00`")?;
        in_range(hours, 0..=23, "offset hours from 00 to 23")?;
        self.rest = self.rest.strip_prefix(':').unwrap_or(self.rest);
        let minutes = if self.rest.is_empty() { 0 } else { self.digits(2, "offset minutes of two digits")? };
        in_range(minutes, 0..=59, "offset minutes from 00 to 59")?;
        let seconds = sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60);
        let offset = Offset::from_seconds(seconds).expect("less than a day");
        Ok(Some(TimeZone::fixed(offset)))
    }

    fn digits(&mut self, count: usize, what: &str) -> Result<i16, String> {
        let has_digits =
            self.rest.len() >= count && self.rest.bytes().take(count).all(|b| b.is_ascii_digit());
        if !has_digits {
            let odd = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
            return Err(format!("expected {what}, found {}", first_of(odd)));
        }
        let (number, rest) = self.rest.split_at(count);
        self.rest = rest;
        Ok(number.parse().expect("at most four digits"))
    }

    fn skip(&mut self, marks: &[char], what: &str) -> Result<(), String> {
        match self.rest.strip_prefix(marks) {
            Some(rest) => {
                self.rest = rest;
                Ok(())
            }
            None => Err(format!("expected {what}, found {}", first_of(self.rest))),
        }
    }

    fn end(&self) -> Result<(), String> {
        match self.rest {
            "" => Ok(()),
            rest => Err(format!("expected `Z` or an offset such as `+08:00` after the time, found `{rest}`")),
        }
    }
}

fn in_range(number: i16, range: std::ops::RangeInclusive<i16>, what: &str) -> Result<(), String> {
    if range.contains(&number) { Ok(()) } else { Err(format!("expected {what}, found `{number:02}`")) }
}

fn narrow(number: i16) -> i8 {
    i8::try_from(number).expect("two digits")
}

fn first_of(text: &str) -> String {
    text.chars().next().map_or_else(|| "the end".to_owned(), |c| format!("`{c}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taipei() -> TimeZone {
        TimeZone::get("Asia/Taipei").unwrap()
    }

    #[test]
    fn a_date_is_read_as_authors_write_it() {
        for (given, want) in [
            ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00+00:00"),
            ("2026-03-01t09:00:00.123+09:00", "2026-03-01T09:00:00+09:00"),
            ("2026-03-01 09:00:00 +0900", "2026-03-01T09:00:00+09:00"),
            ("2026-03-01 09:00:00 UTC", "2026-03-01T09:00:00+00:00"),
            ("2026-03-01 09:00", "2026-03-01T09:00:00+08:00"),
            ("2026-03-01T09:00:00-03:30", "2026-03-01T09:00:00-03:30"),
            ("2026-03-01", "2026-03-01T00:00:00+08:00"),
            ("2026-12-31T23:59:60Z", "2026-12-31T23:59:59+00:00"),
            ("9999-12-31", "9999-12-31T00:00:00+08:00"),
        ] {
            let zoned = parse(given, &taipei()).unwrap();
            assert_eq!(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(), want, "given {given}");
        }
    }

    /// What is said of a time that is before the year 0001 or too late, in UTC.
    fn outside(found: &str) -> String {
        format!("expected a time from 0001-01-01T00:00:00Z to 9999-12-30T22:00:00Z, found `{found}`")
    }

    #[test]
    fn a_date_that_cannot_be_read_says_what_was_expected_where() {
        for (given, want) in [
            ("2026/03/01", "expected `-` after the year, found `/`"),
            ("2026-3-1", "expected a month of two digits, found `-`"),
            ("2026-13-01", "expected a month from 01 to 12, found `13`"),
            ("2026-02-30", "expected a day that 2026-02 has, found `30`"),
            ("26-03-01", "expected a year of four digits, found `-`"),
            ("March 1, 2026", "expected a year of four digits, found `M`"),
            ("0000-01-01", "expected a year from 0001 to 9999, found `0000`"),
            ("0001-01-01T00:00:00+08:00", &outside("0001-01-01T00:00:00+08")),
            ("0001-01-01", &outside("0001-01-01T00:00:00[Asia/Taipei]")),
            ("9999-12-31T23:59:59-08:00", &outside("9999-12-31T23:59:59-08")),
            ("9999-12-31T00:00:00Z", &outside("9999-12-31T00:00:00[UTC]")),
            ("10000-01-01", "expected `-` after the year, found `0`"),
            ("2026-03", "expected `-` after the month, found the end"),
            ("2026-03-01T9:00", "expected an hour of two digits, found `:`"),
            ("2026-03-01T25:00", "expected an hour from 00 to 23, found `25`"),
            (
                "2026-03-01T09:00:00 CET",
                "expected `Z` or an offset such as `+08:00` after the time, found `CET`",
            ),
            ("2026-03-01x", "expected `T` or a space after the day, found `x`"),
            ("二〇二六", "expected a year of four digits, found `二`"),
            ("", "expected a year of four digits, found the end"),
        ] {
            assert_eq!(parse(given, &taipei()).unwrap_err(), want, "given {given}");
        }
    }

    #[test]
    fn midnight_is_the_publications_own() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        // That night clocks went from 24:00 to 01:00: there was no midnight.
        let zoned = parse("2018-11-04", &zone).unwrap();
        assert_eq!(zoned.strftime("%F %H:%M").to_string(), "2018-11-04 01:00");
    }

    #[test]
    fn a_day_that_has_no_midnight_in_feeds_is_refused_in_any_zone() {
        for (day, zone, is_good) in [
            ("0001-01-01", "Asia/Taipei", false),
            ("0001-01-01", "UTC", true),
            ("0001-01-01", "America/New_York", true),
            ("9999-12-31", "Asia/Taipei", true),
            ("9999-12-31", "UTC", false),
            ("9999-12-31", "America/New_York", false),
            ("9999-12-30", "America/New_York", true),
        ] {
            let zoned = parse(day, &TimeZone::get(zone).unwrap());
            assert_eq!(zoned.is_ok(), is_good, "given {day} in {zone}: {zoned:?}");
        }
    }

    #[test]
    fn a_name_that_begins_like_a_day_and_with_none_says_why() {
        for (name, want) in [
            ("0000-01-01-x", Some("expected a year from 0001 to 9999, found `0000`")),
            ("2026-13-01_x", Some("expected a month from 01 to 12, found `13`")),
            ("2026-02-30", Some("expected a day that 2026-02 has, found `30`")),
            ("2026-02-28-x", None),
            ("2026-2-30-x", None),
            ("二〇二六年論地圖", None),
            ("maps", None),
        ] {
            assert_eq!(flaw_of_name(name).as_deref(), want, "given {name}");
        }
    }
}
