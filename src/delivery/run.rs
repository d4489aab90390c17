//! What the connections of a run share: lanes, claims that no lane has yet, and why the run ends.
//!
//! All of it lives on one thread; the ledger has a thread of its own. Nothing here waits while it holds a borrow.
//! How claims come to lanes is in [`dispatch`](crate::delivery::dispatch), what follows from a try in
//! [`aftermath`](crate::delivery::aftermath).

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::delivery::breaker::Breaker;
use crate::delivery::counts::Counts;
use crate::delivery::error::DeliveryError;
use crate::delivery::lane::{Lane, LaneSettings};
use crate::delivery::lane_report::LaneReport;
use crate::delivery::open_hours::OpenHours;
use crate::delivery::pacing::{Pacing, Pass, Totals};
use crate::delivery::reply::Trouble;
use crate::delivery::retry::{self, RowKey};
use crate::delivery::ruling::Case;
use crate::delivery::send::{HeldBack, Sending};
use crate::delivery::{connection, feed};
use crate::ledger::{Claim, InFlight, Ledger, LedgerHandle, LedgerThread, Outcome, Setback};
use crate::message::{ComposeError, Draft, IssueId, MailObject, compose};

/// Why a run ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Nobody is due whom the run has the patience to wait for.
    NothingDue,
    Stopped,
    RelayDown {
        trouble: Trouble,
    },
    /// What the lanes may carry is spent, and those that may carry more do not work.
    Spent {
        until: Timestamp,
    },
    /// Only a person can bring lanes back, and there is no other.
    Operator,
}

/// What a run came to, without what only the ledger can tell.
#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) counts: Counts,
    pub(super) why: Why,
    /// An issue whose content the server refuses, and its words.
    pub(super) halted: Option<(IssueId, String)>,
    pub(super) lanes: Vec<LaneReport>,
    pub(super) held_back: HeldBack,
}

/// A claim and the draft its mail is made from.
pub(super) struct Held {
    pub(super) claim: Claim,
    pub(super) draft: Arc<Draft>,
    /// Once it is composed.
    pub(super) mail: Option<MailObject>,
    /// Leave to send to its domain, where domains are held back.
    pub(super) pass: Option<Pass>,
}

/// What the connections of a run share.
pub(super) struct Run<'a> {
    pub(super) sending: &'a Sending<'a>,
    pub(super) lanes: Vec<Lane<'a>>,
    pub(super) ledger: LedgerHandle,
    /// Claims that no lane has yet.
    pub(super) unplaced: RefCell<VecDeque<Held>>,
    pub(super) pacing: RefCell<Pacing<'a>>,
    pub(super) hours: RefCell<OpenHours<'a>>,
    pub(super) totals: Cell<Totals>,
    pub(super) breaker: RefCell<Breaker>,
    /// Over how many connections in a row a recipient's mail was lost.
    pub(super) stumbles: RefCell<HashMap<RowKey, u32>>,
    counts: Cell<Counts>,
    pub(super) held_back: Cell<HeldBack>,
    /// Connections that hold a claim.
    busy: Cell<usize>,
    /// How much longer the run may wait.
    patience: Cell<Duration>,
    /// Up to when waiting for lanes is paid for out of patience.
    pub(super) paid_to: Cell<Instant>,
    end: RefCell<Option<Result<Why, DeliveryError>>>,
    pub(super) halted: RefCell<Option<(IssueId, String)>>,
    /// Tells connections that the run ends.
    ended: Notify,
    /// Tells the feeder that claims were used up, or that a lane changed.
    wanted: Notify,
}

/// Sends over SMTP connections until nothing is due, or the run must end.
///
/// # Errors
///
/// As [`send`](crate::delivery::send()).
pub(super) fn over_connections(
    ledger: Ledger,
    sending: &Sending<'_>,
    lanes: &[LaneSettings],
) -> Result<(Ledger, Stretch), DeliveryError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| DeliveryError::Runtime { source })?;
    let thread = LedgerThread::start(ledger, sending.policy)?;
    let run = Run::new(sending, lanes, thread.handle());
    runtime.block_on(run.work());
    // A name that is being looked up is not waited for.
    runtime.shutdown_background();
    run.release_all();
    let mut ledger = thread.finish()?;
    run.give_quotas_back(&mut ledger)?;
    Ok((ledger, run.into_stretch()?))
}

