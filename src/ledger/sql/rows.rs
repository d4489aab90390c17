//! T1 to T3: a row is claimed, given back, or its intent made durable.
//!
//! Each step is one UPDATE that names the state and the epoch it expects. No row changed means that the
//! row is somebody else's by now.

use jiff::Timestamp;

use super::readers::read_address;
use super::settle::count_failure;
use super::value::Misfit;
use super::values::{Cause, Millis};
use super::{Fault, Row, View, values};
use crate::ledger::model::{Claim, RowState, Setback};
use crate::ledger::reply;
use crate::ledger::step::Ruling;
use crate::message::{IssueId, Recipient};
use crate::subscriber::{State, SubscriberId};

/// A due row and the reader it belongs to.
pub(in crate::ledger) struct Due {
    issue: IssueId,
    subscriber: SubscriberId,
    claim: Option<Claim>,
    state: State,
}

pub(super) fn claim(tx: &View<'_>, limit: usize, now: Timestamp) -> Result<Vec<Claim>, Fault> {
    let issues = sending(tx)?;
    claim_by(tx, limit, |room| {
        let mut taken = Vec::new();
        for issue in &issues {
            taken.extend(due(tx, *issue, room - taken.len(), now)?);
        }
        taken.iter().filter(|due| due.claim.is_some()).try_for_each(|due| take(tx, due))?;
        Ok(taken)
    })
}

/// Claims up to `limit` recipients, oldest issue first. `take` takes as many due rows as it is asked for, or all there
/// are; whoever went since the issue was frozen is excluded.
pub(in crate::ledger) fn claim_by(
    tx: &View<'_>,
    limit: usize,
    mut take: impl FnMut(usize) -> Result<Vec<Due>, Fault>,
) -> Result<Vec<Claim>, Fault> {
    let mut claims = Vec::new();
    let mut are_more = true;
    while are_more && claims.len() < limit {
        let room = limit - claims.len();
        let taken = take(room)?;
        are_more = taken.len() == room;
        for Due { issue, subscriber, claim, state } in taken {
            match claim {
                Some(claim) => claims.push(claim),
                None => exclude(tx, issue, subscriber, state)?,
            }
        }
    }
    Ok(claims)
}

/// Issues being sent, oldest first.
pub(super) fn sending(view: &View<'_>) -> Result<Vec<IssueId>, Fault> {
    view.all("SELECT id FROM issue WHERE state = 'sending' ORDER BY id", &[], |row| row.get(0))
}

/// The rows that are due. `CROSS JOIN` keeps SQLite to the index of due rows.
const DUE: &str =
    "SELECT sub_id, subscriber.state, edition, epoch, attempts, first_at, identity, spelling, name, cohort_id
    FROM delivery CROSS JOIN subscriber ON subscriber.id = sub_id
    WHERE issue_id = ?1 AND delivery.state = 'Q' AND next_at <= ?2 ORDER BY next_at, sub_id LIMIT ?3";

fn due(tx: &View<'_>, issue: IssueId, limit: usize, now: Timestamp) -> Result<Vec<Due>, Fault> {
    tx.all(DUE, values![issue, Millis(now), limit as u64], |row| read_due(issue, row))
}

/// Reads number and state of the reader, edition, epoch before the claim, attempts, first try, who it is for, and their
/// cohort.
pub(in crate::ledger) fn read_due(issue: IssueId, row: &Row<'_>) -> Result<Due, Fault> {
    let (subscriber, state): (SubscriberId, State) = (row.get(0)?, row.get(1)?);
    if state != State::Confirmed {
        return Ok(Due { issue, subscriber, state, claim: None });
    }
    let first_at: Option<Millis> = row.get(5)?;
    let epoch: u32 = row.get(3)?;
    let claim = Claim {
        issue,
        edition: row.get(2)?,
        recipient: Recipient { subscriber, address: read_address(row, 6)?, name: row.get(8)? },
        cohort: row.get(9)?,
        attempts: row.get(4)?,
        first_tried_at: first_at.map(|time| time.0),
        epoch: epoch + 1,
    };
    Ok(Due { issue, subscriber, state, claim: Some(claim) })
}

fn take(tx: &View<'_>, Due { issue, subscriber, .. }: &Due) -> Result<(), Fault> {
    let taken = tx.execute(
        "UPDATE delivery SET state = 'C', epoch = epoch + 1 WHERE issue_id = ?1 AND sub_id = ?2 AND state = 'Q'",
        values![issue, subscriber],
    )?;
    match taken {
        1 => Ok(()),
        _ => Err(Misfit::new("a recipient who is not queued", "a recipient who is due").into()),
    }
}

/// T2: the reader went since the issue was frozen.
fn exclude(tx: &View<'_>, issue: IssueId, subscriber: SubscriberId, state: State) -> Result<(), Fault> {
    let cause = if state == State::Suppressed { Cause::Suppressed } else { Cause::Left };
    let excluded = tx.execute(
        "UPDATE delivery SET state = 'X', cause = ?3 WHERE issue_id = ?1 AND sub_id = ?2 AND state IN ('Q', 'C')",
        values![issue, subscriber, cause],
    )?;
    if excluded == 1 {
        tx.account.ended(issue, subscriber, RowState::Excluded);
    }
    Ok(())
}

