//! Keeps the connections of a run supplied with claims, and notices when there is nobody left to send to.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::delivery::allowance::Request;
use crate::delivery::composers::{Composers, Made};
use crate::delivery::drafts::{self, Drafts};
use crate::delivery::error::DeliveryError;
use crate::delivery::retry;
use crate::delivery::run::{Held, Run, Why};
use crate::issue::CohortId;
use crate::ledger::{Claim, Setback};
use crate::message::Draft;

/// How often the ledger is asked who came due while a few connections are still at work.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Claims until the run ends, and ends it when nothing is due.
pub(super) async fn feed(run: &Run<'_>) {
    if let Err(error) = feed_until_the_end(run).await {
        run.fail(error);
    }
}

async fn feed_until_the_end(run: &Run<'_>) -> Result<(), DeliveryError> {
    let signers = run.sending.signers.as_ref();
    let composers = signers.map(|signers| Composers::start(run.sending.keys, signers)).transpose()?;
    let mut feeder = Feeder { run, drafts: Drafts::default(), composers };
    let end = feeder.work().await;
    feeder.take_back().await;
    end
}

/// A claim with its mail. If that cannot be made, the claim is given back and the run ends.
fn ready(run: &Run<'_>, held: Held, made: Made) -> Option<Held> {
    match run.made(held, made) {
        Ok((held, mail)) => Some(Held { mail: Some(mail), ..held }),
        Err(error) => {
            run.fail(error);
            None
        }
    }
}

struct Feeder<'r, 'a> {
    run: &'r Run<'a>,
    drafts: Drafts,
    /// Where mails are signed.
    composers: Option<Composers>,
}

impl Feeder<'_, '_> {
    async fn work(&mut self) -> Result<(), DeliveryError> {
        while !self.run.is_over() {
            self.refill().await?;
            let now = Instant::now();
            if !self.run.bears_outage(now) {
                break;
            }
            let look_at = self.run.dispatch(now).unwrap_or(now + LOOK_AGAIN).min(now + LOOK_AGAIN);
            let room = self.run.room_for_claims(now, self.in_hand());
            if room == 0 {
                self.wait(look_at).await;
            } else if !self.claim(room).await? {
                match self.run.is_busy() || self.run.has_claims() || self.in_hand() > 0 {
                    true => self.wait(look_at).await,
                    false => self.rest().await?,
                }
            }
        }
        Ok(())
    }

    /// Claims that are being composed.
    fn in_hand(&self) -> usize {
        self.composers.as_ref().map_or(0, Composers::in_hand)
    }

    /// Waits until there may be something to do, at the latest until then. What is composed meanwhile goes on to lanes.
    async fn wait(&mut self, latest: Instant) {
        let Some(composers) = &mut self.composers else {
            return self.run.something_wanted(latest).await;
        };
        let first = tokio::select! {
            biased;
            done = composers.next() => Some(done),
            () = self.run.something_wanted(latest) => None,
        };
        let done = first.into_iter().chain(std::iter::from_fn(|| composers.next_at_once()));
        self.run.add_claims(done.filter_map(|(held, made)| ready(self.run, held, made?)).collect());
    }

    /// Gives the claims back whose mail is not made yet.
    async fn take_back(&mut self) {
        let Some(composers) = &mut self.composers else { return };
        composers.give_up();
        while composers.in_hand() > 0 {
            let (held, _) = composers.next().await;
            self.run.release(held.claim, Setback::Lane { until: self.run.now() });
        }
    }

    /// Hands claims to the connections, or to the composers first.
    fn pass_on(&mut self, held: Vec<Held>) {
        match &mut self.composers {
            Some(composers) => held.into_iter().for_each(|held| composers.begin(held)),
            None => self.run.add_claims(held),
        }
    }

    /// Takes from the quotas of lanes what they need.
    async fn refill(&self) -> Result<(), DeliveryError> {
        for lane in &self.run.lanes {
            let now = (Instant::now(), self.run.now());
            let Some(Request { quota, want, back: (mails, taken_at) }) = lane.request(now) else { continue };
            let grant = self.run.ledger.ask(move |ledger| {
                if mails > 0 {
                    ledger.unspend(&quota.lane, mails, taken_at)?;
                }
                ledger.spend(&quota, want, now.1)
            });
            lane.grant(grant.await?, now);
        }
        Ok(())
    }

