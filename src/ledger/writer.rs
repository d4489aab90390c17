//! The one thread that writes to the ledger while mail is sent.
//!
//! A commit costs a wait for the disk, so what many connections ask for at once shares one: the thread takes
//! all requests that wait, does them in one transaction, and answers when that is durable. While the disk is
//! waited for, the next batch gathers by itself; [`Tempo`] says when to wait longer for more.
//!
//! Requests are done in the order they were made. So a connection that settles one mail without waiting and
//! then begins the next has at most one mail in flight in the ledger: the settlement is durable when the
//! intent is.

use std::pin::Pin;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::error::LedgerError;
use super::model::{Begun, Claim, InFlight, Outcome, Policy, Setback};
use super::report::Postponed;
use super::sql::Ledger;
use super::step::{Postponement, Step, Stepped};
use super::tempo::Tempo;

/// Most requests that share a commit, so that the first of them does not wait for ever.
const MAX_BATCH: usize = 256;

/// The thread that owns the ledger during a run.
pub struct LedgerThread {
    handle: LedgerHandle,
    thread: JoinHandle<(Ledger, Result<(), LedgerError>)>,
}

/// Asks the ledger's thread. Cloned for every connection.
#[derive(Clone, Debug)]
pub struct LedgerHandle {
    requests: Sender<Request>,
}

/// The answer to a request that is made already: dropping it takes nothing back.
#[derive(Debug)]
#[must_use = "an answer that is not awaited may be an error"]
pub struct Answer<T>(oneshot::Receiver<Result<T, LedgerError>>);

impl LedgerThread {
    /// Hands the ledger to a thread of its own. Recipients in doubt are dealt with by `policy`.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Io`] if the system gives no thread.
    pub fn start(ledger: Ledger, policy: Policy) -> Result<Self, LedgerError> {
        let (requests, waiting) = channel();
        let place = ledger.place().clone();
        let thread = thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || serve(ledger, policy, &waiting))
            .map_err(|source| LedgerError::Io { place, source })?;
        Ok(Self { handle: LedgerHandle { requests }, thread })
    }

    /// A handle for one connection.
    pub fn handle(&self) -> LedgerHandle {
        self.handle.clone()
    }

    /// Waits until all that was asked for so far is done, ends the thread and gives the ledger back.
    /// Whatever is asked for later is refused.
    ///
    /// # Errors
    ///
    /// The error that stopped the thread, if one did: nothing asked for since was done.
    pub fn finish(self) -> Result<Ledger, LedgerError> {
        // A thread that is gone already is joined all the same.
        let _ = self.handle.requests.send(Request::Stop);
        match self.thread.join() {
            Ok((ledger, end)) => end.map(|()| ledger),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl std::fmt::Debug for LedgerThread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LedgerThread")
    }
}

impl LedgerHandle {
    /// See [`Ledger::claim`].
    pub fn claim(&self, limit: usize, now: Timestamp) -> Answer<Vec<Claim>> {
        self.step(Step::Claim { limit, now }, |_, stepped| stepped.claims())
    }

    /// See [`Ledger::begin`]. DATA may follow once this is answered.
    pub fn begin(&self, claim: Claim, retry_at: Timestamp, now: Timestamp) -> Answer<Begun> {
        let begun = |step: Step, stepped| step.begun(stepped).expect("an intent was asked for");
        self.step(Step::Begin { claim, retry_at, now }, begun)
    }

    /// See [`Ledger::settle`]. Need not be awaited: an error stops the ledger, and the next request tells of it.
    pub fn settle(&self, sent: InFlight, outcome: Outcome, now: Timestamp) -> Answer<()> {
        self.step(Step::Settle { sent, outcome, now }, |_, _| ())
    }

    /// See [`Ledger::release`]. Need not be awaited, as [`settle`](Self::settle).
    pub fn release(&self, claim: Claim, setback: Setback, now: Timestamp) -> Answer<()> {
        self.step(Step::Release { claim, setback, now }, |_, _| ())
    }

    /// See [`Ledger::postpone`].
    pub fn postpone(&self, postponement: Postponement) -> Answer<Postponed> {
        self.step(Step::Postpone(postponement), |_, stepped| stepped.postponed())
    }

    /// Does anything else that a ledger can do, in a transaction of its own; again, where a database was away meanwhile.
    /// An error does not stop the thread.
    pub fn ask<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Answer<T> {
        let (answer, waiting) = oneshot::channel();
        let alone = move |ledger: Result<&mut Ledger, LedgerError>| {
            // Whoever asked may have stopped waiting.
            let _ = answer.send(ledger.and_then(|ledger| ledger.patiently(work)));
        };
        self.send(Request::Alone(Box::new(alone)), waiting)
    }

