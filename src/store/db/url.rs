//! Where the database is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sea_orm::sqlx::postgres::PgConnectOptions;
use url::{ParseError, Url};

/// The address of the database: `sqlite://PATH`, with a relative or absolute path taken word for word, or
/// `postgres://USER:PASSWORD@HOST/DATABASE`. It shows no password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    pub(in crate::store) address: Address,
    pub(in crate::store) must_exist: bool,
}

impl DatabaseUrl {
    /// The same address; whether a database of this program must be there already, so that a missing one is an error and is
    /// not made.
    #[must_use]
    pub fn that_must_exist(self, must_exist: bool) -> Self {
        Self { must_exist, ..self }
    }

    /// Where it is, for people: the absolute path of a file, or server and name, without a password.
    pub fn place(&self) -> String {
        match &self.address {
            Address::Sqlite(path) => std::path::absolute(path)
                .unwrap_or_else(|_| path.clone())
                .display()
                .to_string(),
            Address::Postgres(_) => self.to_string(),
        }
    }
}

impl From<Address> for DatabaseUrl {
    fn from(address: Address) -> Self {
        Self {
            address,
            must_exist: false,
        }
    }
}

/// Which database, and where.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::store) enum Address {
    /// A file.
    Sqlite(PathBuf),
    /// A server and a database on it.
    Postgres(Url),
}

/// What is wrong with a database URL and how to mend it, in one line that does not repeat the URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidDatabaseUrl(String);

/// The parameters that a PostgreSQL URL may have. The driver would only warn about others, and log their values.
const POSTGRES_PARAMETERS: [&str; 6] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "options",
];

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        let text = text.trim();
        if text.is_empty() {
            return refuse(
                "the database URL is empty: write sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE",
            );
        }
        if let Some(path) = text.strip_prefix("sqlite://") {
            return sqlite(path);
        }
        if text.starts_with("sqlite:") {
            return sqlite_without_slashes(text);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return postgres(text);
        }
        refuse(match text.split_once("://") {
            Some(_) => {
                "the database URL has a scheme that is not known: use sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE"
            }
            None => {
                "the database URL has no scheme: write sqlite:// in front of a path, or postgres://USER:PASSWORD@HOST/DATABASE"
            }
        })
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Address::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            // Neither the user, nor the password, nor parameters that may repeat them.
            Address::Postgres(url) => {
                write!(f, "postgres://{}", url.host_str().unwrap_or_default())?;
                if let Some(port) = url.port() {
                    write!(f, ":{port}")?;
                }
                f.write_str(url.path())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn sqlite(path: &str) -> Result<DatabaseUrl, InvalidDatabaseUrl> {
    if path.is_empty() {
        return refuse(
            "the database URL names no file: write sqlite://toss-recon.db, or sqlite:///var/lib/toss-recon.db",
        );
    }
    if path.contains(":memory:") {
        return refuse_memory();
    }
    if path.contains('?') {
        return refuse(
            "the database URL has parameters, and SQLite takes none here: leave out everything \
             from the ? on (a missing file is made)",
        );
    }
    if path.ends_with('/') {
        return refuse("the database URL names a folder: add the name of a file in it");
    }
    Ok(Address::Sqlite(PathBuf::from(path)).into())
}

fn sqlite_without_slashes(text: &str) -> Result<DatabaseUrl, InvalidDatabaseUrl> {
    if text.contains(":memory:") {
        return refuse_memory();
    }
    refuse(
        "the database URL lacks slashes: write sqlite://PATH, with a third slash for an absolute path",
    )
}

fn refuse_memory() -> Result<DatabaseUrl, InvalidDatabaseUrl> {
    refuse(
        "the database URL asks for a database in memory, which would forget every cancel request at a \
         restart: name a file, such as sqlite://toss-recon.db",
    )
}

fn postgres(text: &str) -> Result<DatabaseUrl, InvalidDatabaseUrl> {
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(ParseError::InvalidPort) => {
            return refuse(
                "the database URL has a port that is no number: if the password holds / ? # or @, write \
                 these as %2F %3F %23 %40",
            );
        }
        Err(ParseError::EmptyHost) => return refuse_host(),
        Err(error) => {
            return refuse(&format!(
                "the database URL cannot be read ({error}): write postgres://USER:PASSWORD@HOST/DATABASE"
            ));
        }
    };
    if let Some((name, _)) = url
        .query_pairs()
        .find(|(name, _)| !POSTGRES_PARAMETERS.contains(&name.as_ref()))
    {
        let name: String = name.chars().take(40).collect();
        return refuse(&format!(
            "the database URL has a parameter {name:?} that is not known: use {} only",
            POSTGRES_PARAMETERS.join(", ")
        ));
    }
    let names_socket = url.query_pairs().any(|(name, _)| name == "host");
    if url.host_str().is_none_or(str::is_empty) && !names_socket {
        return refuse_host();
    }
    if url.path().trim_matches('/').is_empty() {
        return refuse("the database URL names no database: add /DATABASE after the host");
    }
    if PgConnectOptions::from_str(text).is_err() {
        return refuse(
            "the database URL has a parameter with a value that is not known: sslmode is one of \
             disable, allow, prefer, require, verify-ca, verify-full",
        );
    }
    Ok(Address::Postgres(url).into())
}

fn refuse_host() -> Result<DatabaseUrl, InvalidDatabaseUrl> {
    refuse("the database URL names no host: write postgres://USER:PASSWORD@HOST/DATABASE")
}

fn refuse(reason: &str) -> Result<DatabaseUrl, InvalidDatabaseUrl> {
    Err(InvalidDatabaseUrl(reason.to_owned()))
}
