//! A copy of SQLite's database while it is in use: whole, or not there. PostgreSQL has a command of its own for it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use tempfile::{Builder, NamedTempFile};
use tokio::task::spawn_blocking;

use crate::store::db::connect::BUSY_TIMEOUT;
use crate::store::db::url::Address;
use crate::store::{DatabaseUrl, StoreError};

/// What the temporary names begin with. One that is left was killed at its work, and may be removed.
const TEMPORARY: &str = ".toss-recon-backup-";

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something of that name.
    #[error("{} exists already, and a backup replaces nothing: choose another name", .0.display())]
    Exists(PathBuf),
    /// The disk is full.
    #[error("there is no room for {}: make room on its disk, or choose another one", .0.display())]
    NoRoom(PathBuf),
    /// The file cannot be written.
    #[error("{} cannot be written: {reason}", path.display())]
    Place {
        /// The file.
        path: PathBuf,
        /// The system's word for it.
        reason: String,
    },
    /// The database cannot be read.
    #[error("{0}")]
    Database(StoreError),
}

/// How a database is copied.
#[derive(Debug)]
pub enum Backup {
    /// The file is there, with so many bytes.
    Copied(u64),
    /// By a command of PostgreSQL's, which is this one.
    ByCommand(String),
}

impl DatabaseUrl {
    /// Copies the database to a new file that its owner alone can read, while others read and write it.
    ///
    /// # Errors
    /// [`BackupError`]; then nothing stands under that name.
    pub async fn back_up(&self, to: &Path) -> Result<Backup, BackupError> {
        let path = match &self.address {
            Address::Sqlite(path) => path.clone(),
            Address::Postgres(url) => return Ok(Backup::ByCommand(dump_command(url, to))),
        };
        let to = to.to_owned();
        let copied = spawn_blocking(move || copy(&path, &to)).await;
        let copied = copied.map_err(|died| {
            BackupError::Database(StoreError::Unavailable {
                reason: format!("the task that copies it died ({died})"),
            })
        })?;
        copied.map(Backup::Copied)
    }
}

fn copy(database: &Path, to: &Path) -> Result<u64, BackupError> {
    if to.file_name().is_none() {
        return Err(place(to, &io::Error::other("it names no file")));
    }
    if to.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    if !database.exists() {
        return Err(BackupError::Database(StoreError::File {
            path: database.to_owned(),
            reason: "it is not there: see that DATABASE_URL is that of the server".to_owned(),
        }));
    }
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let wrong_place = |error: io::Error| place(to, &error);
    // Readable by its owner alone from the first byte on.
    let temporary = Builder::new()
        .prefix(TEMPORARY)
        .tempfile_in(folder)
        .map_err(wrong_place)?;
    copy_into(database, &temporary).map_err(|error| match error {
        StoreError::NoSpace { .. } => BackupError::NoRoom(to.to_owned()),
        other => BackupError::Database(other),
    })?;
    // SQLite leaves that to whoever asks for the copy.
    temporary.as_file().sync_all().map_err(wrong_place)?;
    let bytes = temporary.as_file().metadata().map_err(wrong_place)?.len();
    temporary
        .persist_noclobber(to)
        .map_err(|refused| match refused.error.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Exists(to.to_owned()),
            _ => wrong_place(refused.error),
        })?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(wrong_place)?;
    Ok(bytes)
}

/// One statement sees one state of the database, whatever is written meanwhile, and holds up nobody.
fn copy_into(database: &Path, file: &NamedTempFile) -> Result<(), StoreError> {
    let path = file.path().to_str().ok_or_else(|| StoreError::File {
        path: file.path().to_owned(),
        reason: "its name is no text".to_owned(),
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.execute("VACUUM INTO ?1", [path])?;
    Ok(())
}

fn place(path: &Path, error: &io::Error) -> BackupError {
    if matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ) {
        return BackupError::NoRoom(path.to_owned());
    }
    BackupError::Place {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// The command without the password, which `pg_dump` asks for or finds in `~/.pgpass`.
fn dump_command(url: &url::Url, to: &Path) -> String {
    let given = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let host = url.host_str().filter(|host| !host.is_empty());
    let options = [
        ("file", Some(to.display().to_string())),
        (
            "host",
            given("host").or_else(|| host.map(ToOwned::to_owned)),
        ),
        ("port", url.port().map(|port| port.to_string())),
        (
            "username",
            Some(as_written(url.username())).filter(|name| !name.is_empty()),
        ),
        (
            "dbname",
            Some(as_written(url.path().trim_start_matches('/'))),
        ),
    ];
    let given = options.into_iter().filter_map(|(name, value)| {
        // As a shell takes it word for word.
        let quoted = value?.replace('\'', r"'\''");
        Some(format!(" --{name}='{quoted}'"))
    });
    let given: String = given.collect();
    format!("pg_dump --format=custom{given}")
}

/// A part of a URL without its `%` signs.
fn as_written(part: &str) -> String {
    let pair = format!("_={}", part.replace('+', "%2B"));
    let mut decoded = url::form_urlencoded::parse(pair.as_bytes());
    decoded
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_for_postgresql_names_everything_but_the_password() {
        let command = |url: &str| dump_command(&url.parse().unwrap(), Path::new("it's.dump"));
        assert_eq!(
            command("postgres://re%20con:s3cret@db.example:6432/money%2Bmore?sslmode=require"),
            r"pg_dump --format=custom --file='it'\''s.dump' --host='db.example' --port='6432' --username='re con' --dbname='money+more'"
        );
        assert_eq!(
            command("postgres:///money?host=/run/postgresql"),
            r"pg_dump --format=custom --file='it'\''s.dump' --host='/run/postgresql' --dbname='money'"
        );
    }
}
