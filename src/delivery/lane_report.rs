//! What a lane did in a run, and how it stood at the end.

use jiff::Timestamp;

/// What a lane did in a run.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneReport {
    pub name: String,
    /// Where it leads, as a URL without user.
    pub relay: String,
    pub sent: u64,
    /// Refused for good.
    pub refused: u64,
    /// Put off by the server: how often.
    pub deferred: u64,
    /// The reply to the final dot was lost: how often.
    pub doubtful: u64,
    /// How often the connection or the server failed.
    pub failures: u64,
    /// How often a server that had too much to do made the lane slower.
    pub slowed: u64,
    /// Mails a second the lane had come down to, if it was slower than it may be when the run ended.
    pub slowed_to: Option<f64>,
    /// How it stood when the run ended.
    pub state: LaneState,
    /// Until when its quota is spent.
    pub spent_until: Option<Timestamp>,
    /// What went wrong last, unless the relay worked since.
    pub trouble: Option<String>,
}

/// How a lane stands at the end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneState {
    Open,
    /// Its quota is spent.
    Spent,
    /// The relay could not be used, and has not worked since.
    Down,
    /// Only a person can bring it back.
    Out,
}
