//! A transaction, or one unchanging view, of whichever database holds the ledger.
//!
//! Statements are written once. They keep to what SQLite and PostgreSQL have in common; values are numbered `?1`,
//! `?2`. Rows are handed out one at a time.

use super::account::Account;
use super::fault::Fault;
use super::value::{FromValue, Misfit, Value};
use crate::ledger::report::Finding;
use crate::ledger::sqlite;

/// What statements are run on.
pub(in crate::ledger) struct View<'a> {
    on: Connection<'a>,
    /// What the transaction changes about rows that have an end.
    pub account: Account,
}

/// An open transaction of one database or the other.
pub(in crate::ledger) enum Connection<'a> {
    Sqlite(&'a rusqlite::Connection),
}

/// A row of an answer.
pub(in crate::ledger) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
}

impl<'a> View<'a> {
    pub fn on(on: Connection<'a>) -> Self {
        Self { on, account: Account::default() }
    }

    /// Runs a statement that changes rows; gives how many.
    pub fn execute(&self, statement: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
        match &self.on {
            Connection::Sqlite(connection) => sqlite::execute(connection, statement, values),
        }
    }

    /// Runs several statements that take no values.
    pub fn batch(&self, statements: &str) -> Result<(), Fault> {
        match &self.on {
            Connection::Sqlite(connection) => Ok(connection.execute_batch(statements)?),
        }
    }

    /// What the database itself finds damaged.
    pub fn damage(&self) -> Result<Vec<Finding>, Fault> {
        match &self.on {
            Connection::Sqlite(connection) => sqlite::damage(connection),
        }
    }

    /// The first thing that a quick look finds damaged.
    pub fn quick_damage(&self) -> Result<Option<Finding>, Fault> {
        match &self.on {
            Connection::Sqlite(connection) => sqlite::quick_damage(connection),
        }
    }

    /// Shows each row of the answer. `show` may ask this view for more.
    pub fn each(
        &self,
        statement: &str,
        values: &[Value<'_>],
        mut show: impl FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        match &self.on {
            Connection::Sqlite(connection) => sqlite::each(connection, statement, values, &mut show),
        }
    }

    /// All rows of the answer.
    pub fn all<T, C: FromIterator<T>>(
        &self,
        statement: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<C, Fault> {
        let mut found = Vec::new();
        self.each(statement, values, |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found.into_iter().collect())
    }

    /// The first row of the answer, if there is one.
    pub fn first<T>(
        &self,
        statement: &str,
        values: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        match &self.on {
            Connection::Sqlite(connection) => sqlite::first(connection, statement, values, read),
        }
    }

    /// The one row that the answer has.
    pub fn one<T>(
        &self,
        statement: &str,
        values: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let found = self.first(statement, values, read)?;
        found.ok_or_else(|| Misfit::new("no row", "the row that is always there").into())
    }
}

impl Row<'_> {
    /// The column with this number, from 0.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, Fault> {
        match self {
            Self::Sqlite(row) => Ok(T::of(sqlite::value(row, column)?)?),
        }
    }
}
