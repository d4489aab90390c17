//! What the ledger adds up for people: by issue, by domain, by reader, over time.

use jiff::Timestamp;
use serde::Serialize;

use super::report::{DeliveryRow, IssueSummary, Tally};
use crate::address::Domain;
use crate::message::IssueId;

/// Which recipients are meant: those of some issues in a row, at one domain or at any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub from: IssueId,
    pub to: IssueId,
    pub domain: Option<Domain>,
}

impl Scope {
    /// The recipients of one issue.
    pub fn issue(id: IssueId) -> Self {
        Self { from: id, to: id, domain: None }
    }

    /// The recipients of this issue and of all after it.
    pub fn since(id: IssueId) -> Self {
        Self { from: id, to: IssueId(u32::MAX), domain: None }
    }

    /// The recipients of all issues.
    pub fn all() -> Self {
        Self::since(IssueId(0))
    }

    /// Those of them at `domain`.
    #[must_use]
    pub fn at(self, domain: Option<Domain>) -> Self {
        Self { domain, ..self }
    }

    pub(super) fn domain(&self) -> Option<&str> {
        self.domain.as_ref().map(Domain::as_str)
    }
}

/// Recipients at one domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DomainTally {
    /// None for readers who were forgotten: nobody knows where they were.
    pub domain: Option<String>,
    /// How many readers they are.
    pub readers: u64,
    /// How many times one of them was a recipient, and what became of it.
    pub recipients: Tally,
}

/// What came about on the list at a time, give or take a quarter of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The beginning of that quarter of an hour.
    pub at: Timestamp,
    pub what: TurnKind,
    pub readers: u64,
}

/// How a list grows and shrinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnKind {
    /// Came, or came back.
    Joined,
    /// Left, was erased, or was taken out of the declared list.
    Left,
    /// Their address does not work.
    Suppressed,
}

/// One issue as one reader met it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    pub issue: IssueSummary,
    pub delivery: DeliveryRow,
}

/// What trying failed recipients again came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Retried {
    /// Wait for their turn again.
    pub requeued: u64,
    /// Stay as they are: they left, or their address does not work.
    pub kept_out: u64,
}
