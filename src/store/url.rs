//! Where the database is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The address of the database: `sqlite://PATH`, relative or absolute, or `postgres://USER:PASSWORD@HOST/DATABASE`.
/// Shows no password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Address);

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Address {
    Sqlite(PathBuf),
    Postgres(::url::Url),
}

/// What is wrong with a database URL, and how to mend it, in one line. Never repeats the URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidDatabaseUrl(String);

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        todo!()
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
