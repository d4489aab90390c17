//! Steps of sending, many rows a statement: a row a statement would cost a round trip each.

use jiff::Timestamp;
use postgres::types::ToSql;

use super::lease::CLOCK;
use crate::ledger::model::{Claim, InFlight, Outcome, Policy, RowState};
use crate::ledger::reply;
use crate::ledger::sql::{self, Connection, Fault, Millis, Row, View, values};
use crate::ledger::step::{Ruling, Step, Stepped};
use crate::message::IssueId;
use crate::subscriber::SubscriberId;

/// Takes steps; results stand in their order. What gives rows back comes before what claims them.
pub(super) fn take(tx: &View<'_>, steps: &[Step], policy: Policy, owner: i64) -> Result<Vec<Stepped>, Fault> {
    let sent = steps.iter().filter_map(as_sent).collect();
    mark_sent(tx, &sent)?;
    let begins = steps.iter().filter_map(as_begin).collect();
    let mut rulings = begin(tx, &begins)?.into_iter();
    let mut taken = Vec::with_capacity(steps.len());
    for step in steps {
        taken.push(match step {
            Step::Claim { .. } | Step::Settle { outcome: Outcome::Sent { .. }, .. } => Stepped::Noted,
            Step::Begin { .. } => Stepped::Begun(rulings.next().expect("each intent has a ruling")),
            Step::Release { .. } | Step::Settle { .. } | Step::Postpone(_) => {
                sql::take_one(tx, step, policy)?
            }
        });
    }
    for (step, taken) in steps.iter().zip(&mut taken) {
        if let Step::Claim { limit, now } = step {
            *taken = Stepped::Claimed(claim(tx, *limit, *now, owner)?);
        }
    }
    Ok(taken)
}

/// Intents as columns.
#[derive(Default)]
struct Begins<'s> {
    claims: Vec<&'s Claim>,
    rows: Rows,
    epochs: Vec<i64>,
    at: Vec<i64>,
    retry_at: Vec<i64>,
}

/// Acceptances as columns.
#[derive(Default)]
struct Sents {
    rows: Rows,
    at: Vec<i64>,
    replies: Vec<String>,
}

/// The keys of rows as columns.
#[derive(Default)]
struct Rows {
    issues: Vec<i64>,
    subscribers: Vec<i64>,
}

impl Rows {
    fn add(&mut self, issue: IssueId, SubscriberId(subscriber): SubscriberId) {
        self.issues.push(issue.0.into());
        self.subscribers.push(i64::try_from(subscriber).unwrap_or(i64::MAX));
    }
}

fn as_begin(step: &Step) -> Option<(&Claim, Timestamp, Timestamp)> {
    match step {
        Step::Begin { claim, retry_at, now } => Some((claim, *retry_at, *now)),
        _ => None,
    }
}

impl<'s> FromIterator<(&'s Claim, Timestamp, Timestamp)> for Begins<'s> {
    fn from_iter<I: IntoIterator<Item = (&'s Claim, Timestamp, Timestamp)>>(begins: I) -> Self {
        let mut columns = Self::default();
        for (claim, retry_at, now) in begins {
            columns.claims.push(claim);
            columns.rows.add(claim.issue, claim.recipient.subscriber);
            columns.epochs.push(claim.epoch.into());
            columns.at.push(now.as_millisecond());
            columns.retry_at.push(retry_at.as_millisecond());
        }
        columns
    }
}

fn as_sent(step: &Step) -> Option<(&InFlight, &str, Timestamp)> {
    match step {
        Step::Settle { sent, outcome: Outcome::Sent { reply }, now } => Some((sent, reply, *now)),
        _ => None,
    }
}

