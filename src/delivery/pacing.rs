//! How fast mail goes to each recipient domain, whichever lane carries it.
//!
//! A domain is held back by what the configuration says of it, and by what its server says when it has too much to do:
//! a storm of one domain slows that domain alone. Claims of a domain that must wait are parked, so that those behind
//! them pass; how many is bounded. Without a limit and without a storm nothing is kept, and asking costs a comparison.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use crate::delivery::pace::Pace;
use crate::delivery::rate::Rate;
use crate::delivery::run::Held;
use crate::delivery::weather::Weather;

/// Claims that may be parked; more are given back to the ledger.
const MOST_PARKED: usize = 512;
/// Domains that are remembered before those are forgotten that hold nobody back.
const MOST_DOMAINS: usize = 4096;
/// So many refusals of a domain, and as many results of others, before it is told apart from the lane.
const ENOUGH: u64 = 3;
const ENOUGH_OF_OTHERS: u64 = 10;
/// Refusals of one domain between two times that it is made slower.
const REFUSALS_TO_SLOW: u32 = 10;
/// How long a mail takes where only their number at once is limited.
const GUESSED_INTERVAL: Duration = Duration::from_millis(100);
/// A claim for which there is no room is not asked for again before this.
const SHORTEST_BOOKING: Duration = Duration::from_secs(1);

/// How fast mail may go to recipient domains.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PacingSettings {
    /// For each domain that is not named.
    pub default: DomainLimits,
    /// By domain, in lower case.
    pub domains: HashMap<String, DomainLimits>,
}

/// How fast mail may go to one domain.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DomainLimits {
    /// Mails a second, at most.
    pub per_second: Option<f64>,
    /// Mails on their way at once, at most.
    pub connections: Option<usize>,
}

impl DomainLimits {
    fn is_none(&self) -> bool {
        self.per_second.is_none() && self.connections.is_none()
    }
}

/// What all mail of the run came to so far, to hold a domain's results against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) fair: u64,
    pub(super) crowded: u64,
}

/// What is known of a domain.
struct Domain {
    limits: DomainLimits,
    rate: RefCell<Option<Rate>>,
    pace: RefCell<Pace>,
    /// Mails on their way.
    busy: Cell<usize>,
    parked: RefCell<VecDeque<Held>>,
    weather: Cell<Weather>,
    /// Its own results, and those of all when it was first seen crowded.
    own: Cell<Totals>,
    before: Cell<Totals>,
    since_slowed: Cell<u32>,
    /// Up to when turns are given to claims for which there was no room.
    booked_to: Cell<Instant>,
}

/// Leave to send to a domain. The domain has one more mail on its way until it is dropped.
pub(super) struct Pass(Rc<Domain>);

impl Drop for Pass {
    fn drop(&mut self) {
        self.0.busy.set(self.0.busy.get() - 1);
    }
}

/// What becomes of a claim.
pub(super) enum Admission {
    /// It may be sent.
    Go(Held),
    /// It was parked.
    Parked,
    /// It must wait so long, and there is no room for it.
    Later(Held, Duration),
}

/// All domains that are held back, or could be.
pub(super) struct Pacing<'a> {
    settings: &'a PacingSettings,
    has_limits: bool,
    domains: HashMap<Box<str>, Rc<Domain>>,
    /// Those for which claims are parked.
    waiting: Vec<Rc<Domain>>,
    parked: usize,
    /// How often a storm made a domain slower.
    slowed: u64,
}

impl<'a> Pacing<'a> {
    pub(super) fn new(settings: &'a PacingSettings) -> Self {
        let has_limits = !settings.default.is_none() || !settings.domains.is_empty();
        Self { settings, has_limits, domains: HashMap::new(), waiting: Vec::new(), parked: 0, slowed: 0 }
    }

    /// How many claims are parked.
    pub(super) fn parked(&self) -> usize {
        self.parked
    }

    /// How often a storm made a domain slower.
    pub(super) fn times_slowed(&self) -> u64 {
        self.slowed
    }

    /// Lets a claim go, or has it wait.
    pub(super) fn admit(&mut self, mut held: Held, now: Instant) -> Admission {
        if held.pass.is_some() || !self.has_limits && self.domains.is_empty() {
            return Admission::Go(held);
        }
        let Some(domain) = self.domain_of(&held, now) else { return Admission::Go(held) };
        if domain.parked.borrow().is_empty() && domain.is_free(now) {
            held.pass = Some(domain.let_go(now));
            return Admission::Go(held);
        }
        if self.parked >= MOST_PARKED {
            return Admission::Later(held, domain.book(now));
        }
        self.park(domain, held);
        Admission::Parked
    }

    fn park(&mut self, domain: Rc<Domain>, held: Held) {
        self.parked += 1;
        domain.parked.borrow_mut().push_back(held);
        if domain.parked.borrow().len() == 1 {
            self.waiting.push(domain);
        }
    }

    /// The parked claims whose time has come.
    pub(super) fn ready(&mut self, now: Instant) -> Vec<Held> {
        let mut ready = Vec::new();
        for domain in &self.waiting {
            while domain.is_free(now)
                && let Some(mut held) = domain.parked.borrow_mut().pop_front()
            {
                held.pass = Some(domain.let_go(now));
                ready.push(held);
            }
        }
        self.parked -= ready.len();
        self.waiting.retain(|domain| !domain.parked.borrow().is_empty());
        ready
    }

    /// When the next parked claim may go, as far as time decides.
    pub(super) fn next_at(&self) -> Option<Instant> {
        self.waiting.iter().filter(|domain| domain.has_room()).filter_map(|domain| domain.free_at()).min()
    }

