//! A run of sending: what it is told, and what it came to.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::delivery::counts::Counts;
use crate::delivery::error::DeliveryError;
use crate::delivery::hours::Hours;
use crate::delivery::lane::LaneSettings;
use crate::delivery::lane_report::{LaneReport, LaneState};
use crate::delivery::maildir;
use crate::delivery::pacing::PacingSettings;
use crate::delivery::reply::Trouble;
use crate::delivery::run::{self, Stretch, Why};
use crate::delivery::stop::Stop;
use crate::ledger::{IssueState, Ledger, Policy, Postponed};
use crate::message::{IssueId, Signers};
use crate::token::Keys;

/// Where mail goes.
pub enum Carrier {
    /// Relays; at least one.
    Lanes(Vec<LaneSettings>),
    /// A folder in Maildir form.
    Maildir(PathBuf),
}

/// What a run of sending must be told.
pub struct Sending<'a> {
    pub carrier: Carrier,
    /// How fast mail may go to each recipient domain.
    pub pacing: PacingSettings,
    /// When readers are mailed; none is at any hour.
    pub hours: Option<Hours>,
    pub policy: Policy,
    /// How long the run waits, in all, for recipients who come due later and for a relay that fails.
    pub linger: Duration,
    /// Whether the run stays as long as another sender holds recipients, who come free if that one dies.
    pub stays: bool,
    /// How long after the first try a recipient is tried again.
    pub expire: Duration,
    pub keys: &'a Keys,
    pub signers: Option<Arc<Signers>>,
    /// The time of the run (may be pretended, goes on from there).
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    pub stop: Stop,
    /// Told now and then how many recipients have an end in this run.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// What a run came to. A recipient may be counted as deferred or doubtful and later as sent.
#[derive(Clone, Debug, PartialEq)]
pub struct SendReport {
    pub sent: u64,
    /// Refused for good, or not sendable at all.
    pub refused: u64,
    /// Put off by the server: how often.
    pub deferred: u64,
    /// The reply to the final dot was lost: how often.
    pub doubtful: u64,
    /// Left, or were suppressed or withdrawn, since their issue was frozen.
    pub excluded: u64,
    /// Given up: tried for too long.
    pub expired: u64,
    /// What each lane did; none for a folder.
    pub lanes: Vec<LaneReport>,
    pub held_back: HeldBack,
    pub end: End,
}

/// Whom the run did not mail at once though they were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldBack {
    /// How often a recipient was put off because many others of their domain were waiting.
    pub by_pacing: u64,
    /// Up to when such recipients wait.
    pub paced_until: Option<Timestamp>,
    /// How often a recipient was put off because it was not an hour at which they are mailed.
    pub by_hours: u64,
    /// When the first of them may be mailed.
    pub opens_at: Option<Timestamp>,
    /// How often a storm made one domain slower.
    pub domains_slowed: u64,
}

impl HeldBack {
    /// So many recipients are not mailed now, and the first of them at that time.
    pub(super) fn note_hours(&mut self, recipients: u64, opens_at: Timestamp) {
        self.by_hours += recipients;
        self.opens_at = Some(self.opens_at.map_or(opens_at, |before| before.min(opens_at)));
    }
}

impl HeldBack {
    pub(super) fn note_postponed(&mut self, postponed: &Postponed) {
        if let Some(opens_at) = postponed.opens_at {
            self.note_hours(postponed.recipients, opens_at);
        }
    }
}

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Nobody waits any more.
    Done,
    /// Some wait for their next attempt, first at this time.
    Waiting { next_due: Timestamp },
    /// It was asked to stop.
    Stopped,
    /// The relay cannot be used now.
    RelayDown { trouble: Trouble, next_due: Option<Timestamp> },
    /// A person must act: authentication, sender refused, size; or an issue was halted because its content is
    /// refused.
    Operator { why: String, issue: Option<IssueId> },
}

