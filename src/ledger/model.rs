//! What passes between the ledger and delivery.

use std::time::Instant;

use jiff::Timestamp;
use serde::Serialize;

use crate::issue::CohortId;
use crate::message::{IssueId, Recipient};
use crate::subscriber::SubscriberId;
use crate::token::KeyId;

/// An edition's number within its issue, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct EditionNo(pub u32);

/// What happens to a recipient of whom it cannot be known whether the mail was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Try again later, with the same Message-ID: nobody misses, somebody may get two.
    Resend,
    /// List them and wait for a decision: nobody gets two, somebody may miss.
    Hold,
}

/// Where one recipient of one issue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowState {
    /// Waits for its turn.
    Queued,
    /// A sender holds it; nothing has left this machine.
    Claimed,
    /// A sender may be writing it to the server.
    InFlight,
    /// The server answers for it. Never changes again.
    Sent,
    /// Refused for good.
    Failed,
    /// Nobody can know; waits for a decision.
    Doubtful,
    /// Left, suppressed or withdrawn after the issue was frozen.
    Excluded,
    /// Tried for too long.
    Expired,
}

impl RowState {
    /// All there are.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Claimed,
        Self::InFlight,
        Self::Sent,
        Self::Failed,
        Self::Doubtful,
        Self::Excluded,
        Self::Expired,
    ];

    /// Whether the row waits for nothing any more, unless a person decides otherwise.
    pub fn is_end(self) -> bool {
        !matches!(self, Self::Queued | Self::Claimed | Self::InFlight)
    }
}

/// A row of the ledger that this process alone may act on.
///
/// Give it back with `release`, or turn it into an [`InFlight`] with `begin`.
#[derive(Debug)]
pub struct Claim {
    pub issue: IssueId,
    pub edition: EditionNo,
    pub recipient: Recipient,
    /// What the recipient asked for, their time zone with it.
    pub cohort: CohortId,
    /// Tries before this one that count: DATA was begun, or the server refused this recipient for now.
    pub attempts: u32,
    /// When it was first tried, if ever.
    pub first_tried_at: Option<Timestamp>,
    pub(super) epoch: u32,
}

/// A claim whose intent is durable: DATA may follow. A result is written once, so this is used up by `settle`.
#[derive(Debug)]
pub struct InFlight {
    pub issue: IssueId,
    pub recipient: Recipient,
    pub(super) epoch: u32,
    pub(super) until: Option<Instant>,
}

impl InFlight {
    pub(super) fn of(claim: Claim, until: Option<Instant>) -> Self {
        let Claim { issue, recipient, epoch, .. } = claim;
        Self { issue, recipient, epoch, until }
    }

    /// Whether DATA may still begin. False where the sender's lease may be over: others may hold the row by then.
    pub fn may_begin(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// What `begin` makes of a claim.
#[derive(Debug)]
pub enum Begun {
    /// The intent is durable: DATA may follow.
    Ready(InFlight),
    /// The recipient left or was suppressed since the claim. Send nothing.
    Excluded(SubscriberId),
    /// The row is no longer this sender's: it was reaped, withdrawn, or its issue was halted. Send nothing.
    Lost(SubscriberId),
}

/// Why a claim is given back before DATA: nothing left this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setback {
    /// The connection, the server or the run failed, not this recipient: no attempt is counted.
    Lane { until: Timestamp },
    /// The server refused this recipient for now (4yz).
    Transient { reply: String, until: Timestamp },
    /// The server refused this recipient for good (5yz). `is_address_dead`: the reply says the mailbox does not exist.
    Permanent { reply: String, is_address_dead: bool },
    /// This mail cannot be sent to this recipient at all, whatever the server says.
    Unsendable { why: String },
    /// It was tried for too long.
    Expired { reply: String },
}

/// What became of a mail object after DATA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server replied 2yz to the final dot: it answers for the mail now.
    Sent { reply: String },
    /// The content was never ended with a dot, or the reply was 4yz: not accepted.
    Deferred { reply: String, until: Timestamp, counts: bool },
    /// The reply to the final dot was 5yz.
    Refused { reply: String },
    /// The final dot was written and no valid reply came (RFC 1047).
    Doubt { what: String, until: Timestamp },
}

/// An edition as it was frozen: every copy is made from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenEdition {
    /// The rendered draft, as `freeze` was given it.
    pub draft: Vec<u8>,
    /// The key that seals this issue's tokens.
    pub key: KeyId,
    pub frozen_at: Timestamp,
}
