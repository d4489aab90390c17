//! One relay of a run: its share of the mail, its connections, how fast it may go, and what became of it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::delivery::allowance::{Allowance, Request};
use crate::delivery::counts::LaneCounts;
use crate::delivery::lane_report::{LaneReport, LaneState};
use crate::delivery::limits::Limits;
use crate::delivery::rate::Rate;
use crate::delivery::reply::Trouble;
use crate::delivery::route::Route;
use crate::delivery::run::Held;
use crate::delivery::share::Share;
use crate::delivery::throttle::{AfterFailure, Throttle, Try};
use crate::ledger::Grant;
use crate::subscriber::SubscriberId;

/// What a lane must be told.
pub struct LaneSettings {
    /// What the configuration calls it.
    pub name: String,
    pub route: Route,
    /// Its part of the mail beside the weights of the other lanes; at least 1.
    pub weight: u32,
    /// Whether it carries mail only while no other lane can.
    pub is_fallback: bool,
    /// Connections kept open at once.
    pub connections: usize,
    /// Mails handed over before a connection is closed.
    pub messages_per_connection: usize,
    pub limits: Limits,
}

impl LaneSettings {
    /// The lane of a publication that has one relay and no limits.
    pub fn only(route: Route, connections: usize, messages_per_connection: usize) -> Self {
        Self {
            name: "smtp".to_owned(),
            route,
            weight: 1,
            is_fallback: false,
            connections,
            messages_per_connection,
            limits: Limits::default(),
        }
    }
}

/// Whether a lane can take a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Ready,
    /// Its rate lets the next mail go then, or it is about to take from its quota.
    Soon(Instant),
    /// Its quota is spent until then.
    Spent(Instant),
    /// The relay is left alone until then.
    Resting(Instant),
    /// It never worked in this run.
    Hopeless,
    /// Only a person can bring it back.
    Out,
}

/// A lane during a run.
pub(super) struct Lane<'a> {
    pub(super) settings: &'a LaneSettings,
    share: Share,
    throttle: RefCell<Throttle>,
    rate: RefCell<Option<Rate>>,
    /// None: it carries any number of mails.
    allowance: Option<RefCell<Allowance>>,
    queue: RefCell<VecDeque<Held>>,
    counts: Cell<LaneCounts>,
    is_hopeless: Cell<bool>,
    is_out: Cell<bool>,
    /// What went wrong last; none since the relay worked again.
    trouble: RefCell<Option<Trouble>>,
    /// When it last gave an answer, or was given something to do.
    moved_at: Cell<Instant>,
    /// Tells a connection that there is a claim for it.
    fresh: Notify,
    /// Tells connections that more of them may work.
    grown: Notify,
}

impl<'a> Lane<'a> {
    pub(super) fn new(settings: &'a LaneSettings, now: Instant) -> Self {
        Self {
            settings,
            share: Share::new(&settings.name, settings.weight),
            throttle: RefCell::new(Throttle::new(settings.connections, now)),
            rate: RefCell::new(settings.limits.per_second.map(|per_second| Rate::new(per_second, now))),
            allowance: settings.limits.has_quota().then(RefCell::default),
            queue: RefCell::default(),
            counts: Cell::default(),
            is_hopeless: Cell::new(false),
            is_out: Cell::new(false),
            trouble: RefCell::new(None),
            moved_at: Cell::new(now),
            fresh: Notify::new(),
            grown: Notify::new(),
        }
    }

    /// Whether it can take a mail now.
    pub(super) fn standing(&self, now: Instant) -> Standing {
        if self.is_out.get() {
            return Standing::Out;
        }
        let throttle = self.throttle.borrow();
        if throttle.free_at() > now {
            return if self.is_hopeless.get() {
                Standing::Hopeless
            } else {
                Standing::Resting(throttle.free_at())
            };
        }
        if let Some(standing) = self.allowance.as_ref().and_then(|slice| slice.borrow().standing(now)) {
            return standing;
        }
        let by_rate = self.rate.borrow().as_ref().map(Rate::free_at);
        match by_rate.max(throttle.pace.free_at()) {
            Some(free_at) if free_at > now => Standing::Soon(free_at),
            _ => Standing::Ready,
        }
    }

