//! What the ledger says of itself.

use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::model::{EditionNo, RowState};
use crate::issue::{IssueKey, Seq, Series};
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

/// What enrolling a list came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Enrolled {
    /// Readers the ledger did not know.
    pub added: u64,
    /// Readers who had left and have confirmed again since.
    pub returned: u64,
    /// Readers whose name, spelling or preferences are others now.
    pub changed: u64,
    pub unchanged: u64,
    /// Readers who left, do not work or asked to be forgotten, and have not confirmed since.
    pub kept_out: u64,
    /// Rows that name a reader an earlier row named; the first one counts.
    pub repeated: u64,
    /// Readers no longer in the declared list.
    pub dropped: u64,
}

/// How enrolling a list ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enrolment<F> {
    Done(Enrolled),
    /// Some rows were at fault: the ledger is as it was. The first [`MAX_FAULTS`](Self::MAX_FAULTS) of them, and how many more.
    Refused {
        faults: Vec<F>,
        more: u64,
    },
}

impl<F> Enrolment<F> {
    /// Most faults that are kept.
    pub const MAX_FAULTS: usize = 100;
}

/// How many subscribers stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Headcount {
    pub pending: u64,
    pub confirmed: u64,
    pub left: u64,
    pub suppressed: u64,
}

/// One thing that happened to a subscriber: the evidence of consent and of its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    pub at: Timestamp,
    /// joined, changed, left, dropped, suppressed or forgotten.
    pub what: &'static str,
    pub why: String,
}

/// What became of a wish to end a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// No mail goes to them from now on.
    Gone,
    /// It had ended before.
    GoneBefore,
    /// The ledger has no such subscriber.
    Unknown,
}

/// A freshly frozen issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frozen {
    pub id: IssueId,
    /// How many recipients it has.
    pub candidates: u64,
}

/// How far an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IssueState {
    Sending,
    /// Stopped until a person decides.
    Halted,
    /// Nobody waits for it any more.
    Done,
    /// There was nothing to send; only its key is used up.
    Empty,
}

/// An issue in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IssueSummary {
    pub id: IssueId,
    pub series: Series,
    pub key: IssueKey,
    pub due_at: Timestamp,
    pub frozen_at: Timestamp,
    pub through: Seq,
    pub state: IssueState,
    pub why_halted: Option<String>,
    pub candidates: u64,
}

/// How many recipients of an issue stand where. The sum never changes once the issue is frozen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub queued: u64,
    pub claimed: u64,
    pub in_flight: u64,
    pub sent: u64,
    pub failed: u64,
    pub doubtful: u64,
    pub excluded: u64,
    pub expired: u64,
}

impl Tally {
    /// All recipients.
    pub fn sum(&self) -> u64 {
        self.open() + self.sent + self.failed + self.doubtful + self.excluded + self.expired
    }

    /// Recipients who still wait.
    pub fn open(&self) -> u64 {
        self.queued + self.claimed + self.in_flight
    }

    /// These recipients and `others` together.
    #[must_use]
    pub fn and(&self, others: &Self) -> Self {
        Self {
            queued: self.queued + others.queued,
            claimed: self.claimed + others.claimed,
            in_flight: self.in_flight + others.in_flight,
            sent: self.sent + others.sent,
            failed: self.failed + others.failed,
            doubtful: self.doubtful + others.doubtful,
            excluded: self.excluded + others.excluded,
            expired: self.expired + others.expired,
        }
    }

    /// These recipients less `some` of them.
    #[must_use]
    pub fn without(&self, some: &Self) -> Self {
        Self {
            queued: self.queued.saturating_sub(some.queued),
            claimed: self.claimed.saturating_sub(some.claimed),
            in_flight: self.in_flight.saturating_sub(some.in_flight),
            sent: self.sent.saturating_sub(some.sent),
            failed: self.failed.saturating_sub(some.failed),
            doubtful: self.doubtful.saturating_sub(some.doubtful),
            excluded: self.excluded.saturating_sub(some.excluded),
            expired: self.expired.saturating_sub(some.expired),
        }
    }

    pub(super) fn place(&mut self, state: RowState) -> &mut u64 {
        match state {
            RowState::Queued => &mut self.queued,
            RowState::Claimed => &mut self.claimed,
            RowState::InFlight => &mut self.in_flight,
            RowState::Sent => &mut self.sent,
            RowState::Failed => &mut self.failed,
            RowState::Doubtful => &mut self.doubtful,
            RowState::Excluded => &mut self.excluded,
            RowState::Expired => &mut self.expired,
        }
    }
}