impl<'a> Run<'a> {
    fn new(sending: &'a Sending<'a>, lanes: &'a [LaneSettings], ledger: LedgerHandle) -> Self {
        let now = Instant::now();
        Self {
            sending,
            lanes: lanes.iter().map(|settings| Lane::new(settings, now)).collect(),
            ledger,
            unplaced: RefCell::default(),
            pacing: RefCell::new(Pacing::new(&sending.pacing)),
            hours: RefCell::new(OpenHours::new(sending.hours.as_ref())),
            totals: Cell::default(),
            breaker: RefCell::default(),
            stumbles: RefCell::default(),
            counts: Cell::default(),
            held_back: Cell::default(),
            busy: Cell::new(0),
            patience: Cell::new(sending.linger),
            paid_to: Cell::new(now),
            end: RefCell::new(None),
            halted: RefCell::new(None),
            ended: Notify::new(),
            wanted: Notify::new(),
        }
    }

    /// All connections, what feeds them, and what listens for the wish to stop, side by side.
    async fn work(&self) {
        let of_lane = |lane| (0..connections(lane)).map(move |number| connection::serve(self, lane, number));
        let connections: FuturesUnordered<_> = self.lanes.iter().flat_map(of_lane).collect();
        let connections = connections.for_each(|()| std::future::ready(()));
        tokio::join!(connections, feed::feed(self), self.listen());
    }

    async fn listen(&self) {
        let mut stop = self.sending.stop.clone();
        if self.unless_over(stop.asked()).await.is_some() {
            self.end(Why::Stopped);
        }
    }

    fn give_quotas_back(&self, ledger: &mut Ledger) -> Result<(), DeliveryError> {
        for lane in &self.lanes {
            let (mails, taken_at) = lane.leftover();
            if mails > 0 {
                ledger.unspend(&lane.settings.name, mails, taken_at)?;
            }
        }
        Ok(())
    }

