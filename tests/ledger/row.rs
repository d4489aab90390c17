//! What is expected of one recipient of one issue.

use jiff::Timestamp;

use postrider::issue::Seq;
use postrider::ledger::{Policy, RowState};

/// How often a recipient in doubt is sent to again without being asked for.
pub const MAX_AMBIGUOUS: u32 = 2;

/// The row of a recipient, and what happened to it.
#[derive(Clone, Debug)]
pub struct Row {
    pub state: RowState,
    pub epoch: u32,
    pub attempts: u32,
    pub ambiguous: u32,
    pub first: Option<Timestamp>,
    pub next_at: Timestamp,
    /// The server refused what was in the mail, not whom it was for.
    pub is_content: bool,
    pub posts: Vec<Seq>,
    /// Copies a server took, which the ledger can only guess.
    pub copies: u32,
    /// How often a person asked for another.
    pub retries: u32,
    pub is_sent_by_word: bool,
    pub was_sent: bool,
}

impl Row {
    pub fn new(posts: Vec<Seq>) -> Self {
        Self {
            state: RowState::Queued,
            epoch: 0,
            attempts: 0,
            ambiguous: 0,
            first: None,
            next_at: Timestamp::UNIX_EPOCH,
            is_content: false,
            posts,
            copies: 0,
            retries: 0,
            is_sent_by_word: false,
            was_sent: false,
        }
    }

    pub fn is_open(&self) -> bool {
        matches!(self.state, RowState::Queued | RowState::Claimed | RowState::InFlight)
    }

    pub fn doubt(&mut self, policy: Policy, until: Timestamp) {
        if policy == Policy::Resend && self.ambiguous < MAX_AMBIGUOUS {
            (self.state, self.next_at) = (RowState::Queued, until);
        } else {
            self.state = RowState::Doubtful;
        }
        self.ambiguous += 1;
    }
}
