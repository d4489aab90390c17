//! T4 and T5: results are written, and the rows of a dead sender taken back.

use jiff::Timestamp;

use super::values::{Cause, EventKind, Millis};
use super::withdrawal::end;
use super::{Fault, Ledger, View, owed, values};
use crate::ledger::error::LedgerError;
use crate::ledger::model::{InFlight, Outcome, Policy, RowState};
use crate::ledger::reply;
use crate::ledger::report::Reaped;
use crate::ledger::rules::{AfterDoubt, after_doubt, is_hopeless};
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

impl Ledger {
    /// Takes back every row that a dead sender held. Of a file, only the holder of the
    /// [`SenderLock`](crate::ledger::SenderLock) may: then whoever held them is dead. In a database, a sender is dead
    /// when its lease is over.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn reap(&mut self, policy: Policy) -> Result<Reaped, LedgerError> {
        self.reap_dead(policy)
    }
}

/// T5: takes back rows that a dead sender held.
pub(in crate::ledger) fn reap(tx: &View<'_>, policy: Policy) -> Result<Reaped, Fault> {
    let orphaned = tx.orphaned();
    let requeued = tx.execute(
        &format!(
            "UPDATE delivery SET state = 'Q' WHERE state = 'C' AND {orphaned} AND (issue_id, sub_id) IN
             (SELECT issue_id, sub_id FROM delivery WHERE state IN ('C', 'I'))"
        ),
        &[],
    )?;
    let mut reaped = Reaped { requeued, ..Reaped::default() };
    for (key, retry_at) in in_flight(tx)? {
        match doubt(tx, key, policy, retry_at.0, "the sender ended before it had a reply")? {
            Some(RowState::Queued) => reaped.resent += 1,
            Some(_) => reaped.doubtful += 1,
            None => {}
        }
    }
    Ok(reaped)
}

/// The row and the fence: what an older epoch asks for finds no row.
#[derive(Clone, Copy)]
struct Key {
    issue: IssueId,
    subscriber: SubscriberId,
    epoch: u32,
}

pub(super) fn settle(
    tx: &View<'_>,
    sent: &InFlight,
    outcome: &Outcome,
    policy: Policy,
    now: Timestamp,
) -> Result<(), Fault> {
    let key = Key { issue: sent.issue, subscriber: sent.recipient.subscriber, epoch: sent.epoch };
    match outcome {
        Outcome::Sent { reply } => mark_sent(tx, key, reply, now),
        Outcome::Deferred { reply, until, counts } => defer(tx, key, reply, *until, *counts),
        Outcome::Refused { reply } => refuse(tx, key, reply, now),
        Outcome::Doubt { what, until } => doubt(tx, key, policy, *until, what).map(|_| ()),
    }
}

/// S takes the row from any state and any epoch: the server has the mail, whatever we thought since.
fn mark_sent(tx: &View<'_>, key: Key, reply: &str, now: Timestamp) -> Result<(), Fault> {
    let reply = reply::kept(reply);
    if !mark_sent_from(tx, key, RowState::InFlight, &reply, now)?
        && let Some(before) = state_of(tx, key)?.filter(|state| *state != RowState::Sent)
    {
        mark_sent_from(tx, key, before, &reply, now)?;
    }
    tx.execute("UPDATE subscriber SET failures = 0 WHERE id = ?1 AND failures > 0", values![key.subscriber])?;
    Ok(())
}

/// True if the row was in the state `before`.
fn mark_sent_from(
    tx: &View<'_>,
    key: Key,
    before: RowState,
    reply: &str,
    now: Timestamp,
) -> Result<bool, Fault> {
    let marked = tx.execute(
        "UPDATE delivery SET state = 'S', cause = NULL, reply = ?3, first_at = coalesce(first_at, ?4),
         ended_after = (?4 - (SELECT frozen_at FROM issue WHERE id = ?1)) / 1000
         WHERE issue_id = ?1 AND sub_id = ?2 AND state = ?5",
        values![key.issue, key.subscriber, reply, Millis(now), before],
    )?;
    if marked == 1 {
        if before.is_end() {
            tx.account.reopened(key.issue, key.subscriber, before);
        }
        if before == RowState::Excluded {
            owed::has_after_all(tx, key.issue, key.subscriber)?;
        }
        tx.account.ended(key.issue, key.subscriber, RowState::Sent);
    }
    Ok(marked == 1)
}

/// Not accepted: it waits. A try that does not count, because the connection failed and not the
/// recipient, is taken back.
fn defer(tx: &View<'_>, key: Key, reply: &str, until: Timestamp, counts: bool) -> Result<(), Fault> {
    tx.execute(
        "UPDATE delivery SET state = 'Q', next_at = ?4,
         attempts = CASE WHEN attempts > ?5 THEN attempts - ?5 ELSE 0 END, reply = ?6
         WHERE issue_id = ?1 AND sub_id = ?2 AND epoch = ?3 AND state = 'I'",
        values![key.issue, key.subscriber, key.epoch, Millis(until), u32::from(!counts), reply::kept(reply)],
    )?;
    Ok(())
}

