//! Composes and signs ahead of the connections, on as many threads as there are cores.
//!
//! An RSA signature costs more than everything else about a mail together (1 ms), so it must not be made on the
//! thread of the connections. Without signing, composing is cheaper than handing it to another thread, and stays there.
//!
//! No more mails are made ahead than the connections have claims for: what waits is bounded by them.

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::delivery::error::DeliveryError;
use crate::delivery::run::Held;
use crate::message::{ComposeError, Draft, IssueId, MailObject, Recipient, Signers, compose};
use crate::token::Keys;

/// The threads that compose, and what they have in hand.
pub(super) struct Composers {
    jobs: Sender<Job>,
    done: UnboundedReceiver<Done>,
    /// By number of job.
    in_hand: HashMap<u64, Held>,
    begun: u64,
    is_over: Arc<AtomicBool>,
}

struct Job {
    number: u64,
    draft: Arc<Draft>,
    issue: IssueId,
    recipient: Recipient,
}

struct Done {
    number: u64,
    made: Option<Made>,
}

/// A mail, or why there is none.
pub(super) type Made = Result<MailObject, ComposeError>;

/// What each thread needs.
struct Bench {
    jobs: Arc<Mutex<Receiver<Job>>>,
    done: UnboundedSender<Done>,
    keys: Keys,
    signers: Arc<Signers>,
    is_over: Arc<AtomicBool>,
}

impl Composers {
    /// Starts the threads. They end when this is dropped.
    ///
    /// # Errors
    ///
    /// If the system gives no thread.
    pub(super) fn start(keys: &Keys, signers: &Arc<Signers>) -> Result<Self, DeliveryError> {
        let (jobs, waiting) = channel();
        let (tell, done) = unbounded_channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let is_over = Arc::new(AtomicBool::new(false));
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            let bench = Bench {
                jobs: Arc::clone(&waiting),
                done: tell.clone(),
                keys: keys.clone(),
                signers: Arc::clone(signers),
                is_over: Arc::clone(&is_over),
            };
            let started = thread::Builder::new().name("composer".to_owned()).spawn(move || bench.work());
            started.map_err(|source| DeliveryError::Runtime { source })?;
        }
        Ok(Self { jobs, done, in_hand: HashMap::new(), begun: 0, is_over })
    }

    /// How many claims wait for their mail.
    pub(super) fn in_hand(&self) -> usize {
        self.in_hand.len()
    }

    pub(super) fn begin(&mut self, held: Held) {
        self.begun += 1;
        let number = self.begun;
        let (draft, issue) = (Arc::clone(&held.draft), held.claim.issue);
        let job = Job { number, draft, issue, recipient: held.claim.recipient.clone() };
        self.in_hand.insert(number, held);
        self.jobs.send(job).expect("threads wait as long as there are jobs");
    }

    /// The next claim that is done with: its mail, unless it was given up. Never, if none is in hand.
    pub(super) async fn next(&mut self) -> (Held, Option<Made>) {
        let Done { number, made } = self.done.recv().await.expect("a thread answers for each job");
        (self.take(number), made)
    }

    /// The same, if there is one at once.
    pub(super) fn next_at_once(&mut self) -> Option<(Held, Option<Made>)> {
        let Done { number, made } = self.done.try_recv().ok()?;
        Some((self.take(number), made))
    }

    /// Gives up on what is not made yet. It still has to be taken with [`next`](Self::next).
    pub(super) fn give_up(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    fn take(&mut self, number: u64) -> Held {
        self.in_hand.remove(&number).expect("each job is done once")
    }
}

impl Bench {
    fn work(self) {
        while let Some(Job { number, draft, issue, recipient }) = self.next_job() {
            let make = || compose(&draft, &self.keys, issue, &recipient, Some(&self.signers));
            let made = (!self.is_over.load(Ordering::Relaxed)).then(make);
            if self.done.send(Done { number, made }).is_err() {
                return;
            }
        }
    }

    fn next_job(&self) -> Option<Job> {
        self.jobs.lock().expect("nothing panics while it waits for a job").recv().ok()
    }
}
