//! One connection of a lane: takes claims and hands their mail over, one after the other.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use crate::delivery::aftermath::Ended;
use crate::delivery::courier::{Courier, Refusal, Verdict};
use crate::delivery::error::DeliveryError;
use crate::delivery::lane::Lane;
use crate::delivery::reply::{Fault, Stage};
use crate::delivery::retry;
use crate::delivery::ruling::{Case, Spoils};
use crate::delivery::run::{Held, Run};
use crate::delivery::throttle::Try;
use crate::delivery::transfer::Transfer;
use crate::ledger::{Begun, InFlight};
use crate::message::MailObject;

/// How long a connection without work is kept open.
const IDLE: Duration = Duration::from_secs(5);

/// Hands mail over until the run ends.
pub(super) async fn serve<'a>(run: &Run<'a>, lane: &Lane<'a>, number: usize) {
    let mut connection = Connection { run, lane, number, courier: None, carried: 0, ahead: None };
    while let Some(held) = connection.next().await {
        if let Err(error) = connection.hand_over(held).await {
            run.fail(error);
        }
        run.idle();
        connection.hang_up_when_used().await;
    }
    connection.hang_up().await;
}

struct Connection<'r, 'a> {
    run: &'r Run<'a>,
    lane: &'r Lane<'a>,
    /// From 0 in its lane; the throttle admits the lower ones first.
    number: usize,
    courier: Option<Courier>,
    /// Mails that went over this connection.
    carried: usize,
    /// The next mail, taken while the one before was under way.
    ahead: Option<Held>,
}

impl Connection<'_, '_> {
    /// Waits for a claim this connection may work on. `None` when the run is over.
    async fn next(&mut self) -> Option<Held> {
        if let Some(held) = self.ahead.take() {
            if self.courier.is_some() && self.lane.admits(self.number) && !self.run.is_over() {
                return Some(held);
            }
            self.lane.give_back();
            self.run.put_back(held);
            self.run.idle();
        }
        while !self.run.is_over() {
            let free_at = self.lane.free_at();
            if !self.lane.admits(self.number) {
                self.wait(self.lane.growth()).await;
            } else if free_at > Instant::now() {
                let _ = self.run.unless_over(sleep_until(free_at)).await;
            } else if let Some(held) = self.run.take_claim(self.lane) {
                return Some(held);
            } else {
                self.wait(self.lane.something_fresh(self.number)).await;
            }
        }
        None
    }

    /// Waits for work, and hangs up when none comes for a while.
    async fn wait(&mut self, work: impl Future<Output = ()>) {
        if self.courier.is_none() {
            return work.await;
        }
        if timeout(IDLE, work).await.is_err() {
            self.hang_up().await;
        }
    }

    /// Composes a mail, offers it, makes the intent durable, sends it, settles.
    async fn hand_over(&mut self, held: Held) -> Result<(), DeliveryError> {
        let (run, lane) = (self.run, self.lane);
        let case = run.case(&held);
        let (held, mail) = run.composed(held)?;
        let attempt = lane.begin();
        let is_used = self.carried > 0;
        let is_last = self.carried + 1 >= lane.settings.messages_per_connection;
        match run.unless_over(self.offer(&mail)).await {
            None => {
                lane.abandoned(attempt);
                lane.unspend();
                run.release(held.claim, case.as_it_was());
                // What it was about to say is half said.
                self.courier = None;
            }
            Some(Err(refusal)) if is_used && is_stale(&refusal) => {
                lane.abandoned(attempt);
                lane.give_back();
                run.put_back(Held { mail: Some(mail), ..held });
            }
            Some(Err(refusal)) => {
                refused(run, lane, Held { mail: Some(mail), ..held }, &case, attempt, refusal).await;
            }
            Some(Ok(transfer)) => {
                let trip = Trip { lane, case, attempt, mail: &mail, is_last };
                self.ahead = trip.transmit(run, held, transfer).await?;
            }
        }
        Ok(())
    }

