//! Posts that are no longer published are taken out of what is on its way.
//!
//! Whoever waited for a mail with such a post is excluded from it, and stands again where they stood before it was
//! frozen: the other posts come to them with the next issue. Who has, or waits for, something later stays where they are,
//! for a reader has one standing only, and would get the later posts twice.

use super::values::Cause;
use super::view::Many;
use super::{Fault, Ledger, ToValue, View, values};
use crate::issue::Seq;
use crate::ledger::error::LedgerError;
use crate::ledger::model::{EditionNo, RowState};
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

/// Readers moved back at once.
const SHEET: usize = 10_000;

impl Ledger {
    /// Takes posts that are no longer published out of what is still to be sent: whoever waits for an edition that
    /// holds one of them is excluded, and stands again where they stood. Gives how many.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn withdraw(&mut self, posts: &[Seq]) -> Result<u64, LedgerError> {
        if posts.is_empty() {
            return Ok(0);
        }
        self.write(|tx| {
            let mut recalled = Vec::new();
            for post in posts {
                for edition in open_editions(tx, *post)? {
                    recalled.push(recall(tx, edition)?);
                }
            }
            // Only now: whoever waited for two mails is excluded from both before anybody asks what is later.
            recalled.iter().try_for_each(|edition| edition.stand_back(tx))?;
            Ok(recalled.iter().map(|edition| edition.readers.len() as u64).sum())
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

/// An edition that nobody waits for any more.
struct Recalled {
    issue: IssueId,
    /// Where its readers stood at most: before its first post.
    before: Seq,
    /// Who waited for it.
    readers: Vec<SubscriberId>,
}

fn recall(tx: &View<'_>, (issue, edition): (IssueId, EditionNo)) -> Result<Recalled, Fault> {
    let readers: Vec<SubscriberId> = tx.all(
        "UPDATE delivery SET state = 'X', cause = ?3
         WHERE issue_id = ?1 AND edition = ?2 AND state IN ('Q', 'C') RETURNING sub_id",
        values![issue, edition, Cause::Withdrawn],
        |row| row.get(0),
    )?;
    for reader in &readers {
        tx.account.ended(issue, *reader, RowState::Excluded);
    }
    let before = tx.one(
        "SELECT min(seq) - 1 FROM edition_post WHERE issue_id = ?1 AND edition = ?2",
        values![issue, edition],
        |row| row.get(0),
    )?;
    Ok(Recalled { issue, before, readers })
}

impl Recalled {
    /// Moves its readers back, but not those who went and came back since it was due: they begin where they came back.
    fn stand_back(&self, tx: &View<'_>) -> Result<(), Fault> {
        const BACK: Many = Many {
            one: "UPDATE subscriber SET through_seq = ?2 WHERE id = ?1 AND state = 'C' AND through_seq > ?2
                  AND confirmed_at <= (SELECT due_at FROM issue WHERE id = ?3)
                  AND NOT EXISTS (SELECT 1 FROM issue CROSS JOIN delivery ON issue_id = issue.id
                  AND sub_id = ?1 WHERE issue.id > ?3 AND delivery.state <> 'X')",
            all: "UPDATE subscriber SET through_seq = given.before FROM unnest(CAST(?1 AS BIGINT[]),
                  CAST(?2 AS BIGINT[]), CAST(?3 AS BIGINT[])) AS given (id, before, issue)
                  WHERE subscriber.id = given.id AND state = 'C' AND through_seq > given.before
                  AND confirmed_at <= (SELECT due_at FROM issue WHERE issue.id = given.issue)
                  AND NOT EXISTS (SELECT 1 FROM issue JOIN delivery ON issue_id = issue.id
                  AND sub_id = given.id WHERE issue.id > given.issue AND delivery.state <> 'X')",
        };
        for readers in self.readers.chunks(SHEET) {
            let rows: Vec<_> =
                readers.iter().map(|id| [id.value(), self.before.value(), self.issue.value()]).collect();
            tx.each_of(BACK, &rows, |_| Ok(()))?;
        }
        Ok(())
    }
}

/// A server has, after all, the mail from which its reader was excluded: they stand again where it brought them, unless
/// they were served since.
pub(in crate::ledger) fn stand_again(
    tx: &View<'_>,
    issue: IssueId,
    reader: SubscriberId,
) -> Result<(), Fault> {
    tx.execute(
        "UPDATE subscriber SET through_seq = (SELECT through_seq FROM issue WHERE id = ?1)
         WHERE id = ?2 AND state = 'C' AND through_seq = (SELECT min(seq) - 1 FROM edition_post JOIN delivery
         ON delivery.issue_id = edition_post.issue_id AND delivery.edition = edition_post.edition
         WHERE delivery.issue_id = ?1 AND sub_id = ?2)",
        values![issue, reader],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::Standing;
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

    /// How many readers stand where.
    fn standings(stage: &Stage) -> Vec<(u64, u64)> {
        let cohorts: Vec<_> = stage.ledger.cohorts().unwrap().into_iter().map(|(id, _)| id).collect();
        let found = stage.ledger.standings(&cohorts, later(99_999)).unwrap();
        found.iter().map(|Standing { through, readers, .. }| (through.0, *readers)).collect()
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
            assert_eq!(standings(&stage), [(0, 2), (3, 2)]);
            assert_eq!(stage.ledger.withdraw(&[Seq(2), Seq(1)]).unwrap(), 0);
            assert_eq!(standings(&stage), [(0, 2), (3, 2)], "once");
            let lost = stage.ledger.begin(vec![(held, later(600))], start()).unwrap();
            assert!(matches!(lost[..], [crate::ledger::Begun::Lost(_)]), "{lost:?}");
            stage.ledger.settle(vec![sent(may_have_it)], Policy::Hold, start()).unwrap();
            assert_eq!(stage.ledger.status(issue).unwrap().recipients.excluded, 2);
            stage.announce_one();
            let next = stage.next_issue();
            let waiting: Vec<_> =
                next.editions[0].groups.iter().map(|group| (group.after.0, group.readers)).collect();
            assert_eq!(waiting, [(0, 2), (3, 2)]);
            assert_eq!(stage.freeze_each().candidates, 4);
            assert_eq!(standings(&stage), [(4, 4)]);
            stage.assert_sound();
        });
    }

    #[test]
    fn who_waits_for_something_later_stays_where_they_are() {
        on_each(|on| {
            let (mut stage, _) = three_posts(on, 1);
            stage.announce_one();
            stage.freeze_each();
            assert_eq!(stage.ledger.withdraw(&[Seq(4)]).unwrap(), 1);
            assert_eq!(standings(&stage), [(3, 1)]);
            stage.ledger.withdraw(&[Seq(1)]).unwrap();
            assert_eq!(standings(&stage), [(0, 1)], "nothing later is on its way any more");
            let (mut stage, _) = three_posts(on, 1);
            stage.announce_one();
            stage.freeze_each();
            assert_eq!(stage.ledger.withdraw(&[Seq(3)]).unwrap(), 1);
            assert_eq!(standings(&stage), [(4, 1)]);
        });
    }

    #[test]
    fn who_went_and_came_back_begins_where_they_came_back() {
        on_each(|on| {
            let (mut stage, _) = three_posts(on, 2);
            stage.ledger.leave(SubscriberId(1), "a link", later(10)).unwrap();
            let back = crate::subscriber::NewSubscriber {
                confirmed_at: Some(later(20)),
                ..crate::ledger::stage::reader(0)
            };
            stage.enrol([back].into_iter());
            assert_eq!(stage.ledger.withdraw(&[Seq(3)]).unwrap(), 2);
            assert_eq!(standings(&stage), [(0, 1), (3, 1)]);
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
            assert_eq!(stage.ledger.withdraw(&[Seq(1)]).unwrap(), 1);
            assert_eq!(standings(&stage), [(0, 1)]);
            stage.ledger.settle(vec![sent(flying)], Policy::Resend, later(1)).unwrap();
            assert_eq!(stage.state(issue, reader), RowState::Sent);
            assert_eq!(standings(&stage), [(3, 1)]);
            stage.assert_sound();
        });
    }
}
