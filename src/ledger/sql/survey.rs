//! Adding up: recipients by domain, readers over time, how long delivery took, what one reader met.

use super::readers::DOMAIN;
use super::status::{
    DELIVERY_COLUMNS, DELIVERY_WIDTH, ISSUE_COLUMNS, counts, letter, read_delivery, read_issue, read_tally,
};
use super::values::{EventKind, Millis};
use super::{Fault, Ledger, Row, View, values};
use crate::ledger::error::LedgerError;
use crate::ledger::model::{EditionNo, RowState};
use crate::ledger::report::{DeliveryRow, Tally};
use crate::ledger::survey::{DomainTally, Receipt, Scope, Turn, TurnKind};
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

/// A quarter of an hour in milliseconds: every zone's midnight stands at the beginning of one.
const QUARTER_MILLIS: i64 = 900_000;

/// Rows read at once when many are shown.
const PAGE: u64 = 1_000;

impl Ledger {
    /// Shows the recipients in `scope` that are in one of `states`, by issue and number. Holds a page of them in
    /// memory.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read, or the first error of `show`.
    pub fn each_recipient<E: From<LedgerError>>(
        &self,
        scope: &Scope,
        states: &[RowState],
        mut show: impl FnMut(&DeliveryRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut stopped = None;
        self.read(|view| {
            let letters: String = states.iter().map(|state| letter(*state)).collect();
            for issue in issues(view, scope)? {
                let mut after = SubscriberId(0);
                while let Some(last) = page(view, (issue, after), scope, &letters, &mut |row| {
                    stopped = show(row).err();
                    stopped.is_none()
                })? {
                    after = last;
                }
                if stopped.is_some() {
                    break;
                }
            }
            Ok(())
        })?;
        stopped.map_or(Ok(()), Err)
    }

    /// How many recipients in `scope` stand where.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn tally(&self, scope: &Scope) -> Result<Tally, LedgerError> {
        self.read(|view| {
            let statement = format!(
                "SELECT {} FROM delivery WHERE issue_id >= ?1 AND issue_id <= ?2 AND {}",
                counts(),
                at_domain()
            );
            view.one(&statement, values![scope.from, scope.to, scope.domain()], |row| read_tally(row, 0))
        })
    }

    /// The domains with most recipients in `scope`, at most `most` of them. Sorts all recipients: 3 s for a million.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn domains(&self, scope: &Scope, most: u64) -> Result<Vec<DomainTally>, LedgerError> {
        let statement = format!(
            "SELECT domain, count(DISTINCT sub_id), {} FROM
             (SELECT {DOMAIN} AS domain, sub_id, delivery.state AS state
              FROM delivery JOIN subscriber ON subscriber.id = sub_id
              WHERE issue_id >= ?1 AND issue_id <= ?2) AS recipient
             WHERE CAST(?3 AS TEXT) IS NULL OR domain = ?3 GROUP BY domain ORDER BY count(*) DESC, domain LIMIT ?4",
            counts()
        );
        self.read(|view| {
            view.all(&statement, values![scope.from, scope.to, scope.domain(), most], read_domain)
        })
    }

    /// Shows how readers came and went, in the order of time.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn each_turn(&self, mut show: impl FnMut(Turn)) -> Result<(), LedgerError> {
        self.read(|view| view.each(TURNS, values![QUARTER_MILLIS], |row| read_turn(row).map(&mut show)))
    }

    /// Shows how many mails of an issue were delivered in how many whole seconds since it was frozen.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn each_delivery_time(
        &self,
        issue: IssueId,
        mut show: impl FnMut(u64, u64),
    ) -> Result<(), LedgerError> {
        self.read(|view| {
            view.each(
                "SELECT CASE WHEN ended_after > 0 THEN ended_after ELSE 0 END, count(*) FROM delivery
                 WHERE issue_id = ?1 AND state = 'S' AND ended_after IS NOT NULL GROUP BY 1 ORDER BY 1",
                values![issue],
                |row| {
                    show(row.get(0)?, row.get(1)?);
                    Ok(())
                },
            )
        })
    }

    /// Every issue a reader was a recipient of, the oldest first.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn receipts(&self, reader: SubscriberId) -> Result<Vec<Receipt>, LedgerError> {
        let statement = format!(
            "SELECT {DELIVERY_COLUMNS}, {ISSUE_COLUMNS} FROM issue JOIN delivery ON issue_id = issue.id
             WHERE sub_id = ?1 AND issue_id IN (SELECT id FROM issue) ORDER BY issue.id"
        );
        self.read(|view| {
            view.all(&statement, values![reader], |row| {
                Ok(Receipt { delivery: read_delivery(row, 0)?, issue: read_issue(row, DELIVERY_WIDTH)? })
            })
        })
    }

    /// The titles of the posts of an edition, in its order.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub fn contents(&self, issue: IssueId, edition: EditionNo) -> Result<Vec<String>, LedgerError> {
        self.read(|view| {
            view.all(
                "SELECT title FROM edition_post JOIN post ON post.seq = edition_post.seq
                 WHERE issue_id = ?1 AND edition = ?2 ORDER BY place",
                values![issue, edition],
                |row| row.get(0),
            )
        })
    }
}