impl<'s> FromIterator<(&'s InFlight, &'s str, Timestamp)> for Sents {
    fn from_iter<I: IntoIterator<Item = (&'s InFlight, &'s str, Timestamp)>>(sents: I) -> Self {
        let mut columns = Self::default();
        for (sent, reply, now) in sents {
            columns.rows.add(sent.issue, sent.recipient.subscriber);
            columns.at.push(now.as_millisecond());
            columns.replies.push(reply::kept(reply));
        }
        columns
    }
}

/// T3 for many: as in `sql::rows`, and the lease of the row's owner must last.
fn begin(tx: &View<'_>, begins: &Begins<'_>) -> Result<Vec<Ruling>, Fault> {
    if begins.claims.is_empty() {
        return Ok(Vec::new());
    }
    let statement = format!(
        "WITH asked AS (SELECT * FROM unnest(CAST(?1 AS BIGINT[]), CAST(?2 AS BIGINT[]), CAST(?3 AS BIGINT[]),
         CAST(?4 AS BIGINT[]), CAST(?5 AS BIGINT[])) AS columns (issue_id, sub_id, epoch, at, retry_at))
         UPDATE delivery SET state = 'I', attempts = attempts + 1, first_at = coalesce(first_at, asked.at),
         next_at = asked.retry_at
         FROM asked JOIN subscriber ON subscriber.id = asked.sub_id AND subscriber.state = 'C'
         JOIN issue ON issue.id = asked.issue_id AND issue.state = 'sending'
         WHERE delivery.issue_id = asked.issue_id AND delivery.sub_id = asked.sub_id
         AND delivery.epoch = asked.epoch AND delivery.state = 'C'
         AND EXISTS (SELECT 1 FROM worker WHERE worker.id = delivery.owner AND worker.lease_until > {CLOCK})
         RETURNING delivery.issue_id, delivery.sub_id"
    );
    let Begins { rows, epochs, at, retry_at, .. } = begins;
    let begun = query(tx, &statement, &[&rows.issues, &rows.subscribers, epochs, at, retry_at])?;
    let mut ready = std::collections::HashSet::new();
    for row in begun.iter().map(Row::Postgres) {
        ready.insert((row.get::<IssueId>(0)?, row.get::<SubscriberId>(1)?));
    }
    begins
        .claims
        .iter()
        .map(|claim| match ready.contains(&(claim.issue, claim.recipient.subscriber)) {
            true => Ok(Ruling::Ready { until: None }),
            false => not_begun(tx, claim),
        })
        .collect()
}

/// An intent that changed no row: it may be there already, for its first answer was lost; else it is refused.
fn not_begun(tx: &View<'_>, claim: &Claim) -> Result<Ruling, Fault> {
    let state: Option<RowState> = tx.first(
        "SELECT state FROM delivery WHERE issue_id = ?1 AND sub_id = ?2 AND epoch = ?3",
        values![claim.issue, claim.recipient.subscriber, claim.epoch],
        |row| row.get(0),
    )?;
    match state {
        Some(RowState::InFlight) => Ok(Ruling::Ready { until: None }),
        _ => sql::refuse(tx, claim),
    }
}

/// T4 for many that were accepted: from any state, as in `sql::settle`.
fn mark_sent(tx: &View<'_>, sents: &Sents) -> Result<(), Fault> {
    if sents.replies.is_empty() {
        return Ok(());
    }
    let Sents { rows, at, replies } = sents;
    let marked = query(
        tx,
        "WITH asked AS (SELECT * FROM unnest(CAST(?1 AS BIGINT[]), CAST(?2 AS BIGINT[]), CAST(?3 AS BIGINT[]),
         CAST(?4 AS TEXT[])) AS columns (issue_id, sub_id, at, reply)),
         before AS (SELECT issue_id, sub_id, state FROM delivery JOIN asked USING (issue_id, sub_id)
         WHERE state <> 'S' FOR UPDATE OF delivery),
         forgiven AS (UPDATE subscriber SET failures = 0 FROM asked
         WHERE subscriber.id = asked.sub_id AND failures > 0)
         UPDATE delivery SET state = 'S', cause = NULL, reply = asked.reply,
         first_at = coalesce(first_at, asked.at), ended_after = (asked.at - issue.frozen_at) / 1000
         FROM asked JOIN before USING (issue_id, sub_id) JOIN issue ON issue.id = asked.issue_id
         WHERE delivery.issue_id = asked.issue_id AND delivery.sub_id = asked.sub_id
         RETURNING delivery.issue_id, delivery.sub_id, before.state",
        &[&rows.issues, &rows.subscribers, at, replies],
    )?;
    for row in marked.iter().map(Row::Postgres) {
        let (issue, subscriber, before): (IssueId, SubscriberId, RowState) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        if before.is_end() {
            tx.account.reopened(issue, subscriber, before);
        }
        if before == RowState::Excluded {
            sql::has_after_all(tx, issue, subscriber)?;
        }
        tx.account.ended(issue, subscriber, RowState::Sent);
    }
    Ok(())
}

