//! T0: an issue, its drafts and its recipients are written down in one transaction.

use jiff::Timestamp;

use super::account::Sums;
use super::values::Millis;
use super::{Fault, Ledger, View, owed, values};
use crate::issue::{Edition, Group, Issue, IssueKey, Seq};
use crate::ledger::error::LedgerError;
use crate::ledger::model::EditionNo;
use crate::ledger::report::{Frozen, IssueState};
use crate::message::IssueId;
use crate::post::PostId;
use crate::token::KeyId;

impl Ledger {
    /// Freezes an issue: from now on its recipients and what they get are fixed.
    ///
    /// Recipients are the readers of each group who are confirmed now and had confirmed and last changed
    /// their pace when the issue was due. They, and those of the groups for whom there is nothing, are
    /// served through the issue's number. `drafts` holds one for each edition, `key` seals the tokens.
    ///
    /// # Errors
    ///
    /// [`LedgerError::FrozenAlready`] if the key is used up, [`LedgerError::Overtaken`] if a later one is,
    /// [`LedgerError::Backwards`] if the series was served further already.
    pub fn freeze(
        &mut self,
        issue: &Issue,
        drafts: &[Vec<u8>],
        key: KeyId,
        now: Timestamp,
    ) -> Result<Frozen, LedgerError> {
        self.write(|tx| {
            fits(tx, issue, drafts)?;
            advance_series(tx, issue)?;
            let id = add_issue(tx, issue, key, now)?;
            for (no, (edition, draft)) in (0..).map(EditionNo).zip(issue.editions.iter().zip(drafts)) {
                add_edition(tx, id, no, edition, draft)?;
            }
            owed::hold(tx)?;
            let candidates = enlist(tx, id, issue)?;
            serve(tx, issue)?;
            open(tx, id, issue, candidates)?;
            Ok(Frozen { id, candidates })
        })
    }
}

fn fits(tx: &View<'_>, issue: &Issue, drafts: &[Vec<u8>]) -> Result<(), Fault> {
    let (series, key) = (issue.series.to_string(), issue.key.0.clone());
    if drafts.len() != issue.editions.len() {
        let (editions, drafts) = (issue.editions.len(), drafts.len());
        return Err(LedgerError::Drafts { series, key, editions, drafts }.into());
    }
    let is_used: bool =
        tx.one("SELECT count(*) FROM issue WHERE series = ?1 AND key = ?2", values![series, key], |row| {
            row.get(0)
        })?;
    if is_used {
        return Err(LedgerError::FrozenAlready { series, key }.into());
    }
    let last =
        tx.first("SELECT last_key, through_seq FROM series WHERE name = ?1", values![series], |row| {
            Ok((IssueKey(row.get(0)?), row.get(1)?))
        })?;
    match last {
        Some((last, _)) if !issue.key.is_later_than(&last) => {
            Err(LedgerError::Overtaken { series, key, last: last.0 }.into())
        }
        Some((_, served)) if served > issue.through => {
            Err(LedgerError::Backwards { series, key, through: issue.through, served }.into())
        }
        _ => Ok(()),
    }
}

fn advance_series(tx: &View<'_>, issue: &Issue) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO series (name, last_key, through_seq) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET last_key = excluded.last_key, through_seq = excluded.through_seq",
        values![issue.series.to_string(), issue.key.0, issue.through],
    )?;
    Ok(())
}

fn add_issue(tx: &View<'_>, issue: &Issue, key: KeyId, now: Timestamp) -> Result<IssueId, Fault> {
    tx.one(
        "INSERT INTO issue (series, key, due_at, frozen_at, through_seq, key_id, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'empty') RETURNING id",
        values![issue.series.to_string(), issue.key.0, Millis(issue.due_at), Millis(now), issue.through, key],
        |row| row.get(0),
    )
}

fn add_edition(
    tx: &View<'_>,
    issue: IssueId,
    no: EditionNo,
    edition: &Edition,
    draft: &[u8],
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO edition (issue_id, no, lang, draft) VALUES (?1, ?2, ?3, ?4)",
        values![issue, no, edition.lang.as_str(), draft],
    )?;
    for (place, post) in edition.posts.iter().enumerate() {
        tx.execute(
            "INSERT INTO edition_post (issue_id, edition, place, seq) VALUES (?1, ?2, ?3, ?4)",
            values![issue, no, place as u64, seq_of(tx, post)?],
        )?;
    }
    Ok(())
}

