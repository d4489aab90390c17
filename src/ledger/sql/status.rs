//! What there is to see: issues, their recipients, who is in doubt, when to come again.

use jiff::{SignedDuration, Timestamp};

use super::rows::sending;
use super::value::{ToValue, Value};
use super::values::{Millis, parsed};
use super::{Fault, Ledger, Row, View, values};
use crate::issue::IssueKey;
use crate::ledger::error::LedgerError;
use crate::ledger::model::RowState;
use crate::ledger::report::{DeliveryRow, IssueStatus, IssueSummary, Tally};
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

impl Ledger {
    /// All issues, the newest first.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn issues(&self) -> Result<Vec<IssueSummary>, LedgerError> {
        self.read(|view| {
            view.all(&format!("SELECT {ISSUE_COLUMNS} FROM issue ORDER BY id DESC"), &[], |row| {
                read_issue(row, 0)
            })
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
                .first(&format!("SELECT {ISSUE_COLUMNS} FROM issue WHERE id = ?1"), values![id], |row| {
                    read_issue(row, 0)
                })?
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
            let mut after = (IssueId(0), SubscriberId(0));
            while let Some(last) = page(view, issue, state, after, &mut show)? {
                after = last;
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
            view.all(
                &format!(
                    "SELECT {DELIVERY_COLUMNS} FROM delivery WHERE state = 'U' ORDER BY issue_id, sub_id"
                ),
                &[],
                |row| read_delivery(row, 0),
            )
        })
    }

    /// How long until recipients whom other senders hold come free at the earliest, if those senders die. None: no other
    /// sender holds any; from a file there is no other.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn held_for(&self) -> Result<Option<SignedDuration>, LedgerError> {
        if !self.is_shared() {
            return Ok(None);
        }
        let millis: Option<i64> = self.read(|view| {
            view.one(
                "SELECT min(coalesce(lease_until, 0) - CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT))
                 FROM delivery LEFT JOIN worker ON worker.id = owner
                 WHERE state IN ('C', 'I') AND EXISTS
                 (SELECT 1 FROM issue WHERE issue.id = issue_id AND issue.state = 'sending')",
                &[],
                |row| row.get(0),
            )
        })?;
        Ok(millis.map(|millis| SignedDuration::from_millis(millis.max(0))))
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

/// What [`read_issue`] reads, of `issue`.
pub(super) const ISSUE_COLUMNS: &str = "issue.id, series, key, due_at, frozen_at, through_seq, issue.state, \
     why_halted, candidates";

/// What [`read_delivery`] reads, of `delivery`.
pub(super) const DELIVERY_COLUMNS: &str = "issue_id, sub_id, edition, delivery.state, attempts, ambiguous, first_at, \
     next_at, (SELECT issue.frozen_at FROM issue WHERE issue.id = delivery.issue_id) + ended_after * 1000, reply";

/// How many columns [`read_delivery`] reads.
pub(super) const DELIVERY_WIDTH: usize = 10;

/// Reads an issue from the columns from `at` on.
pub(super) fn read_issue(row: &Row<'_>, at: usize) -> Result<IssueSummary, Fault> {
    let series: String = row.get(at + 1)?;
    let (due_at, frozen_at): (Millis, Millis) = (row.get(at + 3)?, row.get(at + 4)?);
    Ok(IssueSummary {
        id: row.get(at)?,
        series: parsed(&series, "a series")?,
        key: IssueKey(row.get(at + 2)?),
        due_at: due_at.0,
        frozen_at: frozen_at.0,
        through: row.get(at + 5)?,
        state: row.get(at + 6)?,
        why_halted: row.get(at + 7)?,
        candidates: row.get(at + 8)?,
    })
}

/// Reads a recipient from the columns from `at` on.
pub(super) fn read_delivery(row: &Row<'_>, at: usize) -> Result<DeliveryRow, Fault> {
    let state: RowState = row.get(at + 3)?;
    let first_at: Option<Millis> = row.get(at + 6)?;
    let (next_at, ended_at): (Millis, Option<Millis>) = (row.get(at + 7)?, row.get(at + 8)?);
    Ok(DeliveryRow {
        issue: row.get(at)?,
        subscriber: row.get(at + 1)?,
        edition: row.get(at + 2)?,
        state,
        attempts: row.get(at + 4)?,
        ambiguous: row.get(at + 5)?,
        first_tried_at: first_at.map(|time| time.0),
        next_due: (state == RowState::Queued && next_at.0 > Timestamp::UNIX_EPOCH).then_some(next_at.0),
        ended_at: ended_at.map(|time| time.0),
        reply: row.get(at + 9)?,
    })
}

/// Rows read at once when many are shown.
const PAGE: u64 = 1_000;

/// Shows the next rows in `state` behind `after`; gives the last of them, or none when there are no more.
fn page(
    view: &View<'_>,
    issue: Option<IssueId>,
    state: RowState,
    after: (IssueId, SubscriberId),
    show: &mut impl FnMut(&DeliveryRow),
) -> Result<Option<(IssueId, SubscriberId)>, Fault> {
    let mut last = None;
    view.each(
        &format!(
            "SELECT {DELIVERY_COLUMNS} FROM delivery WHERE state = ?2 AND (CAST(?1 AS BIGINT) IS NULL OR issue_id = ?1) AND (issue_id, sub_id) > (?3, ?4)
             ORDER BY issue_id, sub_id LIMIT ?5"
        ),
        values![issue, state, after.0, after.1, PAGE],
        |row| {
            let delivery = read_delivery(row, 0)?;
            show(&delivery);
            last = Some((delivery.issue, delivery.subscriber));
            Ok(())
        },
    )?;
    Ok(last)
}

/// What [`read_tally`] reads: a count for each state, taken in one pass. Grouping would sort all rows.
pub(super) fn counts() -> String {
    let count = |state: &RowState| format!("count(*) FILTER (WHERE state = '{}')", letter(*state));
    RowState::ALL.iter().map(count).collect::<Vec<_>>().join(", ")
}

/// Reads how many stand where from the columns from `at` on.
pub(super) fn read_tally(row: &Row<'_>, at: usize) -> Result<Tally, Fault> {
    let mut tally = Tally::default();
    for (place, state) in RowState::ALL.into_iter().enumerate() {
        *tally.place(state) = row.get(at + place)?;
    }
    Ok(tally)
}

/// The letter a state has in its column.
pub(super) fn letter(state: RowState) -> String {
    match state.value() {
        Value::Text(letter) => letter.to_owned(),
        _ => unreachable!("a state is kept as a letter"),
    }
}

pub(super) fn tally(view: &View<'_>, id: IssueId) -> Result<Tally, Fault> {
    let statement = format!("SELECT {} FROM delivery WHERE issue_id = ?1", counts());
    view.one(&statement, values![id], |row| read_tally(row, 0))
}

fn next_due(view: &View<'_>, id: IssueId) -> Result<Option<Timestamp>, Fault> {
    let next: Option<Millis> = view.one(
        "SELECT min(next_at) FROM delivery WHERE issue_id = ?1 AND state = 'Q'",
        values![id],
        |row| row.get(0),
    )?;
    Ok(next.map(|time| time.0))
}
