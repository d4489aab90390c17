//! One connection of a run: takes claims and hands their mail over, one after the other.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use crate::delivery::courier::{Courier, Refusal};
use crate::delivery::error::DeliveryError;
use crate::delivery::reply::{Fault, Stage};
use crate::delivery::retry;
use crate::delivery::ruling::{Case, Spoils};
use crate::delivery::run::{Held, Run};
use crate::delivery::throttle::Try;
use crate::delivery::transfer::Transfer;
use crate::ledger::Begun;
use crate::message::MailObject;

/// How long a connection without work is kept open.
const IDLE: Duration = Duration::from_secs(5);

/// Hands mail over until the run ends.
pub(super) async fn serve(run: &Run<'_>, number: usize) {
    let mut lane = Lane { run, number, courier: None, carried: 0, ahead: None };
    while let Some(held) = lane.next().await {
        if let Err(error) = lane.hand_over(held).await {
            run.fail(error);
        }
        run.idle();
        lane.hang_up_when_used().await;
    }
    lane.hang_up().await;
}

struct Lane<'r, 'a> {
    run: &'r Run<'a>,
    /// From 0; the throttle admits the lower ones first.
    number: usize,
    courier: Option<Courier>,
    /// Mails that went over this connection.
    carried: usize,
    /// The next mail, taken while the one before was under way.
    ahead: Option<Held>,
}

impl Lane<'_, '_> {
    /// Waits for a claim this connection may work on. `None` when the run is over.
    async fn next(&mut self) -> Option<Held> {
        if let Some(held) = self.ahead.take() {
            if self.courier.is_some() && !self.run.is_over() {
                return Some(held);
            }
            self.run.put_back(held);
            self.run.idle();
        }
        while !self.run.is_over() {
            let (is_admitted, free_at) = {
                let throttle = self.run.throttle.borrow();
                (throttle.admits(self.number), throttle.free_at())
            };
            if !is_admitted {
                self.wait_for_something_fresh().await;
            } else if free_at > Instant::now() {
                let _ = self.run.unless_over(sleep_until(free_at)).await;
            } else if let Some(held) = self.run.take_claim() {
                return Some(held);
            } else {
                self.wait_for_something_fresh().await;
            }
        }
        None
    }

    async fn wait_for_something_fresh(&mut self) {
        if self.courier.is_none() {
            return self.run.something_fresh().await;
        }
        if timeout(IDLE, self.run.something_fresh()).await.is_err() {
            self.hang_up().await;
        }
    }

    /// Composes a mail, offers it, makes the intent durable, sends it, settles.
    async fn hand_over(&mut self, held: Held) -> Result<(), DeliveryError> {
        let run = self.run;
        let case = run.case(&held);
        let (held, mail) = run.composed(held)?;
        let attempt = run.throttle.borrow_mut().begin();
        let is_used = self.carried > 0;
        let is_last = self.carried + 1 >= run.sending.messages_per_connection;
        match run.unless_over(self.offer(&mail)).await {
            None => {
                run.throttle.borrow_mut().abandoned(attempt);
                run.release(held.claim, case.as_it_was());
                // What it was about to say is half said.
                self.courier = None;
            }
            Some(Err(refusal)) if is_used && is_stale(&refusal) => {
                run.throttle.borrow_mut().abandoned(attempt);
                run.put_back(Held { mail: Some(mail), ..held });
            }
            Some(Err(refusal)) => {
                refused(run, Held { mail: Some(mail), ..held }, &case, attempt, refusal).await;
            }
            Some(Ok(transfer)) => {
                let trip = Trip { case, attempt, mail: &mail, is_last };
                self.ahead = trip.transmit(run, held, transfer).await?;
            }
        }
        Ok(())
    }

    /// MAIL and RCPT, over a new connection if there is none.
    async fn offer(&mut self, mail: &MailObject) -> Result<Transfer<'_>, Refusal> {
        if self.courier.is_none() {
            self.carried = 0;
            self.courier = Some(Courier::connect(self.run.route).await?);
        }
        self.carried += 1;
        let courier = self.courier.as_mut().expect("it was opened above");
        courier.offer(&mail.envelope, mail.content.len()).await
    }

    async fn hang_up_when_used(&mut self) {
        let is_closed = self.courier.as_ref().is_some_and(|courier| !courier.is_open());
        if is_closed || self.carried >= self.run.sending.messages_per_connection {
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

async fn refused(run: &Run<'_>, held: Held, case: &Case, attempt: Try, refusal: Refusal) {
    let case = Case { now: run.now(), ..*case };
    match case.after_refusal(&refusal) {
        Some(setback) => run.release(held.claim, setback),
        None => run.put_back(held),
    }
    run.conclude(case.row, attempt, Spoils::of_refusal(&refusal)).await;
}

/// A mail whose MAIL and RCPT the server has taken.
struct Trip<'m> {
    case: Case,
    attempt: Try,
    mail: &'m MailObject,
    /// Whether no other mail may follow over this connection.
    is_last: bool,
}

impl Trip<'_> {
    /// Intent, DATA, result. Gives the mail that goes next over this connection, if it was taken already.
    async fn transmit(
        self,
        run: &Run<'_>,
        held: Held,
        transfer: Transfer<'_>,
    ) -> Result<Option<Held>, DeliveryError> {
        // MAIL and RCPT may have taken minutes since the case was opened.
        let case = Case { now: run.now(), ..self.case };
        let intent = run.ledger.begin(held.claim, retry::after_doubt(case.now), case.now);
        // Composed while the disk is waited for.
        let next = if transfer.speaks_ahead() && !self.is_last { run.take_next() } else { None };
        let flying = match intent.await {
            Ok(Begun::Ready(flying)) if !run.is_over() => flying,
            not_to_be_sent => {
                run.throttle.borrow_mut().abandoned(self.attempt);
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
        let case = Case { now: run.now(), ..case };
        run.settle(flying, case.after_data(&verdict));
        run.conclude(case.row, self.attempt, Spoils::of_verdict(&verdict)).await;
        Ok(next)
    }
}
