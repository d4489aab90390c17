//! One connection to the database, and the statements prepared on it.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use postgres::config::SslMode;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, SimpleQueryMessage, Statement};

use super::tls::Encryption;
use crate::ledger::error::LedgerError;
use crate::ledger::location::DatabaseUrl;
use crate::ledger::place::Place;
use crate::ledger::sql::{Fault, Row, Value};
use crate::trust;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How long the database may leave what we wrote unacknowledged before it counts as gone.
const SILENCE: Duration = Duration::from_secs(20);

/// An open connection.
pub(in crate::ledger) struct Session {
    client: Client,
    prepared: HashMap<String, Statement>,
}

impl Session {
    /// Opens a connection whose statements find the ledger's tables.
    ///
    /// A commit is durable on the server's disk before it returns, and no transaction of ours may hang about.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Pooled`] if what is said of this connection would be said of others' too.
    pub fn open(url: &DatabaseUrl) -> Result<Self, LedgerError> {
        let place = Place::of_database(url);
        let mut client = connect(url)?.map_err(|error| LedgerError::from_postgres(&place, &error))?;
        if is_shared(&mut client, url)? {
            return Err(LedgerError::Pooled { place });
        }
        let settings = format!(
            "SET search_path = \"{}\"; SET synchronous_commit = on; SET lock_timeout = '30s';
             SET idle_in_transaction_session_timeout = '60s'; SET timezone = 'UTC'",
            url.schema
        );
        client.batch_execute(&settings).map_err(|error| LedgerError::from_postgres(&place, &error))?;
        Ok(Self { client, prepared: HashMap::new() })
    }

    /// Whether the database hung up.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub fn batch(&mut self, statements: &str) -> Result<(), Fault> {
        Ok(self.client.batch_execute(statements)?)
    }

    /// Runs statements that take no values; gives how many rows they answer with.
    pub fn count_rows(&mut self, statements: &str) -> Result<usize, Fault> {
        let answer = self.client.simple_query(statements)?;
        Ok(answer.iter().filter(|message| matches!(message, SimpleQueryMessage::Row(_))).count())
    }

    pub fn execute(&mut self, statement: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
        let prepared = self.prepared(statement)?;
        Ok(self.client.execute(&prepared, &as_parameters(values))?)
    }

    pub fn query(&mut self, statement: &str, values: &[Value<'_>]) -> Result<Vec<postgres::Row>, Fault> {
        let prepared = self.prepared(statement)?;
        Ok(self.client.query(&prepared, &as_parameters(values))?)
    }

    /// Runs a statement whose values are columns of many rows.
    pub fn query_columns(
        &mut self,
        statement: &str,
        columns: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<postgres::Row>, Fault> {
        let prepared = self.prepared(statement)?;
        Ok(self.client.query(&prepared, columns)?)
    }

    /// The same, with columns of whatever kind.
    pub fn query_lists(
        &mut self,
        statement: &str,
        columns: &[Vec<Value<'_>>],
    ) -> Result<Vec<postgres::Row>, Fault> {
        let columns: Vec<&(dyn ToSql + Sync)> =
            columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect();
        self.query_columns(statement, &columns)
    }

    /// Statements number their values `?1`; PostgreSQL calls that `$1`.
    fn prepared(&mut self, statement: &str) -> Result<Statement, Fault> {
        if let Some(prepared) = self.prepared.get(statement) {
            return Ok(prepared.clone());
        }
        let prepared = self.client.prepare(&statement.replace('?', "$"))?;
        self.prepared.insert(statement.to_owned(), prepared.clone());
        Ok(prepared)
    }
}

/// How often it is looked whether two connections are served by one process: a pooler with much else to do may happen to
/// give them two.
const LOOKS: usize = 3;

/// Whether a pooler stands between that gives the server's processes to whoever has a transaction: then a second
/// connection is served by the process that has just served this one, which is still open.
///
/// Settings and prepared statements belong to a process, and so would come to other programs, and theirs to us: another
/// ledger's tables among them. Poolers say nothing of themselves, so this goes by what they do.
fn is_shared(client: &mut Client, url: &DatabaseUrl) -> Result<bool, LedgerError> {
    // Whether there may be a second connection is not what is asked.
    let Ok(mut other) = connect(url)? else { return Ok(false) };
    for _ in 0..LOOKS {
        let (ours, theirs) = (served_by(client), served_by(&mut other));
        if ours.is_some() && ours == theirs {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The server's process behind a connection. Asked without a prepared statement.
fn served_by(client: &mut Client) -> Option<String> {
    let answer = client.simple_query("SELECT pg_backend_pid()").ok()?;
    answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}

/// The outer error is ours, the inner one the database's.
fn connect(url: &DatabaseUrl) -> Result<Result<Client, postgres::Error>, LedgerError> {
    let mut config = Config::new();
    config
        .host(&url.host)
        .port(url.port)
        .user(&url.user)
        .dbname(&url.database)
        .application_name("postrider")
        .connect_timeout(CONNECT)
        .tcp_user_timeout(SILENCE)
        .keepalives_idle(SILENCE)
        .keepalives_interval(Duration::from_secs(5))
        .keepalives_retries(3);
    if let Some(password) = &url.password {
        config.password(password);
    }
    if !url.is_encrypted {
        return Ok(config.ssl_mode(SslMode::Disable).connect(NoTls));
    }
    let trusted = trust::client_config(url.ca_file.as_deref())?;
    Ok(config.ssl_mode(SslMode::Require).connect(Encryption(trusted)))
}

fn as_parameters<'v>(values: &'v [Value<'v>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut bytes::BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) if *ty == Type::INT4 => i32::try_from(number)?.to_sql(ty, out),
            Self::Integer(number) => number.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Octets(octets) => octets.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}

/// A column as it arrives.
struct Cell<'a>(Value<'a>);

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(match *ty {
            Type::INT4 => Value::Integer(i32::from_sql(ty, raw)?.into()),
            Type::BYTEA => Value::Octets(raw),
            Type::TEXT => Value::Text(std::str::from_utf8(raw)?),
            _ => Value::Integer(i64::from_sql(ty, raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Value::Null))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::TEXT | Type::BYTEA)
    }
}

/// A column of a row.
pub(in crate::ledger) fn value(row: &postgres::Row, column: usize) -> Result<Value<'_>, Fault> {
    Ok(row.try_get::<_, Cell<'_>>(column)?.0)
}

/// Shows rows that have arrived.
pub(in crate::ledger) fn show_all(
    rows: &[postgres::Row],
    show: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    rows.iter().try_for_each(|row| show(&Row::Postgres(row)))
}