    /// Claims up to `room` recipients; false if nobody is due.
    async fn claim(&mut self, room: usize) -> Result<bool, DeliveryError> {
        let now = self.run.now();
        self.put_off(now, &[]).await?;
        let claims = self.run.ledger.claim(room, now).await?;
        let is_anybody_due = !claims.is_empty();
        if self.run.hours.borrow().misses_any(&claims) {
            let cohorts = self.run.ledger.ask(|ledger| ledger.cohorts()).await?;
            self.run.hours.borrow_mut().learn(cohorts, &claims);
        }
        let met: Vec<CohortId> = claims.iter().map(|claim| claim.cohort).collect();
        let mut claims = claims.into_iter();
        let mut ready = Vec::with_capacity(claims.len());
        while let Some(claim) = claims.next() {
            match self.draft_of(&claim).await {
                Ok(draft) => {
                    let held = Held { claim, draft, mail: None, pass: None };
                    let held = self.unless_expired(held, now);
                    ready.extend(held.and_then(|held| self.run.unless_closed(held)));
                }
                Err(error) => {
                    self.pass_on(ready);
                    claims
                        .chain([claim])
                        .for_each(|claim| self.run.release(claim, Setback::Lane { until: now }));
                    return Err(error);
                }
            }
        }
        self.pass_on(ready);
        self.put_off(now, &met).await?;
        Ok(is_anybody_due)
    }

    /// Puts off all who are due outside of their hours, if it is time for that.
    async fn put_off(&self, now: Timestamp, met: &[CohortId]) -> Result<(), DeliveryError> {
        if !self.run.hours.borrow().is_to_put_off(now, met) {
            return Ok(());
        }
        let cohorts = self.run.ledger.ask(|ledger| ledger.cohorts()).await?;
        let mut asked = self.run.hours.borrow_mut().postponement(now, cohorts);
        while !asked.opens.is_empty() && !self.run.is_over() {
            let page = self.run.ledger.postpone(asked.clone()).await?;
            self.run.hold_back(|held_back| held_back.note_postponed(&page));
            match page.next {
                Some(_) => asked.after = page.next,
                None => break,
            }
        }
        Ok(())
    }

    async fn draft_of(&mut self, claim: &Claim) -> Result<Arc<Draft>, DeliveryError> {
        let key = (claim.issue, claim.edition);
        if let Some(draft) = self.drafts.get(key) {
            return Ok(draft);
        }
        let (issue, no) = key;
        let frozen = self.run.ledger.ask(move |ledger| ledger.edition(issue, no)).await?;
        let draft = drafts::decode(issue, &frozen)?;
        self.drafts.keep(key, Arc::clone(&draft), frozen.draft.len());
        Ok(draft)
    }

    fn unless_expired(&self, held: Held, now: Timestamp) -> Option<Held> {
        let expire = self.run.sending.expire;
        if now < retry::end_of_trying(held.claim.first_tried_at, now, expire) {
            return Some(held);
        }
        self.run.release(held.claim, Setback::Expired { reply: retry::words_of_expiry(expire) });
        None
    }

    /// Nobody is due and nothing is under way: waits for who comes due next, or ends the run.
    async fn rest(&self) -> Result<(), DeliveryError> {
        if self.run.sending.stays && self.run.ledger.ask(|ledger| ledger.held_for()).await?.is_some() {
            self.run.something_wanted(Instant::now() + LOOK_AGAIN).await;
            return Ok(());
        }
        let next_due = self.run.ledger.ask(|ledger| ledger.next_due()).await?;
        // Whom the run itself put off for their domain's sake it comes back for, however patient it is.
        let is_ours = |due: Timestamp| self.run.held_back.get().paced_until.is_some_and(|until| due <= until);
        match next_due.map(|due| (due, retry::wait_until(due, self.run.now()))) {
            Some((due, wait)) if is_ours(due) || self.run.spend(wait) => {
                let _ = self.run.unless_over(tokio::time::sleep(wait)).await;
            }
            _ => self.run.end(Why::NothingDue),
        }
        Ok(())
    }
}
