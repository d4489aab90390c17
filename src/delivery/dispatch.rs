//! How claims come to lanes: each to the lane its recipient has, as long as that one can work, and else to another.

use std::time::Duration;

use tokio::time::Instant;

use crate::delivery::lane::{Lane, Standing};
use crate::delivery::pacing::Admission;
use crate::delivery::retry;
use crate::delivery::run::{Held, Run, Why};
use crate::delivery::throttle::LONGEST_WAIT;
use crate::ledger::Setback;

/// A lane that has claims and gave no answer for so long must leave them to others.
const STUCK: Duration = Duration::from_secs(10);

/// What the lanes together can do.
enum Service {
    /// At least one works, or will in a moment.
    Open,
    /// None before then.
    ClosedUntil(Instant),
    /// None in this run.
    Closed,
}

impl<'a> Run<'a> {
    /// Gives claims to lanes as far as rates allow. If some are left, when to look again.
    pub(super) fn dispatch(&self, now: Instant) -> Option<Instant> {
        self.relieve_stuck_lanes(now);
        let ready = self.pacing.borrow_mut().ready(now);
        let mut unplaced = self.unplaced.borrow_mut();
        ready.into_iter().rev().for_each(|held| unplaced.push_front(held));
        while let Some(held) = unplaced.pop_front() {
            match self.admit(held, now) {
                Some(held) => match self.pick(&held, now) {
                    Some(lane) => lane.place(held, now),
                    None => {
                        unplaced.push_front(held);
                        break;
                    }
                },
                None => continue,
            }
        }
        let lane_at = if unplaced.is_empty() { None } else { self.next_lane_at(now) };
        [lane_at, self.pacing.borrow().next_at()].into_iter().flatten().min()
    }

    /// A claim that may be sent now; any other is parked or given back.
    fn admit(&self, held: Held, now: Instant) -> Option<Held> {
        let held = self.unless_closed(held)?;
        match self.pacing.borrow_mut().admit(held, now) {
            Admission::Go(held) => Some(held),
            Admission::Parked => None,
            Admission::Later(held, wait) => {
                let until = retry::after(self.now(), wait);
                self.hold_back(|held_back| {
                    held_back.by_pacing += 1;
                    held_back.paced_until = held_back.paced_until.max(Some(until));
                });
                self.release(held.claim, Setback::Lane { until });
                None
            }
        }
    }

    /// A claim whose recipient is mailed at this hour; another is given back.
    pub(super) fn unless_closed(&self, held: Held) -> Option<Held> {
        let opens_at = {
            let hours = self.hours.borrow();
            if hours.is_any_hour() { None } else { hours.later_than(self.now(), held.claim.cohort) }
        };
        let Some(until) = opens_at else { return Some(held) };
        self.hold_back(|held_back| held_back.note_hours(1, until));
        self.release(held.claim, Setback::Lane { until });
        None
    }

