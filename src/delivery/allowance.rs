//! What a lane has left of the quota it took from the ledger.
//!
//! Mails are taken by the slice: a commit for each would cost more than the mail, and several senders that share a
//! ledger share a quota without knowing of each other. What is left of a slice goes back at the end of the run; a
//! killed run leaves it spent, which errs on the safe side.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::delivery::lane::Standing;
use crate::delivery::limits::Limits;
use crate::delivery::retry;
use crate::ledger::{Grant, Quota};

/// The least that is taken at once.
const SMALLEST_SLICE: u64 = 64;

/// A slice of a quota.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowance {
    left: u64,
    taken_at: Timestamp,
    /// Until when there is nothing more to take.
    spent_until: Option<(Instant, Timestamp)>,
}

/// What to ask of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) quota: Quota,
    pub(super) want: u64,
    /// Mails that were not carried, and when they were taken.
    pub(super) back: (u64, Timestamp),
}

impl Allowance {
    /// What keeps the lane from taking a mail, if anything does.
    pub(super) fn standing(&self, now: Instant) -> Option<Standing> {
        match self.spent_until {
            _ if self.left > 0 => None,
            Some((until, _)) if until > now => Some(Standing::Spent(until)),
            // It is asked for in a moment.
            _ => Some(Standing::Soon(now)),
        }
    }

    /// Until when the quota is spent.
    pub(super) fn spent_until(&self) -> Option<Timestamp> {
        self.spent_until.filter(|_| self.left == 0).map(|(_, until)| until)
    }

    pub(super) fn take(&mut self) {
        self.left = self.left.saturating_sub(1);
    }

    pub(super) fn give_back(&mut self) {
        self.left += 1;
    }

    /// What to ask of the ledger now: something when the slice is used up, or is of an hour that is over.
    pub(super) fn request(
        &self,
        lane: &str,
        limits: &Limits,
        connections: usize,
        (now, time): (Instant, Timestamp),
    ) -> Option<Request> {
        let is_old = self.left > 0 && hour(self.taken_at) != hour(time);
        let is_used_up = self.left == 0 && self.spent_until.is_none_or(|(until, _)| until <= now);
        let quota =
            Quota { lane: lane.to_owned(), per_hour: limits.per_hour, per_day: limits.per_day_at(time) };
        let want = SMALLEST_SLICE.max(4 * connections as u64);
        (is_old || is_used_up).then_some(Request { quota, want, back: (self.left, self.taken_at) })
    }

    /// Notes what the ledger gave.
    pub(super) fn grant(&mut self, grant: Grant, limits: &Limits, (now, time): (Instant, Timestamp)) {
        self.left = grant.mails;
        self.taken_at = time;
        let more_at = grant.next_at.into_iter().chain(limits.changes_at(time)).min();
        self.spent_until = more_at.map(|until| (now + retry::wait_until(until, time), until));
    }

    /// What is left, and when it was taken.
    pub(super) fn leftover(&self) -> (u64, Timestamp) {
        (self.left, self.taken_at)
    }
}

fn hour(time: Timestamp) -> i64 {
    time.as_second().div_euclid(3600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn time(text: &str) -> Timestamp {
        format!("2026-11-24T{text}Z").parse().unwrap()
    }

    #[test]
    fn a_slice_is_taken_used_up_and_asked_for_again() {
        let limits = Limits { per_hour: Some(100), ..Limits::default() };
        let now = (Instant::now(), time("08:00:00"));
        let mut allowance = Allowance::default();
        let request = allowance.request("main", &limits, 4, now).unwrap();
        assert_eq!((request.want, request.quota.per_hour, request.back.0), (64, Some(100), 0));
        allowance.grant(Grant { mails: 2, next_at: Some(time("09:00:00")) }, &limits, now);
        assert_eq!(allowance.request("main", &limits, 4, now), None);
        assert_eq!((allowance.standing(now.0), allowance.spent_until()), (None, None));
        allowance.take();
        allowance.take();
        let until = now.0 + Duration::from_millis(3_600_001);
        assert_eq!(allowance.standing(now.0), Some(Standing::Spent(until)));
        assert_eq!(allowance.spent_until(), Some(time("09:00:00")));
        assert_eq!(allowance.request("main", &limits, 4, now), None, "nothing before then");
        let then = (until, time("09:00:00"));
        assert_eq!(allowance.standing(then.0), Some(Standing::Soon(then.0)));
        assert!(allowance.request("main", &limits, 4, then).is_some());
    }

    #[test]
    fn what_is_left_of_an_hour_that_is_over_goes_back() {
        let limits = Limits { per_hour: Some(100), ..Limits::default() };
        let now = (Instant::now(), time("08:59:59"));
        let mut allowance = Allowance::default();
        allowance.grant(Grant { mails: 64, next_at: None }, &limits, now);
        allowance.take();
        let request = allowance.request("main", &limits, 100, (now.0, time("09:00:00"))).unwrap();
        assert_eq!((request.want, request.back), (400, (63, time("08:59:59"))));
    }
}
