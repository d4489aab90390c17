//! What there is to see: issues, their recipients, who is in doubt, when to come again.

use jiff::{SignedDuration, Timestamp};

use super::rows::sending;
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
        self.read(|view| view.all(&format!("{ISSUE} ORDER BY id DESC"), &[], read_issue))
    }

    /// Where one issue stands. Counts its recipients one by one: 0.1 s for a million.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read, or there is no such issue.
    pub fn status(&self, id: IssueId) -> Result<IssueStatus, LedgerError> {
        self.read(|view| {
            let issue = view
                .first(&format!("{ISSUE} WHERE id = ?1"), values![id], read_issue)?
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
            view.all(&format!("{DELIVERY} WHERE state = 'U' ORDER BY issue_id, sub_id"), &[], read_delivery)
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

const ISSUE: &str =
    "SELECT id, series, key, due_at, frozen_at, through_seq, state, why_halted, candidates FROM issue";

const DELIVERY: &str =
    "SELECT issue_id, sub_id, edition, state, attempts, ambiguous, first_at, reply FROM delivery";

fn read_issue(row: &Row<'_>) -> Result<IssueSummary, Fault> {
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
        candidates: row.get(8)?,
    })
}

fn read_delivery(row: &Row<'_>) -> Result<DeliveryRow, Fault> {
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
            "{DELIVERY} WHERE state = ?2 AND (CAST(?1 AS BIGINT) IS NULL OR issue_id = ?1) AND (issue_id, sub_id) > (?3, ?4)
             ORDER BY issue_id, sub_id LIMIT ?5"
        ),
        values![issue, state, after.0, after.1, PAGE],
        |row| {
            let delivery = read_delivery(row)?;
            show(&delivery);
            last = Some((delivery.issue, delivery.subscriber));
            Ok(())
        },
    )?;
    Ok(last)
}

pub(super) fn tally(view: &View<'_>, id: IssueId) -> Result<Tally, Fault> {
    let mut tally = Tally::default();
    view.each(
        "SELECT state, count(*) FROM delivery WHERE issue_id = ?1 GROUP BY state",
        values![id],
        |row| {
            *tally.place(row.get(0)?) = row.get(1)?;
            Ok(())
        },
    )?;
    Ok(tally)
}

fn next_due(view: &View<'_>, id: IssueId) -> Result<Option<Timestamp>, Fault> {
    let next: Option<Millis> = view.one(
        "SELECT min(next_at) FROM delivery WHERE issue_id = ?1 AND state = 'Q'",
        values![id],
        |row| row.get(0),
    )?;
    Ok(next.map(|time| time.0))
}