    /// Asks for a step; `read` makes the answer of what came of it.
    fn step<T: Send + 'static>(
        &self,
        step: Step,
        read: impl FnOnce(Step, Stepped) -> T + Send + 'static,
    ) -> Answer<T> {
        let (answer, waiting) = oneshot::channel();
        let tell = move |end: Result<(Step, Stepped), LedgerError>| {
            // Whoever asked may have stopped waiting.
            let _ = answer.send(end.map(|(step, stepped)| read(step, stepped)));
        };
        self.send(Request::Step(step, Box::new(tell)), waiting)
    }

    /// A request that cannot be sent is dropped, and its answer says so.
    fn send<T>(&self, request: Request, waiting: oneshot::Receiver<Result<T, LedgerError>>) -> Answer<T> {
        let _ = self.requests.send(request);
        Answer(waiting)
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, LedgerError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let closed = || LedgerError::Stopped { why: "it was closed".to_owned() };
        Pin::new(&mut self.0).poll(context).map(|answer| answer.unwrap_or_else(|_| Err(closed())))
    }
}

enum Request {
    /// Shares its transaction with others.
    Step(Step, Box<Tell>),
    Alone(Box<Solo>),
    Stop,
}

/// Tells whoever asked for a step, once it is durable.
type Tell = dyn FnOnce(Result<(Step, Stepped), LedgerError>) + Send;

/// A request that has the ledger to itself, or learns why it cannot.
type Solo = dyn FnOnce(Result<&mut Ledger, LedgerError>) + Send;

/// Steps that share a transaction, and whom to tell of each.
#[derive(Default)]
struct Batch {
    steps: Vec<Step>,
    tells: Vec<Box<Tell>>,
    /// How many of the steps are intents.
    begun: usize,
}

impl Batch {
    fn add(&mut self, step: Step, tell: Box<Tell>) {
        self.begun += usize::from(matches!(step, Step::Begin { .. }));
        self.steps.push(step);
        self.tells.push(tell);
    }
}

/// Does requests until told to stop. After the first error it refuses them all: a ledger that did not take an
/// intent must not be asked for the next.
fn serve(
    mut ledger: Ledger,
    policy: Policy,
    waiting: &Receiver<Request>,
) -> (Ledger, Result<(), LedgerError>) {
    let mut end = Ok(());
    let mut tempo = Tempo::default();
    let mut next = wait(&mut ledger, policy, waiting, &mut end);
    while let Some(request) = next.take() {
        match request {
            Request::Stop => break,
            Request::Alone(work) => work(refused(&end).map(|()| &mut ledger)),
            Request::Step(step, tell) => {
                let mut batch = Batch::default();
                batch.add(step, tell);
                next = gather(&mut batch, waiting, &tempo);
                take_steps(&mut ledger, batch, policy, &mut tempo, &mut end);
            }
        }
        next = next.or_else(|| wait(&mut ledger, policy, waiting, &mut end));
    }
    (ledger, end)
}