    /// The number that decides who goes first for a recipient: the smallest does.
    pub(super) fn draw(&self, subscriber: SubscriberId) -> f64 {
        self.share.draw(subscriber)
    }

    /// How many of its connections may work now; none while it cannot take mail.
    pub(super) fn active(&self, now: Instant) -> usize {
        match self.standing(now) {
            Standing::Ready | Standing::Soon(_) => self.throttle.borrow().active(),
            Standing::Spent(_) | Standing::Resting(_) | Standing::Hopeless | Standing::Out => 0,
        }
    }

    /// Whether the connection with this number, from 0, may work.
    pub(super) fn admits(&self, number: usize) -> bool {
        !self.is_out.get() && self.throttle.borrow().admits(number)
    }

    /// Before then its connections try nothing.
    pub(super) fn free_at(&self) -> Instant {
        self.throttle.borrow().free_at()
    }

    /// Gives it a claim to work on.
    pub(super) fn place(&self, held: Held, now: Instant) {
        if let Some(rate) = &mut *self.rate.borrow_mut() {
            rate.take(now);
        }
        self.throttle.borrow_mut().pace.take(now);
        if let Some(allowance) = &self.allowance {
            allowance.borrow_mut().take();
        }
        let mut queue = self.queue.borrow_mut();
        if queue.is_empty() {
            self.moved_at.set(now);
        }
        queue.push_back(held);
        self.fresh.notify_one();
    }

    pub(super) fn waiting(&self) -> usize {
        self.queue.borrow().len()
    }

    pub(super) fn take(&self) -> Option<Held> {
        self.queue.borrow_mut().pop_front()
    }

    /// Takes everything back that no connection works on.
    pub(super) fn empty(&self) -> VecDeque<Held> {
        let held = self.queue.take();
        for _ in &held {
            self.give_back();
        }
        held
    }

    /// A mail it was given was not tried.
    pub(super) fn give_back(&self) {
        if let Some(rate) = &mut *self.rate.borrow_mut() {
            rate.give_back();
        }
        self.throttle.borrow_mut().pace.give_back();
        self.unspend();
    }

    /// A mail it was given was not handed over: it does not count against the quota.
    pub(super) fn unspend(&self) {
        if let Some(allowance) = &self.allowance {
            allowance.borrow_mut().give_back();
        }
    }

    /// What it must ask of the ledger before it can carry more.
    pub(super) fn request(&self, now: (Instant, Timestamp)) -> Option<Request> {
        let LaneSettings { name, limits, connections, .. } = self.settings;
        self.allowance.as_ref()?.borrow().request(name, limits, *connections, now)
    }

    /// Notes what the ledger gave.
    pub(super) fn grant(&self, grant: Grant, now: (Instant, Timestamp)) {
        if let Some(allowance) = &self.allowance {
            allowance.borrow_mut().grant(grant, &self.settings.limits, now);
        }
    }

    /// Mails it took of its quota and did not carry, and when it took them.
    pub(super) fn leftover(&self) -> (u64, Timestamp) {
        self.allowance.as_ref().map_or_else(Default::default, |slice| slice.borrow().leftover())
    }

    /// Until when its quota is spent, if it is.
    pub(super) fn spent_until(&self) -> Option<Timestamp> {
        self.allowance.as_ref()?.borrow().spent_until()
    }

    /// Since when nothing came of what it was given.
    pub(super) fn moved_at(&self) -> Instant {
        self.moved_at.get()
    }

    /// Waits until there may be something to do for a connection that may work.
    pub(super) async fn something_fresh(&self, number: usize) {
        self.fresh.notified().await;
        if !self.admits(number) {
            // It was meant for one that may work.
            self.fresh.notify_one();
        }
    }

    /// Waits until one more connection may work.
    pub(super) async fn growth(&self) {
        self.grown.notified().await;
    }

    /// Tells every connection to look whether the run is over.
    pub(super) fn tell_all(&self) {
        self.fresh.notify_waiters();
        self.grown.notify_waiters();
    }

