//! What the connections of a run share: claims, drafts, the throttle, and why the run ends.
//!
//! All of it lives on one thread; the ledger has a thread of its own. Nothing here waits while it holds a borrow.

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
use crate::delivery::reply::{Reply, Trouble};
use crate::delivery::retry::{self, RowKey};
use crate::delivery::route::Route;
use crate::delivery::ruling::{Case, Spoils};
use crate::delivery::send::Sending;
use crate::delivery::throttle::{AfterFailure, Throttle, Try};
use crate::delivery::{feed, lane};
use crate::ledger::{Claim, InFlight, Ledger, LedgerHandle, LedgerThread, Outcome, Setback};
use crate::message::{Draft, IssueId, MailObject, compose};

/// Why a run ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Nobody is due whom the run has the patience to wait for.
    NothingDue,
    Stopped,
    RelayDown {
        trouble: Trouble,
    },
    Operator {
        why: String,
    },
}

/// What a run came to, without what only the ledger can tell.
#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) counts: Counts,
    pub(super) why: Why,
    /// An issue whose content the server refuses, and its words.
    pub(super) halted: Option<(IssueId, String)>,
}

/// A claim and the draft its mail is made from.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) claim: Claim,
    pub(super) draft: Arc<Draft>,
    /// Once it is composed.
    pub(super) mail: Option<MailObject>,
}

/// What the connections of a run share.
pub(super) struct Run<'a> {
    pub(super) sending: &'a Sending<'a>,
    pub(super) route: &'a Route,
    pub(super) ledger: LedgerHandle,
    pub(super) throttle: RefCell<Throttle>,
    claims: RefCell<VecDeque<Held>>,
    breaker: RefCell<Breaker>,
    /// Over how many connections in a row a recipient's mail was lost.
    stumbles: RefCell<HashMap<RowKey, u32>>,
    counts: Cell<Counts>,
    /// Connections that hold a claim.
    busy: Cell<usize>,
    /// How much longer the run may wait.
    patience: Cell<Duration>,
    end: RefCell<Option<Result<Why, DeliveryError>>>,
    halted: RefCell<Option<(IssueId, String)>>,
    /// Tells connections that the run ends.
    ended: Notify,
    /// Tells connections that there are claims, or that one more may work.
    fresh: Notify,
    /// Tells the feeder that claims were used up.
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
    route: &Route,
) -> Result<(Ledger, Stretch), DeliveryError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| DeliveryError::Runtime { source })?;
    let thread = LedgerThread::start(ledger, sending.policy)?;
    let run = Run::new(sending, route, thread.handle());
    runtime.block_on(run.work());
    // A name that is being looked up is not waited for.
    runtime.shutdown_background();
    run.release_all();
    let ledger = thread.finish()?;
    Ok((ledger, run.into_stretch()?))
}

impl<'a> Run<'a> {
    fn new(sending: &'a Sending<'a>, route: &'a Route, ledger: LedgerHandle) -> Self {
        Self {
            sending,
            route,
            ledger,
            throttle: RefCell::new(Throttle::new(sending.connections, Instant::now())),
            claims: RefCell::default(),
            breaker: RefCell::default(),
            stumbles: RefCell::default(),
            counts: Cell::default(),
            busy: Cell::new(0),
            patience: Cell::new(sending.linger),
            end: RefCell::new(None),
            halted: RefCell::new(None),
            ended: Notify::new(),
            fresh: Notify::new(),
            wanted: Notify::new(),
        }
    }

    /// All connections, what feeds them, and what listens for the wish to stop, side by side.
    async fn work(&self) {
        let lanes: FuturesUnordered<_> =
            (0..self.sending.connections.max(1)).map(|number| lane::serve(self, number)).collect();
        let lanes = lanes.for_each(|()| std::future::ready(()));
        tokio::join!(lanes, feed::feed(self), self.listen());
    }

    async fn listen(&self) {
        let mut stop = self.sending.stop.clone();
        if self.unless_over(stop.asked()).await.is_some() {
            self.end(Why::Stopped);
        }
    }

