//! What there is to see: issues, their recipients, who is in doubt, when to come again.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use super::rows::sending;
use super::values::{Millis, count, parsed};
use super::{Fault, Ledger};
use crate::issue::IssueKey;
use crate::ledger::error::LedgerError;
use crate::ledger::model::RowState;
use crate::ledger::report::{DeliveryRow, IssueStatus, IssueSummary, Tally};
use crate::message::IssueId;

impl Ledger {
    /// All issues, the newest first.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn issues(&self) -> Result<Vec<IssueSummary>, LedgerError> {
        self.read(|view| {
            let mut issues = view.prepare(&format!("{ISSUE} ORDER BY id DESC"))?;
            Ok(issues.query_map([], read_issue)?.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Where one issue stands. Counts its recipients one by one: 0.1 s for a million.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read, or there is no such issue.
    pub fn status(&self, id: IssueId) -> Result<IssueStatus, LedgerError> {
        self.read(|view| {
            let issue = view
                .query_row(&format!("{ISSUE} WHERE id = ?1"), [id], read_issue)
                .optional()?
                .ok_or(LedgerError::UnknownIssue { id })?;
            Ok(IssueStatus { issue, recipients: tally(view, id)?, next_due: next_due(view, id)? })
        })
    }

    /// Shows the rows of one issue, or of all, that are in `state`.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn each_row(
        &self,
        issue: Option<IssueId>,
        state: RowState,
        mut show: impl FnMut(&DeliveryRow),
    ) -> Result<(), LedgerError> {
        self.read(|view| {
            let mut deliveries = view.prepare(
                "SELECT issue_id, sub_id, edition, state, attempts, ambiguous, first_at, reply FROM delivery
                 WHERE state = ?2 AND (?1 IS NULL OR issue_id = ?1) ORDER BY issue_id, sub_id",
            )?;
            let mut rows = deliveries.query((issue, state))?;
            while let Some(row) = rows.next()? {
                show(&read_delivery(row)?);
            }
            Ok(())
        })
    }

    /// Every recipient in doubt, of all issues.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn doubtful(&self) -> Result<Vec<DeliveryRow>, LedgerError> {
        self.read(|view| {
            let mut doubtful = view.prepare(
                "SELECT issue_id, sub_id, edition, state, attempts, ambiguous, first_at, reply FROM delivery
                 WHERE state = 'U' ORDER BY issue_id, sub_id",
            )?;
            Ok(doubtful.query_map([], read_delivery)?.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// When the next recipient of any issue being sent comes due; may have passed already.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn next_due(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|view| {
            let mut earliest = None;
            for issue in sending(view)? {
                earliest = earliest.into_iter().chain(next_due(view, issue)?).min();
            }
            Ok(earliest)
        })
    }
}

const ISSUE: &str =
    "SELECT id, series, key, due_at, frozen_at, through_seq, state, why_halted, candidates FROM issue";

fn read_issue(row: &Row<'_>) -> rusqlite::Result<IssueSummary> {
    let (series, due_at, frozen_at): (String, Millis, Millis) = (row.get(1)?, row.get(3)?, row.get(4)?);
    Ok(IssueSummary {
        id: row.get(0)?,
        series: parsed(&series, "a series")?,
        key: IssueKey(row.get(2)?),
        due_at: due_at.0,
        frozen_at: frozen_at.0,
        through: row.get(5)?,
        state: row.get(6)?,
        why_halted: row.get(7)?,
        candidates: count(row, 8)?,
    })
}

fn read_delivery(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    let first_at: Option<Millis> = row.get(6)?;
    Ok(DeliveryRow {
        issue: row.get(0)?,
        subscriber: row.get(1)?,
        edition: row.get(2)?,
        state: row.get(3)?,
        attempts: row.get(4)?,
        ambiguous: row.get(5)?,
        first_tried_at: first_at.map(|time| time.0),
        reply: row.get(7)?,
    })
}

pub(super) fn tally(view: &Connection, id: IssueId) -> Result<Tally, Fault> {
    let mut states =
        view.prepare_cached("SELECT state, count(*) FROM delivery WHERE issue_id = ?1 GROUP BY state")?;
    let mut rows = states.query([id])?;
    let mut tally = Tally::default();
    while let Some(row) = rows.next()? {
        *tally.place(row.get(0)?) = count(row, 1)?;
    }
    Ok(tally)
}

fn next_due(view: &Connection, id: IssueId) -> Result<Option<Timestamp>, Fault> {
    let next: Option<Millis> = view
        .prepare_cached("SELECT min(next_at) FROM delivery WHERE issue_id = ?1 AND state = 'Q'")?
        .query_row([id], |row| row.get(0))?;
    Ok(next.map(|time| time.0))
}
