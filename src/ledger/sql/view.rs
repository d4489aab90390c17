//! A transaction, or one unchanging view, of whichever database holds the ledger.
//!
//! Statements are written once. They keep to what SQLite and PostgreSQL have in common; values are numbered `?1`,
//! `?2`. Rows are handed out one at a time.

use std::cell::RefCell;

use super::account::Account;
use super::fault::Fault;
use super::value::{FromValue, Misfit, Value};
use crate::ledger::postgres::{self, Session};
use crate::ledger::report::Finding;
use crate::ledger::sqlite;

/// The same question about one row of values, and about many, whose values come as arrays, one for each column.
#[derive(Clone, Copy)]
pub(in crate::ledger) struct Many {
    pub one: &'static str,
    pub all: &'static str,
}

/// What statements are run on.
pub(in crate::ledger) struct View<'a> {
    on: Connection<'a>,
    /// What the transaction changes about rows that have an end.
    pub account: Account,
}

/// An open transaction of one database or the other.
pub(in crate::ledger) enum Connection<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a RefCell<Session>),
}

/// A row of an answer.
pub(in crate::ledger) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a ::postgres::Row),
}

impl<'a> View<'a> {
    pub fn on(on: Connection<'a>) -> Self {
        Self { on, account: Account::default() }
    }

    /// Runs a statement that changes rows; gives how many.
    pub fn execute(&self, statement: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
        match &self.on {
            Connection::Sqlite(connection) => sqlite::execute(connection, statement, values),
            Connection::Postgres(session) => session.borrow_mut().execute(statement, values),
        }
    }

    /// Runs several statements that take no values.
    #[cfg(test)]
    pub fn batch(&self, statements: &str) -> Result<(), Fault> {
        match &self.on {
            Connection::Sqlite(connection) => Ok(connection.execute_batch(statements)?),
            Connection::Postgres(session) => session.borrow_mut().batch(statements),
        }
    }

    /// The transaction itself, for what only one of the databases can do.
    pub fn connection(&self) -> &Connection<'a> {
        &self.on
    }

    /// A condition on rows of `delivery`: whoever claimed them last is dead. From a file one process sends at a time,
    /// and whoever asks is that one.
    pub fn orphaned(&self) -> &'static str {
        match &self.on {
            Connection::Sqlite(_) => "1 = 1",
            Connection::Postgres(_) => postgres::ORPHANED,
        }
    }

    /// What the database itself finds damaged.
    pub fn damage(&self) -> Result<Vec<Finding>, Fault> {
        match &self.on {
            Connection::Sqlite(connection) => sqlite::damage(connection),
            Connection::Postgres(_) => postgres::damage(self),
        }
    }

    /// The first thing that a quick look finds damaged.
    pub fn quick_damage(&self) -> Result<Option<Finding>, Fault> {
        match &self.on {
            Connection::Sqlite(connection) => sqlite::quick_damage(connection),
            Connection::Postgres(_) => Ok(None),
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
            Connection::Postgres(session) => {
                let rows = session.borrow_mut().query(statement, values)?;
                postgres::show_all(&rows, &mut show)
            }
        }
    }

    /// Asks the same for each of many rows of values, and shows each row of the answers, in any order. A file is asked
    /// row by row; a database, where each asking is a round trip, at once.
    pub fn each_of<const N: usize>(
        &self,
        statement: Many,
        rows: &[[Value<'_>; N]],
        mut show: impl FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        match &self.on {
            Connection::Sqlite(connection) => {
                rows.iter().try_for_each(|values| sqlite::each(connection, statement.one, values, &mut show))
            }
            Connection::Postgres(_) if rows.is_empty() => Ok(()),
            Connection::Postgres(session) => {
                let columns: Vec<Vec<Value<'_>>> =
                    (0..N).map(|column| rows.iter().map(|values| values[column]).collect()).collect();
                let found = session.borrow_mut().query_lists(statement.all, &columns)?;
                postgres::show_all(&found, &mut show)
            }
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
            Connection::Postgres(session) => {
                let rows = session.borrow_mut().query(statement, values)?;
                rows.first().map(|row| read(&Row::Postgres(row))).transpose()
            }
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
            Self::Postgres(row) => Ok(T::of(postgres::value(row, column)?)?),
        }
    }
}