/// The content was refused, so nothing is said of the address.
fn refuse(tx: &View<'_>, key: Key, reply: &str, now: Timestamp) -> Result<(), Fault> {
    let refused = tx.execute(
        "UPDATE delivery SET state = 'F', cause = ?4, reply = ?5,
         ended_after = (?6 - (SELECT frozen_at FROM issue WHERE id = ?1)) / 1000
         WHERE issue_id = ?1 AND sub_id = ?2 AND epoch = ?3 AND state = 'I'",
        values![key.issue, key.subscriber, key.epoch, Cause::Content, reply::kept(reply), Millis(now)],
    )?;
    if refused == 1 {
        tx.account.ended(key.issue, key.subscriber, RowState::Failed);
    }
    Ok(())
}

/// Nobody can know whether it was accepted. Gives the state that follows, if the row was still ours.
fn doubt(
    tx: &View<'_>,
    key: Key,
    policy: Policy,
    until: Timestamp,
    what: &str,
) -> Result<Option<RowState>, Fault> {
    let before: Option<u32> = tx.first(
        "SELECT ambiguous FROM delivery WHERE issue_id = ?1 AND sub_id = ?2 AND epoch = ?3 AND state = 'I'",
        values![key.issue, key.subscriber, key.epoch],
        |row| row.get(0),
    )?;
    let Some(before) = before else { return Ok(None) };
    let (state, next_at) = match after_doubt(policy, before, until) {
        AfterDoubt::Resend { at } => (RowState::Queued, Some(Millis(at))),
        AfterDoubt::List => (RowState::Doubtful, None),
    };
    tx.execute(
        "UPDATE delivery SET state = ?4, next_at = coalesce(?5, next_at), ambiguous = ambiguous + 1, reply = ?6
         WHERE issue_id = ?1 AND sub_id = ?2 AND epoch = ?3 AND state = 'I'",
        values![key.issue, key.subscriber, key.epoch, state, next_at, reply::kept(what)],
    )?;
    if state.is_end() {
        tx.account.ended(key.issue, key.subscriber, state);
    }
    Ok(Some(state))
}

fn state_of(tx: &View<'_>, key: Key) -> Result<Option<RowState>, Fault> {
    tx.first(
        "SELECT state FROM delivery WHERE issue_id = ?1 AND sub_id = ?2",
        values![key.issue, key.subscriber],
        |row| row.get(0),
    )
}

fn in_flight(tx: &View<'_>) -> Result<Vec<(Key, Millis)>, Fault> {
    tx.all(
        &format!(
            "SELECT issue_id, sub_id, epoch, next_at FROM delivery
             WHERE state IN ('C', 'I') AND state = 'I' AND {}",
            tx.orphaned()
        ),
        &[],
        |row| {
            let key = Key { issue: row.get(0)?, subscriber: row.get(1)?, epoch: row.get(2)? };
            Ok((key, row.get(3)?))
        },
    )
}