/// Whether a recipient is at the domain `?3`, or any domain will do.
fn at_domain() -> String {
    format!(
        "(CAST(?3 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM subscriber WHERE subscriber.id = sub_id AND {DOMAIN} = ?3))"
    )
}

/// Of events that follow one another, only those count that change whether somebody is on the list: who left
/// and is forgotten later went once.
const TURNS: &str = "SELECT at / ?1 * ?1, kind, count(*) FROM
    (SELECT at, kind, lag(kind) OVER (PARTITION BY sub_id ORDER BY no) AS previous FROM event WHERE kind <> 'C') AS turn
    WHERE (kind = 'J') <> (coalesce(previous, 'L') = 'J') GROUP BY 1, 2 ORDER BY 1, 2";

fn issues(view: &View<'_>, scope: &Scope) -> Result<Vec<IssueId>, Fault> {
    view.all(
        "SELECT id FROM issue WHERE id >= ?1 AND id <= ?2 ORDER BY id",
        values![scope.from, scope.to],
        |row| row.get(0),
    )
}

/// Shows the next recipients of an issue behind `after`; gives the last of them, or none when there are no more
/// or `show` wants no more.
fn page(
    view: &View<'_>,
    (issue, after): (IssueId, SubscriberId),
    scope: &Scope,
    letters: &str,
    show: &mut dyn FnMut(&DeliveryRow) -> bool,
) -> Result<Option<SubscriberId>, Fault> {
    let statement = format!(
        "SELECT {DELIVERY_COLUMNS} FROM delivery WHERE issue_id = ?1 AND sub_id > ?2 AND {}
         AND CAST(?4 AS TEXT) LIKE '%' || state || '%' ORDER BY sub_id LIMIT ?5",
        at_domain()
    );
    let (mut last, mut is_over) = (None, false);
    view.each(&statement, values![issue, after, scope.domain(), letters, PAGE], |row| {
        if is_over {
            return Ok(());
        }
        let delivery = read_delivery(row, 0)?;
        is_over = !show(&delivery);
        last = Some(delivery.subscriber);
        Ok(())
    })?;
    Ok(last.filter(|_| !is_over))
}

fn read_domain(row: &Row<'_>) -> Result<DomainTally, Fault> {
    Ok(DomainTally { domain: row.get(0)?, readers: row.get(1)?, recipients: read_tally(row, 2)? })
}