    /// MAIL and RCPT, over a new connection if there is none.
    async fn offer(&mut self, mail: &MailObject) -> Result<Transfer<'_>, Refusal> {
        if self.courier.is_none() {
            self.carried = 0;
            self.courier = Some(Courier::connect(&self.lane.settings.route).await?);
        }
        self.carried += 1;
        let courier = self.courier.as_mut().expect("it was opened above");
        courier.offer(&mail.envelope, mail.content.len()).await
    }

    async fn hang_up_when_used(&mut self) {
        let is_closed = self.courier.as_ref().is_some_and(|courier| !courier.is_open());
        if is_closed || self.carried >= self.lane.settings.messages_per_connection {
            self.hang_up().await;
        }
    }

    async fn hang_up(&mut self) {
        self.carried = 0;
        if let Some(courier) = self.courier.take() {
            courier.quit().await;
        }
    }
}

/// Whether a server that was silent for a while had closed the connection before we spoke.
fn is_stale(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Lane(trouble)
        if trouble.stage == Stage::Mail && matches!(trouble.fault, Fault::Cut(_)))
}

async fn refused(run: &Run<'_>, lane: &Lane<'_>, held: Held, case: &Case, attempt: Try, refusal: Refusal) {
    let case = Case { now: run.now(), ..*case };
    let refusal = run.read_refusal(lane, refusal);
    let domain = held.claim.recipient.address.domain().to_owned();
    lane.unspend();
    match case.after_refusal(&refusal) {
        Some(setback) => {
            let setback = run.hours.borrow().setback(setback, case.cohort);
            lane.count(|counts| counts.mails.add_setback(&setback));
            run.release(held.claim, setback);
        }
        None if is_reply(&refusal) => run.put_behind(held),
        None => run.put_back(held),
    }
    let ended = Ended { lane, row: case.row, domain: &domain, tries: case.attempts, attempt };
    run.conclude(ended, Spoils::of_refusal(&refusal)).await;
}

/// Whether the server said that it would not take more: not at once, then.
fn is_reply(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Lane(trouble) if trouble.as_reply().is_some())
}

/// A mail whose MAIL and RCPT the server has taken.
struct Trip<'m, 'r> {
    lane: &'m Lane<'r>,
    case: Case,
    attempt: Try,
    mail: &'m MailObject,
    /// Whether no other mail may follow over this connection.
    is_last: bool,
}

impl Trip<'_, '_> {
    /// Intent, DATA, result. Gives the mail that goes next over this connection, if it was taken already.
    async fn transmit(
        self,
        run: &Run<'_>,
        held: Held,
        transfer: Transfer<'_>,
    ) -> Result<Option<Held>, DeliveryError> {
        // MAIL and RCPT may have taken minutes since the case was opened.
        let case = Case { now: run.now(), ..self.case };
        let Held { claim, pass: _pass, .. } = held;
        let intent = run.ledger.begin(claim, retry::after_doubt(case.now), case.now);
        // Composed while the disk is waited for.
        let next = if transfer.speaks_ahead() && !self.is_last { run.take_next(self.lane) } else { None };
        let flying = match intent.await {
            Ok(Begun::Ready(flying)) if !run.is_over() && flying.may_begin(Instant::now().into_std()) => {
                flying
            }
            not_to_be_sent => {
                self.lane.abandoned(self.attempt);
                self.lane.unspend();
                match not_to_be_sent? {
                    Begun::Ready(flying) => run.settle(flying, case.untried()),
                    Begun::Excluded(_) => run.excluded(),
                    Begun::Lost(_) => {}
                }
                return Ok(next);
            }
        };
        let ahead = next.as_ref().and_then(|next| next.mail.as_ref());
        let verdict = transfer.finish_before(ahead, &self.mail.content, &mut run.sending.stop.clone()).await;
        self.land(run, case, flying, &verdict).await;
        Ok(next)
    }

    /// Writes the result down and draws the consequences.
    async fn land(self, run: &Run<'_>, case: Case, flying: InFlight, verdict: &Verdict) {
        let lane = self.lane;
        let case = Case { now: run.now(), is_stormy: run.is_of_storm(lane, verdict), ..case };
        let outcome = run.hours.borrow().outcome(case.after_data(verdict), case.cohort);
        lane.count(|counts| counts.mails.add_outcome(&outcome));
        run.settle(flying, outcome);
        let (row, attempt, tries) = (case.row, self.attempt, case.attempts);
        let domain = self.mail.envelope.forward_path.domain();
        run.conclude(Ended { lane, row, domain, tries, attempt }, case.spoils_of(verdict)).await;
    }
}
