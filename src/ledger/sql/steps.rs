//! T1 to T4 as batches: each is one transaction.

use jiff::Timestamp;

use super::postpone::postpone;
use super::rows::{begin, claim, release};
use super::settle::settle;
use super::{Fault, Ledger, View};
use crate::ledger::error::LedgerError;
use crate::ledger::model::{Begun, Claim, InFlight, Outcome, Policy, Setback};
use crate::ledger::step::{Step, Stepped};

impl Ledger {
    /// Claims up to `limit` recipients who are due, of the issues that are being sent, oldest issue first.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn claim(&mut self, limit: usize, now: Timestamp) -> Result<Vec<Claim>, LedgerError> {
        // The policy is about results.
        let mut claimed = self.take_steps(&[Step::Claim { limit, now }], Policy::Resend)?;
        Ok(claimed.pop().expect("a step has a result").claims())
    }

    /// Gives claims back before DATA. A claim that is no longer this sender's is passed over.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn release(&mut self, claims: Vec<(Claim, Setback)>, now: Timestamp) -> Result<(), LedgerError> {
        let steps: Vec<Step> =
            claims.into_iter().map(|(claim, setback)| Step::Release { claim, setback, now }).collect();
        self.take_steps(&steps, Policy::Resend).map(drop)
    }

    /// Makes the intent to send durable. Each claim comes with the time at which the recipient comes due
    /// again, should this sender die before the result is known. Results stand in the order of the claims.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written. Then no DATA may follow.
    pub fn begin(
        &mut self,
        claims: Vec<(Claim, Timestamp)>,
        now: Timestamp,
    ) -> Result<Vec<Begun>, LedgerError> {
        let steps: Vec<Step> =
            claims.into_iter().map(|(claim, retry_at)| Step::Begin { claim, retry_at, now }).collect();
        let stepped = self.take_steps(&steps, Policy::Resend)?;
        Ok(steps.into_iter().zip(stepped).filter_map(|(step, stepped)| step.begun(stepped)).collect())
    }

    /// Writes down what became of mail after DATA.
    ///
    /// That a mail was sent is written whatever happened to the row since. Any other result counts only
    /// while the row is still this sender's.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn settle(
        &mut self,
        results: Vec<(InFlight, Outcome)>,
        policy: Policy,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let steps: Vec<Step> =
            results.into_iter().map(|(sent, outcome)| Step::Settle { sent, outcome, now }).collect();
        self.take_steps(&steps, policy).map(drop)
    }
}

/// Takes steps in their order; results stand in the same.
pub(in crate::ledger) fn take(tx: &View<'_>, steps: &[Step], policy: Policy) -> Result<Vec<Stepped>, Fault> {
    steps.iter().map(|step| take_one(tx, step, policy)).collect()
}

/// Takes one step.
pub(in crate::ledger) fn take_one(tx: &View<'_>, step: &Step, policy: Policy) -> Result<Stepped, Fault> {
    Ok(match step {
        Step::Claim { limit, now } => Stepped::Claimed(claim(tx, *limit, *now)?),
        Step::Begin { claim, retry_at, now } => Stepped::Begun(begin(tx, claim, *retry_at, *now)?),
        Step::Release { claim, setback, now } => {
            release(tx, claim, setback, *now)?;
            Stepped::Noted
        }
        Step::Settle { sent, outcome, now } => {
            settle(tx, sent, outcome, policy, *now)?;
            Stepped::Noted
        }
        Step::Postpone(asked) => Stepped::Postponed(postpone(tx, asked)?),
    })
}