fn read_turn(row: &Row<'_>) -> Result<Turn, Fault> {
    let (at, kind): (Millis, EventKind) = (row.get(0)?, row.get(1)?);
    let what = match kind {
        EventKind::Joined | EventKind::Changed => TurnKind::Joined,
        EventKind::Left | EventKind::Dropped | EventKind::Forgotten => TurnKind::Left,
        EventKind::Suppressed => TurnKind::Suppressed,
    };
    Ok(Turn { at: at.0, what, readers: row.get(2)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::model::{Outcome, Policy, Setback};
    use crate::ledger::stage::{On, Stage, later, on_each, reader, start};
    use crate::subscriber::NewSubscriber;

    fn at(number: u64, domain: &str) -> NewSubscriber {
        NewSubscriber { address: format!("r{number}@{domain}").parse().unwrap(), ..reader(number) }
    }

    /// Readers 1 to 3 at one domain, 4 at another under a quoted local part; an issue frozen for all.
    fn two_domains(on: On) -> (Stage, IssueId) {
        let mut stage = on.empty();
        let quoted = NewSubscriber { address: r#""odd@place"@small.example"#.parse().unwrap(), ..reader(4) };
        stage.enrol((1..=3).map(|number| at(number, "large.example")).chain([quoted]));
        stage.announce_one();
        let issue = stage.freeze_each().id;
        (stage, issue)
    }

    fn send_one(stage: &mut Stage, secs: i64) -> SubscriberId {
        let sent = stage.begin_one(later(secs));
        let reader = sent.recipient.subscriber;
        let outcome = Outcome::Sent { reply: "250 ok".to_owned() };
        stage.ledger.settle(vec![(sent, outcome)], Policy::Resend, later(secs)).unwrap();
        reader
    }

    fn refuse_one(stage: &mut Stage, secs: i64) -> SubscriberId {
        let claim = stage.claim_one(later(secs));
        let reader = claim.recipient.subscriber;
        let setback = Setback::Permanent { reply: "550 5.7.1 no".to_owned(), is_address_dead: false };
        stage.ledger.release(vec![(claim, setback)], later(secs)).unwrap();
        reader
    }

    #[test]
    fn recipients_are_counted_by_what_stands_behind_the_last_at_sign() {
        on_each(|on| {
            let (mut stage, issue) = two_domains(on);
            send_one(&mut stage, 1);
            refuse_one(&mut stage, 2);
            let domains = stage.ledger.domains(&Scope::issue(issue), 10).unwrap();
            let told: Vec<(Option<&str>, u64, u64)> = domains
                .iter()
                .map(|domain| (domain.domain.as_deref(), domain.readers, domain.recipients.sum()))
                .collect();
            assert_eq!(told, [(Some("large.example"), 3, 3), (Some("small.example"), 1, 1)]);
            let Tally { sent, failed, queued, .. } = domains[0].recipients;
            assert_eq!((sent, failed, queued), (1, 1, 1));
            assert_eq!(stage.ledger.domains(&Scope::issue(issue), 1).unwrap(), domains[..1]);
            let small = Scope::issue(issue).at(Some("small.example".parse().unwrap()));
            assert_eq!(stage.ledger.domains(&small, 10).unwrap(), domains[1..]);
            assert_eq!(stage.ledger.tally(&small).unwrap(), domains[1].recipients);
            let heads = stage.ledger.headcount_at(small.domain.as_ref()).unwrap();
            assert_eq!((heads.confirmed, stage.ledger.headcount().unwrap().confirmed), (1, 4));
        });
    }

    #[test]
    fn a_reader_of_two_issues_is_one_reader_of_their_domain() {
        on_each(|on| {
            let (mut stage, first) = two_domains(on);
            while !stage.ledger.claim(9, start()).unwrap().is_empty() {}
            stage.announce_one();
            stage.freeze_each();
            let domains = stage.ledger.domains(&Scope::since(first), 10).unwrap();
            assert_eq!((domains[0].readers, domains[0].recipients.sum()), (3, 6));
            stage
                .ledger
                .forget(&"r1@large.example".parse().unwrap(), &crate::ledger::stage::keys(), later(9))
                .unwrap();
            let domains = stage.ledger.domains(&Scope::all(), 10).unwrap();
            let forgotten = domains.iter().find(|domain| domain.domain.is_none()).unwrap();
            assert_eq!((forgotten.readers, forgotten.recipients.sum()), (1, 2));
        });
    }

    #[test]
    fn recipients_are_shown_by_state_and_domain_until_nobody_wants_more() {
        on_each(|on| {
            let (mut stage, issue) = two_domains(on);
            let (sent, refused) = (send_one(&mut stage, 1), refuse_one(&mut stage, 2));
            let seen = |scope: &Scope, states: &[RowState], most: usize| {
                let mut seen = Vec::new();
                let shown = stage.ledger.each_recipient(scope, states, |row| {
                    seen.push(row.subscriber);
                    if seen.len() < most { Ok(()) } else { Err(LedgerError::UnknownIssue { id: row.issue }) }
                });
                (seen, shown.is_ok())
            };
            let all = Scope::all();
            assert_eq!(seen(&all, &[RowState::Failed], 9), (vec![refused], true));
            assert_eq!(seen(&all, &[RowState::Failed, RowState::Sent], 9), (vec![sent, refused], true));
            assert_eq!(
                seen(&Scope::issue(issue), &RowState::ALL, 2),
                (vec![SubscriberId(1), SubscriberId(2)], false)
            );
            let small = all.at(Some("small.example".parse().unwrap()));
            assert_eq!(seen(&small, &RowState::ALL, 9), (vec![SubscriberId(4)], true));
        });
    }

    #[test]
    fn more_recipients_than_a_page_are_shown_once_each() {
        on_each(|on| {
            let (stage, issue) = on.sending(PAGE + 7);
            let mut seen = Vec::new();
            let shown: Result<(), LedgerError> =
                stage.ledger.each_recipient(&Scope::issue(issue), &[RowState::Queued], |row| {
                    seen.push(row.subscriber.0);
                    Ok(())
                });
            shown.unwrap();
            assert_eq!(seen, (1..=PAGE + 7).collect::<Vec<_>>());
        });
    }

    #[test]
    fn who_left_and_is_forgotten_later_went_once() {
        on_each(|on| {
            let mut stage = on.empty();
            stage.enrol((0..3).map(reader));
            stage.ledger.leave(SubscriberId(1), "asked", later(900)).unwrap();
            let keys = crate::ledger::stage::keys();
            stage.ledger.forget(&"reader-0@example.org".parse().unwrap(), &keys, later(2_000)).unwrap();
            stage.ledger.forget(&"reader-1@example.org".parse().unwrap(), &keys, later(2_000)).unwrap();
            let mut turns = Vec::new();
            stage.ledger.each_turn(|turn| turns.push((turn.at, turn.what, turn.readers))).unwrap();
            let want = [
                (start(), TurnKind::Joined, 3),
                (later(900), TurnKind::Left, 1),
                (later(1_800), TurnKind::Left, 1),
            ];
            assert_eq!(turns, want);
        });
    }

    #[test]
    fn the_time_to_deliver_runs_from_freezing_in_whole_seconds() {
        on_each(|on| {
            let (mut stage, issue) = on.sending(4);
            for secs in [0, 3, 3] {
                send_one(&mut stage, secs);
            }
            refuse_one(&mut stage, 5);
            let mut times = Vec::new();
            stage.ledger.each_delivery_time(issue, |secs, mails| times.push((secs, mails))).unwrap();
            assert_eq!(times, [(0, 1), (3, 2)]);
        });
    }

    #[test]
    fn receipts_tell_every_issue_of_a_reader_and_when_it_ended() {
        on_each(|on| {
            let (mut stage, first) = on.sending(2);
            send_one(&mut stage, 4);
            stage.announce_one();
            let second = stage.freeze_each().id;
            let receipts = stage.ledger.receipts(SubscriberId(1)).unwrap();
            let told: Vec<_> = receipts
                .iter()
                .map(|receipt| (receipt.issue.id, receipt.delivery.state, receipt.delivery.ended_at))
                .collect();
            assert_eq!(told, [(first, RowState::Sent, Some(later(4))), (second, RowState::Queued, None)]);
            assert_eq!(receipts[1].delivery.next_due, None, "nothing keeps them waiting");
            assert_eq!(stage.ledger.contents(first, EditionNo(0)).unwrap(), ["Post 1"]);
            assert!(stage.ledger.receipts(SubscriberId(99)).unwrap().is_empty());
        });
    }
}