    fn into_stretch(self) -> Result<Stretch, DeliveryError> {
        let why = self.end.into_inner().expect("work ends when the run has an end")?;
        Ok(Stretch { counts: self.counts.into_inner(), why, halted: self.halted.into_inner() })
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
        self.fresh.notify_waiters();
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

    /// Waits until there may be something to do for a connection.
    pub(super) async fn something_fresh(&self) {
        self.fresh.notified().await;
    }

    /// Waits until claims are used up, or so long.
    pub(super) async fn something_wanted(&self, longest: Duration) {
        let _ = tokio::time::timeout(longest, self.wanted.notified()).await;
    }

    /// How many claims there is room for. Asks for a good number at once or for none.
    pub(super) fn room_for_claims(&self) -> usize {
        let active = self.throttle.borrow().active();
        let waiting = self.claims.borrow().len();
        if waiting > active { 0 } else { 2 * active - waiting }
    }

    pub(super) fn has_claims(&self) -> bool {
        !self.claims.borrow().is_empty()
    }

    pub(super) fn add_claims(&self, held: Vec<Held>) {
        self.claims.borrow_mut().extend(held);
        self.fresh.notify_waiters();
    }

    /// The next claim, for a connection that is busy from now on until it calls [`idle`](Self::idle).
    pub(super) fn take_claim(&self) -> Option<Held> {
        let held = self.claims.borrow_mut().pop_front()?;
        self.busy.set(self.busy.get() + 1);
        self.wanted.notify_one();
        Some(held)
    }

    /// The next claim with its mail, if there is one at once, for a connection that is still busy with another.
    pub(super) fn take_next(&self) -> Option<Held> {
        let held = self.take_claim()?;
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
        self.wanted.notify_one();
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
            attempts: held.claim.attempts,
            stumbles: self.stumbles.borrow().get(&row).map_or(1, |before| before + 1),
            gives_up_at: retry::end_of_trying(held.claim.first_tried_at, now, self.sending.expire),
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
        match compose(draft, keys, claim.issue, &claim.recipient, *signers) {
            Ok(mail) => Ok((held, mail)),
            Err(source) => {
                let issue = claim.issue;
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

    /// Puts a claim back for another connection.
    pub(super) fn put_back(&self, held: Held) {
        self.claims.borrow_mut().push_front(held);
        self.fresh.notify_waiters();
    }

    /// Draws the consequences of a try that ended.
    pub(super) async fn conclude(&self, row: RowKey, attempt: Try, spoils: Spoils) {
        match spoils {
            Spoils::Nothing => self.worked(row, attempt),
            Spoils::Content(reply) => {
                self.worked(row, attempt);
                self.content_refused(row.0, &reply).await;
            }
            Spoils::Lane(trouble) => self.failed(row, attempt, trouble),
            Spoils::Run(trouble) => {
                self.throttle.borrow_mut().abandoned(attempt);
                self.end(Why::Operator { why: trouble.to_string() });
            }
            Spoils::Stopped => self.throttle.borrow_mut().abandoned(attempt),
        }
    }

    fn worked(&self, row: RowKey, attempt: Try) {
        self.stumbles.borrow_mut().remove(&row);
        if self.throttle.borrow_mut().worked(attempt, Instant::now()) {
            self.fresh.notify_waiters();
        }
    }

    fn failed(&self, row: RowKey, attempt: Try, trouble: Trouble) {
        if !trouble.stage.is_before_mail() {
            *self.stumbles.borrow_mut().entry(row).or_default() += 1;
        }
        let now = Instant::now();
        let after = self.throttle.borrow_mut().failed(attempt, now);
        match after {
            AfterFailure::GoOn => {}
            AfterFailure::Pause(pause) if self.spend(pause) => self.throttle.borrow_mut().pause(pause, now),
            AfterFailure::Pause(_) | AfterFailure::Hopeless => self.end(Why::RelayDown { trouble }),
        }
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
        let (halted, others): (VecDeque<_>, _) =
            self.claims.take().into_iter().partition(|held| held.claim.issue == issue);
        self.claims.replace(others);
        for held in halted {
            self.release(held.claim, Setback::Lane { until: self.now() });
        }
    }

    /// Gives every claim back that nobody took.
    fn release_all(&self) {
        for held in self.claims.take() {
            self.release(held.claim, Setback::Lane { until: self.now() });
        }
    }
}

pub(super) fn row_of(claim: &Claim) -> RowKey {
    (claim.issue, claim.recipient.subscriber)
}