/// T1: rows that another sender is about to claim are passed over, not waited for. All issues in one question: the
/// planner follows the index of due rows of one after the other, and stops when there are enough.
fn claim(tx: &View<'_>, limit: usize, now: Timestamp, owner: i64) -> Result<Vec<Claim>, Fault> {
    sql::claim_by(tx, limit, |room| {
        tx.all(
            "WITH due AS (SELECT next.issue_id, next.sub_id FROM issue CROSS JOIN LATERAL
             (SELECT issue_id, sub_id FROM delivery WHERE issue_id = issue.id AND state = 'Q' AND next_at <= ?1
             ORDER BY next_at, sub_id LIMIT ?2 FOR UPDATE SKIP LOCKED) AS next
             WHERE issue.state = 'sending' ORDER BY issue.id LIMIT ?2),
             taken AS (UPDATE delivery SET state = 'C', epoch = epoch + 1, owner = ?3 FROM due
             WHERE delivery.issue_id = due.issue_id AND delivery.sub_id = due.sub_id
             RETURNING delivery.sub_id, edition, epoch, attempts, first_at, next_at, delivery.issue_id)
             SELECT sub_id, subscriber.state, edition, epoch - 1, attempts, first_at, identity, spelling, name,
             cohort_id, issue_id FROM taken JOIN subscriber ON subscriber.id = sub_id
             ORDER BY issue_id, next_at, sub_id",
            values![Millis(now), room as u64, owner],
            |row| sql::read_due(row.get(10)?, row),
        )
    })
}

