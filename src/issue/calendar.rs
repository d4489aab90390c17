//! Civil occurrences: which Sunday at eight it is, and when that was or will be.
//!
//! An hour that a clock change skips is taken at the shifted time; one that comes twice is taken the first
//! time. The name of an occurrence is civil, so neither happens twice.

use std::iter::successors;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

use crate::issue::{IssueKey, Series};
use crate::subscriber::{Cadence, Hour};

/// One due time of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Occurrence {
    pub(super) key: IssueKey,
    pub(super) at: Timestamp,
}

/// The newest occurrence at or before `now`; none for a series that has no calendar.
pub(super) fn latest(series: &Series, now: Timestamp) -> Option<Occurrence> {
    let calendar = Calendar::of(series)?;
    let today = calendar.rules.to_datetime(now).date();
    let backwards = successors(calendar.on_or_before(today), |date| calendar.before(*date));
    backwards.filter_map(|date| calendar.occurrence(date)).find(|occurrence| occurrence.at <= now)
}

/// The first occurrence after `now` whose key was not used, `last` being the last one that was.
pub(super) fn next(series: &Series, now: Timestamp, last: Option<&IssueKey>) -> Option<Occurrence> {
    let calendar = Calendar::of(series)?;
    let today = calendar.rules.to_datetime(now).date();
    let is_unused = |key: &IssueKey| last.is_none_or(|last| key.is_later_than(last));
    successors(calendar.on_or_before(today), |date| calendar.after(*date))
        .map_while(|date| calendar.occurrence(date))
        .find(|occurrence| occurrence.at > now && is_unused(&occurrence.key))
}

/// The days of a series.
#[derive(Clone, Copy)]
enum Days {
    All,
    On(Weekday),
    MonthDay(i8),
}

struct Calendar {
    days: Days,
    hour: Hour,
    rules: TimeZone,
}

impl Calendar {
    fn of(series: &Series) -> Option<Self> {
        let (days, hour, zone) = match series {
            Cadence::Each => return None,
            Cadence::Daily { hour, zone } => (Days::All, hour, zone),
            Cadence::Weekly { weekday, hour, zone } => (Days::On(weekday.0), hour, zone),
            Cadence::Monthly { day, hour, zone } => (Days::MonthDay(day.get()), hour, zone),
        };
        Some(Self { days, hour: *hour, rules: zone.rules() })
    }

    /// The last day of the series that is not after `date`.
    fn on_or_before(&self, date: Date) -> Option<Date> {
        match self.days {
            Days::All => Some(date),
            Days::On(weekday) => {
                let days_since = weekday.until(date.weekday());
                date.checked_sub(days_since.days()).ok()
            }
            Days::MonthDay(day) if date.day() < day => {
                date.first_of_month().checked_sub(1.month()).ok()?.with().day(day).build().ok()
            }
            Days::MonthDay(day) => date.with().day(day).build().ok(),
        }
    }

    fn before(&self, date: Date) -> Option<Date> {
        date.checked_sub(self.step()).ok()
    }

    fn after(&self, date: Date) -> Option<Date> {
        date.checked_add(self.step()).ok()
    }

    fn step(&self) -> Span {
        match self.days {
            Days::All => 1.day(),
            Days::On(_) => 1.week(),
            Days::MonthDay(_) => 1.month(),
        }
    }

    fn occurrence(&self, date: Date) -> Option<Occurrence> {
        let civil = date.at(self.hour.get(), 0, 0, 0);
        let at = self.rules.to_ambiguous_zoned(civil).compatible().ok()?.timestamp();
        Some(Occurrence { key: self.key(date), at })
    }