/// Counts a refusal by the recipient's server, and stops writing to an address that is beyond hope.
pub(super) fn count_failure(
    tx: &View<'_>,
    id: SubscriberId,
    is_address_dead: bool,
    reply: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let failures: u32 = tx.one(
        "UPDATE subscriber SET failures = failures + 1 WHERE id = ?1 RETURNING failures",
        values![id],
        |row| row.get(0),
    )?;
    if is_hopeless(failures, is_address_dead) {
        end(tx, id, EventKind::Suppressed, reply, now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::model::{Begun, Setback};
    use crate::ledger::report::Tally;
    use crate::ledger::stage::{later, on_each, start};
    use crate::subscriber::State;

    fn sent() -> Outcome {
        Outcome::Sent { reply: "250 2.0.0 Ok: queued as 4B1C2D".to_owned() }
    }

    fn doubt() -> Outcome {
        Outcome::Doubt { what: "connection reset".to_owned(), until: later(600) }
    }

    #[test]
    fn each_outcome_leads_to_its_state() {
        on_each(|on| {
            let deferred =
                |counts| Outcome::Deferred { reply: "451 later".to_owned(), until: later(300), counts };
            let refused = Outcome::Refused { reply: "554 no".to_owned() };
            for (outcome, policy, want, attempts, ambiguous) in [
                (sent(), Policy::Resend, RowState::Sent, 1, 0),
                (deferred(true), Policy::Resend, RowState::Queued, 1, 0),
                (deferred(false), Policy::Resend, RowState::Queued, 0, 0),
                (refused, Policy::Resend, RowState::Failed, 1, 0),
                (doubt(), Policy::Resend, RowState::Queued, 1, 1),
                (doubt(), Policy::Hold, RowState::Doubtful, 1, 1),
            ] {
                let (mut stage, issue) = on.sending(1);
                let sent = stage.begin_one(start());
                stage.ledger.settle(vec![(sent, outcome.clone())], policy, start()).unwrap();
                let mut rows = Vec::new();
                stage.ledger.each_row(Some(issue), want, |row| rows.push(row.clone())).unwrap();
                assert_eq!(rows.len(), 1, "{outcome:?} under {policy:?}");
                assert_eq!((rows[0].attempts, rows[0].ambiguous), (attempts, ambiguous), "{outcome:?}");
                assert_eq!(rows[0].first_tried_at, Some(start()));
                stage.assert_sound();
            }
        });
    }

    #[test]
    fn a_setback_before_data_leads_to_its_state() {
        on_each(|on| {
            let reply = || "450 4.2.1 later".to_owned();
            for (setback, want, attempts, comes_due) in [
                (Setback::Lane { until: later(60) }, RowState::Queued, 0, Some(later(60))),
                (
                    Setback::Transient { reply: reply(), until: later(300) },
                    RowState::Queued,
                    1,
                    Some(later(300)),
                ),
                (Setback::Permanent { reply: reply(), is_address_dead: false }, RowState::Failed, 1, None),
                (Setback::Unsendable { why: "needs SMTPUTF8".to_owned() }, RowState::Failed, 0, None),
                (Setback::Expired { reply: reply() }, RowState::Expired, 0, None),
            ] {
                let (mut stage, issue) = on.sending(1);
                let claim = stage.claim_one(start());
                stage.ledger.release(vec![(claim, setback.clone())], start()).unwrap();
                let mut rows = Vec::new();
                stage.ledger.each_row(Some(issue), want, |row| rows.push(row.clone())).unwrap();
                assert_eq!(rows.len(), 1, "{setback:?}");
                assert_eq!(rows[0].attempts, attempts, "{setback:?}");
                assert_eq!(stage.ledger.next_due().unwrap(), comes_due, "{setback:?}");
                stage.assert_sound();
            }
        });
    }

    #[test]
    fn what_is_given_back_is_not_due_before_its_time() {
        on_each(|on| {
            let (mut stage, _) = on.sending(1);
            let claim = stage.claim_one(start());
            stage.ledger.release(vec![(claim, Setback::Lane { until: later(60) })], start()).unwrap();
            assert!(stage.ledger.claim(1, later(59)).unwrap().is_empty());
            assert_eq!(stage.ledger.claim(1, later(60)).unwrap().len(), 1);
        });
    }

    #[test]
    fn a_sent_row_never_changes_again() {
        on_each(|on| {
            let (mut stage, issue) = on.sending(1);
            let flying = stage.begin_one(start());
            let reader = flying.recipient.subscriber;
            let copy = || InFlight { recipient: flying.recipient.clone(), ..flying };
            stage.ledger.settle(vec![(copy(), sent())], Policy::Resend, start()).unwrap();
            let refused = Outcome::Refused { reply: "554 no".to_owned() };
            stage
                .ledger
                .settle(vec![(copy(), refused), (copy(), doubt())], Policy::Resend, later(1))
                .unwrap();
            stage.ledger.reap(Policy::Resend).unwrap();
            stage.ledger.withdraw(&[crate::issue::Seq(1)]).unwrap();
            stage.ledger.resolve(issue, None, crate::ledger::Resolution::Retry, later(1)).unwrap();
            assert_eq!(stage.state(issue, reader), RowState::Sent);
            assert!(stage.ledger.claim(10, later(9_999)).unwrap().is_empty());
        });
    }

    #[test]
    fn a_late_acceptance_counts_even_after_the_row_was_taken_back() {
        on_each(|on| {
            let (mut stage, issue) = on.sending(1);
            let flying = stage.begin_one(start());
            let reader = flying.recipient.subscriber;
            stage.let_leases_end();
            assert_eq!(stage.ledger.reap(Policy::Resend).unwrap(), Reaped { resent: 1, ..Reaped::default() });
            let second = stage.claim_one(later(600));
            stage.ledger.settle(vec![(flying, sent())], Policy::Resend, later(601)).unwrap();
            assert_eq!(stage.state(issue, reader), RowState::Sent);
            let begun = stage.ledger.begin(vec![(second, later(999))], later(602)).unwrap();
            assert!(matches!(begun[..], [Begun::Lost(_)]), "{begun:?}");
        });
    }

    #[test]
    fn any_other_late_result_finds_no_row() {
        on_each(|on| {
            let (mut stage, issue) = on.sending(1);
            let flying = stage.begin_one(start());
            let reader = flying.recipient.subscriber;
            stage.let_leases_end();
            stage.ledger.reap(Policy::Resend).unwrap();
            let again = stage.begin_one(later(600));
            let refused = Outcome::Refused { reply: "554 no".to_owned() };
            stage.ledger.settle(vec![(flying, refused)], Policy::Resend, later(601)).unwrap();
            assert_eq!(stage.state(issue, reader), RowState::InFlight);
            stage.ledger.settle(vec![(again, sent())], Policy::Resend, later(602)).unwrap();
            assert_eq!(stage.state(issue, reader), RowState::Sent);
        });
    }

    #[test]
    fn a_dead_senders_rows_are_taken_back_by_policy() {
        on_each(|on| {
            for (policy, want) in [
                (Policy::Resend, Reaped { requeued: 1, resent: 1, doubtful: 0 }),
                (Policy::Hold, Reaped { requeued: 1, resent: 0, doubtful: 1 }),
            ] {
                let (mut stage, issue) = on.sending(3);
                stage.begin_one(start());
                stage.claim_one(start());
                let mut stage = stage.reopen();
                assert_eq!(stage.ledger.reap(policy).unwrap(), want);
                assert_eq!(stage.ledger.reap(policy).unwrap(), Reaped::default(), "once");
                assert_eq!(stage.ledger.doubtful().unwrap().len() as u64, want.doubtful);
                assert_eq!(
                    stage.ledger.claim(10, later(599)).unwrap().len(),
                    2,
                    "not before the time to retry"
                );
                assert_eq!(stage.ledger.claim(10, later(600)).unwrap().len() as u64, want.resent);
                assert_eq!(stage.ledger.status(issue).unwrap().recipients.sum(), 3);
                stage.assert_sound();
            }
        });
    }

    #[test]
    fn doubt_is_resent_twice_and_then_listed() {
        on_each(|on| {
            let (mut stage, issue) = on.sending(1);
            for round in 0..3 {
                let flying = stage.begin_one(later(round * 600));
                let doubt = Outcome::Doubt { what: "cut".to_owned(), until: later((round + 1) * 600) };
                stage.ledger.settle(vec![(flying, doubt)], Policy::Resend, later(round * 600)).unwrap();
            }
            let doubtful = stage.ledger.doubtful().unwrap();
            assert_eq!((doubtful.len(), doubtful[0].ambiguous, doubtful[0].attempts), (1, 3, 3));
            assert!(stage.ledger.claim(1, later(99_999)).unwrap().is_empty());
            assert_eq!(
                stage.ledger.status(issue).unwrap().recipients,
                Tally { doubtful: 1, ..Tally::default() }
            );
            stage.assert_sound();
        });
    }

    #[test]
    fn a_dead_address_is_suppressed_at_once_and_another_after_three_issues() {
        on_each(|on| {
            for (is_address_dead, issues) in [(true, 1), (false, 3)] {
                let mut stage = on.with_readers(1);
                for round in 1..=issues {
                    stage.freeze_each();
                    let claim = stage.claim_one(start());
                    let id = claim.recipient.subscriber;
                    assert_eq!(stage.ledger.subscriber(id).unwrap().unwrap().state, State::Confirmed);
                    let reply = "550 5.7.1 <reader-0@example.org> no".to_owned();
                    let setback = Setback::Permanent { reply, is_address_dead };
                    stage.ledger.release(vec![(claim, setback)], start()).unwrap();
                    let want = if round == issues { State::Suppressed } else { State::Confirmed };
                    assert_eq!(stage.ledger.subscriber(id).unwrap().unwrap().state, want, "round {round}");
                    stage.announce_one();
                }
                let history = stage.ledger.history(SubscriberId(1)).unwrap();
                assert_eq!(history.last().unwrap().what, "suppressed");
                assert_eq!(history.last().unwrap().why, "550 5.7.1 <…@…> no", "no address is kept");
            }
        });
    }

    #[test]
    fn a_delivery_between_refusals_starts_the_count_again() {
        on_each(|on| {
            let mut stage = on.with_readers(1);
            for round in 0..5 {
                stage.freeze_each();
                if round == 2 {
                    let flying = stage.begin_one(start());
                    stage.ledger.settle(vec![(flying, sent())], Policy::Resend, start()).unwrap();
                } else {
                    let claim = stage.claim_one(start());
                    let setback = Setback::Permanent { reply: "550 no".to_owned(), is_address_dead: false };
                    stage.ledger.release(vec![(claim, setback)], start()).unwrap();
                }
                stage.announce_one();
            }
            assert_eq!(stage.ledger.headcount().unwrap().confirmed, 1);
        });
    }
}