    /// Everything that is parked, to be given back.
    pub(super) fn empty(&mut self) -> Vec<Held> {
        self.parked = 0;
        self.waiting.drain(..).flat_map(|domain| domain.parked.take()).collect()
    }

    /// A mail to `name` was taken, or refused for good.
    pub(super) fn fair(&mut self, name: &str, now: Instant) {
        let Some(domain) = self.domains.get(name) else { return };
        domain.note(now, |weather, own| {
            weather.fair();
            own.fair += 1;
        });
        if !domain.weather.get().share_is_high() {
            domain.pace.borrow_mut().grow(now);
        }
    }

    /// The server would take no more mail to `name` for now. True if the domain is to blame and not the lane: others
    /// pass, and it does not.
    pub(super) fn crowded(&mut self, name: &str, tries: u32, totals: Totals, now: Instant) -> bool {
        self.forget_some(now);
        let limits = self.limits_of(name);
        let domain =
            self.domains.entry(name.into()).or_insert_with(|| Rc::new(Domain::new(limits, totals, now)));
        domain.note(now, |weather, own| {
            weather.crowded(tries);
            own.crowded += 1;
        });
        if !domain.is_to_blame(totals) {
            return false;
        }
        domain.since_slowed.set(domain.since_slowed.get() + 1);
        if domain.since_slowed.get() >= REFUSALS_TO_SLOW {
            domain.since_slowed.set(0);
            domain.pace.borrow_mut().slow(now);
            self.slowed += 1;
        }
        true
    }

    fn limits_of(&self, name: &str) -> DomainLimits {
        self.settings.domains.get(name).copied().unwrap_or(self.settings.default)
    }

    /// What is known of a claim's domain; none if nothing holds it back.
    fn domain_of(&mut self, held: &Held, now: Instant) -> Option<Rc<Domain>> {
        let name = held.claim.recipient.address.domain();
        if let Some(domain) = self.domains.get(name) {
            return Some(Rc::clone(domain));
        }
        let limits = self.limits_of(name);
        if limits.is_none() {
            return None;
        }
        self.forget_some(now);
        let domain = Rc::new(Domain::new(limits, Totals::default(), now));
        self.domains.insert(name.into(), Rc::clone(&domain));
        Some(domain)
    }

    fn forget_some(&mut self, now: Instant) {
        if self.domains.len() >= MOST_DOMAINS {
            self.domains.retain(|_, domain| !domain.is_idle(now));
        }
    }
}

impl Domain {
    fn new(limits: DomainLimits, before: Totals, now: Instant) -> Self {
        Self {
            limits,
            rate: RefCell::new(limits.per_second.map(|per_second| Rate::new(per_second, now))),
            pace: RefCell::new(Pace::new(now)),
            busy: Cell::new(0),
            parked: RefCell::default(),
            weather: Cell::default(),
            own: Cell::default(),
            before: Cell::new(before),
            since_slowed: Cell::new(0),
            booked_to: Cell::new(now),
        }
    }

    fn has_room(&self) -> bool {
        self.limits.connections.is_none_or(|most| self.busy.get() < most)
    }

    fn free_at(&self) -> Option<Instant> {
        let by_rate = self.rate.borrow().as_ref().map(Rate::free_at);
        by_rate.max(self.pace.borrow().free_at())
    }

    fn is_free(&self, now: Instant) -> bool {
        self.has_room() && self.free_at().is_none_or(|free_at| free_at <= now)
    }

    fn let_go(self: &Rc<Self>, now: Instant) -> Pass {
        if let Some(rate) = &mut *self.rate.borrow_mut() {
            rate.take(now);
        }
        self.pace.borrow_mut().take(now);
        self.busy.set(self.busy.get() + 1);
        Pass(Rc::clone(self))
    }

    /// Books a turn behind all that wait, and tells how long that is.
    fn book(&self, now: Instant) -> Duration {
        let by_rate = self.rate.borrow().as_ref().map(Rate::interval);
        let by_pace =
            self.pace.borrow().per_second().map(|per_second| Duration::from_secs_f64(1.0 / per_second));
        let interval = by_rate.max(by_pace).unwrap_or(GUESSED_INTERVAL);
        let parked = u32::try_from(self.parked.borrow().len()).unwrap_or(u32::MAX);
        let turn = self.booked_to.get().max(now + interval.saturating_mul(parked));
        self.booked_to.set(turn + interval);
        (turn - now).max(SHORTEST_BOOKING)
    }

    fn note(&self, now: Instant, add: impl FnOnce(&mut Weather, &mut Totals)) {
        let (mut weather, mut own) = (self.weather.get(), self.own.get());
        add(&mut weather, &mut own);
        self.weather.set(weather);
        self.own.set(own);
        self.pace.borrow_mut().answered(now);
    }

    fn is_to_blame(&self, totals: Totals) -> bool {
        let (own, before) = (self.own.get(), self.before.get());
        let others_fair = (totals.fair - before.fair).saturating_sub(own.fair);
        let others_crowded = (totals.crowded - before.crowded).saturating_sub(own.crowded);
        own.crowded >= ENOUGH
            && self.weather.get().share_is_high()
            && others_fair + others_crowded >= ENOUGH_OF_OTHERS
            && others_crowded * 10 < others_fair + others_crowded
    }

    fn is_idle(&self, now: Instant) -> bool {
        self.busy.get() == 0
            && self.parked.borrow().is_empty()
            && self.pace.borrow().is_free()
            && self.rate.borrow().as_ref().is_none_or(|rate| rate.is_idle(now))
    }
}
