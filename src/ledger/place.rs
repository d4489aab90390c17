//! Where a ledger lies, for people to read.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::location::DatabaseUrl;

/// A path, or a database without user and password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Place(String);

impl Place {
    pub(super) fn of_database(url: &DatabaseUrl) -> Self {
        Self(url.to_string())
    }

    pub(super) fn of_file(path: &Path) -> Self {
        Self(path.display().to_string())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
