//! What a run of sending did, why it did no more, and what comes next.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::build::counted;
use super::exit::{Exit, Failure};
use super::lane_words;
use super::send::Mailing;
use super::status::{minute, table};
use super::subscribers::enrolled_words;
use super::timetable::{self, timetable};
use crate::config::Way;
use crate::delivery::{End, SendReport};
use crate::ledger::{IssueState, IssueStatus, Reaped, Tally};

/// Issues shown before the rest is counted.
const ISSUES_SHOWN: usize = 12;

/// A few lines for people.
pub fn text(mailing: &Mailing, zone: &TimeZone) -> String {
    let mut text = String::new();
    if let Some(readers) = &mailing.readers {
        line(&mut text, &enrolled_words(readers));
    }
    reaped(&mut text, mailing.reaped);
    news(&mut text, mailing);
    match &mailing.sent {
        Some(sent) => {
            outcome(&mut text, mailing, sent);
            lane_words::sent(&mut text, sent, zone);
            if let End::Waiting { next_due } = sent.end {
                let until = minute(next_due, zone);
                let what = waiting_words(sent);
                line(&mut text, &format!("Others wait{what}: run `postrider send` again at {until}."));
            }
        }
        None => line(&mut text, nothing(mailing)),
    }
    issues(&mut text, mailing, zone);
    text + &timetable(&mailing.turns)
}

/// What others wait for, if it is not told already.
fn waiting_words(sent: &SendReport) -> &'static str {
    let is_told = sent.held_back.by_hours > 0 || sent.lanes.iter().any(|lane| lane.spent_until.is_some());
    if is_told { "" } else { " for their next attempt" }
}

fn line(text: &mut String, words: &str) {
    writeln!(text, "{words}").expect("a string takes every write");
}

/// What an earlier run that was killed had left in its hands.
fn reaped(text: &mut String, reaped: Reaped) {
    let Reaped { resent, doubtful, .. } = reaped;
    if resent > 0 {
        let mails = counted(resent as usize, "mail", "mails");
        line(text, &format!("An earlier run was cut off: {mails} may have arrived, and will be sent again."));
    }
    if doubtful > 0 {
        let mails = counted(doubtful as usize, "mail", "mails");
        line(
            text,
            &format!("An earlier run was cut off: {mails} may have arrived; `postrider status` lists them."),
        );
    }
}

fn news(text: &mut String, mailing: &Mailing) {
    let new = &mailing.announcement.new;
    let mailed = new.iter().filter(|post| post.is_mailed && !post.is_baseline).count();
    if mailed > 0 {
        line(text, &format!("Announced {}.", counted(mailed, "new post", "new posts")));
    }
    if new.len() > mailed {
        let posts = counted(new.len() - mailed, "post", "posts");
        line(
            text,
            &format!("Noted {posts} that will not be mailed: older than mailing, or `email = false`."),
        );
    }
    for renamed in &mailing.announcement.renamed {
        let (from, to) = (renamed.from.display(), renamed.to.display());
        line(text, &format!("Renamed: posts/{from} is now posts/{to}; it is not mailed again."));
    }
}

/// Why nothing was sent.
fn nothing(mailing: &Mailing) -> &'static str {
    if mailing.last_announced.0 == 0 {
        "Sent nothing: there is no post yet."
    } else if mailing.turns.is_empty() {
        "Sent nothing: there is no reader yet."
    } else if mailing.announcement.new.is_empty() {
        "Sent nothing: no new post, and everybody has had what was due."
    } else {
        "Sent nothing: nobody's time has come."
    }
}

fn outcome(text: &mut String, mailing: &Mailing, sent: &SendReport) {
    let mails = counted(sent.sent as usize, "mail", "mails");
    let others = [
        (sent.refused, "refused"),
        (sent.deferred, "deferred"),
        (sent.doubtful, "in doubt"),
        (sent.excluded, "not sent: they left"),
        (sent.expired, "given up"),
    ];
    let told = others.iter().filter(|(count, _)| *count > 0);
    let words = told.fold(String::new(), |words, (count, what)| format!("{words}, {count} {what}"));
    let place = match &mailing.way {
        Way::Folder(folder) => format!("into {}, a folder of mail", folder.display()),
        Way::Lanes(lanes) => match &lanes[..] {
            [lane] => format!("to {}", lane.relay),
            lanes => format!("over {} lanes", lanes.len()),
        },
    };
    line(text, &format!("Sent {mails} {place}{words}."));
}

