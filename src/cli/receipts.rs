//! One reader: what they were sent, when, in whose words it failed, and the mail itself, now or as of a day.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};

use super::args::StatusArgs;
use super::console::Report;
use super::exit::{Exit, Failure};
use super::keys;
use super::report::standing_words;
use super::status::minute;
use crate::address::{EmailAddress, mask};
use crate::config::Config;
use crate::ledger::{DeliveryRow, Event, Ledger, Receipt, RowState};
use crate::message::{ComposeError, Draft, Recipient, compose};
use crate::subscriber::{Subscriber, SubscriberId};
use crate::token::{Purpose, Sealed};

/// What is known of one reader at a time.
struct Dossier {
    id: SubscriberId,
    /// None: as of now.
    as_of: Option<Timestamp>,
    is_on_the_list: bool,
    events: Vec<Event>,
    issues: Vec<Met>,
}

/// An issue the reader was to get.
#[derive(Serialize)]
struct Met {
    #[serde(flatten)]
    receipt: Receipt,
    subject: String,
    /// Titles of its posts.
    posts: Vec<String>,
}

/// The text of a reader's own copy.
#[derive(Serialize)]
struct Copy {
    issue: u32,
    subject: String,
    date: Timestamp,
    text: String,
}

pub fn run(config: &Config, ledger: &Ledger, args: &StatusArgs, named: &str) -> Result<Report, Failure> {
    let zone = config.zone()?.rules();
    let reader = Reader::named(ledger, named)?;
    let as_of = args.as_of.as_deref().map(|text| moment(text, &zone)).transpose()?;
    let dossier = Dossier::of(ledger, reader.id, args.issue, as_of)?;
    if let Some(issue) = args.show {
        let copy = reader.copy(config, ledger, &dossier, issue, args.tokens)?;
        let head = format!("Subject: {}\nDate: {}\n\n", copy.subject, minute(copy.date, &zone));
        let text = format!("{head}{}\n", copy.text.trim_end());
        return Ok(Report::data(text, json!({ "reader": reader.id, "as_of": as_of, "mail": copy })));
    }
    Ok(Report::done(dossier.text(&zone), dossier.to_json()))
}

/// The end of a day in the publication's zone, or a time as RFC 3339 has it.
fn moment(text: &str, zone: &TimeZone) -> Result<Timestamp, Failure> {
    let end = |day: Date| {
        let next = day.tomorrow()?.to_zoned(zone.clone())?.timestamp();
        next.checked_sub(jiff::SignedDuration::from_millis(1))
    };
    let is_day = text.len() == "2026-03-01".len();
    let at = if is_day { text.parse().and_then(end) } else { text.parse() };
    at.map_err(|_| {
        let what = format!(
            "--as-of: `{text}` is not a date: expected one such as 2026-03-01 or 2026-03-01T09:00:00Z"
        );
        Failure::plain(Exit::Usage, what)
    })
}

/// The reader who is asked about.
struct Reader {
    id: SubscriberId,
    /// None for those who were forgotten.
    known: Option<Subscriber>,
    /// Whether whoever asks knows the address, having typed it.
    is_named_by_address: bool,
}

impl Reader {
    fn named(ledger: &Ledger, named: &str) -> Result<Self, Failure> {
        if let Ok(number) = named.parse() {
            let id = SubscriberId(number);
            if ledger.history(id)?.is_empty() {
                return Err(Failure::plain(Exit::Usage, format!("there is no reader {number}")));
            }
            return Ok(Self { id, known: ledger.subscriber(id)?, is_named_by_address: false });
        }
        let address: EmailAddress = named.parse().map_err(|error| {
            Failure::plain(Exit::Usage, format!("--reader: {error}")).help("or give the reader's number")
        })?;
        let known = ledger.find(&address)?;
        let known =
            known.ok_or_else(|| Failure::plain(Exit::Usage, "--reader: no reader has this address"))?;
        Ok(Self { id: known.id, known: Some(known), is_named_by_address: true })
    }

    /// The text of the mail this reader was to get, made from the frozen issue as it was made for sending.
    fn copy(
        &self,
        config: &Config,
        ledger: &Ledger,
        dossier: &Dossier,
        issue: u32,
        with_tokens: bool,
    ) -> Result<Copy, Failure> {
        let met = dossier.issues.iter().find(|met| met.receipt.issue.id.0 == issue).ok_or_else(|| {
            let by_then = if dossier.as_of.is_some() { " by then" } else { "" };
            let what = format!("issue {issue} was not frozen for reader {}{by_then}", self.id.0);
            Failure::plain(Exit::Usage, what)
        })?;
        let Some(known) = &self.known else {
            let what = format!("reader {} was forgotten: their copy cannot be made again", self.id.0);
            return Err(Failure::plain(Exit::Usage, what));
        };
        let (id, edition) = (met.receipt.issue.id, met.receipt.delivery.edition);
        let draft = Draft::from_bytes(&ledger.edition(id, edition)?.draft)?;
        let keys = keys::read(config)?;
        let recipient =
            Recipient { subscriber: known.id, address: known.address.clone(), name: known.name.clone() };
        let mut text = compose(&draft, &keys, id, &recipient, None)?.text();
        if !with_tokens {
            let sealed = Sealed { subscriber: known.id.0, issue };
            let token = keys.seal(draft.key(), Purpose::Leave, sealed).map_err(ComposeError::from)?;
            text = text.replace(&token, "…");
        }
        if !self.is_named_by_address {
            text = text.replace(known.address.as_str(), "…@…");
        }
        Ok(Copy { issue, subject: draft.subject().to_owned(), date: draft.date(), text })
    }
}

