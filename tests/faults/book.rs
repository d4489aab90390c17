//! Where the publication's ledger lies, and what stands in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::postgres::Postgres;

/// A ledger.
#[derive(Clone)]
pub enum Book {
    /// A file of the publication.
    Sqlite,
    /// The database with this name.
    Postgres(Arc<Postgres>, String),
}

/// A recipient as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub state: String,
    pub ambiguous: usize,
    pub attempts: usize,
}

const ROWS: &str = "SELECT identity, delivery.state, ambiguous, attempts FROM delivery
    JOIN subscriber ON subscriber.id = sub_id WHERE issue_id = (SELECT max(id) FROM issue)";

impl Book {
    /// A new and empty database.
    pub fn on(server: &Arc<Postgres>) -> Self {
        let url = server.database();
        let name = url.rsplit('/').next().expect("a URL has a path").to_owned();
        Self::Postgres(Arc::clone(server), name)
    }

    /// What the configuration calls it.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite => "sqlite:postrider.ledger".to_owned(),
            Self::Postgres(server, name) => server.url(name),
        }
    }

    /// The rows of the last issue, by address.
    pub fn rows(&self, file: &Path) -> BTreeMap<String, Row> {
        self.ask(file, ROWS).into_iter().map(|fields| (fields[0].clone(), row_of(&fields))).collect()
    }

    /// What the ledger answers to `sql`, in text.
    pub fn ask(&self, file: &Path, sql: &str) -> Vec<Vec<String>> {
        match self {
            Self::Sqlite => ask_sqlite(file, sql),
            Self::Postgres(server, name) => {
                let answer = server.ask(name, sql);
                answer.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect()
            }
        }
    }
}

fn row_of(fields: &[String]) -> Row {
    let number = |at: usize| fields[at].parse().expect("a number");
    Row { state: fields[1].clone(), ambiguous: number(2), attempts: number(3) }
}

fn ask_sqlite(file: &Path, sql: &str) -> Vec<Vec<String>> {
    let ledger = rusqlite::Connection::open(file).unwrap();
    let mut question = ledger.prepare(sql).unwrap();
    let columns = question.column_count();
    let text_at = |row: &rusqlite::Row<'_>, at| match row.get_ref(at)? {
        rusqlite::types::ValueRef::Integer(number) => Ok(number.to_string()),
        other => other.as_str().map(str::to_owned).map_err(rusqlite::Error::from),
    };
    let rows = question.query_map([], |row| (0..columns).map(|at| text_at(row, at)).collect()).unwrap();
    rows.map(Result::unwrap).collect()
}
