//! The ledger of the model: one function for each step of `docs/delivery.md`, guarded as the real one is.
//!
//! | here | the real ledger (`src/ledger/`) |
//! |---|---|
//! | [`claim`] | `Ledger::claim`: a due row, or the reader went since |
//! | [`release`] | `Ledger::release`: given back before DATA |
//! | [`begin`] | `Ledger::begin`: the intent, refused if the row is another's |
//! | [`settle`] | `Ledger::settle`: what became of it after DATA |
//! | [`reap`] | `Ledger::reap`: a dead sender's row is taken back |
//! | [`after_doubt`] | `rules::after_doubt`, with its bound [`MAX_AMBIGUOUS`] |
//!
//! Time is left out: whatever waits may be due at once. So are attempts, which only time goes by, and issues that
//! are halted and posts that are withdrawn, which only take rows out of the way.

use crate::bug::Bug;

/// How often a recipient in doubt is sent to again without being asked for.
pub const MAX_AMBIGUOUS: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    Resend,
    Hold,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    Queued,
    Claimed,
    InFlight,
    Sent,
    Failed,
    Doubtful,
    Excluded,
}

impl State {
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Claimed | Self::InFlight)
    }
}

/// One recipient's row, as it is on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    pub state: State,
    /// Who holds it; none when nobody does, or a sender that is dead.
    pub owner: Option<u8>,
    pub epoch: u8,
    pub ambiguous: u8,
    pub has_left: bool,
}

impl Row {
    pub fn new() -> Self {
        Self { state: State::Queued, owner: None, epoch: 0, ambiguous: 0, has_left: false }
    }
}

/// What the ledger goes by in one run.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub policy: Policy,
    pub bug: Option<Bug>,
}

impl Rules {
    fn has(self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }
}

/// Who asks: the epoch in which a sender claimed the row.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    pub epoch: u8,
    /// Whether the lease under which the row was claimed last still runs by the ledger's clock. The one sender on
    /// SQLite has the file lock for a lease.
    pub is_leased: bool,
}

/// Why a claim is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Setback {
    /// The connection failed, or 4yz to RCPT.
    Transient,
    /// 5yz to RCPT.
    Permanent,
}

/// What a sender thinks became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    Sent,
    /// Cut before the dot, or 4yz to it.
    Deferred,
    Refused,
    Doubt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    Ready,
    Refused,
}

/// T1, and T2 for who left since: gives the epoch of the claim.
pub fn claim(row: &mut Row, owner: u8, rules: Rules) -> Option<u8> {
    if row.has_left {
        row.state = State::Excluded;
        return None;
    }
    row.epoch += 1;
    row.owner = Some(owner);
    row.state = if rules.has(Bug::CheckpointAtFetch) { State::Sent } else { State::Claimed };
    Some(row.epoch)
}

pub fn release(row: &mut Row, asker: Asker, setback: Setback, rules: Rules) {
    let is_ours = row.state == State::Claimed && row.epoch == asker.epoch;
    let is_taken = rules.has(Bug::StaleRelease) && matches!(row.state, State::Claimed | State::InFlight);
    if !is_ours && !is_taken {
        return;
    }
    row.state = if setback == Setback::Permanent { State::Failed } else { State::Queued };
}

/// T3: durable before DATA.
pub fn begin(row: &mut Row, asker: Asker, rules: Rules) -> Begun {
    if rules.has(Bug::RecordAfterSend) {
        return Begun::Ready;
    }
    let is_ours = row.state == State::Claimed && row.epoch == asker.epoch;
    if !is_ours && !rules.has(Bug::NoFence) {
        return Begun::Refused;
    }
    if row.has_left && !rules.has(Bug::NoConsentCheck) {
        row.state = State::Excluded;
        return Begun::Refused;
    }
    if !asker.is_leased && !rules.has(Bug::NoLeaseCheck) {
        // Nobody will ask for it again.
        row.state = if rules.has(Bug::KeptOnRefusal) { State::Claimed } else { State::Queued };
        return Begun::Refused;
    }
    row.state = State::InFlight;
    Begun::Ready
}

/// T4. That a mail was sent is written whatever happened to the row since; anything else only for one's own epoch.
pub fn settle(row: &mut Row, asker: Asker, outcome: Outcome, rules: Rules) {
    if outcome == Outcome::Sent {
        row.state = State::Sent;
        return;
    }
    let is_ours = row.state == State::InFlight && row.epoch == asker.epoch;
    let is_stale = match outcome {
        Outcome::Deferred => rules.has(Bug::StaleDeferral) && row.state == State::InFlight,
        Outcome::Doubt => rules.has(Bug::SentNotAbsorbing),
        _ => false,
    };
    // Before it has an intent, a sender that records after sending has only its claim.
    let is_unrecorded = rules.has(Bug::RecordAfterSend) && row.state == State::Claimed;
    if !is_ours && !is_stale && !is_unrecorded {
        return;
    }
    match outcome {
        Outcome::Deferred => row.state = State::Queued,
        Outcome::Refused => row.state = State::Failed,
        Outcome::Doubt if rules.has(Bug::LostReplyIsRetry) => row.state = State::Queued,
        Outcome::Doubt | Outcome::Sent => {
            row.state = after_doubt(row.ambiguous, rules);
            row.ambiguous += 1;
        }
    }
}

/// T5: what its sender held when it died, or let its lease lapse.
pub fn reap(row: &mut Row, rules: Rules) {
    if row.state == State::InFlight && !rules.has(Bug::ReapIsRetry) {
        row.state = after_doubt(row.ambiguous, rules);
        row.ambiguous += u8::from(!rules.has(Bug::ReapUncounted));
    } else {
        row.state = State::Queued;
    }
}

fn after_doubt(before: u8, rules: Rules) -> State {
    match rules.policy {
        Policy::Resend if before < MAX_AMBIGUOUS || rules.has(Bug::NoBound) => State::Queued,
        Policy::Resend | Policy::Hold => State::Doubtful,
    }
}