    pub(super) fn begin(&self) -> Try {
        self.throttle.borrow_mut().begin()
    }

    /// A try ended and says nothing of the relay.
    pub(super) fn abandoned(&self, attempt: Try) {
        self.throttle.borrow_mut().abandoned(attempt);
    }

    /// The relay answered for or about a mail.
    pub(super) fn worked(&self, attempt: Try, now: Instant) {
        self.moved_at.set(now);
        if self.throttle.borrow_mut().worked(attempt, now) {
            self.grown.notify_waiters();
        }
        if self.trouble.borrow().is_some() {
            self.trouble.replace(None);
            self.is_hopeless.set(false);
        }
    }

    /// The connection or the server failed.
    pub(super) fn failed(&self, attempt: Try, trouble: Trouble, now: Instant) {
        let after = self.throttle.borrow_mut().failed(attempt, now);
        self.after_failure(after, trouble, now);
    }

    /// The server has too much to do, and said so to a recipient who was tried so often before.
    pub(super) fn crowded(&self, attempt: Try, tries: u32, trouble: Trouble, now: Instant) {
        let after = self.throttle.borrow_mut().crowded(attempt, tries, now);
        self.after_failure(after, trouble, now);
    }

    /// The server put a recipient off in words that may speak of itself.
    pub(super) fn perhaps_crowded(&self, attempt: Try, tries: u32, now: Instant) {
        self.moved_at.set(now);
        self.throttle.borrow_mut().perhaps_crowded(attempt, tries, now);
    }

    /// Whether the server refuses so much that no recipient is to blame.
    pub(super) fn is_stormy(&self) -> bool {
        self.throttle.borrow().is_stormy()
    }

    fn after_failure(&self, after: AfterFailure, trouble: Trouble, now: Instant) {
        self.moved_at.set(now);
        self.count(|counts| counts.failures += 1);
        self.trouble.replace(Some(trouble));
        match after {
            AfterFailure::GoOn => {}
            AfterFailure::Pause(pause) => self.throttle.borrow_mut().pause(pause, now),
            AfterFailure::Hopeless => {
                self.is_hopeless.set(true);
                self.throttle.borrow_mut().rest(now);
            }
        }
    }

    /// Takes it out of the run: only a person can help.
    pub(super) fn take_out(&self, trouble: Trouble) {
        self.is_out.set(true);
        self.trouble.replace(Some(trouble));
    }

    pub(super) fn is_out(&self) -> bool {
        self.is_out.get()
    }

    /// Leaves the relay alone until then: others do its work meanwhile.
    pub(super) fn leave_alone(&self, until: Instant) {
        let now = self.moved_at.get();
        self.throttle.borrow_mut().pause(until.saturating_duration_since(now), now);
    }

    /// What keeps it from working.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.trouble.borrow().clone()
    }

    pub(super) fn count(&self, add: impl FnOnce(&mut LaneCounts)) {
        let mut counts = self.counts.get();
        add(&mut counts);
        self.counts.set(counts);
    }

    /// What it did so far.
    pub(super) fn report(&self) -> LaneReport {
        let LaneCounts { mails, failures } = self.counts.get();
        let throttle = self.throttle.borrow();
        LaneReport {
            name: self.settings.name.clone(),
            relay: self.settings.route.relay.to_string(),
            sent: mails.sent,
            refused: mails.refused,
            deferred: mails.deferred,
            doubtful: mails.doubtful,
            failures,
            slowed: throttle.times_slowed(),
            slowed_to: throttle.pace.per_second(),
            state: match self.standing(Instant::now()) {
                // It would be tried now, and has not worked since it failed.
                Standing::Ready | Standing::Soon(_) if self.trouble.borrow().is_some() => LaneState::Down,
                Standing::Ready | Standing::Soon(_) => LaneState::Open,
                Standing::Spent(_) => LaneState::Spent,
                Standing::Resting(_) | Standing::Hopeless => LaneState::Down,
                Standing::Out => LaneState::Out,
            },
            spent_until: self.spent_until(),
            trouble: self.trouble.borrow().as_ref().map(Trouble::to_string),
        }
    }
}