fn seq_of(tx: &View<'_>, post: &PostId) -> Result<Seq, Fault> {
    tx.first("SELECT seq FROM post WHERE id = ?1", values![post.as_str()], |row| row.get(0))?
        .ok_or_else(|| LedgerError::UnknownPost { id: post.to_string() }.into())
}

/// Writes a row for each recipient, before anybody is moved on: else a group that moved would be met again.
fn enlist(tx: &View<'_>, id: IssueId, issue: &Issue) -> Result<u64, Fault> {
    let mut candidates = 0;
    for (no, edition) in (0..).map(EditionNo).zip(&issue.editions) {
        for group in &edition.groups {
            candidates += tx.execute(
                "INSERT INTO delivery (issue_id, sub_id, edition, state)
                 SELECT ?1, id, ?2, 'Q' FROM subscriber
                 WHERE state = 'C' AND cohort_id = ?3 AND through_seq = ?4 AND cadence_since <= ?5
                 AND owed IS NOT DISTINCT FROM ?6",
                values![id, no, group.cohort, group.after, Millis(issue.due_at), owed::text(&group.owed)],
            )?;
        }
    }
    Ok(candidates)
}

/// Moves everybody on to the issue's number, whether there was something for them or not. Nothing is owed to them any
/// more.
fn serve(tx: &View<'_>, issue: &Issue) -> Result<(), Fault> {
    let served: Vec<&Group> = issue
        .editions
        .iter()
        .flat_map(|edition| &edition.groups)
        .chain(issue.without.iter().map(|passed| &passed.group))
        .filter(|group| group.after < issue.through || !group.owed.is_empty())
        .collect();
    for group in served {
        move_on(tx, group, issue.through, issue.due_at)?;
    }
    Ok(())
}

/// Moves those of `group` on who had asked for it by `due_at`: they are served through `through`, and owed nothing.
pub(super) fn move_on(tx: &View<'_>, group: &Group, through: Seq, due_at: Timestamp) -> Result<u64, Fault> {
    tx.execute(
        "UPDATE subscriber SET through_seq = ?3, owed = NULL
         WHERE state = 'C' AND cohort_id = ?1 AND through_seq = ?2 AND cadence_since <= ?4
         AND owed IS NOT DISTINCT FROM ?5",
        values![group.cohort, group.after, through.max(group.after), Millis(due_at), owed::text(&group.owed)],
    )
}

fn open(tx: &View<'_>, id: IssueId, issue: &Issue, candidates: u64) -> Result<(), Fault> {
    let state = match (issue.editions.is_empty(), candidates) {
        (true, _) => IssueState::Empty,
        (false, 0) => IssueState::Done,
        (false, _) => IssueState::Sending,
    };
    tx.execute("UPDATE issue SET state = ?2, candidates = ?3 WHERE id = ?1", values![id, state, candidates])?;
    Sums::recount(tx, id)?.keep_members(tx, id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::stage::{Stage, on_each, start};

    #[test]
    fn an_issue_that_a_later_one_has_overtaken_is_not_frozen() {
        let named = |stage: &Stage, key: &str| Issue {
            series: "weekly/sun/08/UTC".parse().unwrap(),
            key: IssueKey(key.to_owned()),
            editions: Vec::new(),
            ..stage.next_issue()
        };
        on_each(|on| {
            let mut stage = on.with_readers(1);
            let planned = named(&stage, "weekly/2026-W46");
            let newer = named(&stage, "weekly/2026-W47");
            stage.ledger.freeze(&newer, &[], KeyId(1), start()).unwrap();
            let error = stage.ledger.freeze(&planned, &[], KeyId(1), start()).unwrap_err();
            assert_eq!(
                error.to_string(),
                "issue `weekly/2026-W46` of `weekly/sun/08/UTC` comes before `weekly/2026-W47`, which is frozen already"
            );
            assert_eq!(stage.ledger.book().unwrap().served[&newer.series].last_key, newer.key);
            stage.assert_sound();
        });
    }
}