/// The issues of which more is to say than that they were sent or wait.
fn issues(text: &mut String, mailing: &Mailing, zone: &TimeZone) {
    let has_trouble = |status: &&IssueStatus| {
        let Tally { failed, doubtful, expired, .. } = status.recipients;
        status.issue.state == IssueState::Halted || failed + doubtful + expired > 0
    };
    let told: Vec<IssueStatus> = mailing.issues.iter().filter(has_trouble).cloned().collect();
    let shown = told.len().min(ISSUES_SHOWN);
    text.push_str(&table(&told[..shown], mailing.now, zone));
    if told.len() > shown {
        line(text, &format!("  and {} more; `postrider status` shows them", told.len() - shown));
    }
}

/// Why the run came no further than it did, if something stopped it.
pub fn shortfall(mailing: &Mailing) -> Option<Failure> {
    let waiting: u64 = mailing.issues.iter().map(|status| status.recipients.open()).sum();
    let wait = counted(waiting as usize, "mail waits", "mails wait");
    let again = format!("nothing is lost, {wait}: run `postrider send` again");
    match &mailing.sent.as_ref()?.end {
        End::Done | End::Waiting { .. } => None,
        End::Stopped => Some(Failure::plain(Exit::TryAgain, "stopped before the end").help(again)),
        End::RelayDown { trouble, .. } => {
            let what = format!("the relay cannot be used now: {trouble}");
            Some(Failure::plain(Exit::TryAgain, what).help(again))
        }
        End::Operator { why, issue: None } => {
            Some(Failure::plain(Exit::Operator, why).help(format!("mend it; {again}")))
        }
        End::Operator { issue: Some(_), .. } => None,
    }
}

/// The issue that waits for a person, if one does.
pub fn halted(mailing: &Mailing) -> Option<Failure> {
    let status = mailing.issues.iter().find(|status| status.issue.state == IssueState::Halted)?;
    let (id, why) = (status.issue.id.0, status.issue.why_halted.as_deref().unwrap_or("by hand"));
    let failure = Failure::plain(Exit::Operator, format!("issue {id} is halted: {why}"));
    Some(failure.help(format!("when it can go on, run `postrider ledger resume --issue {id}`")))
}

/// The same for machines.
pub fn to_json(mailing: &Mailing) -> Value {
    json!({
        "readers": mailing.readers,
        "taken_back": mailing.reaped,
        "announced": mailing.announcement.new.iter().map(|post| &post.id).collect::<Vec<_>>(),
        "sent": mailing.sent.as_ref().map_or(0, |sent| sent.sent),
        "refused": mailing.sent.as_ref().map_or(0, |sent| sent.refused),
        "deferred": mailing.sent.as_ref().map_or(0, |sent| sent.deferred),
        "in_doubt": mailing.sent.as_ref().map_or(0, |sent| sent.doubtful),
        "excluded": mailing.sent.as_ref().map_or(0, |sent| sent.excluded),
        "expired": mailing.sent.as_ref().map_or(0, |sent| sent.expired),
        "end": mailing.sent.as_ref().map_or_else(|| json!({ "what": "nothing-due" }), |sent| end_json(&sent.end)),
        "lanes": mailing.sent.as_ref().map_or_else(|| json!([]), |sent| lane_words::lanes_json(&sent.lanes)),
        "held_back": mailing.sent.as_ref().map(|sent| lane_words::held_back_json(&sent.held_back)),
        "issues": mailing.issues,
        "web_copies": mailing.web_copies,
        "next": timetable::to_json(&mailing.turns),
    })
}

fn end_json(end: &End) -> Value {
    match end {
        End::Done => json!({ "what": "done" }),
        End::Waiting { next_due } => json!({ "what": "waiting", "until": next_due }),
        End::Stopped => json!({ "what": "stopped" }),
        End::RelayDown { trouble, next_due } => {
            json!({ "what": "relay-down", "why": trouble.to_string(), "until": next_due })
        }
        End::Operator { why, issue } => json!({ "what": "operator", "why": why, "issue": issue }),
    }
}
