//! Recipients who are due at an hour at which they are not mailed are put off together, and nobody claims them.

use std::collections::HashMap;

use jiff::Timestamp;

use super::rows::sending;
use super::values::Millis;
use super::view::Many;
use super::{Fault, Ledger, ToValue, View, values};
use crate::issue::CohortId;
use crate::ledger::error::LedgerError;
use crate::ledger::model::Policy;
use crate::ledger::report::Postponed;
use crate::ledger::step::{Postponement, Step};
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

/// Recipients looked at in one transaction, so that nobody waits long for it.
const PAGE: u64 = 2_000;

impl Ledger {
    /// Puts off recipients who are due, each until the time at which their cohort is mailed: of the next page of them.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub fn postpone(&mut self, postponement: &Postponement) -> Result<Postponed, LedgerError> {
        let mut taken = self.take_steps(&[Step::Postpone(postponement.clone())], Policy::Resend)?;
        Ok(taken.pop().expect("a step has a result").postponed())
    }
}

pub(super) fn postpone(tx: &View<'_>, asked: &Postponement) -> Result<Postponed, Fault> {
    let begun = asked.after.map_or(IssueId(0), |(issue, _)| issue);
    let Some(issue) = sending(tx)?.into_iter().find(|issue| *issue >= begun) else {
        return Ok(Postponed::default());
    };
    let after = asked.after.filter(|(at, _)| *at == issue).map_or(SubscriberId(0), |(_, reader)| reader);
    let page = due(tx, issue, after, asked.now)?;
    let mut postponed = put_off(tx, issue, &page, &asked.opens)?;
    postponed.next = match page.last() {
        Some((last, _)) if page.len() as u64 == PAGE => Some((issue, *last)),
        _ => Some((IssueId(issue.0 + 1), SubscriberId(0))),
    };
    Ok(postponed)
}

/// Who is due, by number, and their cohort. The `+` keeps SQLite to the order of the rows: the index of due rows would
/// be sorted anew for each page.
fn due(
    tx: &View<'_>,
    issue: IssueId,
    after: SubscriberId,
    now: Timestamp,
) -> Result<Vec<(SubscriberId, CohortId)>, Fault> {
    tx.all(
        "SELECT sub_id, (SELECT cohort_id FROM subscriber WHERE id = sub_id) FROM delivery
         WHERE issue_id = ?1 AND sub_id > ?2 AND state = 'Q' AND +next_at <= ?3 ORDER BY sub_id LIMIT ?4",
        values![issue, after, Millis(now), PAGE],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

fn put_off(
    tx: &View<'_>,
    issue: IssueId,
    page: &[(SubscriberId, CohortId)],
    opens: &HashMap<CohortId, Timestamp>,
) -> Result<Postponed, Fault> {
    const PUT_OFF: Many = Many {
        one: "UPDATE delivery SET next_at = ?3 WHERE issue_id = ?1 AND sub_id = ?2 AND state = 'Q' AND next_at < ?3
              RETURNING next_at",
        all: "UPDATE delivery SET next_at = given.until FROM unnest(CAST(?1 AS BIGINT[]), CAST(?2 AS BIGINT[]),
              CAST(?3 AS BIGINT[])) AS given (issue, reader, until) WHERE issue_id = given.issue
              AND sub_id = given.reader AND state = 'Q' AND next_at < given.until RETURNING next_at",
    };
    let closed = |(reader, cohort): &(SubscriberId, CohortId)| Some((*reader, Millis(*opens.get(cohort)?)));
    let closed: Vec<_> = page.iter().filter_map(closed).collect();
    let rows: Vec<_> =
        closed.iter().map(|(reader, until)| [issue.value(), reader.value(), until.value()]).collect();
    let mut postponed = Postponed::default();
    tx.each_of(PUT_OFF, &rows, |row| {
        let until: Millis = row.get(0)?;
        postponed.recipients += 1;
        postponed.opens_at = Some(postponed.opens_at.map_or(until.0, |first: Timestamp| first.min(until.0)));
        Ok(())
    })?;
    Ok(postponed)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ledger::stage::{Stage, later, on_each, reader, start};
    use crate::subscriber::{NewSubscriber, Preferences};

    /// Puts off whoever is due of `closed`; gives how many, and when the first is mailed.
    fn postpone_all(stage: &mut Stage, closed: &HashMap<CohortId, Timestamp>) -> (u64, Option<Timestamp>) {
        let mut asked = Postponement { opens: Arc::new(closed.clone()), after: None, now: start() };
        let (mut recipients, mut first) = (0, None);
        loop {
            let page = stage.ledger.postpone(&asked).unwrap();
            recipients += page.recipients;
            first = [first, page.opens_at].into_iter().flatten().min();
            match page.next {
                Some(next) => asked.after = Some(next),
                None => return (recipients, first),
            }
        }
    }

    /// Every third of them lives in Tokyo, where the doors open an hour later.
    fn of_two_zones(number: u64) -> NewSubscriber {
        let zone = number.is_multiple_of(3).then(|| "Asia/Tokyo".parse().unwrap());
        let plain = reader(number);
        NewSubscriber { preferences: Preferences { zone, ..plain.preferences }, ..plain }
    }

    #[test]
    fn whoever_is_not_mailed_at_this_hour_is_put_off_unclaimed_and_the_others_are_claimed() {
        on_each(|on| {
            let mut stage = on.empty();
            stage.enrol((0..5_000).map(of_two_zones));
            stage.announce_one();
            stage.freeze_each();
            let held = stage.ledger.claim(10, start()).unwrap();
            let cohorts = stage.ledger.cohorts().unwrap();
            let in_tokyo = cohorts.iter().find(|(_, asked)| asked.zone.is_some()).unwrap().0;
            let closed = HashMap::from([(in_tokyo, later(3_600))]);
            let free = held.iter().filter(|claim| claim.cohort == in_tokyo).count() as u64;
            assert_eq!(postpone_all(&mut stage, &closed), (1_667 - free, Some(later(3_600))));
            assert_eq!(postpone_all(&mut stage, &closed), (0, None), "once");
            let claims = stage.ledger.claim(5_000, start()).unwrap();
            assert_eq!(claims.len() as u64, 5_000 - 10 - (1_667 - free));
            assert!(claims.iter().all(|claim| claim.cohort != in_tokyo));
            let claims = stage.ledger.claim(5_000, later(3_600)).unwrap();
            assert_eq!(claims.len() as u64, 1_667 - free);
            assert!(claims.iter().all(|claim| claim.epoch == 1), "nobody claimed them before");
            stage.assert_sound();
        });
    }

    #[test]
    fn who_waits_for_something_later_is_not_brought_forward() {
        on_each(|on| {
            let (mut stage, _) = on.sending(3);
            let second = {
                stage.announce_one();
                stage.freeze_each().id
            };
            let all: HashMap<_, _> =
                stage.ledger.cohorts().unwrap().into_iter().map(|(id, _)| (id, later(60))).collect();
            assert_eq!(postpone_all(&mut stage, &all), (6, Some(later(60))), "of both issues");
            let earlier = all.keys().map(|id| (*id, later(30))).collect();
            assert_eq!(postpone_all(&mut stage, &earlier), (0, None));
            assert!(stage.ledger.claim(10, later(59)).unwrap().is_empty());
            stage.ledger.halt(second, "a person said so").unwrap();
            assert_eq!(stage.ledger.claim(10, later(60)).unwrap().len(), 3);
        });
    }
}
