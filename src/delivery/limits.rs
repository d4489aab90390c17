//! How much a lane may carry: by the second, the hour and the day, and while it is new.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

/// How much mail a lane may carry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// Mails a second.
    pub per_second: Option<f64>,
    /// Mails in an hour of the clock (UTC).
    pub per_hour: Option<u64>,
    /// Mails in an hour and the 23 before it.
    pub per_day: Option<u64>,
    pub warm_up: Option<WarmUp>,
}

/// How much a new lane may carry, day after day: receivers trust a sender they have known for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarmUp {
    since: Date,
    zone: TimeZone,
    /// From which day, the first being 1, how many mails a day. Days ascend; the last step holds until it is taken away.
    steps: Vec<(u32, u64)>,
}

impl WarmUp {
    /// A ramp that began on `since` in `zone`. None unless its days begin with 1 and ascend.
    pub fn new(since: Date, zone: TimeZone, steps: Vec<(u32, u64)>) -> Option<Self> {
        let ascends = steps.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let begins = steps.first().is_some_and(|(day, _)| *day == 1);
        (begins && ascends).then_some(Self { since, zone, steps })
    }

    /// Mails a day at `time`; none before the first day.
    pub fn per_day(&self, time: Timestamp) -> u64 {
        let today = time.to_zoned(self.zone.clone()).date();
        let days = self.since.until((Unit::Day, today)).map_or(0, |span| span.get_days());
        let step = self.steps.iter().rev().find(|(day, _)| i64::from(*day) <= i64::from(days) + 1);
        if days < 0 { 0 } else { step.map_or(0, |(_, mails)| *mails) }
    }

    /// When the next day begins.
    fn next_day(&self, time: Timestamp) -> Option<Timestamp> {
        let tomorrow = time.to_zoned(self.zone.clone()).tomorrow().ok()?;
        Some(tomorrow.start_of_day().ok()?.timestamp())
    }
}

impl Limits {
    /// Whether there is anything to remember from run to run.
    pub(super) fn has_quota(&self) -> bool {
        self.per_hour.is_some() || self.per_day.is_some() || self.warm_up.is_some()
    }

    /// Mails in an hour and the 23 before it, as of `time`.
    pub(super) fn per_day_at(&self, time: Timestamp) -> Option<u64> {
        let warm_up = self.warm_up.as_ref().map(|warm_up| warm_up.per_day(time));
        [self.per_day, warm_up].into_iter().flatten().min()
    }

    /// When the quota changes by itself.
    pub(super) fn changes_at(&self, time: Timestamp) -> Option<Timestamp> {
        self.warm_up.as_ref()?.next_day(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> WarmUp {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        WarmUp::new("2026-11-20".parse().unwrap(), zone, vec![(1, 50), (3, 200), (7, 1_000)]).unwrap()
    }

    #[test]
    fn each_day_of_the_ramp_carries_what_its_step_says() {
        for (time, want) in [
            ("2026-11-19T14:59:59Z", 0),
            ("2026-11-19T15:00:00Z", 50),
            ("2026-11-21T14:59:59Z", 50),
            ("2026-11-21T15:00:00Z", 200),
            ("2026-11-25T14:59:59Z", 200),
            ("2026-11-25T15:00:00Z", 1_000),
            ("2027-11-25T15:00:00Z", 1_000),
        ] {
            assert_eq!(ramp().per_day(time.parse().unwrap()), want, "{time}");
        }
    }

    #[test]
    fn the_smaller_of_ramp_and_quota_holds() {
        let limits = Limits { per_day: Some(100), warm_up: Some(ramp()), ..Limits::default() };
        assert_eq!(limits.per_day_at("2026-11-20T12:00:00Z".parse().unwrap()), Some(50));
        assert_eq!(limits.per_day_at("2026-11-23T12:00:00Z".parse().unwrap()), Some(100));
        assert!(limits.has_quota() && !Limits { per_second: Some(1.0), ..Limits::default() }.has_quota());
    }

    #[test]
    fn a_ramp_changes_with_the_day_where_the_publication_is() {
        let limits = Limits { warm_up: Some(ramp()), ..Limits::default() };
        let changes_at = limits.changes_at("2026-11-20T12:00:00Z".parse().unwrap());
        assert_eq!(changes_at, Some("2026-11-20T15:00:00Z".parse().unwrap()));
        assert_eq!(Limits::default().changes_at(Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn a_ramp_begins_on_its_first_day_and_goes_on() {
        for steps in [vec![], vec![(2, 50)], vec![(1, 50), (1, 60)], vec![(1, 50), (5, 60), (3, 70)]] {
            assert_eq!(
                WarmUp::new("2026-11-20".parse().unwrap(), TimeZone::UTC, steps.clone()),
                None,
                "{steps:?}"
            );
        }
    }
}