fn query(
    tx: &View<'_>,
    statement: &str,
    columns: &[&(dyn ToSql + Sync)],
) -> Result<Vec<postgres::Row>, Fault> {
    match tx.connection() {
        Connection::Postgres(session) => session.borrow_mut().query_columns(statement, columns),
        Connection::Sqlite(_) => unreachable!("batches are PostgreSQL's"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::thread;

    use super::*;
    use crate::ledger::model::Begun;
    use crate::ledger::sql::Ledger;
    use crate::ledger::stage::{On, later, start};
    use crate::ledger::{DatabaseUrl, Location};

    /// Passes on what client and server say to each other, and counts how often the client speaks after the server.
    #[derive(Default)]
    struct Wire {
        turns: AtomicUsize,
        has_server_spoken: AtomicBool,
    }

    impl Wire {
        /// A wire to the server of `url`, and the URL of its near end.
        fn to(url: &DatabaseUrl) -> (Arc<Self>, DatabaseUrl) {
            let (wire, near) = (Arc::new(Self::default()), TcpListener::bind("127.0.0.1:0").unwrap());
            let port = near.local_addr().unwrap().port();
            let (counting, server) = (Arc::clone(&wire), url.port);
            thread::spawn(move || {
                for client in near.incoming().map_while(Result::ok) {
                    let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
                    [&client, &server].into_iter().for_each(|end| end.set_nodelay(true).unwrap());
                    counting
                        .join([client.try_clone().unwrap(), server.try_clone().unwrap()], Self::hears_client);
                    counting.join([server, client], Self::hears_server);
                }
            });
            (wire, DatabaseUrl { port, ..url.clone() })
        }

        fn join(self: &Arc<Self>, [mut from, mut to]: [TcpStream; 2], hears: fn(&Self)) {
            let wire = Arc::clone(self);
            thread::spawn(move || {
                let mut said = vec![0; 1 << 16];
                while let Some(length) = from.read(&mut said).ok().filter(|length| *length > 0) {
                    hears(&wire);
                    if to.write_all(&said[..length]).is_err() {
                        break;
                    }
                }
                let _ = to.shutdown(Shutdown::Write);
            });
        }

        fn hears_client(&self) {
            let is_turn = self.has_server_spoken.swap(false, Ordering::SeqCst);
            self.turns.fetch_add(usize::from(is_turn), Ordering::SeqCst);
        }

        fn hears_server(&self) {
            self.has_server_spoken.store(true, Ordering::SeqCst);
        }
    }

    fn settlements(flights: Vec<InFlight>) -> impl Iterator<Item = Step> {
        let outcome = || Outcome::Sent { reply: "250 ok".to_owned() };
        flights.into_iter().map(move |sent| Step::Settle { sent, outcome: outcome(), now: start() })
    }

    fn intents(claims: Vec<Claim>) -> impl Iterator<Item = Step> {
        claims.into_iter().map(|claim| Step::Begin { claim, retry_at: later(600), now: start() })
    }

    /// Takes steps in one batch; gives what is in flight and what is claimed then.
    fn take(ledger: &mut Ledger, steps: Vec<Step>) -> (Vec<InFlight>, Vec<Claim>) {
        let taken = ledger.take_steps(&steps, Policy::Hold).unwrap();
        let (mut flights, mut claims) = (Vec::new(), Vec::new());
        for (step, stepped) in steps.into_iter().zip(taken) {
            match stepped {
                Stepped::Claimed(claimed) => claims.extend(claimed),
                stepped => flights.extend(step.begun(stepped).map(|begun| match begun {
                    Begun::Ready(sent) => sent,
                    other => panic!("{other:?}"),
                })),
            }
        }
        (flights, claims)
    }

    #[test]
    fn a_batch_takes_five_round_trips_however_much_is_in_it() {
        let (stage, issue) = On::Database.sending(400);
        let Location::Database(url) = &stage.location else { panic!("it lies in a database") };
        let (wire, near) = Wire::to(url);
        let mut ledger = Ledger::open(Location::Database(near)).unwrap();
        let (mut flights, mut claims) = (Vec::new(), ledger.claim(8, start()).unwrap());
        for (size, want) in [(8, None), (8, None), (8, Some(5)), (64, Some(5)), (100, Some(5)), (1, Some(5))]
        {
            let claiming = [Step::Claim { limit: size, now: start() }];
            let steps = settlements(flights).chain(intents(claims)).chain(claiming).collect();
            let before = wire.turns.load(Ordering::SeqCst);
            (flights, claims) = take(&mut ledger, steps);
            let turns = wire.turns.load(Ordering::SeqCst) - before;
            assert_eq!(claims.len(), size);
            // Each statement is prepared when it comes first.
            assert!(want.is_none_or(|want| want == turns), "a batch of {size}: {turns} round trips");
        }
        let before = wire.turns.load(Ordering::SeqCst);
        let steps = settlements(flights).chain(intents(claims)).collect();
        let (flights, _) = take(&mut ledger, steps);
        assert_eq!(wire.turns.load(Ordering::SeqCst) - before, 4, "without a claim");
        take(&mut ledger, settlements(flights).collect());
        assert_eq!(stage.ledger.status(issue).unwrap().recipients.sent, 8 + 8 + 8 + 8 + 64 + 100 + 1);
        stage.assert_sound();
    }
}
