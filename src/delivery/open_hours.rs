//! When each recipient may be mailed: the publication's hours, by the clock of their cohort.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::delivery::hours::Hours;
use crate::issue::CohortId;
use crate::ledger::{Claim, Outcome, Postponement, Setback};
use crate::subscriber::Preferences;

/// How long whoever comes due outside of their hours is given back one by one, after all who were due then had been put
/// off together.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// The hours, and the zones of the cohorts met so far.
#[derive(Debug)]
pub(super) struct OpenHours<'a> {
    hours: Option<&'a Hours>,
    /// None: no zone of their own.
    zones: HashMap<CohortId, Option<TimeZone>>,
    /// When all who were due outside of their hours were last put off.
    put_off_at: Option<Timestamp>,
}

impl<'a> OpenHours<'a> {
    /// None: any hour will do, and nothing needs to be known of anybody.
    pub(super) fn new(hours: Option<&'a Hours>) -> Self {
        Self { hours, zones: HashMap::new(), put_off_at: None }
    }

    /// Whether a cohort's zone must be asked for first.
    pub(super) fn misses_any(&self, claims: &[Claim]) -> bool {
        self.hours.is_some() && claims.iter().any(|claim| !self.zones.contains_key(&claim.cohort))
    }

    /// Notes what cohorts asked for. Those of `claims` count as known from now on.
    pub(super) fn learn(&mut self, cohorts: Vec<(CohortId, Preferences)>, claims: &[Claim]) {
        let zone = |preferences: Preferences| preferences.zone.map(|zone| zone.rules());
        self.zones.extend(cohorts.into_iter().map(|(id, preferences)| (id, zone(preferences))));
        for claim in claims {
            self.zones.entry(claim.cohort).or_insert(None);
        }
    }

    /// Whether all who are due outside of their hours are to be put off: before anybody is claimed, and when hours have
    /// ended since, which claims show.
    pub(super) fn is_to_put_off(&self, now: Timestamp, claimed: &[CohortId]) -> bool {
        let is_closed = |cohort: &CohortId| self.later_than(now, *cohort).is_some();
        match self.put_off_at {
            _ if self.is_any_hour() => false,
            None => true,
            Some(at) => now.duration_since(at) >= LOOK_AGAIN && claimed.iter().any(is_closed),
        }
    }

    /// Who is to be put off at `now`, of all cohorts there are.
    pub(super) fn postponement(
        &mut self,
        now: Timestamp,
        cohorts: Vec<(CohortId, Preferences)>,
    ) -> Postponement {
        self.put_off_at = Some(now);
        self.learn(cohorts, &[]);
        let opens = self.zones.keys().filter_map(|cohort| Some((*cohort, self.later_than(now, *cohort)?)));
        Postponement { opens: Arc::new(opens.collect()), after: None, now }
    }

    /// When a recipient may be mailed first from `time` on, if that is not `time` itself.
    pub(super) fn later_than(&self, time: Timestamp, cohort: CohortId) -> Option<Timestamp> {
        Some(self.moved(time, cohort)).filter(|opens| *opens > time)
    }

    pub(super) fn is_any_hour(&self) -> bool {
        self.hours.is_none()
    }

    fn moved(&self, time: Timestamp, cohort: CohortId) -> Timestamp {
        let zone = || self.zones.get(&cohort).and_then(Option::as_ref);
        self.hours.map_or(time, |hours| hours.open_at(time, zone()))
    }

    /// With the next try within the hours.
    pub(super) fn setback(&self, setback: Setback, cohort: CohortId) -> Setback {
        match setback {
            Setback::Transient { reply, until } => {
                Setback::Transient { reply, until: self.moved(until, cohort) }
            }
            other => other,
        }
    }

    /// With the next try within the hours.
    pub(super) fn outcome(&self, outcome: Outcome, cohort: CohortId) -> Outcome {
        match outcome {
            Outcome::Deferred { reply, until, counts } if counts => {
                Outcome::Deferred { reply, until: self.moved(until, cohort), counts }
            }
            Outcome::Doubt { what, until } => Outcome::Doubt { what, until: self.moved(until, cohort) },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_due_at_a_wrong_hour_is_put_off_at_first_and_once_hours_have_ended() {
        let day = Hours::new(7, 21, TimeZone::UTC).unwrap();
        let mut hours = OpenHours::new(Some(&day));
        let at = |text: &str| -> Timestamp { format!("2026-11-22T{text}Z").parse().unwrap() };
        let in_tokyo = Preferences { zone: "Asia/Tokyo".parse().ok(), ..Preferences::default() };
        let cohorts = vec![(CohortId(1), Preferences::default()), (CohortId(2), in_tokyo)];
        assert!(hours.is_to_put_off(at("11:59:30"), &[]), "before anybody is claimed");
        assert!(hours.postponement(at("11:59:30"), cohorts.clone()).opens.is_empty());
        for (time, claimed, want) in [
            ("11:59:59", vec![1, 2], false),
            ("12:00:00", vec![1, 2], false),
            ("12:00:30", vec![1, 2], true),
            ("12:00:30", vec![1], false),
            ("12:00:30", vec![], false),
        ] {
            let claimed: Vec<CohortId> = claimed.into_iter().map(CohortId).collect();
            assert_eq!(hours.is_to_put_off(at(time), &claimed), want, "{time} {claimed:?}");
        }
        let opens = hours.postponement(at("12:00:30"), cohorts).opens;
        assert_eq!(*opens, HashMap::from([(CohortId(2), at("22:00:00"))]));
        assert!(!OpenHours::new(None).is_to_put_off(at("03:00:00"), &[CohortId(1)]));
    }
}
