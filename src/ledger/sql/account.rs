//! Sums by which the ledger notices rows that changed by themselves.
//!
//! A flipped bit turns `S` into `Q`, and a reader would be mailed twice; SQLite's own check passes most flips. So each
//! issue keeps a sum over the recipients it was frozen with, and another over those who have an end, state
//! included. A sum of mixed numbers does not depend on order and is kept up to date by adding and taking away.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{Fault, View, values};
use crate::ledger::model::{EditionNo, RowState};
use crate::message::IssueId;
use crate::subscriber::{SubscriberId, scattered};

/// Sums are kept below this, so that SQL can add two of them.
const MODULUS: u64 = 1 << 61;

/// What is new is added to what was written before.
const ADDED_TO: &str = "ON CONFLICT (issue_id, owner) DO UPDATE SET ended = account.ended + excluded.ended,
    ended_sum = (account.ended_sum + excluded.ended_sum) % 2305843009213693952";

/// Rows read at once.
const PAGE: u64 = 10_000;

/// A sum over rows, in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ledger) struct Sum(u64);

impl Sum {
    fn add(&mut self, row: u64) {
        self.0 = (self.0 + row % MODULUS) % MODULUS;
    }

    fn take(&mut self, row: u64) {
        self.0 = (self.0 + MODULUS - row % MODULUS) % MODULUS;
    }
}

/// What a transaction changed about the rows that have an end, by issue. Written down before it commits.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Account(RefCell<BTreeMap<IssueId, Change>>);

#[derive(Clone, Copy, Debug, Default)]
struct Change {
    rows: i64,
    sum: Sum,
}

impl Account {
    /// A row came to an end.
    pub fn ended(&self, issue: IssueId, subscriber: SubscriberId, state: RowState) {
        let mut changes = self.0.borrow_mut();
        let change = changes.entry(issue).or_default();
        change.rows += 1;
        change.sum.add(end_of_row(issue, subscriber, state));
    }

    /// A row that had come to an end has it no longer.
    pub fn reopened(&self, issue: IssueId, subscriber: SubscriberId, state: RowState) {
        let mut changes = self.0.borrow_mut();
        let change = changes.entry(issue).or_default();
        change.rows -= 1;
        change.sum.take(end_of_row(issue, subscriber, state));
    }

    /// What writes the changes down as those of `owner`: statements without values, each with a semicolon behind it.
    pub fn take_statements(&self, owner: i64) -> String {
        let statement = |(issue, change): (IssueId, Change)| {
            let Change { rows, sum: Sum(sum) } = change;
            let row = format!("({}, {owner}, {rows}, {sum})", issue.0);
            format!("INSERT INTO account (issue_id, owner, ended, ended_sum) VALUES {row} {ADDED_TO};\n")
        };
        self.0.take().into_iter().map(statement).collect()
    }

    /// Writes the changes down as those of `owner`.
    pub fn write(&self, tx: &View<'_>, owner: i64) -> Result<(), Fault> {
        for (issue, change) in self.0.take() {
            tx.execute(
                &format!(
                    "INSERT INTO account (issue_id, owner, ended, ended_sum) VALUES (?1, ?2, ?3, ?4) {ADDED_TO}"
                ),
                values![issue, owner, change.rows, change.sum.0],
            )?;
        }
        Ok(())
    }
}

/// The sums over an issue's rows as they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ledger) struct Sums {
    pub rows: u64,
    pub members: Sum,
    pub ended: u64,
    pub ended_sum: Sum,
}

impl Sums {
    /// Adds up what the issue's rows hold now.
    pub fn recount(view: &View<'_>, issue: IssueId) -> Result<Self, Fault> {
        let mut sums = Self::default();
        let mut after = Some(SubscriberId(0));
        while let Some(last) = after {
            after = sums.add_page(view, issue, last)?;
        }
        Ok(sums)
    }

    fn add_page(
        &mut self,
        view: &View<'_>,
        issue: IssueId,
        after: SubscriberId,
    ) -> Result<Option<SubscriberId>, Fault> {
        let mut last = None;
        view.each(
            "SELECT sub_id, edition, state FROM delivery WHERE issue_id = ?1 AND sub_id > ?2
             ORDER BY sub_id LIMIT ?3",
            values![issue, after, PAGE],
            |row| {
                let subscriber = row.get(0)?;
                self.add_row(issue, subscriber, row.get(1)?, row.get(2)?);
                last = Some(subscriber);
                Ok(())
            },
        )?;
        Ok(last)
    }

    fn add_row(&mut self, issue: IssueId, subscriber: SubscriberId, edition: EditionNo, state: RowState) {
        self.rows += 1;
        self.members.add(scattered(key(issue, subscriber) ^ u64::from(edition.0).rotate_left(24)));
        if state.is_end() {
            self.ended += 1;
            self.ended_sum.add(end_of_row(issue, subscriber, state));
        }
    }

    /// The sums that were kept while the rows changed.
    pub fn kept(view: &View<'_>, issue: IssueId) -> Result<Self, Fault> {
        let (rows, members) =
            view.one("SELECT candidates, members_sum FROM issue WHERE id = ?1", values![issue], |row| {
                Ok((row.get(0)?, Sum(row.get(1)?)))
            })?;
        let mut kept = Self { rows, members, ..Self::default() };
        view.each("SELECT ended, ended_sum FROM account WHERE issue_id = ?1", values![issue], |row| {
            let ended: i64 = row.get(0)?;
            kept.ended = kept.ended.wrapping_add_signed(ended);
            kept.ended_sum.add(row.get(1)?);
            Ok(())
        })?;
        Ok(kept)
    }

    /// Keeps the sum over the recipients, once they are enlisted.
    pub fn keep_members(&self, tx: &View<'_>, issue: IssueId) -> Result<(), Fault> {
        tx.execute("UPDATE issue SET members_sum = ?2 WHERE id = ?1", values![issue, self.members.0])?;
        Ok(())
    }
}

/// Brings an issue of a ledger that kept no sums yet up to date.
pub(in crate::ledger) fn begin_keeping(tx: &View<'_>, issue: IssueId) -> Result<(), Fault> {
    let sums = Sums::recount(tx, issue)?;
    sums.keep_members(tx, issue)?;
    tx.execute(
        "INSERT INTO account (issue_id, owner, ended, ended_sum) VALUES (?1, 0, ?2, ?3)",
        values![issue, sums.ended, sums.ended_sum.0],
    )?;
    Ok(())
}

fn key(issue: IssueId, subscriber: SubscriberId) -> u64 {
    subscriber.0 ^ u64::from(issue.0).rotate_left(40)
}

fn end_of_row(issue: IssueId, subscriber: SubscriberId, state: RowState) -> u64 {
    scattered(key(issue, subscriber) ^ (state as u64 + 1).rotate_left(32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_and_taken_away_leaves_the_sum_as_it_was() {
        let mut sum = Sum::default();
        for row in [u64::MAX, MODULUS, 0, 7] {
            sum.add(scattered(row));
        }
        let before = sum;
        sum.add(scattered(42));
        assert_ne!(sum, before);
        sum.take(scattered(42));
        assert_eq!(sum, before);
    }

    #[test]
    fn every_state_and_every_reader_counts_differently() {
        let mut seen = std::collections::HashSet::new();
        for subscriber in 1..500 {
            for state in [RowState::Sent, RowState::Failed, RowState::Doubtful, RowState::Excluded] {
                assert!(seen.insert(end_of_row(IssueId(1), SubscriberId(subscriber), state)));
            }
        }
    }
}