    fn into_stretch(self) -> Result<Stretch, DeliveryError> {
        let lanes = self.lanes.iter().map(Lane::report).collect();
        let mut held_back = self.held_back.get();
        held_back.domains_slowed = self.pacing.borrow().times_slowed();
        let why = self.end.into_inner().expect("work ends when the run has an end")?;
        let (counts, halted) = (self.counts.into_inner(), self.halted.into_inner());
        Ok(Stretch { counts, why, halted, lanes, held_back })
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.sending.clock)()
    }

    pub(super) fn is_over(&self) -> bool {
        self.end.borrow().is_some()
    }

    /// Ends the run. The first reason stays.
    pub(super) fn end(&self, why: Why) {
        self.end.borrow_mut().get_or_insert(Ok(why));
        self.tell_all();
    }

    /// Ends the run with an error, whatever it would have ended with.
    pub(super) fn fail(&self, error: DeliveryError) {
        let mut end = self.end.borrow_mut();
        if !matches!(*end, Some(Err(_))) {
            *end = Some(Err(error));
        }
        drop(end);
        self.tell_all();
    }

    fn tell_all(&self) {
        self.ended.notify_waiters();
        self.lanes.iter().for_each(Lane::tell_all);
        self.wanted.notify_one();
    }

    /// Gives up on `work` when the run ends.
    pub(super) async fn unless_over<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let ended = self.ended.notified();
        if self.is_over() {
            return None;
        }
        tokio::select! {
            biased;
            done = work => Some(done),
            () = ended => None,
        }
    }

    /// Waits until claims are used up or a lane changed, or until then.
    pub(super) async fn something_wanted(&self, latest: Instant) {
        let _ = tokio::time::timeout_at(latest, self.wanted.notified()).await;
    }

    /// Has the feeder look.
    pub(super) fn want(&self) {
        self.wanted.notify_one();
    }

    /// The next claim of a lane, for a connection that is busy from now on until it calls [`idle`](Self::idle).
    pub(super) fn take_claim(&self, lane: &Lane<'_>) -> Option<Held> {
        let held = lane.take()?;
        self.busy.set(self.busy.get() + 1);
        if lane.waiting() <= lane.settings.connections {
            self.want();
        }
        Some(held)
    }

    /// The next claim with its mail, if there is one at once, for a connection that is still busy with another.
    pub(super) fn take_next(&self, lane: &Lane<'_>) -> Option<Held> {
        let held = self.take_claim(lane)?;
        match self.composed(held) {
            Ok((held, mail)) => Some(Held { mail: Some(mail), ..held }),
            Err(error) => {
                self.idle();
                self.fail(error);
                None
            }
        }
    }

    pub(super) fn idle(&self) {
        self.busy.set(self.busy.get() - 1);
        if self.busy.get() == 0 || self.pacing.borrow().parked() > 0 {
            self.want();
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.busy.get() > 0
    }

    /// Takes so much of the time the run may wait; false if there is not enough of it.
    pub(super) fn spend(&self, wait: Duration) -> bool {
        let left = self.patience.get().checked_sub(wait);
        left.inspect(|left| self.patience.set(*left)).is_some()
    }

    pub(super) fn case(&self, held: &Held) -> Case {
        let (row, now) = (row_of(&held.claim), self.now());
        Case {
            row,
            cohort: held.claim.cohort,
            attempts: held.claim.attempts,
            stumbles: self.stumbles.borrow().get(&row).map_or(1, |before| before + 1),
            gives_up_at: retry::end_of_trying(held.claim.first_tried_at, now, self.sending.expire),
            is_stormy: false,
            now,
        }
    }

    /// Makes sure that the mail is composed. A claim whose mail cannot be is given back.
    pub(super) fn composed(&self, mut held: Held) -> Result<(Held, MailObject), DeliveryError> {
        if let Some(mail) = held.mail.take() {
            return Ok((held, mail));
        }
        let Held { claim, draft, .. } = &held;
        let Sending { keys, signers, .. } = self.sending;
        let result = compose(draft, keys, claim.issue, &claim.recipient, signers.as_deref());
        self.made(held, result)
    }

    /// A claim with its mail. One whose mail cannot be made is given back.
    pub(super) fn made(
        &self,
        held: Held,
        result: Result<MailObject, ComposeError>,
    ) -> Result<(Held, MailObject), DeliveryError> {
        let issue = held.claim.issue;
        match result {
            Ok(mail) => Ok((held, mail)),
            Err(source) => {
                self.release(held.claim, Setback::Lane { until: self.now() });
                Err(DeliveryError::Compose { issue, source })
            }
        }
    }

    /// Gives a claim back and counts what that means.
    pub(super) fn release(&self, claim: Claim, setback: Setback) {
        self.count(|counts| counts.add_setback(&setback));
        drop(self.ledger.release(claim, setback, self.now()));
    }

    /// Writes down what became of a mail and counts it.
    pub(super) fn settle(&self, sent: InFlight, outcome: Outcome) {
        self.count(|counts| counts.add_outcome(&outcome));
        if matches!(outcome, Outcome::Sent { .. }) {
            self.breaker.borrow_mut().accepted(sent.issue);
        }
        drop(self.ledger.settle(sent, outcome, self.now()));
    }

    /// A recipient had left when the intent was to be written.
    pub(super) fn excluded(&self) {
        self.count(|counts| counts.ended += 1);
    }

    fn count(&self, add: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.get();
        let before = counts.ended;
        add(&mut counts);
        self.counts.set(counts);
        if counts.ended > before {
            (self.sending.progress)(counts.ended);
        }
    }
}

/// How many connections a lane has, working or not.
fn connections(lane: &Lane<'_>) -> usize {
    lane.settings.connections.max(1)
}

pub(super) fn row_of(claim: &Claim) -> RowKey {
    (claim.issue, claim.recipient.subscriber)
}
