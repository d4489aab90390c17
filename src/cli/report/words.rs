//! The report in words: what became of each issue, with the server's own words, then domain by domain.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr;

use super::account::{Account, IssueAccount};
use super::reasons::Extent;
use crate::cli::durations;
use crate::cli::status::{minute, state_words};
use crate::ledger::{DomainTally, RowState, Tally};

/// Reasons told of one kind before the rest is counted.
const REASONS_SHOWN: usize = 8;
/// Domains told before the rest is summed up.
const DOMAINS_SHOWN: usize = 12;

/// The whole report.
pub fn text(account: &Account, now: Timestamp, zone: &TimeZone) -> String {
    if account.issues.is_empty() {
        return "No issue has been sent yet.\n".to_owned();
    }
    let mut text = String::new();
    if account.earlier > 0 {
        line(
            &mut text,
            &format!("{} earlier issues are not shown; name one with --issue.\n", account.earlier),
        );
    }
    for issue in &account.issues {
        tell(&mut text, issue, now, zone);
        text.push('\n');
    }
    domains(&mut text, &account.domains, &account.elsewhere);
    text
}

fn line(text: &mut String, words: &str) {
    writeln!(text, "{words}").expect("a string takes every write");
}

fn tell(text: &mut String, account: &IssueAccount, now: Timestamp, zone: &TimeZone) {
    let issue = &account.status.issue;
    let frozen = minute(issue.frozen_at, zone);
    let (id, key) = (issue.id.0, &issue.key.0);
    line(text, &format!("Issue {id}, {key}, frozen {frozen}: {}", state_words(&account.status, now, zone)));
    let tally = &account.status.recipients;
    line(text, &format!("  {:<9} {} of {}", "delivered", tally.sent, tally.sum()));
    if let Some(pace) = &account.pace {
        let within = [pace.half_secs, pace.most_secs, pace.nearly_all_secs].map(durations::words);
        let [half, most, nearly] = within;
        line(text, &format!("            half within {half}, 90 % within {most}, 99 % within {nearly}"));
    }
    kind(text, account, ("refused", tally.failed), RowState::Failed, zone);
    kind(text, account, ("given up", tally.expired), RowState::Expired, zone);
    kind(text, account, ("in doubt", tally.doubtful), RowState::Doubtful, zone);
    kind(text, account, ("waiting", tally.open()), RowState::Queued, zone);
    if tally.excluded > 0 {
        line(text, &format!("  {:<9} {}", "left", tally.excluded));
    }
}

/// Recipients that stand alike, by reason.
fn kind(
    text: &mut String,
    account: &IssueAccount,
    (name, count): (&str, u64),
    state: RowState,
    zone: &TimeZone,
) {
    if count == 0 {
        return;
    }
    line(text, &format!("  {name:<9} {count}"));
    let reasons = account.reasons.of(state);
    for (reason, extent) in reasons.iter().take(REASONS_SHOWN) {
        line(text, &format!("  {:>9}   {}{}", extent.recipients, reason.words, until(extent, zone)));
    }
    let more: u64 = reasons.iter().skip(REASONS_SHOWN).map(|(_, extent)| extent.recipients).sum();
    if more > 0 {
        line(text, &format!("  {more:>9}   for other reasons; --json lists them all"));
    }
}

/// `, until 2026-11-24 09:15`, or to when if not all wait for the same minute.
fn until(extent: &Extent, zone: &TimeZone) -> String {
    let Some((first, last)) = extent.due else { return String::new() };
    let (first, last) = (minute(first, zone), minute(last, zone));
    match first == last {
        true => format!("; due {first}"),
        false => format!("; due {first} to {last}"),
    }
}

fn domains(text: &mut String, all: &[DomainTally], elsewhere: &Tally) {
    let (told, rest) = all.split_at(all.len().min(DOMAINS_SHOWN));
    let others = rest.iter().fold(*elsewhere, |sum, domain| sum.and(&domain.recipients));
    let name = |domain: &DomainTally| domain.domain.clone().unwrap_or_else(|| "(forgotten)".to_owned());
    let mut rows: Vec<(String, String, Tally)> =
        told.iter().map(|domain| (name(domain), domain.readers.to_string(), domain.recipients)).collect();
    if others.sum() > 0 {
        rows.push(("(others)".to_owned(), String::new(), others));
    }
    let widest = rows.iter().map(|(name, _, _)| name.width()).max().unwrap_or(0).max(6);
    line(
        text,
        &format!(
            "{:<widest$}  {:>8} {:>9} {:>8} {:>8} {:>8} {:>8}",
            "domain", "readers", "delivered", "refused", "given up", "in doubt", "waiting"
        ),
    );
    for (name, readers, tally) in rows {
        let Tally { sent, failed, expired, doubtful, .. } = tally;
        let pad = " ".repeat(widest - name.width());
        let open = tally.open();
        line(
            text,
            &format!("{name}{pad}  {readers:>8} {sent:>9} {failed:>8} {expired:>8} {doubtful:>8} {open:>8}"),
        );
    }
}