/// The next request; meanwhile the ledger is tended.
fn wait(
    ledger: &mut Ledger,
    policy: Policy,
    waiting: &Receiver<Request>,
    end: &mut Result<(), LedgerError>,
) -> Option<Request> {
    let Some(patience) = ledger.patience() else { return waiting.recv().ok() };
    loop {
        match waiting.recv_timeout(patience) {
            Ok(request) => return Some(request),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if end.is_ok() => *end = ledger.tend(policy),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Adds all that waits, or comes soon, and can share a transaction; gives the request behind it that cannot.
fn gather(batch: &mut Batch, waiting: &Receiver<Request>, tempo: &Tempo) -> Option<Request> {
    let until = Instant::now() + tempo.patience();
    while batch.steps.len() < MAX_BATCH {
        let next = waiting.try_recv().ok().or_else(|| {
            let patience = until.saturating_duration_since(Instant::now());
            let waits = tempo.expects_more(batch.begun) && !patience.is_zero();
            if waits { waiting.recv_timeout(patience).ok() } else { None }
        });
        match next? {
            Request::Step(step, tell) => batch.add(step, tell),
            other => return Some(other),
        }
    }
    None
}

fn take_steps(
    ledger: &mut Ledger,
    batch: Batch,
    policy: Policy,
    tempo: &mut Tempo,
    end: &mut Result<(), LedgerError>,
) {
    let Batch { steps, tells, .. } = batch;
    let mut stepped = Vec::new();
    if end.is_ok() {
        let began = Instant::now();
        match ledger.take_steps(&steps, policy) {
            Ok(done) => stepped = done,
            Err(error) => *end = Err(error),
        }
        tempo.committed(began.elapsed(), &steps, &stepped);
    }
    let mut done = steps.into_iter().zip(stepped);
    for tell in tells {
        tell(refused(end).map(|()| done.next().expect("each step has a result")));
    }
}

/// Whether the ledger was stopped by an error; the error is for one who asks after it.
fn refused(end: &Result<(), LedgerError>) -> Result<(), LedgerError> {
    end.as_ref().map_err(|error| LedgerError::Stopped { why: error.to_string() }).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::stage::{Stage, later, on_each, start};
    use crate::ledger::{Location, Tally};

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().build().unwrap()
    }

    async fn send_all(ledger: LedgerHandle) -> Result<u32, LedgerError> {
        let mut sent = 0;
        loop {
            let claims = ledger.claim(3, start()).await?;
            if claims.is_empty() {
                return Ok(sent);
            }
            for claim in claims {
                let Begun::Ready(flying) = ledger.begin(claim, later(600), start()).await? else { continue };
                let outcome = Outcome::Sent { reply: "250 ok".to_owned() };
                drop(ledger.settle(flying, outcome, start()));
                sent += 1;
            }
        }
    }

    #[test]
    fn many_connections_share_the_ledger_and_each_recipient_is_sent_to_once() {
        on_each(|on| {
            let (Stage { folder: _folder, ledger, .. }, issue) = on.sending(100);
            let thread = LedgerThread::start(ledger, Policy::Resend).unwrap();
            let sent: u32 = runtime().block_on(async {
                let connections: Vec<_> = (0..8).map(|_| tokio::spawn(send_all(thread.handle()))).collect();
                let mut sent = 0;
                for connection in connections {
                    sent += connection.await.unwrap().unwrap();
                }
                sent
            });
            assert_eq!(sent, 100);
            let ledger = thread.finish().unwrap();
            assert_eq!(ledger.status(issue).unwrap().recipients, Tally { sent: 100, ..Tally::default() });
        });
    }

    #[test]
    fn a_settlement_that_nobody_waits_for_is_durable_once_the_next_intent_is() {
        let (Stage { location, folder: _folder, ledger }, issue) = Stage::sending(2);
        let thread = LedgerThread::start(ledger, Policy::Resend).unwrap();
        let handle = thread.handle();
        runtime().block_on(async {
            let mut claims = handle.claim(2, start()).await.unwrap();
            let Begun::Ready(first) = handle.begin(claims.remove(0), later(600), start()).await.unwrap()
            else {
                panic!("the row is ours")
            };
            drop(handle.settle(first, Outcome::Sent { reply: "250 ok".to_owned() }, start()));
            let _second = handle.begin(claims.remove(0), later(600), start()).await.unwrap();
        });
        let seen = Ledger::open_read_only(&location).unwrap();
        let want = Tally { sent: 1, in_flight: 1, ..Tally::default() };
        assert_eq!(seen.status(issue).unwrap().recipients, want);
        thread.finish().unwrap();
    }

    #[test]
    fn after_one_error_nothing_more_is_begun() {
        let (Stage { location, folder: _folder, ledger }, issue) = Stage::sending(2);
        let thread = LedgerThread::start(ledger, Policy::Resend).unwrap();
        let handle = thread.handle();
        runtime().block_on(async {
            let claims = handle.claim(2, start()).await.unwrap();
            let Location::File(path) = &location else { panic!("it lies in a file") };
            let spoil = rusqlite::Connection::open(path).unwrap();
            spoil
                .execute_batch(
                    "CREATE TRIGGER full BEFORE UPDATE ON delivery BEGIN SELECT raise(ABORT, 'full'); END",
                )
                .unwrap();
            let mut answers = Vec::new();
            for claim in claims {
                answers.push(handle.begin(claim, later(600), start()).await);
            }
            spoil.execute_batch("DROP TRIGGER full").unwrap();
            answers.push(handle.claim(1, start()).await.map(|_| panic!("claimed after an error")));
            for answer in answers {
                assert!(matches!(answer, Err(LedgerError::Stopped { .. })), "{answer:?}");
            }
            let asked = handle.ask(move |ledger| ledger.status(issue)).await;
            assert!(matches!(asked, Err(LedgerError::Stopped { .. })), "{asked:?}");
        });
        let end = thread.finish().unwrap_err();
        assert!(matches!(end, LedgerError::Database { .. }), "{end}");
        let refused = runtime().block_on(handle.claim(1, start())).unwrap_err();
        assert_eq!(refused.to_string(), "the ledger stopped earlier in this run: it was closed");
    }
}
