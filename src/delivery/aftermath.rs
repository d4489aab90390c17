//! What follows from a try for the lane, the recipient's domain, the issue and the run.

use tokio::time::Instant;

use crate::delivery::courier::{Refusal, Verdict};
use crate::delivery::lane::Lane;
use crate::delivery::pacing::Totals;
use crate::delivery::reply::{Class, Fault, Reply, Stage, Trouble};
use crate::delivery::retry::RowKey;
use crate::delivery::ruling::Spoils;
use crate::delivery::run::Run;
use crate::delivery::send::HeldBack;
use crate::delivery::throttle::Try;
use crate::delivery::weather::may_be_crowding;
use crate::ledger::Setback;
use crate::message::IssueId;

/// A try that ended, and whom it was for.
pub(super) struct Ended<'r> {
    pub(super) lane: &'r Lane<'r>,
    pub(super) row: RowKey,
    pub(super) domain: &'r str,
    /// How often the recipient was tried before.
    pub(super) tries: u32,
    pub(super) attempt: Try,
}

impl Run<'_> {
    /// A refusal as it is to be read in the weather there is: in a storm no recipient is to blame.
    pub(super) fn read_refusal(&self, lane: &Lane<'_>, refusal: Refusal) -> Refusal {
        match refusal {
            Refusal::Recipient(reply)
                if lane.is_stormy() && is_put_off(&reply) && may_be_crowding(&reply) =>
            {
                Refusal::Lane(Trouble::reply(Stage::Rcpt, reply))
            }
            other => other,
        }
    }

    /// Whether a verdict is the storm's and not the recipient's.
    pub(super) fn is_of_storm(&self, lane: &Lane<'_>, verdict: &Verdict) -> bool {
        let Verdict::NotSent(trouble) = verdict else { return false };
        trouble
            .as_reply()
            .is_some_and(|reply| lane.is_stormy() && is_put_off(reply) && may_be_crowding(reply))
    }

    /// Draws the consequences of a try.
    pub(super) async fn conclude(&self, ended: Ended<'_>, spoils: Spoils) {
        match spoils {
            Spoils::Nothing => self.worked(ended),
            Spoils::PutOff(reply) if may_be_crowding(&reply) => self.perhaps_crowded(ended),
            Spoils::PutOff(_) => self.answered(ended),
            Spoils::Content(reply) => {
                let issue = ended.row.0;
                self.worked(ended);
                self.content_refused(issue, &reply).await;
            }
            Spoils::Lane(trouble) => self.failed(ended, trouble),
            Spoils::Operator(trouble) => {
                ended.lane.abandoned(ended.attempt);
                self.take_out(ended.lane, trouble);
            }
            Spoils::Stopped => ended.lane.abandoned(ended.attempt),
        }
    }

    fn worked(&self, ended: Ended<'_>) {
        let now = Instant::now();
        self.forget_stumbles(ended.row);
        self.total(|totals| totals.fair += 1);
        self.pacing.borrow_mut().fair(ended.domain, now);
        ended.lane.worked(ended.attempt, now);
    }

    /// The server put a recipient off for a reason of theirs: it works, and that says nothing of how busy it is.
    fn answered(&self, ended: Ended<'_>) {
        self.forget_stumbles(ended.row);
        ended.lane.worked(ended.attempt, Instant::now());
    }

    fn perhaps_crowded(&self, ended: Ended<'_>) {
        let now = Instant::now();
        self.forget_stumbles(ended.row);
        if self.is_of_domain(&ended, now) {
            ended.lane.abandoned(ended.attempt);
        } else {
            ended.lane.perhaps_crowded(ended.attempt, ended.tries, now);
        }
    }

    fn failed(&self, ended: Ended<'_>, trouble: Trouble) {
        let now = Instant::now();
        let lane = ended.lane;
        if !trouble.stage.is_before_mail() {
            *self.stumbles.borrow_mut().entry(ended.row).or_default() += 1;
        }
        let is_reply = matches!(trouble.fault, Fault::Reply(_)) && !trouble.stage.is_before_mail();
        match (is_reply, is_reply && trouble.stage != Stage::Mail && self.is_of_domain(&ended, now)) {
            (_, true) => lane.abandoned(ended.attempt),
            (true, false) => lane.crowded(ended.attempt, ended.tries, trouble, now),
            (false, false) => lane.failed(ended.attempt, trouble, now),
        }
        if self.lanes.len() > 1 && lane.free_at() > now {
            self.relieve(lane);
        }
        self.want();
    }

    /// Whether a refusal is the state of the recipient's domain alone.
    fn is_of_domain(&self, ended: &Ended<'_>, now: Instant) -> bool {
        self.total(|totals| totals.crowded += 1);
        self.pacing.borrow_mut().crowded(ended.domain, ended.tries, self.totals.get(), now)
    }

    fn take_out(&self, lane: &Lane<'_>, trouble: Trouble) {
        lane.take_out(trouble);
        self.relieve(lane);
        self.want();
    }

    fn forget_stumbles(&self, row: RowKey) {
        let mut stumbles = self.stumbles.borrow_mut();
        if !stumbles.is_empty() {
            stumbles.remove(&row);
        }
    }

    fn total(&self, add: impl FnOnce(&mut Totals)) {
        let mut totals = self.totals.get();
        add(&mut totals);
        self.totals.set(totals);
    }

    pub(super) fn hold_back(&self, add: impl FnOnce(&mut HeldBack)) {
        let mut held_back = self.held_back.get();
        add(&mut held_back);
        self.held_back.set(held_back);
    }

    async fn content_refused(&self, issue: IssueId, reply: &Reply) {
        if !self.breaker.borrow_mut().refused(issue, reply) || self.is_halted(issue) {
            return;
        }
        let why = reply.to_string();
        let words = why.clone();
        *self.halted.borrow_mut() = Some((issue, why));
        self.release_all_of(issue);
        if let Err(source) = self.ledger.ask(move |ledger| ledger.halt(issue, &words)).await {
            self.fail(source.into());
        }
    }

    fn is_halted(&self, issue: IssueId) -> bool {
        self.halted.borrow().as_ref().is_some_and(|(halted, _)| *halted == issue)
    }

    fn release_all_of(&self, issue: IssueId) {
        self.lanes.iter().for_each(|lane| self.relieve(lane));
        let parked = self.pacing.borrow_mut().empty();
        let (halted, others): (Vec<_>, _) =
            self.unplaced.take().into_iter().chain(parked).partition(|held| held.claim.issue == issue);
        self.unplaced.replace(others.into());
        for held in halted {
            self.release(held.claim, Setback::Lane { until: self.now() });
        }
    }
}

fn is_put_off(reply: &Reply) -> bool {
    reply.class() == Class::Transient
}
