//! `status`: what was sent, what waits, and what nobody can know.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::args::StatusArgs;
use super::book;
use super::build::counted;
use super::console::Report;
use super::desk::Desk;
use super::exit::Failure;
use super::receipts;
use super::report::domain_of;
use crate::address::Domain;
use crate::ledger::{DeliveryRow, IssueState, IssueStatus, Ledger, RowState, Scope};
use crate::message::IssueId;

/// Issues shown where none is named.
const ISSUES_SHOWN: usize = 20;

/// Recipients in doubt that are listed.
const DOUBT_SHOWN: usize = 20;
/// Recipients in doubt that are listed for machines.
const DOUBT_LISTED: usize = 1_000;

pub fn run(desk: &Desk, args: &StatusArgs) -> Result<Report, Failure> {
    let config = desk.config()?;
    let zone = config.zone()?.rules();
    let ledger = book::open_read_only(&config)?;
    if let Some(reader) = &args.reader {
        return receipts::run(&config, &ledger, args, reader);
    }
    let domain = domain_of(args.domain.as_deref())?;
    let issues = issues(&ledger, args, domain.as_ref())?;
    let doubt = Doubt::of(&ledger, args, domain.clone())?;
    let heads = ledger.headcount_at(domain.as_ref())?;
    let at = domain.map(|domain| format!(" at {domain}")).unwrap_or_default();
    let mut text = format!(
        "{}{at} confirmed, {} pending, {} left, {} suppressed\n",
        counted(heads.confirmed as usize, "reader", "readers"),
        heads.pending,
        heads.left,
        heads.suppressed
    );
    match issues.is_empty() {
        true => text.push_str("No issue has been sent yet.\n"),
        false => text.push_str(&format!("\n{}", table(&issues, desk.now(), &zone))),
    }
    text.push_str(&doubt.text());
    let json = json!({
        "readers": heads, "issues": issues, "in_doubt": doubt.rows, "in_doubt_count": doubt.count
    });
    Ok(Report::done(text, json))
}

fn issues(ledger: &Ledger, args: &StatusArgs, domain: Option<&Domain>) -> Result<Vec<IssueStatus>, Failure> {
    let shown: Vec<IssueId> = match args.issue {
        Some(id) => vec![IssueId(id)],
        None => {
            let with_mail = ledger.issues()?.into_iter().filter(|issue| issue.state != IssueState::Empty);
            with_mail.map(|issue| issue.id).take(ISSUES_SHOWN).collect()
        }
    };
    let status = |id: &IssueId| {
        let mut status = ledger.status(*id)?;
        if domain.is_some() {
            status.recipients = ledger.tally(&Scope::issue(*id).at(domain.cloned()))?;
            status.next_due = None;
        }
        Ok(status)
    };
    shown.iter().map(status).collect()
}

/// Recipients of whom nobody can know.
#[derive(Default)]
struct Doubt {
    /// The first of them.
    rows: Vec<DeliveryRow>,
    count: usize,
}

impl Doubt {
    fn of(ledger: &Ledger, args: &StatusArgs, domain: Option<Domain>) -> Result<Self, Failure> {
        let scope = args.issue.map_or_else(Scope::all, |id| Scope::issue(IssueId(id)));
        let mut doubt = Self::default();
        ledger.each_recipient(&scope.at(domain), &[RowState::Doubtful], |row| -> Result<(), Failure> {
            doubt.count += 1;
            if doubt.rows.len() < DOUBT_LISTED {
                doubt.rows.push(row.clone());
            }
            Ok(())
        })?;
        Ok(doubt)
    }

    fn text(&self) -> String {
        if self.count == 0 {
            return String::new();
        }
        let mut text = format!("\nIn doubt: {}\n", counted(self.count, "mail", "mails"));
        for row in self.rows.iter().take(DOUBT_SHOWN) {
            let reply = row.reply.as_deref().unwrap_or("the connection was cut");
            writeln!(text, "  issue {} to reader {}: {reply}", row.issue.0, row.subscriber.0)
                .expect("a string takes every write");
        }
        if self.count > DOUBT_SHOWN {
            let more = self.count - DOUBT_SHOWN;
            writeln!(text, "  and {more} more; `postrider report --readers doubt` lists them all")
                .expect("a string takes every write");
        }
        text.push_str("Decide with `postrider ledger resolve --issue NUMBER --as sent|resend`.\n");
        text
    }
}

/// A line for each issue, under a heading.
pub fn table(issues: &[IssueStatus], now: Timestamp, zone: &TimeZone) -> String {
    if issues.is_empty() {
        return String::new();
    }
    let widest = issues.iter().map(|status| status.issue.series.to_string().len()).max().unwrap_or(0).max(6);
    let mut text =
        format!("{:>5}  {:<widest$}  {:<10}  {:>6} {:>6}  state\n", "issue", "series", "for", "sent", "of");
    for status in issues {
        let IssueStatus { issue, recipients, .. } = status;
        let occurrence = issue.key.0.split_once('/').map_or(issue.key.0.as_str(), |(_, which)| which);
        let (id, series, state) = (issue.id.0, issue.series.to_string(), state_words(status, now, zone));
        let (sent, of) = (recipients.sent, recipients.sum());
        writeln!(text, "{id:>5}  {series:<widest$}  {occurrence:<10}  {sent:>6} {of:>6}  {state}")
            .expect("a string takes every write");
    }
    text
}

/// Where an issue stands: `2 wait until 2026-11-24 09:15, 1 refused`.
pub fn state_words(status: &IssueStatus, now: Timestamp, zone: &TimeZone) -> String {
    let IssueStatus { issue, recipients: tally, next_due } = status;
    let first = match (issue.state, next_due) {
        (IssueState::Done, _) => "done".to_owned(),
        (IssueState::Empty, _) => "nothing to send".to_owned(),
        (IssueState::Halted, _) => format!("halted: {}", issue.why_halted.as_deref().unwrap_or("by hand")),
        (IssueState::Sending, _) if tally.open() == 0 => "nobody waits".to_owned(),
        (IssueState::Sending, Some(due)) if *due > now => {
            format!("{} wait until {}", tally.open(), minute(*due, zone))
        }
        (IssueState::Sending, _) => format!("{} wait", tally.open()),
    };
    let others = [
        (tally.failed, "refused"),
        (tally.doubtful, "in doubt"),
        (tally.excluded, "left"),
        (tally.expired, "expired"),
    ];
    others
        .iter()
        .filter(|(count, _)| *count > 0)
        .fold(first, |words, (count, what)| format!("{words}, {count} {what}"))
}

/// A moment to the minute, in the publication's zone.
pub fn minute(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}
