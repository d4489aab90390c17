//! Where a ledger lies: a file on this machine, or a PostgreSQL database.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use thiserror::Error;
use url::Url;

/// Where a ledger lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// One SQLite file.
    File(PathBuf),
    /// A schema in a PostgreSQL database, which several machines may share.
    Database(DatabaseUrl),
}

impl From<&Path> for Location {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<&PathBuf> for Location {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}

impl From<&Self> for Location {
    fn from(location: &Self) -> Self {
        location.clone()
    }
}

/// `postgres://user@host:port/database?schema=letters&tls=required&ca_file=PATH`.
///
/// TLS with a checked certificate is required unless the host is this machine or the URL says `tls=none`. `Debug` and
/// `Display` leave out user and password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) password: Option<String>,
    pub(super) database: String,
    /// Lower-case letters, digits and `_`.
    pub(super) schema: String,
    pub(super) is_encrypted: bool,
    pub(super) ca_file: Option<PathBuf>,
}

/// Why a text is no [`DatabaseUrl`].
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DatabaseUrlError {
    #[error("expected postgres://USER@HOST/DATABASE")]
    Form,
    #[error("expected a user, as in postgres://USER@HOST/DATABASE")]
    User,
    #[error("expected the name of a database behind the host, as in postgres://USER@HOST/DATABASE")]
    Database,
    #[error("`schema`: expected lower-case letters, digits and _, found `{found}`")]
    Schema { found: String },
    #[error("`tls`: expected `required` or `none`, found `{found}`")]
    Tls { found: String },
    #[error("unknown parameter `{found}`: expected `schema`, `tls` or `ca_file`")]
    Parameter { found: String },
}

impl DatabaseUrl {
    /// The schema in which the tables of a ledger stand unless the URL names another.
    pub const SCHEMA: &str = "postrider";

    /// The same database, entered with `password` unless the URL holds one.
    #[must_use]
    pub fn with_password(mut self, password: &str) -> Self {
        self.password.get_or_insert_with(|| password.to_owned());
        self
    }

    /// Whether the URL itself holds a password.
    pub fn holds_password(&self) -> bool {
        self.password.is_some()
    }

    /// The same, with a relative `ca_file` seen from `folder`.
    #[must_use]
    pub fn seen_from(mut self, folder: &Path) -> Self {
        self.ca_file = self.ca_file.map(|path| folder.join(path));
        self
    }

    fn take(&mut self, key: &str, value: &str) -> Result<(), DatabaseUrlError> {
        match (key, value) {
            ("schema", name) if is_schema(name) => name.clone_into(&mut self.schema),
            ("schema", found) => return Err(DatabaseUrlError::Schema { found: found.to_owned() }),
            ("tls", "required") => self.is_encrypted = true,
            ("tls", "none") => self.is_encrypted = false,
            ("tls", found) => return Err(DatabaseUrlError::Tls { found: found.to_owned() }),
            ("ca_file", path) => self.ca_file = Some(PathBuf::from(path)),
            (found, _) => return Err(DatabaseUrlError::Parameter { found: found.to_owned() }),
        }
        Ok(())
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        let url: Url = text.parse().map_err(|_| DatabaseUrlError::Form)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(DatabaseUrlError::Form)?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(DatabaseUrlError::Form);
        }
        let (user, database) = (decoded(url.username()), decoded(url.path().trim_start_matches('/')));
        if user.is_empty() {
            return Err(DatabaseUrlError::User);
        }
        if database.is_empty() || database.contains('/') {
            return Err(DatabaseUrlError::Database);
        }
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let mut parsed = Self {
            port: url.port().unwrap_or(5432),
            password: url.password().map(decoded),
            schema: Self::SCHEMA.to_owned(),
            is_encrypted: !is_this_machine(&host),
            ca_file: None,
            host,
            user,
            database,
        };
        url.query_pairs().try_for_each(|(key, value)| parsed.take(&key, &value))?;
        Ok(parsed)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, database, schema, .. } = self;
        match host.contains(':') {
            true => write!(f, "postgres://[{host}]:{port}/{database}")?,
            false => write!(f, "postgres://{host}:{port}/{database}")?,
        }
        if schema == Self::SCHEMA { Ok(()) } else { write!(f, "?schema={schema}") }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn is_schema(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c == '_';
    name.len() <= 63
        && name.starts_with(is_letter)
        && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
        && !name.starts_with("pg_")
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_the_database_is_and_how_it_is_entered() {
        let url: DatabaseUrl = "postgres://ada:s%C3%A9same@db.example.org/letters".parse().unwrap();
        assert_eq!((url.host.as_str(), url.port, url.user.as_str()), ("db.example.org", 5432, "ada"));
        assert_eq!(url.password.as_deref(), Some("sésame"));
        assert!(url.is_encrypted, "over a network");
        let near: DatabaseUrl = "postgresql://ada@[::1]:5433/letters?schema=essays".parse().unwrap();
        assert_eq!((near.port, near.schema.as_str(), near.is_encrypted), (5433, "essays", false));
        assert_eq!(near.to_string(), "postgres://[::1]:5433/letters?schema=essays");
    }

    #[test]
    fn what_is_wrong_with_a_url_is_named() {
        let found = |found: &str| found.to_owned();
        for (given, want) in [
            ("letters", DatabaseUrlError::Form),
            ("mysql://ada@localhost/letters", DatabaseUrlError::Form),
            ("postgres://localhost/letters", DatabaseUrlError::User),
            ("postgres://ada@localhost", DatabaseUrlError::Database),
            (
                "postgres://ada@localhost/a?schema=Drop%20Table",
                DatabaseUrlError::Schema { found: found("Drop Table") },
            ),
            ("postgres://ada@localhost/a?tls=maybe", DatabaseUrlError::Tls { found: found("maybe") }),
            ("postgres://ada@localhost/a?sslmode=x", DatabaseUrlError::Parameter { found: found("sslmode") }),
        ] {
            assert_eq!(given.parse::<DatabaseUrl>().unwrap_err(), want, "given {given}");
        }
    }

    #[test]
    fn neither_user_nor_password_is_ever_shown() {
        let url: DatabaseUrl = "postgres://ada:sesame@db.example.org/letters".parse().unwrap();
        for shown in [url.to_string(), format!("{url:?}")] {
            assert!(!shown.contains("sesame") && !shown.contains("ada"), "{shown}");
        }
    }
}
