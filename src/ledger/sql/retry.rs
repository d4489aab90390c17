//! Trying again, at a person's word, what failed.

use jiff::Timestamp;

use super::values::Millis;
use super::{Fault, Ledger, View, values};
use crate::ledger::error::LedgerError;
use crate::ledger::model::RowState;
use crate::ledger::survey::Retried;
use crate::message::IssueId;

impl Ledger {
    /// Lets the recipients of an issue that failed or were given up wait for their turn again, as if they had not
    /// been tried, but for those who left or whose address does not work.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written, or there is no such issue.
    pub fn retry_failed(&mut self, issue: IssueId, now: Timestamp) -> Result<Retried, LedgerError> {
        self.write(|tx| {
            let known: u64 =
                tx.one("SELECT count(*) FROM issue WHERE id = ?1", values![issue], |row| row.get(0))?;
            if known == 0 {
                return Err(LedgerError::UnknownIssue { id: issue }.into());
            }
            let requeued =
                requeue(tx, issue, RowState::Failed, now)? + requeue(tx, issue, RowState::Expired, now)?;
            if requeued > 0 {
                tx.execute(
                    "UPDATE issue SET state = 'sending' WHERE id = ?1 AND state = 'done'",
                    values![issue],
                )?;
            }
            let kept_out = tx.one(
                "SELECT count(*) FROM delivery WHERE issue_id = ?1 AND state IN ('F', 'E')",
                values![issue],
                |row| row.get(0),
            )?;
            Ok(Retried { requeued, kept_out })
        })
    }
}

/// What was ambiguous stays counted: it is a try of which nobody knows.
fn requeue(tx: &View<'_>, issue: IssueId, state: RowState, now: Timestamp) -> Result<u64, Fault> {
    let mut requeued = 0;
    tx.each(
        "UPDATE delivery SET state = 'Q', cause = NULL, attempts = ambiguous, first_at = NULL, ended_after = NULL,
         next_at = ?3 WHERE issue_id = ?1 AND state = ?2
         AND EXISTS (SELECT 1 FROM subscriber WHERE id = sub_id AND subscriber.state = 'C') RETURNING sub_id",
        values![issue, state, Millis(now)],
        |row| {
            tx.account.reopened(issue, row.get(0)?, state);
            requeued += 1;
            Ok(())
        },
    )?;
    Ok(requeued)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::model::{Policy, Setback};
    use crate::ledger::stage::{later, on_each, start};
    use crate::ledger::{IssueState, Outcome, Resolution};
    use crate::subscriber::SubscriberId;

    fn refused(is_address_dead: bool) -> Setback {
        Setback::Permanent { reply: "550 5.7.1 no".to_owned(), is_address_dead }
    }

    #[test]
    fn who_failed_waits_again_but_not_who_left_or_does_not_work() {
        on_each(|on| {
            let (mut stage, issue) = on.sending(5);
            for setback in [refused(false), refused(true), Setback::Expired { reply: "450 later".to_owned() }]
            {
                let claim = stage.claim_one(start());
                stage.ledger.release(vec![(claim, setback)], start()).unwrap();
            }
            let claim = stage.claim_one(start());
            let leaver = claim.recipient.subscriber;
            stage.ledger.release(vec![(claim, refused(false))], start()).unwrap();
            stage.ledger.leave(leaver, "asked", later(1)).unwrap();
            let sent = stage.begin_one(start());
            let outcome = Outcome::Sent { reply: "250 ok".to_owned() };
            stage.ledger.settle(vec![(sent, outcome)], Policy::Resend, start()).unwrap();
            assert_eq!(stage.ledger.finish_issues().unwrap(), [issue]);

            let retried = stage.ledger.retry_failed(issue, later(60)).unwrap();
            assert_eq!(retried, Retried { requeued: 2, kept_out: 2 });
            assert_eq!(stage.state(issue, SubscriberId(1)), RowState::Queued);
            assert_eq!(stage.ledger.status(issue).unwrap().issue.state, IssueState::Sending);
            let claims = stage.ledger.claim(9, later(60)).unwrap();
            assert!(
                claims.iter().all(|claim| (claim.attempts, claim.first_tried_at) == (0, None)),
                "{claims:?}"
            );
            assert_eq!(claims.len(), 2);
            stage.assert_sound();
            let again = stage.ledger.retry_failed(issue, later(61)).unwrap();
            assert_eq!(again, Retried { requeued: 0, kept_out: 2 });
            assert!(stage.ledger.retry_failed(IssueId(99), later(61)).is_err());
        });
    }

    #[test]
    fn who_is_sent_to_again_after_doubt_has_all_the_time_of_a_first_try() {
        on_each(|on| {
            let (mut stage, issue) = on.sending(1);
            let sent = stage.begin_one(start());
            let doubt = Outcome::Doubt { what: "cut".to_owned(), until: later(600) };
            stage.ledger.settle(vec![(sent, doubt)], Policy::Hold, start()).unwrap();
            let much_later = later(9 * 86_400);
            assert_eq!(stage.ledger.resolve(issue, None, Resolution::Retry, much_later).unwrap(), 1);
            let claim = stage.claim_one(much_later);
            assert_eq!((claim.attempts, claim.first_tried_at), (1, None), "it would be given up at once");
            stage.assert_sound();
        });
    }
}
