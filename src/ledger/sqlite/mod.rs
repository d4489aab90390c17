//! The ledger in an SQLite file: one writer, many readers, every commit on the disk before it returns.
//!
//! WAL with `synchronous=FULL`: `NORMAL` may forget the last commits when the power fails, and a forgotten
//! intent is a second copy. Every write begins with `BEGIN IMMEDIATE`, so that it waits at its start
//! and not in its middle.

mod copies;
mod rehearsal;
mod schema;
mod witness;

use std::path::PathBuf;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql, Transaction, TransactionBehavior};

use super::error::LedgerError;
use super::model::Policy;
use super::place::Place;
use super::report::Finding;
use super::sql::{self, Fault, Misfit, Row, Value, View};
use super::step::{Step, Stepped};
use witness::Witness;

/// Whose account rows are: one process at a time sends from a file.
const ONLY_OWNER: i64 = 0;

/// An open ledger file.
pub(super) struct File {
    connection: Connection,
    path: PathBuf,
    place: Place,
    /// Told of every batch of steps while mail is sent.
    witness: Option<Witness>,
}

impl File {
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Runs `work` in one transaction, of which nothing is kept when it comes to nothing.
    pub fn attempt<T>(
        &mut self,
        work: impl FnOnce(&View<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>, Fault> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let view = View::on(sql::Connection::Sqlite(&transaction));
        let done = work(&view)?;
        if done.is_some() {
            view.account.write(&view, ONLY_OWNER)?;
            transaction.commit()?;
        }
        Ok(done)
    }

    /// Takes steps of sending in one transaction.
    pub fn take_steps(&mut self, steps: &[Step], policy: Policy) -> Result<Vec<Stepped>, Fault> {
        let is_counted = self.witness.is_some();
        let taken = self.attempt(|tx| {
            let count = is_counted.then(|| Self::count_batch(tx)).transpose()?;
            Ok(Some((sql::take(tx, steps, policy)?, count)))
        })?;
        let (taken, count) = taken.expect("what does not fail is kept");
        if let Some(count) = count {
            self.tell(&count)?;
        }
        Ok(taken)
    }

    /// Runs `look` on one unchanging view of the ledger.
    pub fn read<T>(&self, look: impl FnOnce(&View<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        let view: Transaction<'_> = self.connection.unchecked_transaction()?;
        look(&View::on(sql::Connection::Sqlite(&view)))
    }

    /// Writes the log back into the file and empties it.
    pub fn empty_log(&mut self) -> Result<(), LedgerError> {
        let emptied = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        emptied.map_err(|error| LedgerError::from_sqlite(&self.place, error))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Octets(octets) => ValueRef::Blob(octets),
        }))
    }
}

fn prepared<'c>(
    connection: &'c Connection,
    statement: &str,
    values: &[Value<'_>],
) -> Result<CachedStatement<'c>, Fault> {
    let mut prepared = connection.prepare_cached(statement)?;
    for (place, value) in values.iter().enumerate() {
        prepared.raw_bind_parameter(place + 1, value)?;
    }
    Ok(prepared)
}

/// Runs a statement that changes rows; gives how many.
pub(super) fn execute(connection: &Connection, statement: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
    Ok(prepared(connection, statement, values)?.raw_execute()? as u64)
}

/// Shows each row of an answer.
pub(super) fn each(
    connection: &Connection,
    statement: &str,
    values: &[Value<'_>],
    show: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut prepared = prepared(connection, statement, values)?;
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next()? {
        show(&Row::Sqlite(row))?;
    }
    Ok(())
}

/// The first row of an answer, if there is one. The statement is run to its end, since it may change rows.
pub(super) fn first<T>(
    connection: &Connection,
    statement: &str,
    values: &[Value<'_>],
    read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    let mut prepared = prepared(connection, statement, values)?;
    let mut rows = prepared.raw_query();
    let found = rows.next()?.map(|row| read(&Row::Sqlite(row))).transpose()?;
    while rows.next()?.is_some() {}
    Ok(found)
}

/// A column of a row.
pub(super) fn value<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Result<Value<'r>, Fault> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(text) => {
            Value::Text(std::str::from_utf8(text).map_err(|_| Misfit::new("octets", "a text in UTF-8"))?)
        }
        ValueRef::Blob(octets) => Value::Octets(octets),
        ValueRef::Real(number) => return Err(Misfit::new(number.to_string(), "a whole number").into()),
    })
}

/// What SQLite finds wrong with the file, and rows that point to rows that are not there.
pub(super) fn damage(connection: &Connection) -> Result<Vec<Finding>, Fault> {
    let view = View::on(sql::Connection::Sqlite(connection));
    let words: Vec<String> = view.all("PRAGMA integrity_check(20)", &[], |row| row.get(0))?;
    let damage: Vec<Finding> =
        words.into_iter().filter(|words| words != "ok").map(|words| Finding::Damage { words }).collect();
    if !damage.is_empty() {
        return Ok(damage);
    }
    view.all(
        "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY \"table\", parent",
        &[],
        |row| Ok(Finding::Dangling { table: row.get(0)?, parent: row.get(1)?, rows: row.get(2)? }),
    )
}

/// The first thing that SQLite finds wrong: pages of all tables, and of readers the index of addresses and states too.
///
/// A reader whose state or address flipped would be passed over or mailed elsewhere; rows of deliveries have sums.
pub(super) fn quick_damage(connection: &Connection) -> Result<Option<Finding>, Fault> {
    let view = View::on(sql::Connection::Sqlite(connection));
    for check in ["PRAGMA quick_check(1)", "PRAGMA integrity_check(subscriber)"] {
        let words: Option<String> = view.first(check, &[], |row| row.get(0))?;
        if let Some(words) = words.filter(|words| words != "ok") {
            return Ok(Some(Finding::Damage { words }));
        }
    }
    Ok(None)
}

/// A pragma that is a number.
fn pragma(connection: &Connection, name: &str) -> Result<i64, Fault> {
    Ok(connection.pragma_query_value(None, name, |row| row.get(0))?)
}
