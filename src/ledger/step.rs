//! What the connections of a run ask of the ledger, gathered so that many share a transaction.
//!
//! A step is data: a transaction of which nobody knows whether it was committed, because the database went away,
//! can be done again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use super::model::{Begun, Claim, InFlight, Outcome, Setback};
use super::report::Postponed;
use crate::issue::CohortId;
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

/// One thing to do.
#[derive(Debug)]
pub(super) enum Step {
    /// Claims so many recipients who are due.
    Claim { limit: usize, now: Timestamp },
    /// Makes an intent durable.
    Begin { claim: Claim, retry_at: Timestamp, now: Timestamp },
    /// Gives a claim back before DATA.
    Release { claim: Claim, setback: Setback, now: Timestamp },
    /// Writes a result down.
    Settle { sent: InFlight, outcome: Outcome, now: Timestamp },
    /// Puts off who is due and not to be mailed yet.
    Postpone(Postponement),
}

/// Who is to be put off, and from where on they are looked for.
#[derive(Clone, Debug)]
pub struct Postponement {
    /// The cohorts that are not mailed now, and when they are.
    pub opens: Arc<HashMap<CohortId, Timestamp>>,
    /// None for the first page; else what [`Postponed::next`] said.
    pub after: Option<(IssueId, SubscriberId)>,
    pub now: Timestamp,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Stepped {
    Claimed(Vec<Claim>),
    Begun(Ruling),
    Postponed(Postponed),
    Noted,
}

/// What is decided of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    /// It is durable. `until`: DATA may follow only before then, by this machine's monotonic clock.
    Ready { until: Option<Instant> },
    /// The recipient went since the claim.
    Excluded,
    /// The row is no longer this sender's.
    Lost,
}

impl Ruling {
    /// Uses the claim up.
    pub fn of(self, claim: Claim) -> Begun {
        let subscriber = claim.recipient.subscriber;
        match self {
            Self::Ready { until } => Begun::Ready(InFlight::of(claim, until)),
            Self::Excluded => Begun::Excluded(subscriber),
            Self::Lost => Begun::Lost(subscriber),
        }
    }
}

impl Step {
    /// What became of the claim of a [`Step::Begin`].
    pub fn begun(self, stepped: Stepped) -> Option<Begun> {
        match (self, stepped) {
            (Self::Begin { claim, .. }, Stepped::Begun(ruling)) => Some(ruling.of(claim)),
            _ => None,
        }
    }
}

impl Stepped {
    /// What came of [`Step::Postpone`].
    pub fn postponed(self) -> Postponed {
        match self {
            Self::Postponed(postponed) => postponed,
            other => unreachable!("asked to put off, given {other:?}"),
        }
    }

    /// What came of [`Step::Claim`].
    pub fn claims(self) -> Vec<Claim> {
        match self {
            Self::Claimed(claims) => claims,
            other => unreachable!("asked for claims, given {other:?}"),
        }
    }
}