impl Dossier {
    fn of(
        ledger: &Ledger,
        id: SubscriberId,
        issue: Option<u32>,
        as_of: Option<Timestamp>,
    ) -> Result<Self, Failure> {
        let has_come = |at: Timestamp| as_of.is_none_or(|then| at <= then);
        let mut events = ledger.history(id)?;
        events.retain(|event| has_come(event.at));
        for event in &mut events {
            event.why = mask(&event.why);
        }
        let is_on_the_list = is_on_the_list(&events);
        let receipts = ledger.receipts(id)?.into_iter().filter(|receipt| {
            has_come(receipt.issue.frozen_at) && issue.is_none_or(|wanted| receipt.issue.id.0 == wanted)
        });
        let issues = receipts.map(|mut receipt| {
            if let Some(then) = as_of {
                receipt.delivery = as_it_was(receipt.delivery, then, is_on_the_list);
            }
            Met::of(ledger, receipt)
        });
        Ok(Self { id, as_of, is_on_the_list, issues: issues.collect::<Result<_, _>>()?, events })
    }

    fn text(&self, zone: &TimeZone) -> String {
        let mut text = String::new();
        let mut line = |words: &str| writeln!(text, "{words}").expect("a string takes every write");
        let list = if self.is_on_the_list { "on the list" } else { "not on the list" };
        match self.as_of {
            None => line(&format!("Reader {}: {list}", self.id.0)),
            Some(then) => line(&format!("Reader {} as of {}: {list}", self.id.0, minute(then, zone))),
        }
        for event in &self.events {
            line(&format!("  {}  {}: {}", minute(event.at, zone), event.what, event.why));
        }
        line("");
        if self.issues.is_empty() {
            line("No issue was frozen for them.");
        }
        for met in &self.issues {
            let issue = &met.receipt.issue;
            line(&format!("Issue {}, {}, frozen {}", issue.id.0, issue.key.0, minute(issue.frozen_at, zone)));
            line(&format!("  {}", met.subject));
            if met.posts.len() > 1 {
                met.posts.iter().for_each(|title| line(&format!("    {title}")));
            }
            line(&format!("  {}", standing_words(&met.receipt.delivery, zone)));
        }
        text
    }

    fn to_json(&self) -> Value {
        json!({
            "reader": self.id,
            "as_of": self.as_of,
            "is_on_the_list": self.is_on_the_list,
            "events": self.events,
            "issues": self.issues,
        })
    }
}

impl Met {
    fn of(ledger: &Ledger, receipt: Receipt) -> Result<Self, Failure> {
        let (issue, edition) = (receipt.issue.id, receipt.delivery.edition);
        let draft = Draft::from_bytes(&ledger.edition(issue, edition)?.draft)?;
        let posts = ledger.contents(issue, edition)?;
        Ok(Self { receipt, subject: draft.subject().to_owned(), posts })
    }
}

/// Whether the last thing that happened, changes aside, was that they joined.
fn is_on_the_list(events: &[Event]) -> bool {
    let last = events.iter().rev().find(|event| event.what != "changed");
    last.is_some_and(|event| event.what == "joined")
}

/// A row as it was `then`: one that ended later waited, or was in doubt, as far as the ledger remembers.
fn as_it_was(row: DeliveryRow, then: Timestamp, was_on_the_list: bool) -> DeliveryRow {
    let ended_by_then = match row.state {
        RowState::Sent | RowState::Failed | RowState::Expired => {
            row.ended_at.or(row.first_tried_at).is_some_and(|at| at <= then)
        }
        RowState::Doubtful => row.first_tried_at.is_some_and(|at| at <= then),
        RowState::Excluded => !was_on_the_list,
        RowState::Queued | RowState::Claimed | RowState::InFlight => false,
    };
    if ended_by_then {
        return row;
    }
    let first_tried_at = row.first_tried_at.filter(|at| *at <= then);
    DeliveryRow {
        state: RowState::Queued,
        attempts: 0,
        ambiguous: 0,
        first_tried_at,
        next_due: None,
        ended_at: None,
        reply: None,
        ..row
    }
}

impl From<ComposeError> for Failure {
    fn from(error: ComposeError) -> Self {
        Self::new(Exit::Operator, &error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_over_at_midnight_in_the_publications_zone() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        for (given, want) in [
            ("2026-03-01", "2026-03-01T14:59:59.999Z"),
            ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z"),
            ("2026-03-01T09:00:00+09:00", "2026-03-01T00:00:00Z"),
        ] {
            assert_eq!(moment(given, &zone).unwrap(), want.parse().unwrap(), "given {given}");
        }
        for given in ["", "soon", "2026-13-01", "2026-03-01 09:00"] {
            assert!(moment(given, &zone).is_err(), "given {given}");
        }
    }
}