pub(super) fn begin(
    tx: &View<'_>,
    claim: &Claim,
    retry_at: Timestamp,
    now: Timestamp,
) -> Result<Ruling, Fault> {
    let begun = tx.execute(
        "UPDATE delivery SET state = 'I', attempts = attempts + 1, first_at = coalesce(first_at, ?4), next_at = ?5
         WHERE issue_id = ?1 AND sub_id = ?2 AND state = 'C' AND epoch = ?3
         AND EXISTS (SELECT 1 FROM subscriber WHERE id = ?2 AND state = 'C')
         AND EXISTS (SELECT 1 FROM issue WHERE id = ?1 AND state = 'sending')",
        values![claim.issue, claim.recipient.subscriber, claim.epoch, Millis(now), Millis(retry_at)],
    )?;
    match begun {
        1 => Ok(Ruling::Ready { until: None }),
        _ => refuse(tx, claim),
    }
}

/// Finds out why an intent was refused: the reader went, the issue was halted, or the row is another's.
pub(in crate::ledger) fn refuse(tx: &View<'_>, claim: &Claim) -> Result<Ruling, Fault> {
    let (issue, subscriber) = (claim.issue, claim.recipient.subscriber);
    let ours: Option<State> = tx.first(
        "SELECT subscriber.state FROM delivery JOIN subscriber ON subscriber.id = sub_id
         WHERE issue_id = ?1 AND sub_id = ?2 AND delivery.state = 'C' AND epoch = ?3",
        values![issue, subscriber, claim.epoch],
        |row| row.get(0),
    )?;
    match ours {
        None => Ok(Ruling::Lost),
        Some(State::Confirmed) => {
            give_back(tx, claim, &Return::as_it_was())?;
            Ok(Ruling::Lost)
        }
        Some(state) => {
            exclude(tx, issue, subscriber, state)?;
            Ok(Ruling::Excluded)
        }
    }
}

pub(super) fn release(tx: &View<'_>, claim: &Claim, setback: &Setback, now: Timestamp) -> Result<(), Fault> {
    let is_ours = give_back(tx, claim, &Return::after(setback, now))?;
    match setback {
        Setback::Permanent { reply, is_address_dead } if is_ours => {
            count_failure(tx, claim.recipient.subscriber, *is_address_dead, reply, now)
        }
        _ => Ok(()),
    }
}

/// How a claimed row goes back. What is `None` stays as it is.
struct Return {
    state: RowState,
    next_at: Option<Millis>,
    /// When it was tried, if the try counts.
    tried_at: Option<Millis>,
    cause: Option<Cause>,
    reply: Option<String>,
    ended_at: Option<Millis>,
}

impl Return {
    fn as_it_was() -> Self {
        Self {
            state: RowState::Queued,
            next_at: None,
            tried_at: None,
            cause: None,
            reply: None,
            ended_at: None,
        }
    }

    fn after(setback: &Setback, now: Timestamp) -> Self {
        let back = Self::as_it_was();
        let ended_at = Some(Millis(now));
        match setback {
            Setback::Lane { until } => Self { next_at: Some(Millis(*until)), ..back },
            Setback::Transient { reply, until } => Self {
                next_at: Some(Millis(*until)),
                tried_at: Some(Millis(now)),
                reply: Some(reply::kept(reply)),
                ..back
            },
            Setback::Permanent { reply, .. } => Self {
                state: RowState::Failed,
                tried_at: Some(Millis(now)),
                cause: Some(Cause::Recipient),
                reply: Some(reply::kept(reply)),
                ended_at,
                ..back
            },
            Setback::Unsendable { why } => Self {
                state: RowState::Failed,
                cause: Some(Cause::Unsendable),
                reply: Some(reply::kept(why)),
                ended_at,
                ..back
            },
            Setback::Expired { reply } => {
                Self { state: RowState::Expired, reply: Some(reply::kept(reply)), ended_at, ..back }
            }
        }
    }
}

/// True if the row was still this claim's.
fn give_back(tx: &View<'_>, claim: &Claim, back: &Return) -> Result<bool, Fault> {
    let subscriber = claim.recipient.subscriber;
    let given = tx.execute(
        "UPDATE delivery SET state = ?4, next_at = coalesce(?5, next_at),
         attempts = attempts + CASE WHEN CAST(?6 AS BIGINT) IS NULL THEN 0 ELSE 1 END, first_at = coalesce(first_at, ?6),
         cause = ?7, reply = coalesce(?8, reply),
         ended_after = (?9 - (SELECT frozen_at FROM issue WHERE id = ?1)) / 1000
         WHERE issue_id = ?1 AND sub_id = ?2 AND state = 'C' AND epoch = ?3",
        values![
            claim.issue,
            subscriber,
            claim.epoch,
            back.state,
            back.next_at,
            back.tried_at,
            back.cause,
            back.reply,
            back.ended_at
        ],
    )?;
    if given == 1 && back.state.is_end() {
        tx.account.ended(claim.issue, subscriber, back.state);
    }
    Ok(given == 1)
}
