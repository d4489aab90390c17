//! Recipients one by one: by number, where they stand, in the server's own words. Printed as they are read.

use std::io::{self, BufWriter, Write};

use jiff::tz::TimeZone;
use serde_json::Value;

use crate::address::Domain;
use crate::cli::args::Standing;
use crate::cli::console::{Report, unless_closed};
use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Failure};
use crate::cli::status::minute;
use crate::ledger::{DeliveryRow, Ledger, LedgerError, RowState, Scope};
use crate::message::IssueId;

/// What an argument names as a domain.
pub fn domain_of(text: Option<&str>) -> Result<Option<Domain>, Failure> {
    let parsed = text.map(|text| text.trim_start_matches('@').parse()).transpose();
    parsed.map_err(|error| Failure::plain(Exit::Usage, format!("--domain: {error}")))
}

impl Standing {
    fn states(self) -> &'static [RowState] {
        match self {
            Self::Waiting => &[RowState::Queued, RowState::Claimed, RowState::InFlight],
            Self::Sent => &[RowState::Sent],
            Self::Failed => &[RowState::Failed, RowState::Expired],
            Self::Doubt => &[RowState::Doubtful],
            Self::Left => &[RowState::Excluded],
        }
    }
}

/// Prints them: lines for people, one JSON object for machines.
pub fn list(
    desk: &Desk,
    ledger: &Ledger,
    issue: Option<u32>,
    domain: Option<Domain>,
    standing: Standing,
    zone: &TimeZone,
) -> Result<Report, Failure> {
    let scope = match issue {
        Some(id) => Scope::issue(ledger.status(IssueId(id))?.issue.id),
        None => Scope::all(),
    };
    let mut printer =
        Printer { out: BufWriter::new(io::stdout().lock()), is_json: desk.global.json, rows: 0 };
    let printed = printer.print_all(ledger, &scope.at(domain), standing, zone);
    match printed {
        Ok(()) => Ok(Report::printed()),
        Err(Trouble::Ledger(error)) => Err(error.into()),
        Err(Trouble::Output(error)) => match unless_closed(Err(error)) {
            Ok(()) => Ok(Report::printed()),
            Err(error) => Err(Failure::plain(Exit::Operator, format!("standard output: {error}"))),
        },
    }
}

enum Trouble {
    Ledger(LedgerError),
    Output(io::Error),
}

impl From<LedgerError> for Trouble {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

struct Printer<W: Write> {
    out: W,
    is_json: bool,
    rows: u64,
}

impl<W: Write> Printer<W> {
    fn print_all(
        &mut self,
        ledger: &Ledger,
        scope: &Scope,
        standing: Standing,
        zone: &TimeZone,
    ) -> Result<(), Trouble> {
        if self.is_json {
            self.out.write_all(b"{\"recipients\":[")?;
        }
        ledger.each_recipient(scope, standing.states(), |row| -> Result<(), Trouble> {
            self.print(row, zone)?;
            Ok(())
        })?;
        match (self.is_json, self.rows) {
            (true, _) => self.out.write_all(b"\n]}\n")?,
            (false, 0) => self.out.write_all(b"Nobody.\n")?,
            (false, _) => {}
        }
        Ok(self.out.flush()?)
    }

    fn print(&mut self, row: &DeliveryRow, zone: &TimeZone) -> io::Result<()> {
        self.rows += 1;
        if self.is_json {
            let comma = if self.rows > 1 { "," } else { "" };
            let json: Value = serde_json::to_value(row)?;
            return write!(self.out, "{comma}\n{json}");
        }
        let (issue, reader) = (row.issue.0, row.subscriber.0);
        writeln!(self.out, "{issue:>5} {reader:>8}  {}", standing_words(row, zone))
    }
}

/// Where a recipient stands: `waits until 2026-11-24 09:15 after 2 tries: 451 4.7.1 greylisted`.
pub fn standing_words(row: &DeliveryRow, zone: &TimeZone) -> String {
    let said = row.reply.as_deref().map(|reply| format!(": {reply}")).unwrap_or_default();
    let at = |time: Option<_>| time.map(|at| format!(" {}", minute(at, zone))).unwrap_or_default();
    let tries = match row.attempts {
        0 => String::new(),
        1 => " after 1 try".to_owned(),
        tries => format!(" after {tries} tries"),
    };
    match row.state {
        RowState::Queued if row.attempts == 0 => format!("waits{said}"),
        RowState::Queued => format!("waits until{}{tries}{said}", at(row.next_due)),
        RowState::Claimed | RowState::InFlight => "is being sent".to_owned(),
        RowState::Sent => format!("sent{}{said}", at(row.ended_at.or(row.first_tried_at))),
        RowState::Failed => format!("refused{}{said}", at(row.ended_at)),
        RowState::Expired => format!("given up{}{tries}{said}", at(row.ended_at)),
        RowState::Doubtful => format!("in doubt{}{said}", at(row.first_tried_at)),
        RowState::Excluded => format!("not sent: left, suppressed or taken back{said}"),
    }
}