    /// The lane that carries a claim: of those that can now, the one whose draw is smallest; one that is a fallback
    /// only while the others cannot.
    fn pick(&self, held: &Held, now: Instant) -> Option<&Lane<'a>> {
        if let [lane] = &self.lanes[..] {
            return Some(lane).filter(|lane| lane.standing(now) == Standing::Ready);
        }
        let of_kind =
            |is_fallback| self.lanes.iter().filter(move |lane| lane.settings.is_fallback == is_fallback);
        let is_ready = |lane: &&Lane<'_>| lane.standing(now) == Standing::Ready;
        let draw = |lane: &&Lane<'_>| lane.draw(held.claim.recipient.subscriber);
        let first =
            |is_fallback| of_kind(is_fallback).filter(is_ready).min_by(|a, b| draw(a).total_cmp(&draw(b)));
        let is_soon = |lane: &Lane<'_>| matches!(lane.standing(now), Standing::Soon(_));
        match first(false) {
            Some(lane) => Some(lane),
            None if of_kind(false).any(is_soon) => None,
            None => first(true),
        }
    }

    /// When a lane can take the next mail, if that is known.
    fn next_lane_at(&self, now: Instant) -> Option<Instant> {
        let next = self.lanes.iter().filter_map(|lane| match lane.standing(now) {
            Standing::Ready => Some(now),
            Standing::Soon(at) | Standing::Spent(at) | Standing::Resting(at) => Some(at),
            Standing::Hopeless | Standing::Out => None,
        });
        next.min()
    }

    /// How many claims there is room for. Asks for a good number at once or for none.
    pub(super) fn room_for_claims(&self, now: Instant, being_composed: usize) -> usize {
        let active: usize = self.lanes.iter().map(|lane| lane.active(now)).sum();
        let in_lanes: usize = self.lanes.iter().map(Lane::waiting).sum();
        let waiting = self.unplaced.borrow().len() + in_lanes + being_composed;
        if waiting > active { 0 } else { 2 * active - waiting }
    }

    /// Whether anybody waits here for a connection.
    pub(super) fn has_claims(&self) -> bool {
        !self.unplaced.borrow().is_empty()
            || self.pacing.borrow().parked() > 0
            || self.lanes.iter().any(|lane| lane.waiting() > 0)
    }

    pub(super) fn add_claims(&self, held: Vec<Held>) {
        self.unplaced.borrow_mut().extend(held);
    }

    /// Puts a claim back for another connection.
    pub(super) fn put_back(&self, held: Held) {
        self.unplaced.borrow_mut().push_front(held);
        self.want();
    }

    /// Puts a claim back behind all others.
    pub(super) fn put_behind(&self, held: Held) {
        self.unplaced.borrow_mut().push_back(held);
        self.want();
    }

    /// Takes what a lane cannot work on now, so that another may.
    pub(super) fn relieve(&self, lane: &Lane<'_>) {
        let mut unplaced = self.unplaced.borrow_mut();
        lane.empty().into_iter().rev().for_each(|held| unplaced.push_front(held));
        self.want();
    }

    fn relieve_stuck_lanes(&self, now: Instant) {
        if self.lanes.len() < 2 {
            return;
        }
        let is_stuck =
            |lane: &&Lane<'_>| lane.waiting() > 0 && now.saturating_duration_since(lane.moved_at()) > STUCK;
        for lane in self.lanes.iter().filter(is_stuck) {
            lane.leave_alone(now + STUCK);
            self.relieve(lane);
        }
    }

    /// Waits for lanes to come back as long as the run may; false if it must end.
    pub(super) fn bears_outage(&self, now: Instant) -> bool {
        let until = match self.service(now) {
            Service::Open => return true,
            Service::ClosedUntil(until) if until.saturating_duration_since(now) <= LONGEST_WAIT => {
                return true;
            }
            // What was taken of a quota is carried first.
            Service::ClosedUntil(_) if self.is_carrying() => return true,
            Service::ClosedUntil(until) => until,
            Service::Closed => {
                self.end(self.outage());
                return false;
            }
        };
        let unpaid = until.saturating_duration_since(self.paid_to.get().max(now));
        if !self.spend(unpaid) {
            self.end(self.outage());
            return false;
        }
        self.paid_to.set(self.paid_to.get().max(until));
        true
    }

    /// Whether a lane whose quota is spent has not yet carried all it took.
    fn is_carrying(&self) -> bool {
        let is_spent = |lane: &&Lane<'_>| lane.spent_until().is_some();
        let mut spent = self.lanes.iter().filter(is_spent).peekable();
        spent.peek().is_some() && (self.is_busy() || spent.any(|lane| lane.waiting() > 0))
    }

    fn service(&self, now: Instant) -> Service {
        let mut opens_at = None::<Instant>;
        for lane in &self.lanes {
            match lane.standing(now) {
                Standing::Ready | Standing::Soon(_) => return Service::Open,
                Standing::Spent(until) | Standing::Resting(until) => {
                    opens_at = Some(opens_at.map_or(until, |before| before.min(until)))
                }
                Standing::Hopeless | Standing::Out => {}
            }
        }
        opens_at.map_or(Service::Closed, Service::ClosedUntil)
    }

    /// Why no lane works.
    fn outage(&self) -> Why {
        if let Some(until) = self.lanes.iter().filter_map(Lane::spent_until).min() {
            return Why::Spent { until };
        }
        let down = self.lanes.iter().filter(|lane| !lane.is_out()).find_map(Lane::trouble);
        match down {
            Some(trouble) => Why::RelayDown { trouble },
            None => Why::Operator,
        }
    }

    /// Gives every claim back that nobody took.
    pub(super) fn release_all(&self) {
        self.lanes.iter().for_each(|lane| self.relieve(lane));
        let parked = self.pacing.borrow_mut().empty();
        for held in self.unplaced.take().into_iter().chain(parked) {
            self.release(held.claim, Setback::Lane { until: self.now() });
        }
    }
}
