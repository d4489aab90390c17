//! When each recipient may be mailed: the publication's hours, by the clock of their cohort.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::delivery::hours::Hours;
use crate::issue::CohortId;
use crate::ledger::{Claim, Outcome, Setback};
use crate::subscriber::Preferences;

/// The hours, and the zones of the cohorts met so far.
#[derive(Debug)]
pub(super) struct OpenHours<'a> {
    hours: Option<&'a Hours>,
    /// None: no zone of their own.
    zones: HashMap<CohortId, Option<TimeZone>>,
}

impl<'a> OpenHours<'a> {
    /// None: any hour will do, and nothing needs to be known of anybody.
    pub(super) fn new(hours: Option<&'a Hours>) -> Self {
        Self { hours, zones: HashMap::new() }
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
