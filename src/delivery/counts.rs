//! What happened in a run, counted.

use crate::ledger::{Outcome, Setback};

/// How often what happened. `ended` counts the recipients who have an end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) sent: u64,
    pub(super) refused: u64,
    pub(super) deferred: u64,
    pub(super) doubtful: u64,
    pub(super) expired: u64,
    pub(super) ended: u64,
}

/// What became of the mail one lane was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LaneCounts {
    /// What its server answered, as in [`Counts`].
    pub(super) mails: Counts,
    /// How often the connection or the server failed.
    pub(super) failures: u64,
}

impl Counts {
    /// A claim was given back.
    pub(super) fn add_setback(&mut self, setback: &Setback) {
        match setback {
            Setback::Lane { .. } => return,
            Setback::Transient { .. } => {
                self.deferred += 1;
                return;
            }
            Setback::Permanent { .. } | Setback::Unsendable { .. } => self.refused += 1,
            Setback::Expired { .. } => self.expired += 1,
        }
        self.ended += 1;
    }

    /// A mail was settled.
    pub(super) fn add_outcome(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Sent { .. } => self.sent += 1,
            Outcome::Refused { .. } => self.refused += 1,
            Outcome::Deferred { counts, .. } => {
                self.deferred += u64::from(*counts);
                return;
            }
            Outcome::Doubt { .. } => {
                self.doubtful += 1;
                return;
            }
        }
        self.ended += 1;
    }
}