/// Where an issue stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IssueStatus {
    pub issue: IssueSummary,
    pub recipients: Tally,
    /// When the next of its recipients comes due.
    pub next_due: Option<Timestamp>,
}

/// One recipient's row, for people to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeliveryRow {
    pub issue: IssueId,
    pub subscriber: SubscriberId,
    pub edition: EditionNo,
    pub state: RowState,
    pub attempts: u32,
    /// How often it could not be known whether the mail was accepted.
    pub ambiguous: u32,
    pub first_tried_at: Option<Timestamp>,
    /// When its turn comes, while it waits; may have passed already. None: whenever it is reached.
    pub next_due: Option<Timestamp>,
    /// When it was sent, failed or was given up, to the second. None for those that ended before the ledger noted it.
    pub ended_at: Option<Timestamp>,
    /// The server's last words, or why it was not sent.
    pub reply: Option<String>,
}

/// Who was put off until they may be mailed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Postponed {
    pub recipients: u64,
    /// When the first of them may be.
    pub opens_at: Option<Timestamp>,
    /// Where the next page begins; none when all were looked at.
    pub next: Option<(IssueId, SubscriberId)>,
}

/// What a person says of a recipient in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// They have it.
    Sent,
    /// They do not have it, or may have it twice: send it again.
    Retry,
}

impl Resolution {
    pub(super) fn state(self) -> RowState {
        match self {
            Self::Sent => RowState::Sent,
            Self::Retry => RowState::Queued,
        }
    }
}

/// What taking back a dead sender's rows came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reaped {
    /// Had not reached DATA: free to go again.
    pub requeued: u64,
    /// May have been accepted, and will be sent again.
    pub resent: u64,
    /// May have been accepted, and wait for a decision.
    pub doubtful: u64,
}

/// What bringing a copy back came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Recipients who waited in the copy and may have been mailed since.
    pub doubtful: u64,
    /// Readers whose next issue had come due: it may have been mailed since, so what it would bring is not mailed.
    pub passed_over: u64,
    /// Whether mail may have been sent after the copy was made.
    pub may_have_sent: bool,
    /// Where the ledger that was in place is now.
    pub set_aside: Option<PathBuf>,
}

/// Something in the ledger that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// SQLite finds the file damaged.
    Damage { words: String },
    /// A row of `table` points to a row of `parent` that is not there.
    Dangling { table: String, parent: String, rows: u64 },
    /// Recipients appeared or went away after the issue was frozen.
    Unconserved { issue: IssueId, candidates: u64, found: u64 },
    /// Rows of an issue changed by themselves.
    Altered { issue: IssueId },
    /// An issue counts as done, but recipients wait.
    NotDone { issue: IssueId, waiting: u64 },
    /// Numbers of announced posts are missing.
    Gap { posts: u64, last: Seq },
    /// A series stands elsewhere than its last issue.
    SeriesAstray { series: String, through: Seq, last_issue: Seq },
    /// An issue ends before the one before it.
    Backwards { issue: IssueId },
    /// Readers were served further than anything was announced.
    ServedTooFar { readers: u64 },
    /// Readers are owed posts that were not announced, or that come with their next window anyway.
    OwedAstray { readers: u64 },
    /// Rows are in doubt though nothing ever was ambiguous, or were ended though nobody ever claimed them.
    Impossible { issue: IssueId, rows: u64 },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damage { words } => write!(f, "the file is damaged: {words}"),
            Self::Dangling { table, parent, rows } => {
                write!(f, "{rows} rows of {table} point to a {parent} that is not there")
            }
            Self::Unconserved { issue, candidates, found } => {
                write!(f, "issue {}: expected {candidates} recipients, found {found}", issue.0)
            }
            Self::Altered { issue } => {
                write!(f, "issue {}: rows are not what was written: their sum is another", issue.0)
            }
            Self::NotDone { issue, waiting } => write!(f, "issue {} is done, yet {waiting} wait", issue.0),
            Self::Gap { posts, last } => write!(f, "{posts} posts are announced, the last as {}", last.0),
            Self::SeriesAstray { series, through, last_issue } => {
                write!(f, "{series}: expected to be served through {}, found {}", last_issue.0, through.0)
            }
            Self::Backwards { issue } => write!(f, "issue {} ends before the one before it", issue.0),
            Self::ServedTooFar { readers } => {
                write!(f, "{readers} readers were served further than was announced")
            }
            Self::OwedAstray { readers } => {
                write!(f, "{readers} readers are owed posts that they cannot lack")
            }
            Self::Impossible { issue, rows } => {
                write!(f, "issue {}: {rows} rows are in a state nothing led to", issue.0)
            }
        }
    }
}
