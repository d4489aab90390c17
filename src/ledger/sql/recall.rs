//! Posts that are no longer published are taken out of what is on its way.
//!
//! Whoever waited for a mail with such a post is excluded from it, and owed what was in it ([`owed`]): the other posts
//! come to them with the next issue, whatever they got or wait for besides.

use super::values::Cause;
use super::{Fault, Ledger, View, owed, values};
use crate::issue::Seq;
use crate::ledger::error::LedgerError;
use crate::ledger::model::{EditionNo, RowState};
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

impl Ledger {
    /// Takes posts that are no longer published out of what is still to be sent: whoever waits for an edition that
    /// holds one of them is excluded, and owed its posts with the next issue. Gives how many.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn withdraw(&mut self, posts: &[Seq]) -> Result<u64, LedgerError> {
        if posts.is_empty() {
            return Ok(0);
        }
        self.write(|tx| {
            let mut excluded = 0;
            for post in posts {
                for edition in open_editions(tx, *post)? {
                    excluded += recall(tx, edition)?;
                }
            }
            Ok(excluded)
        })
    }
}

/// Editions that hold the post, of issues that are not done.
fn open_editions(tx: &View<'_>, post: Seq) -> Result<Vec<(IssueId, EditionNo)>, Fault> {
    tx.all(
        "SELECT issue_id, edition FROM edition_post JOIN issue ON issue.id = issue_id
         WHERE seq = ?1 AND issue.state IN ('sending', 'halted') ORDER BY issue_id, edition",
        values![post],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Excludes whoever waits for an edition, and remembers what was in it for each. Gives how many.
fn recall(tx: &View<'_>, (issue, edition): (IssueId, EditionNo)) -> Result<u64, Fault> {
    let readers: Vec<SubscriberId> = tx.all(
        "UPDATE delivery SET state = 'X', cause = ?3
         WHERE issue_id = ?1 AND edition = ?2 AND state IN ('Q', 'C') RETURNING sub_id",
        values![issue, edition, Cause::Withdrawn],
        |row| row.get(0),
    )?;
    for reader in &readers {
        tx.account.ended(issue, *reader, RowState::Excluded);
    }
    owed::owe(tx, &owed::posts_of(tx, issue, edition)?, &readers)?;
    Ok(readers.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::model::{InFlight, Outcome, Policy};
    use crate::ledger::stage::{On, Stage, later, on_each, start};

    /// An issue with posts 1 to 3 on its way to `readers`.
    fn three_posts(on: On, readers: u64) -> (Stage, IssueId) {
        let mut stage = on.with_readers(readers);
        stage.announce_one();
        stage.announce_one();
        let issue = stage.freeze_each().id;
        (stage, issue)
    }

    /// How many readers stand where, and what they are owed.
    fn standings(stage: &Stage) -> Vec<(u64, Vec<u64>, u64)> {
        let cohorts: Vec<_> = stage.ledger.cohorts().unwrap().into_iter().map(|(id, _)| id).collect();
        let found = stage.ledger.standings(&cohorts, later(99_999)).unwrap();
        let numbers = |owed: &[Seq]| owed.iter().map(|seq| seq.0).collect();
        found.iter().map(|it| (it.through.0, numbers(&it.owed), it.readers)).collect()
    }

    fn sent(flying: InFlight) -> (InFlight, Outcome) {
        (flying, Outcome::Sent { reply: "250 ok".to_owned() })
    }

    #[test]
    fn who_waited_for_a_mail_with_a_withdrawn_post_gets_the_others_with_the_next_issue() {
        on_each(|on| {
            let (mut stage, issue) = three_posts(on, 4);
            let has_it = stage.begin_one(start());
            stage.ledger.settle(vec![sent(has_it)], Policy::Hold, start()).unwrap();
            let may_have_it = stage.begin_one(start());
            let held = stage.claim_one(start());
            assert_eq!(stage.ledger.withdraw(&[Seq(2)]).unwrap(), 2, "one held and one who waits");
            assert_eq!(standings(&stage), [(3, vec![], 2), (3, vec![1, 2, 3], 2)]);
            assert_eq!(stage.ledger.withdraw(&[Seq(2), Seq(1)]).unwrap(), 0);
            assert_eq!(standings(&stage), [(3, vec![], 2), (3, vec![1, 2, 3], 2)], "once");
            let lost = stage.ledger.begin(vec![(held, later(600))], start()).unwrap();
            assert!(matches!(lost[..], [crate::ledger::Begun::Lost(_)]), "{lost:?}");
            stage.ledger.settle(vec![sent(may_have_it)], Policy::Hold, start()).unwrap();
            assert_eq!(stage.ledger.status(issue).unwrap().recipients.excluded, 2);
            stage.announce_one();
            let next = stage.next_issue();
            let waiting: Vec<_> =
                next.editions[0].groups.iter().map(|group| (group.owed.len(), group.readers)).collect();
            assert_eq!(waiting, [(0, 2), (3, 2)]);
            assert_eq!(stage.freeze_each().candidates, 4);
            assert_eq!(standings(&stage), [(4, vec![], 4)]);
            stage.assert_sound();
        });
    }

    #[test]
    fn what_is_later_on_its_way_is_not_touched() {
        on_each(|on| {
            let (mut stage, first) = three_posts(on, 1);
            stage.announce_one();
            let second = stage.freeze_each().id;
            assert_eq!(stage.ledger.withdraw(&[Seq(1)]).unwrap(), 1);
            assert_eq!(stage.state(first, SubscriberId(1)), RowState::Excluded);
            assert_eq!(stage.state(second, SubscriberId(1)), RowState::Queued);
            assert_eq!(standings(&stage), [(4, vec![1, 2, 3], 1)]);
            assert_eq!(stage.ledger.withdraw(&[Seq(4)]).unwrap(), 1);
            assert_eq!(standings(&stage), [(4, vec![1, 2, 3, 4], 1)]);
            stage.announce_one();
            let third = stage.freeze_each().id;
            assert_eq!(standings(&stage), [(5, vec![], 1)]);
            assert_eq!(stage.ledger.withdraw(&[Seq(2)]).unwrap(), 1, "and again");
            assert_eq!(stage.state(third, SubscriberId(1)), RowState::Excluded);
            assert_eq!(standings(&stage), [(5, vec![1, 2, 3, 4, 5], 1)]);
            stage.assert_sound();
        });
    }

    /// `reader` confirms again.
    fn come_back(stage: &mut Stage, secs: i64) {
        let back = crate::subscriber::NewSubscriber {
            confirmed_at: Some(later(secs)),
            ..crate::ledger::stage::reader(0)
        };
        stage.enrol([back].into_iter());
    }

    #[test]
    fn nothing_is_owed_to_who_went_unless_they_were_back_before() {
        on_each(|on| {
            let (mut stage, _) = three_posts(on, 1);
            stage.ledger.leave(SubscriberId(1), "a link", later(10)).unwrap();
            come_back(&mut stage, 20);
            assert_eq!(stage.ledger.withdraw(&[Seq(3)]).unwrap(), 1);
            assert_eq!(standings(&stage), [(3, vec![1, 2, 3], 1)], "they waited for it again");
            stage.ledger.leave(SubscriberId(1), "a link", later(30)).unwrap();
            come_back(&mut stage, 40);
            assert_eq!(standings(&stage), [(3, vec![], 1)], "they begin where they came back");
            let (mut stage, _) = three_posts(on, 1);
            stage.ledger.leave(SubscriberId(1), "a link", later(10)).unwrap();
            assert_eq!(stage.ledger.withdraw(&[Seq(3)]).unwrap(), 1);
            come_back(&mut stage, 20);
            assert_eq!(standings(&stage), [(3, vec![], 1)]);
            stage.assert_sound();
        });
    }

    #[test]
    fn a_mail_that_a_server_has_after_all_is_not_brought_again() {
        on_each(|on| {
            let (mut stage, issue) = three_posts(on, 1);
            let flying = stage.begin_one(start());
            let reader = flying.recipient.subscriber;
            stage.let_leases_end();
            stage.ledger.reap(Policy::Resend).unwrap();
            stage.announce_one();
            stage.freeze_each();
            assert_eq!(stage.ledger.withdraw(&[Seq(4), Seq(1)]).unwrap(), 2);
            assert_eq!(standings(&stage), [(4, vec![4, 1, 2, 3], 1)]);
            stage.ledger.settle(vec![sent(flying)], Policy::Resend, later(1)).unwrap();
            assert_eq!(stage.state(issue, reader), RowState::Sent);
            assert_eq!(standings(&stage), [(4, vec![4], 1)]);
            stage.assert_sound();
        });
    }

    #[test]
    fn what_nobody_can_be_owed_is_noticed() {
        on_each(|on| {
            for owed in ["'4'", "'0'", "'1 x'", "''"] {
                let (mut stage, _) = three_posts(on, 1);
                let damage = format!("UPDATE subscriber SET owed = {owed}");
                stage.ledger.write(|tx| tx.batch(&damage)).unwrap();
                assert!(!stage.ledger.verify().unwrap().is_empty(), "{owed}");
            }
        });
    }
}
