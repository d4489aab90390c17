//! The hours of the day in which readers are mailed, by the clock where each of them lives.
//!
//! Civil hours: a window keeps its hours through a change of summer time. Where the hour at which it opens is left out
//! that day, it opens with the hour that comes instead; where it comes twice, at its first turn.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

/// From one hour of the day up to another; over midnight where the first is the later one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    from: i8,
    to: i8,
    /// Of readers who named none.
    zone: TimeZone,
}

impl Hours {
    /// From `from` o'clock, 0 to 23, until `to` o'clock, 1 to 24. None if they are not such hours or the same.
    pub fn new(from: i8, to: i8, zone: TimeZone) -> Option<Self> {
        let are_hours = (0..=23).contains(&from) && (1..=24).contains(&to);
        (are_hours && from != to).then_some(Self { from, to, zone })
    }

    /// When a reader in `zone` may be mailed first at `time` or after it: `time` itself within the hours.
    pub fn open_at(&self, time: Timestamp, zone: Option<&TimeZone>) -> Timestamp {
        let local = time.to_zoned(zone.unwrap_or(&self.zone).clone());
        if self.holds(local.hour()) {
            return time;
        }
        let today = self.opening(local.date(), &local);
        let opening = today.filter(|opening| opening.timestamp() > time);
        let opening = opening.or_else(|| self.opening(local.date().checked_add(1.day()).ok()?, &local));
        opening.map_or(time, |opening| opening.timestamp())
    }

    fn holds(&self, hour: i8) -> bool {
        match self.from < self.to {
            true => (self.from..self.to).contains(&hour),
            false => hour >= self.from || hour < self.to,
        }
    }

    /// When the window opens on a day.
    fn opening(&self, date: Date, local: &Zoned) -> Option<Zoned> {
        date.at(self.from, 0, 0, 0).to_zoned(local.time_zone().clone()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(from: i8, to: i8, zone: &str, time: &str) -> String {
        let hours = Hours::new(from, to, TimeZone::UTC).unwrap();
        let zone = TimeZone::get(zone).unwrap();
        let at = hours.open_at(time.parse().unwrap(), Some(&zone));
        at.to_zoned(zone).strftime("%d %H:%M").to_string()
    }

    #[test]
    fn a_reader_is_mailed_within_the_hours_where_they_live() {
        for (from, to, zone, time, want) in [
            (7, 21, "Europe/Berlin", "2026-11-24T06:00:00Z", "24 07:00"),
            (7, 21, "Europe/Berlin", "2026-11-24T05:59:59Z", "24 07:00"),
            (7, 21, "Europe/Berlin", "2026-11-24T19:59:00Z", "24 20:59"),
            (7, 21, "Europe/Berlin", "2026-11-24T20:00:00Z", "25 07:00"),
            (7, 21, "Asia/Tokyo", "2026-11-24T12:00:00Z", "25 07:00"),
            (7, 21, "Asia/Tokyo", "2026-11-23T22:30:00Z", "24 07:30"),
            (0, 24, "Asia/Tokyo", "2026-11-24T15:00:00Z", "25 00:00"),
            (0, 6, "UTC", "2026-12-31T06:00:00Z", "01 00:00"),
            (22, 6, "UTC", "2026-11-24T23:00:00Z", "24 23:00"),
            (22, 6, "UTC", "2026-11-24T05:59:00Z", "24 05:59"),
            (22, 6, "UTC", "2026-11-24T06:00:00Z", "24 22:00"),
        ] {
            assert_eq!(opens(from, to, zone, time), want, "{from} to {to} in {zone} at {time}");
        }
    }

    #[test]
    fn a_change_of_summer_time_moves_no_window() {
        for (from, to, time, want) in [
            // On 2026-03-29 two o'clock is left out in Berlin, on 2026-10-25 it comes twice.
            (7, 21, "2026-03-28T20:30:00Z", "29 07:00"),
            (2, 4, "2026-03-28T23:00:00Z", "29 03:00"),
            (2, 3, "2026-03-28T23:00:00Z", "29 03:00"),
            (2, 4, "2026-10-24T22:30:00Z", "25 02:00"),
            (3, 4, "2026-10-25T01:30:00Z", "25 03:00"),
            (7, 21, "2026-10-25T06:30:00Z", "25 07:30"),
        ] {
            assert_eq!(opens(from, to, "Europe/Berlin", time), want, "{from} to {to} at {time}");
        }
    }

    #[test]
    fn a_window_that_was_opened_at_is_open_then_wherever_the_reader_lives() {
        for zone in ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"] {
            let zone = TimeZone::get(zone).unwrap();
            for (from, to) in [(7, 21), (22, 6), (0, 1), (23, 24)] {
                let hours = Hours::new(from, to, TimeZone::UTC).unwrap();
                for step in 0..2_000_i64 {
                    let time = Timestamp::from_second(1_800_000_000 + step * 3_607).unwrap();
                    let opens = hours.open_at(time, Some(&zone));
                    assert!(opens >= time && opens.duration_since(time).as_hours() < 48);
                    assert_eq!(hours.open_at(opens, Some(&zone)), opens, "{from} to {to} at {time}");
                }
            }
        }
    }

    #[test]
    fn a_reader_without_a_zone_lives_where_the_publication_does() {
        let hours = Hours::new(7, 21, TimeZone::get("Asia/Tokyo").unwrap()).unwrap();
        let opens = hours.open_at("2026-11-24T12:00:00Z".parse().unwrap(), None);
        assert_eq!(opens.to_string(), "2026-11-24T22:00:00Z");
    }

    #[test]
    fn hours_that_hold_nothing_are_none() {
        for (from, to) in [(7, 7), (24, 6), (-1, 5), (3, 25), (3, 0)] {
            assert_eq!(Hours::new(from, to, TimeZone::UTC), None, "{from} to {to}");
        }
    }
}
