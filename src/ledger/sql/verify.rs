//! Looking for what cannot be. Flipped bits pass SQLite's own check more often than not, so the numbers
//! that must agree are compared as well.

use super::account::Sums;
use super::{Fault, Ledger, View, owed};
use crate::issue::Seq;
use crate::ledger::error::LedgerError;
use crate::ledger::report::{Finding, IssueState};
use crate::message::IssueId;

impl Ledger {
    /// Looks over what is being sent before anything is done with it: the database's own quick check, and the sums
    /// of every issue that is not done. A second for a million readers.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Unsound`] if something does not add up.
    pub fn examine(&self) -> Result<(), LedgerError> {
        let finding = self.read(|view| {
            if let Some(damage) = view.quick_damage()? {
                return Ok(Some(damage));
            }
            let open: Vec<(IssueId, IssueState)> = view.all(
                "SELECT id, state FROM issue WHERE state IN ('sending', 'halted') ORDER BY id",
                &[],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            for (issue, state) in open {
                if let Some(finding) = conserved(view, issue, state)? {
                    return Ok(Some(finding));
                }
            }
            Ok(None)
        })?;
        match finding {
            None => Ok(()),
            Some(finding) => {
                Err(LedgerError::Unsound { place: self.place().clone(), finding: finding.to_string() })
            }
        }
    }

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
    let issues: Vec<(IssueId, IssueState)> =
        view.all("SELECT id, state FROM issue ORDER BY id", &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
    issues.into_iter().try_fold(Vec::new(), |mut findings, (issue, state)| {
        findings.extend(conserved(view, issue, state)?);
        Ok(findings)
    })
}

fn conserved(view: &View<'_>, issue: IssueId, state: IssueState) -> Result<Option<Finding>, Fault> {
    let (kept, found) = (Sums::kept(view, issue)?, Sums::recount(view, issue)?);
    let waiting = found.rows - found.ended;
    Ok(if kept.rows != found.rows {
        Some(Finding::Unconserved { issue, candidates: kept.rows, found: found.rows })
    } else if kept != found {
        Some(Finding::Altered { issue })
    } else if waiting > 0 && matches!(state, IssueState::Done | IssueState::Empty) {
        Some(Finding::NotDone { issue, waiting })
    } else {
        None
    })
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
    let readers: u64 = view.one(
        "SELECT count(*) FROM subscriber WHERE through_seq > (SELECT coalesce(max(seq), 0) FROM post)",
        &[],
        |row| row.get(0),
    )?;
    let mut findings = Vec::new();
    if readers > 0 {
        findings.push(Finding::ServedTooFar { readers });
    }
    match owed::astray(view)? {
        0 => {}
        readers => findings.push(Finding::OwedAstray { readers }),
    }
    Ok(findings)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::model::{Outcome, Policy};
    use crate::ledger::stage::{On, Stage, on_each, reader, start};

    /// Ten recipients: two sent to, one in doubt, seven queued.
    fn half_sent(on: On) -> Stage {
        let (mut stage, _) = on.sending(10);
        for _ in 0..2 {
            let flying = stage.begin_one(start());
            let sent = Outcome::Sent { reply: "250 ok".to_owned() };
            stage.ledger.settle(vec![(flying, sent)], Policy::Hold, start()).unwrap();
        }
        let flying = stage.begin_one(start());
        let doubt = Outcome::Doubt { what: "cut".to_owned(), until: start() };
        stage.ledger.settle(vec![(flying, doubt)], Policy::Hold, start()).unwrap();
        stage
    }

    #[test]
    fn a_ledger_that_adds_up_passes() {
        on_each(|on| {
            let stage = half_sent(on);
            stage.ledger.examine().unwrap();
            stage.assert_sound();
        });
    }

    #[test]
    fn rows_that_changed_by_themselves_are_noticed_before_anything_is_sent() {
        on_each(|on| {
            for damage in [
                "UPDATE delivery SET state = 'Q' WHERE state = 'S' AND sub_id = 1",
                "UPDATE delivery SET state = 'Q' WHERE state = 'U'",
                "UPDATE delivery SET state = 'S' WHERE sub_id = 9",
                "UPDATE delivery SET sub_id = 11 WHERE sub_id = 9",
                "DELETE FROM delivery WHERE sub_id = 9",
                "UPDATE issue SET candidates = 11",
                "UPDATE issue SET members_sum = members_sum + 1",
                "UPDATE account SET ended = 2",
            ] {
                let mut stage = half_sent(on);
                stage.enrol([reader(10)].into_iter());
                stage.ledger.write(|tx| tx.batch(damage)).unwrap();
                let refused = stage.ledger.examine().unwrap_err();
                assert!(matches!(refused, LedgerError::Unsound { .. }), "{damage}: {refused}");
                assert!(!stage.ledger.verify().unwrap().is_empty(), "{damage}");
            }
        });
    }
}