/// Sends what is due in `ledger` and gives it back, with issues that nobody waits for marked as done.
///
/// The caller holds the [`SenderLock`](crate::ledger::SenderLock) and has taken back what a dead sender held
/// ([`Ledger::reap`]). Runs a runtime of its own: not to be called within another.
///
/// # Errors
///
/// If the ledger fails: nothing was sent then that it does not know of. If a frozen draft cannot be read or composed
/// from, or a folder for mail cannot be written.
pub fn send(ledger: Ledger, sending: Sending<'_>) -> Result<(Ledger, SendReport), DeliveryError> {
    let excluded_before = excluded(&ledger)?;
    let (mut ledger, stretch) = match &sending.carrier {
        Carrier::Lanes(lanes) => run::over_connections(ledger, &sending, lanes)?,
        Carrier::Maildir(folder) => maildir::into_folder(ledger, &sending, folder)?,
    };
    let excluded = excluded(&ledger)?.saturating_sub(excluded_before);
    ledger.finish_issues()?;
    let now = (sending.clock)();
    let next_due = next_due(&ledger, now)?;
    ledger.retire()?;
    let report = report(stretch, excluded, next_due);
    Ok((ledger, report))
}

/// When somebody who waits comes due: for the next try, or because another sender, who holds them, may have died.
fn next_due(ledger: &Ledger, now: Timestamp) -> Result<Option<Timestamp>, DeliveryError> {
    let queued = ledger.next_due()?.map(|due| due.max(now));
    let held = ledger.held_for()?.map(|longest| now.saturating_add(longest).unwrap_or(Timestamp::MAX));
    Ok(queued.into_iter().chain(held).min())
}

/// How many recipients are excluded, of the issues that may still be sent or were just now.
fn excluded(ledger: &Ledger) -> Result<u64, DeliveryError> {
    let mut sum = 0;
    for issue in ledger.issues()? {
        if issue.state == IssueState::Sending || issue.state == IssueState::Halted {
            sum += ledger.status(issue.id)?.recipients.excluded;
        }
    }
    Ok(sum)
}

fn report(stretch: Stretch, excluded: u64, next_due: Option<Timestamp>) -> SendReport {
    let Counts { sent, refused, deferred, doubtful, expired, .. } = stretch.counts;
    let out = words_of_lanes_out(&stretch.lanes);
    let end = match (stretch.why, stretch.halted, next_due) {
        (Why::Stopped, ..) => End::Stopped,
        (Why::Operator, ..) => End::Operator { why: out.unwrap_or_default(), issue: None },
        (Why::Spent { until }, _, next_due) => match out {
            Some(why) => End::Operator { why, issue: None },
            None => End::Waiting { next_due: next_due.map_or(until, |due| due.max(until)) },
        },
        (Why::RelayDown { trouble }, _, next_due) => End::RelayDown { trouble, next_due },
        (Why::NothingDue, Some((issue, why)), _) => End::Operator { why, issue: Some(issue) },
        (Why::NothingDue, None, Some(next_due)) => match out {
            Some(why) => End::Operator { why, issue: None },
            None => End::Waiting { next_due },
        },
        (Why::NothingDue, None, None) => End::Done,
    };
    let Stretch { lanes, held_back, .. } = stretch;
    SendReport { sent, refused, deferred, doubtful, excluded, expired, lanes, held_back, end }
}

/// What keeps lanes from working that only a person can bring back.
fn words_of_lanes_out(lanes: &[LaneReport]) -> Option<String> {
    let out = lanes.iter().filter(|lane| lane.state == LaneState::Out);
    let words: Vec<String> = out
        .map(|lane| match (&lane.trouble, lanes.len()) {
            (trouble, 1) => trouble.clone().unwrap_or_default(),
            (trouble, _) => format!("lane {}: {}", lane.name, trouble.as_deref().unwrap_or_default()),
        })
        .collect();
    (!words.is_empty()).then(|| words.join("; "))
}
