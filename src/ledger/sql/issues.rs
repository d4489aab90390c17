//! What is done to a whole issue: halted, resumed, finished, its doubts resolved.

use jiff::Timestamp;

use super::rows::sending;
use super::values::{Cause, Millis};
use super::{Fault, Ledger, View, values};
use crate::ledger::error::LedgerError;
use crate::ledger::model::{EditionNo, FrozenEdition, RowState};
use crate::ledger::reply;
use crate::ledger::report::Resolution;
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

impl Ledger {
    /// An edition as it was frozen.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read, or holds no such edition.
    pub fn edition(&self, issue: IssueId, no: EditionNo) -> Result<FrozenEdition, LedgerError> {
        self.read(|view| {
            view.first(
                "SELECT draft, key_id, frozen_at FROM edition JOIN issue ON issue.id = issue_id
                 WHERE issue_id = ?1 AND no = ?2",
                values![issue, no],
                |row| {
                    let frozen_at: Millis = row.get(2)?;
                    Ok(FrozenEdition { draft: row.get(0)?, key: row.get(1)?, frozen_at: frozen_at.0 })
                },
            )?
            .ok_or_else(|| LedgerError::UnknownIssue { id: issue }.into())
        })
    }

    /// Shows `show` the draft of every edition ever frozen, as `freeze` was given it, the oldest first.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read, or the first error of `show`.
    pub fn each_draft<E: From<LedgerError>>(
        &self,
        mut show: impl FnMut(Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut editions: Vec<(IssueId, EditionNo)> = self.read(|view| {
            view.all("SELECT issue_id, no FROM edition ORDER BY issue_id, no", &[], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
        })?;
        editions.drain(..).try_for_each(|(issue, no)| show(self.edition(issue, no)?.draft))
    }

    /// Stops an issue until a person resumes it. No row changes; what is in flight is settled as usual.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn halt(&mut self, issue: IssueId, why: &str) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE issue SET state = 'halted', why_halted = ?2 WHERE id = ?1 AND state IN ('sending', 'halted')",
                values![issue, reply::kept(why)],
            )?;
            Ok(())
        })
    }

    /// Goes on with a halted issue. Recipients for whom its content was refused are tried again; gives
    /// how many.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn resume(&mut self, issue: IssueId, now: Timestamp) -> Result<u64, LedgerError> {
        self.write(|tx| {
            let was_halted = tx.execute(
                "UPDATE issue SET state = 'sending', why_halted = NULL WHERE id = ?1 AND state = 'halted'",
                values![issue],
            )?;
            if was_halted == 0 {
                return Ok(0);
            }
            let requeued: Vec<SubscriberId> = tx.all(
                "UPDATE delivery SET state = 'Q', cause = NULL, next_at = ?3, ended_after = NULL
                 WHERE issue_id = ?1 AND state = 'F' AND cause = ?2 RETURNING sub_id",
                values![issue, Cause::Content, Millis(now)],
                |row| row.get(0),
            )?;
            for reader in &requeued {
                tx.account.reopened(issue, *reader, RowState::Failed);
            }
            Ok(requeued.len() as u64)
        })
    }

    /// Marks the issues for which nobody waits any more as done; gives them.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn finish_issues(&mut self) -> Result<Vec<IssueId>, LedgerError> {
        self.write(|tx| {
            let mut finished = Vec::new();
            for issue in sending(tx)? {
                if finish(tx, issue)? {
                    finished.push(issue);
                }
            }
            Ok(finished)
        })
    }

    /// Decides for recipients in doubt, all of an issue or one of them. Gives how many it concerned.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written, or there is no such issue.
    pub fn resolve(
        &mut self,
        issue: IssueId,
        subscriber: Option<SubscriberId>,
        resolution: Resolution,
        now: Timestamp,
    ) -> Result<u64, LedgerError> {
        self.write(|tx| {
            let is_known: bool =
                tx.one("SELECT count(*) FROM issue WHERE id = ?1", values![issue], |row| row.get(0))?;
            if !is_known {
                return Err(LedgerError::UnknownIssue { id: issue }.into());
            }
            let state = resolution.state();
            // Who is sent to again has all the time of a first try.
            let ended_at = state.is_end().then_some(Millis(now));
            let resolved: Vec<SubscriberId> = tx.all(
                "UPDATE delivery SET state = ?3, next_at = ?4,
                 first_at = CASE WHEN CAST(?5 AS BIGINT) IS NULL THEN NULL ELSE first_at END,
                 ended_after = (?5 - (SELECT frozen_at FROM issue WHERE id = ?1)) / 1000
                 WHERE issue_id = ?1 AND state = 'U' AND (CAST(?2 AS BIGINT) IS NULL OR sub_id = ?2) RETURNING sub_id",
                values![issue, subscriber, state, Millis(now), ended_at],
                |row| row.get(0),
            )?;
            for reader in &resolved {
                tx.account.reopened(issue, *reader, RowState::Doubtful);
                if state.is_end() {
                    tx.account.ended(issue, *reader, state);
                }
            }
            if resolution == Resolution::Retry && !resolved.is_empty() {
                tx.execute(
                    "UPDATE issue SET state = 'sending' WHERE id = ?1 AND state = 'done'",
                    values![issue],
                )?;
            }
            Ok(resolved.len() as u64)
        })
    }
}

/// Marks an issue as done if nobody of it waits or is held. One statement, for a row may go from one to the other
/// meanwhile; about one issue, for a database with many would read the rows of all. The least of something is looked up in
/// an index, whatever the database thinks of how many there are.
fn finish(tx: &View<'_>, issue: IssueId) -> Result<bool, Fault> {
    let finished = tx.execute(
        "UPDATE issue SET state = 'done' WHERE id = ?1 AND state = 'sending'
         AND (SELECT min(next_at) FROM delivery WHERE issue_id = ?1 AND state = 'Q') IS NULL
         AND (SELECT min(sub_id) FROM delivery WHERE issue_id = ?1 AND state IN ('C', 'I')) IS NULL",
        values![issue],
    )?;
    Ok(finished == 1)
}
