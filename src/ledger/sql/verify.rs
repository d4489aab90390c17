//! Looking for what cannot be. Flipped bits pass SQLite's own check more often than not, so the numbers
//! that must agree are compared as well.

use super::status::tally;
use super::{Fault, Ledger, View};
use crate::issue::Seq;
use crate::ledger::error::LedgerError;
use crate::ledger::report::{Finding, IssueState};
use crate::message::IssueId;

impl Ledger {
    /// Checks the file and everything in it that must agree. Empty: all is well. Seconds for a million readers.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read at all.
    pub fn verify(&self) -> Result<Vec<Finding>, LedgerError> {
        self.read(|view| {
            let damage = view.damage()?;
            if !damage.is_empty() {
                return Ok(damage);
            }
            let checks = [conservation, posts, series, windows, readers, impossible];
            checks.iter().try_fold(Vec::new(), |mut findings, check| {
                findings.extend(check(view)?);
                Ok(findings)
            })
        })
    }
}

/// Every recipient an issue was frozen with is in exactly one state, and nobody waits for a finished one.
fn conservation(view: &View<'_>) -> Result<Vec<Finding>, Fault> {
    let issues: Vec<(IssueId, u64, IssueState)> =
        view.all("SELECT id, candidates, state FROM issue ORDER BY id", &[], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let mut findings = Vec::new();
    for (issue, candidates, state) in issues {
        let tally = tally(view, issue)?;
        let (found, waiting) = (tally.sum(), tally.open());
        if found != candidates {
            findings.push(Finding::Unconserved { issue, candidates, found });
        }
        if waiting > 0 && matches!(state, IssueState::Done | IssueState::Empty) {
            findings.push(Finding::NotDone { issue, waiting });
        }
    }
    Ok(findings)
}

fn posts(view: &View<'_>) -> Result<Vec<Finding>, Fault> {
    let (posts, last): (u64, Seq) =
        view.one("SELECT count(*), coalesce(max(seq), 0) FROM post", &[], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(if posts == last.0 { Vec::new() } else { vec![Finding::Gap { posts, last }] })
}

fn series(view: &View<'_>) -> Result<Vec<Finding>, Fault> {
    view.all(
        "SELECT name, series.through_seq, issue.through_seq FROM series
         JOIN issue ON issue.id = (SELECT max(id) FROM issue WHERE series = name)
         WHERE series.through_seq <> issue.through_seq OR last_key <> key",
        &[],
        |row| {
            Ok(Finding::SeriesAstray { series: row.get(0)?, through: row.get(1)?, last_issue: row.get(2)? })
        },
    )
}

/// Within a series each issue ends where the one before it ended, or later.
fn windows(view: &View<'_>) -> Result<Vec<Finding>, Fault> {
    view.all(
        "SELECT id FROM (SELECT id, through_seq,
         lag(through_seq, 1, 0) OVER (PARTITION BY series ORDER BY id) AS before FROM issue)
         AS spans WHERE through_seq < before ORDER BY id",
        &[],
        |row| Ok(Finding::Backwards { issue: row.get(0)? }),
    )
}

fn readers(view: &View<'_>) -> Result<Vec<Finding>, Fault> {
    let readers = view.one(
        "SELECT count(*) FROM subscriber WHERE through_seq > (SELECT coalesce(max(seq), 0) FROM post)",
        &[],
        |row| row.get(0),
    )?;
    Ok(if readers == 0 { Vec::new() } else { vec![Finding::ServedTooFar { readers }] })
}

/// Doubt without anything ambiguous, a claim nobody made, a result without an attempt.
fn impossible(view: &View<'_>) -> Result<Vec<Finding>, Fault> {
    view.all(
        "SELECT issue_id, count(*) FROM delivery
         WHERE (state = 'U' AND ambiguous = 0) OR (state IN ('C', 'I', 'S', 'F', 'U', 'E') AND epoch = 0)
         OR (state IN ('I', 'S', 'U') AND first_at IS NULL) OR ((state = 'X') AND cause IS NULL)
         OR (state = 'F' AND cause IS NULL) OR (ambiguous > attempts)
         GROUP BY issue_id",
        &[],
        |row| Ok(Finding::Impossible { issue: row.get(0)?, rows: row.get(1)? }),
    )
}