    fn key(&self, date: Date) -> IssueKey {
        IssueKey(match self.days {
            Days::All => format!("daily/{date}"),
            Days::On(_) => {
                let week = date.iso_week_date();
                format!("weekly/{:04}-W{:02}", week.year(), week.week())
            }
            Days::MonthDay(_) => format!("monthly/{:04}-{:02}", date.year(), date.month()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `latest` as `KEY @ TIME`.
    fn latest_at(series: &str, now: &str) -> String {
        let occurrence = latest(&series.parse().unwrap(), now.parse().unwrap()).unwrap();
        format!("{} @ {}", occurrence.key, occurrence.at)
    }

    #[test]
    fn the_latest_occurrence_is_the_one_that_has_come() {
        for (series, now, want) in [
            // 2026-11-22 is a Sunday; Berlin is at +01:00, Tokyo at +09:00.
            ("daily/08/Europe/Berlin", "2026-11-22T06:59:59Z", "daily/2026-11-21 @ 2026-11-21T07:00:00Z"),
            ("daily/08/Europe/Berlin", "2026-11-22T07:00:00Z", "daily/2026-11-22 @ 2026-11-22T07:00:00Z"),
            ("weekly/sun/08/Asia/Tokyo", "2026-11-21T22:59:59Z", "weekly/2026-W46 @ 2026-11-14T23:00:00Z"),
            ("weekly/sun/08/Asia/Tokyo", "2026-11-21T23:00:00Z", "weekly/2026-W47 @ 2026-11-21T23:00:00Z"),
            ("weekly/sun/08/Asia/Tokyo", "2026-11-25T12:00:00Z", "weekly/2026-W47 @ 2026-11-21T23:00:00Z"),
            ("weekly/mon/00/UTC", "2026-11-23T00:00:00Z", "weekly/2026-W48 @ 2026-11-23T00:00:00Z"),
            ("monthly/15/07/UTC", "2026-11-15T06:59:00Z", "monthly/2026-10 @ 2026-10-15T07:00:00Z"),
            ("monthly/15/07/UTC", "2026-11-15T07:00:00Z", "monthly/2026-11 @ 2026-11-15T07:00:00Z"),
        ] {
            assert_eq!(latest_at(series, now), want, "{series} at {now}");
        }
    }

    #[test]
    fn weeks_and_months_keep_their_names_over_the_new_year() {
        for (series, now, want) in [
            // The last ISO week of 2026 is the 53rd and ends on 2027-01-03.
            ("weekly/sun/08/UTC", "2027-01-03T08:00:00Z", "weekly/2026-W53 @ 2027-01-03T08:00:00Z"),
            ("weekly/fri/08/UTC", "2027-01-01T09:00:00Z", "weekly/2026-W53 @ 2027-01-01T08:00:00Z"),
            ("weekly/mon/08/UTC", "2027-01-04T08:00:00Z", "weekly/2027-W01 @ 2027-01-04T08:00:00Z"),
            // 2024-12-30 is a Monday of the first week of 2025.
            ("weekly/mon/08/UTC", "2024-12-30T08:00:00Z", "weekly/2025-W01 @ 2024-12-30T08:00:00Z"),
            ("monthly/01/00/Asia/Tokyo", "2026-12-31T14:59:59Z", "monthly/2026-12 @ 2026-11-30T15:00:00Z"),
            ("monthly/01/00/Asia/Tokyo", "2026-12-31T15:00:00Z", "monthly/2027-01 @ 2026-12-31T15:00:00Z"),
            ("monthly/28/08/UTC", "2027-02-28T08:00:00Z", "monthly/2027-02 @ 2027-02-28T08:00:00Z"),
            ("monthly/28/08/UTC", "2027-03-01T00:00:00Z", "monthly/2027-02 @ 2027-02-28T08:00:00Z"),
        ] {
            assert_eq!(latest_at(series, now), want, "{series} at {now}");
        }
    }

    #[test]
    fn an_hour_the_clock_skips_is_due_at_the_shifted_time() {
        for (series, now, want) in [
            // Berlin goes from 02:00 to 03:00 on 2026-03-29, at 01:00 UTC.
            ("daily/02/Europe/Berlin", "2026-03-29T00:59:59Z", "daily/2026-03-28 @ 2026-03-28T01:00:00Z"),
            ("daily/02/Europe/Berlin", "2026-03-29T01:00:00Z", "daily/2026-03-29 @ 2026-03-29T01:00:00Z"),
            ("daily/02/America/New_York", "2026-03-08T07:00:00Z", "daily/2026-03-08 @ 2026-03-08T07:00:00Z"),
            // Lord Howe moves by half an hour, from 02:00 to 02:30, at 15:30 UTC the day before.
            (
                "daily/02/Australia/Lord_Howe",
                "2026-10-03T15:30:00Z",
                "daily/2026-10-04 @ 2026-10-03T15:30:00Z",
            ),
            // Samoa left out 30 December 2011: its occurrence falls on the 31st, which then names it.
            ("daily/08/Pacific/Apia", "2011-12-30T17:59:59Z", "daily/2011-12-29 @ 2011-12-29T18:00:00Z"),
            ("daily/08/Pacific/Apia", "2011-12-30T18:00:00Z", "daily/2011-12-31 @ 2011-12-30T18:00:00Z"),
        ] {
            assert_eq!(latest_at(series, now), want, "{series} at {now}");
        }
    }

    #[test]
    fn an_hour_that_comes_twice_is_due_the_first_time_and_has_one_name() {
        for (series, now, want) in [
            // Berlin has 02:00 twice on 2026-10-25: at 00:00 and 01:00 UTC.
            ("daily/02/Europe/Berlin", "2026-10-24T23:59:59Z", "daily/2026-10-24 @ 2026-10-24T00:00:00Z"),
            ("daily/02/Europe/Berlin", "2026-10-25T00:00:00Z", "daily/2026-10-25 @ 2026-10-25T00:00:00Z"),
            ("daily/02/Europe/Berlin", "2026-10-25T01:00:00Z", "daily/2026-10-25 @ 2026-10-25T00:00:00Z"),
            ("daily/01/America/New_York", "2026-11-01T06:30:00Z", "daily/2026-11-01 @ 2026-11-01T05:00:00Z"),
        ] {
            assert_eq!(latest_at(series, now), want, "{series} at {now}");
        }
    }

    #[test]
    fn the_next_occurrence_comes_after_now_and_after_the_last_key() {
        let berlin = "weekly/sun/08/Europe/Berlin";
        for (series, now, last, want) in [
            (berlin, "2026-11-22T06:59:59Z", None, "2026-11-22T07:00:00Z"),
            (berlin, "2026-11-22T07:00:00Z", Some("weekly/2026-W47"), "2026-11-29T07:00:00Z"),
            (berlin, "2026-11-22T06:00:00Z", Some("weekly/2026-W47"), "2026-11-29T07:00:00Z"),
            ("daily/08/Pacific/Apia", "2011-12-30T17:00:00Z", None, "2011-12-30T18:00:00Z"),
            ("monthly/01/08/UTC", "2026-12-05T00:00:00Z", None, "2027-01-01T08:00:00Z"),
        ] {
            let last = last.map(|key: &str| IssueKey(key.to_owned()));
            let next = next(&series.parse().unwrap(), now.parse().unwrap(), last.as_ref()).unwrap();
            assert_eq!(next.at.to_string(), want, "{series} at {now} after {last:?}");
        }
    }

    #[test]
    fn a_series_of_single_posts_has_no_calendar() {
        assert_eq!(latest(&Cadence::Each, Timestamp::UNIX_EPOCH), None);
        assert_eq!(next(&Cadence::Each, Timestamp::UNIX_EPOCH, None), None);
    }
}
