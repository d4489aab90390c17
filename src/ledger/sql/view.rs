//! A transaction, or one unchanging view, of whichever database holds the ledger.
//!
//! Statements are written once. They keep to what SQLite and PostgreSQL have in common; values are numbered `?1`,
//! `?2`. Rows are handed out one at a time.

use super::fault::Fault;
use super::value::{FromValue, Misfit, Value};
use crate::ledger::report::Finding;
use crate::ledger::sqlite;

/// What statements are run on.
#[derive(Clone, Copy)]
pub(in crate::ledger) enum View<'a> {
    Sqlite(&'a rusqlite::Connection),
}

/// A row of an answer.
pub(in crate::ledger) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
}

impl View<'_> {
    /// Runs a statement that changes rows; gives how many.
    pub fn execute(&self, statement: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
        match self {
            Self::Sqlite(connection) => sqlite::execute(connection, statement, values),
        }
    }

    /// Runs several statements that take no values.
    pub fn batch(&self, statements: &str) -> Result<(), Fault> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(statements)?),
        }
    }

    /// What the database itself finds damaged.
    pub fn damage(&self) -> Result<Vec<Finding>, Fault> {
        match self {
            Self::Sqlite(connection) => sqlite::damage(connection),
        }
    }

    /// Shows each row of the answer. `show` may ask this view for more.
    pub fn each(
        &self,
        statement: &str,
        values: &[Value<'_>],
        mut show: impl FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        match self {
            Self::Sqlite(connection) => sqlite::each(connection, statement, values, &mut show),
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
        match self {
            Self::Sqlite(connection) => sqlite::first(connection, statement, values, read),
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
