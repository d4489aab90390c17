//! Until when a sender may begin to send what it has claimed.
//!
//! A lease lasts a minute by the database's clock and is prolonged every quarter of one. Whoever was asleep past its end,
//! or cut off, finds its intents refused, by the same statement that would write them: the row is checked against the
//! lease of its owner. Between a written intent and DATA a sender looks at its own monotonic clock once more.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::Database;
use super::session::Session;
use crate::ledger::model::Claim;
use crate::ledger::sql::{Fault, Row, values};
use crate::ledger::step::{Ruling, Step, Stepped};
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

/// Milliseconds a lease lasts.
const LASTS_MILLIS: i64 = 60_000;

/// How long after it was prolonged it is prolonged again.
const RENEWED_AFTER: Duration = Duration::from_secs(15);

/// How long after it was prolonged its holder trusts in it, by its own clock.
const TRUSTED_FOR: Duration = Duration::from_secs(40);

/// This database's clock in milliseconds. Goes on within a transaction.
pub(super) const CLOCK: &str = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";

/// A sender's right to hold claims.
#[derive(Debug)]
pub(super) struct Lease {
    owner: i64,
    /// When it was last asked for.
    renewed_at: Instant,
    /// Claims given out and not come back.
    held: HashSet<(IssueId, SubscriberId)>,
}

impl Lease {
    pub fn owner(&self) -> i64 {
        self.owner
    }

    pub fn is_to_be_renewed(&self) -> bool {
        self.renewed_at.elapsed() >= RENEWED_AFTER
    }

    /// A new lease.
    fn take(session: &mut Session) -> Result<Self, Fault> {
        let renewed_at = Instant::now();
        let statement = format!("INSERT INTO worker (lease_until) VALUES ({CLOCK} + ?1) RETURNING id");
        let rows = session.query(&statement, values![LASTS_MILLIS])?;
        let owner = Row::Postgres(rows.first().expect("a row that was added is returned")).get(0)?;
        Ok(Self { owner, renewed_at, held: HashSet::new() })
    }

    /// False: it is over, and others may have taken back what was held under it.
    fn renew(&mut self, session: &mut Session) -> Result<bool, Fault> {
        let asked_at = Instant::now();
        let statement =
            format!("UPDATE worker SET lease_until = {CLOCK} + ?2 WHERE id = ?1 AND lease_until > {CLOCK}");
        let renewed = session.execute(&statement, values![self.owner, LASTS_MILLIS])?;
        self.renewed_at = asked_at;
        Ok(renewed == 1)
    }

    /// Keeps account of what is held.
    pub fn note(&mut self, steps: &[Step], taken: &[Stepped]) {
        let key = |claim: &Claim| (claim.issue, claim.recipient.subscriber);
        for (step, stepped) in steps.iter().zip(taken) {
            match (step, stepped) {
                (_, Stepped::Claimed(claims)) => self.held.extend(claims.iter().map(key)),
                (Step::Begin { claim, .. } | Step::Release { claim, .. }, _) => {
                    self.held.remove(&key(claim));
                }
                _ => {}
            }
        }
    }

    /// Intents that are good for as long as this lease is trusted.
    pub fn dated(&self, mut taken: Vec<Stepped>) -> Vec<Stepped> {
        for stepped in &mut taken {
            if let Stepped::Begun(ruling @ Ruling::Ready { .. }) = stepped {
                *ruling = Ruling::Ready { until: Some(self.renewed_at + TRUSTED_FOR) };
            }
        }
        taken
    }

    /// Gives back claims whose answer was lost with the connection: nobody will send to them.
    pub fn give_back_unknown(&self, session: &mut Session) -> Result<(), Fault> {
        let rows = session.query(
            "SELECT issue_id, sub_id FROM delivery WHERE state = 'C' AND owner = ?1",
            values![self.owner],
        )?;
        for row in rows.iter().map(Row::Postgres) {
            let (issue, subscriber): (IssueId, SubscriberId) = (row.get(0)?, row.get(1)?);
            if !self.held.contains(&(issue, subscriber)) {
                session.execute(
                    "UPDATE delivery SET state = 'Q' WHERE issue_id = ?1 AND sub_id = ?2 AND state = 'C' AND owner = ?3",
                    values![issue, subscriber, self.owner],
                )?;
            }
        }
        Ok(())
    }
}

impl Database {
    /// The lease under which rows are claimed; a new one if there is none yet.
    pub(super) fn lease(&mut self) -> Result<&Lease, Fault> {
        self.reconnect_if_closed()?;
        if self.lease.is_none() {
            self.lease = Some(Lease::take(self.session.get_mut())?);
        }
        Ok(self.lease.as_ref().expect("it was taken above"))
    }

    /// Prolongs the lease, or takes a new one where it is over: claims under the old one are refused then.
    pub(super) fn renew(&mut self) -> Result<(), Fault> {
        self.reconnect_if_closed()?;
        let session = self.session.get_mut();
        if let Some(lease) = &mut self.lease
            && !lease.renew(session)?
        {
            *lease = Lease::take(session)?;
        }
        Ok(())
    }

    /// Begins a transaction for the holder of the lease, and tells who that is. One that is to claim begins under a lease
    /// that lasts, a new one where the old one is over: what would be claimed under it could never be begun. Asked for
    /// with the same round trip.
    pub(super) fn begin_as_owner(&mut self, is_claiming: bool) -> Result<i64, Fault> {
        loop {
            let owner = self.lease()?.owner();
            let lasts = format!("SELECT id FROM worker WHERE id = {owner} AND lease_until > {CLOCK}");
            let rows = self.start("BEGIN", if is_claiming { &lasts } else { "" })?;
            if !is_claiming || rows > 0 {
                return Ok(owner);
            }
            self.session.get_mut().batch("ROLLBACK")?;
            self.renew()?;
        }
    }

    /// Gives the lease up, so that others need not wait for its end.
    pub fn retire(&mut self) -> Result<(), Fault> {
        if let Some(lease) = self.lease.take() {
            self.session.get_mut().execute("DELETE FROM worker WHERE id = ?1", values![lease.owner])?;
        }
        Ok(())
    }
}
