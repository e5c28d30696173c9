//! Opening the databases, with everything that makes them keep what they were told.

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous,
};
use sea_orm::sqlx::{self, ConnectOptions as _};
use sea_orm::{ConnAcquireErr, ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr};

use crate::store::db::changed::Changes;
use crate::store::db::driver_pool::DriverPool;
use crate::store::db::own_sessions;
use crate::store::db::pool::{CALL_MAY_TAKE, IMPORT_MAY_TAKE, Pool, Trust};
use crate::store::db::session::{self, IMPORTING_MAY_TAKE, STATEMENT_MAY_TAKE};
use crate::store::db::staging::Importer;
use crate::store::db::writable::Writable;
use crate::store::{Connections, Store, StoreError};

/// How long a statement waits for a connection before the database counts as lost. With what SQLite then waits for a lock,
/// less than somebody who cancels waits for an answer.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(4);
/// How long SQLite waits for another process's lock.
pub(in crate::store) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const SQLITE_READERS: u32 = 4;
/// 16 MiB, in KiB: rows of a large day go to places all over the indexes.
const WRITER_CACHE: &str = "-16384";
/// Pages of 4 KiB that the log takes before they are written to the file: 16 MiB.
const PAGES_BETWEEN_CHECKPOINTS: &str = "4000";
/// What the log keeps of the disk when it begins anew, in bytes: as much again.
const LOG_KEEPS: &str = "16777216";
const POSTGRES_CONNECTIONS: u32 = 10;
/// Connections that only read back what another one wrote.
const POSTGRES_WITNESSES: u32 = 2;
/// How PostgreSQL's own views name this program's connections.
const APPLICATION_NAME: &str = "toss-recon";

/// One connection writes, so that writers queue here instead of failing on SQLite's lock; a few others read.
pub(in crate::store) async fn sqlite(path: &Path) -> Result<Store, StoreError> {
    let Options { writing, reading } = sqlite_options(path).await?;
    // The writer first: it makes the log that readers need.
    let writer = sqlite_pool(path, writing, 1).await?;
    let reader = sqlite_pool(path, reading, SQLITE_READERS).await?;
    Ok(sqlite_store(path, writer, reader).opening_its_file(path))
}

/// The same over one connection that has the file to itself: it needs no memory that is shared by way of the disk, which
/// may be too full for it.
pub(in crate::store) async fn sqlite_alone(path: &Path) -> Result<Store, StoreError> {
    let Options { writing, .. } = sqlite_options(path).await?;
    let writing = writing.locking_mode(SqliteLockingMode::Exclusive);
    let only = sqlite_pool(path, writing, 1).await?;
    Ok(sqlite_store(path, only.clone(), only))
}

fn sqlite_store(path: &Path, writer: Pool, reader: Pool) -> Store {
    let store = Store::over(Connections {
        importer: Importer::new(std::array::from_fn(|_| writer.clone())),
        writer,
        // What writes has a connection of its own.
        witness: reader.clone(),
        reader,
    });
    Store {
        file: Some(path.to_owned()),
        ..store
    }
}

struct Options {
    writing: SqliteConnectOptions,
    reading: SqliteConnectOptions,
}

async fn sqlite_options(path: &Path) -> Result<Options, StoreError> {
    make_file(path).await?;
    let both = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging();
    Ok(Options {
        reading: both.clone().pragma("query_only", "ON"),
        writing: both
            .pragma("cache_size", WRITER_CACHE)
            .pragma("wal_autocheckpoint", PAGES_BETWEEN_CHECKPOINTS)
            .pragma("journal_size_limit", LOG_KEEPS),
    })
}

async fn sqlite_pool(
    path: &Path,
    options: SqliteConnectOptions,
    connections: u32,
) -> Result<Pool, StoreError> {
    let trust = Trust::default();
    let opened = open_sqlite(options, connections, trust.clone())
        .await
        .map_err(|error| match StoreError::from(error) {
            StoreError::Unavailable { reason } | StoreError::Database { what: reason } => {
                file_error(path, reason)
            }
            other => other,
        })?;
    let opened = DriverPool::lasting(opened);
    Ok(Pool::new(opened, trust, Writable::default(), CALL_MAY_TAKE))
}

/// One pool both reads and writes.
pub(in crate::store) async fn postgres(url: &url::Url) -> Result<Store, StoreError> {
    let Ok(options) = url.as_str().parse::<PgConnectOptions>() else {
        return Err(StoreError::Unavailable {
            reason: "a file or parameter that its URL names cannot be used".to_owned(),
        });
    };
    let options = options
        .application_name(APPLICATION_NAME)
        // Floats are read nowhere, and a pooler may not know the setting.
        .extra_float_digits(None)
        .disable_statement_logging();
    let (writable, changes) = (Writable::default(), Changes::default());
    let open = async |kind: Kind| {
        let trust = Trust::default();
        let opened = open_postgres(options.clone(), kind, trust.clone()).await?;
        let patience = kind.patience();
        let pool = Pool::new(opened, trust, writable.clone(), patience);
        Ok::<_, DbErr>(pool.telling(&changes))
    };
    let witness = open(Kind::Witness).await?;
    let importing = async || Ok::<_, DbErr>(open(Kind::Importing).await?.beside(&witness));
    let importer = Importer::new([importing().await?, importing().await?]);
    let pool = open(Kind::Everything).await.map_err(|error| {
        if !ran_out_of_time(&error) {
            return error.into();
        }
        // Refused connections are tried again until the time is over, and then look like a busy pool.
        StoreError::Unavailable {
            reason: "no connection could be made in time: see that PostgreSQL runs at the URL's host and port"
                .to_owned(),
        }
    })?;
    own_sessions::are_given(&options).await?;
    let pool = pool.beside(&witness);
    Ok(Store::over(Connections {
        importer,
        witness,
        writer: pool.clone(),
        reader: pool,
    }))
}

/// What connections to PostgreSQL are for.
#[derive(Clone, Copy)]
enum Kind {
    Everything,
    Importing,
    Witness,
}

impl Kind {
    fn connections(self) -> u32 {
        match self {
            Self::Everything => POSTGRES_CONNECTIONS,
            Self::Importing => 1,
            Self::Witness => POSTGRES_WITNESSES,
        }
    }

    fn patience(self) -> Duration {
        match self {
            Self::Importing => IMPORT_MAY_TAKE,
            Self::Everything | Self::Witness => CALL_MAY_TAKE,
        }
    }

    fn statement_may_take(self) -> Duration {
        match self {
            Self::Importing => IMPORTING_MAY_TAKE,
            Self::Everything | Self::Witness => STATEMENT_MAY_TAKE,
        }
    }
}

async fn open_postgres(
    options: PgConnectOptions,
    kind: Kind,
    trust: Trust,
) -> Result<DriverPool, DbErr> {
    // A place-holder: sea-orm may log it, and the real one holds the password.
    let mut pool = quiet("postgres://localhost");
    pool.max_connections(kind.connections())
        .map_sqlx_postgres_opts(move |_| options.clone())
        .map_sqlx_postgres_pool_opts(move |pool| {
            let may_take = kind.statement_may_take();
            trust.watch_postgres(pool).after_connect(move |made, _| {
                Box::pin(async move { session::set_up(made, may_take).await })
            })
        });
    if !matches!(kind, Kind::Everything) {
        // Made when it is needed, and let go a while after.
        pool.min_connections(0).connect_lazy(true);
    }
    if matches!(kind, Kind::Importing) {
        pool.max_lifetime(None::<Duration>);
    }
    DriverPool::open(pool).await
}

fn ran_out_of_time(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => true,
        DbErr::Conn(RuntimeErr::SqlxError(driver)) => matches!(**driver, sqlx::Error::PoolTimedOut),
        _ => false,
    }
}

async fn open_sqlite(
    options: SqliteConnectOptions,
    connections: u32,
    trust: Trust,
) -> Result<DatabaseConnection, DbErr> {
    let mut pool = quiet("sqlite://place-holder");
    pool.max_connections(connections)
        .min_connections(connections)
        // A file does not hang up.
        .test_before_acquire(false)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .map_sqlx_sqlite_opts(move |_| options.clone())
        .map_sqlx_sqlite_pool_opts(move |pool| trust.watch_sqlite(pool));
    Database::connect(pool).await
}

/// Settings that log no statement anywhere, since statements hold what must not be seen.
fn quiet(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .acquire_timeout(ACQUIRE_TIMEOUT);
    options
}

/// Makes the file if it is missing, readable by its owner only, and sees to it that it can be written: SQLite alone would
/// open a file without that right for reading, and fail at the first cancel request.
async fn make_file(path: &Path) -> Result<(), StoreError> {
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        && !tokio::fs::metadata(parent)
            .await
            .is_ok_and(|found| found.is_dir())
    {
        return Err(file_error(
            path,
            format!(
                "the folder {} does not exist: make it first",
                parent.display()
            ),
        ));
    }
    tokio::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .await
        .map(drop)
        .map_err(|error| {
            file_error(
                path,
                format!("it cannot be written ({error}): see to its rights and its folder's"),
            )
        })
}

fn file_error(path: &Path, reason: String) -> StoreError {
    StoreError::File {
        path: path.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, Statement};

    use super::*;

    async fn setting(connection: &Pool, pragma: &str) -> String {
        let row = connection
            .query_one_raw(Statement::from_string(
                connection.get_database_backend(),
                format!("SELECT CAST({pragma} AS text) FROM pragma_{pragma}"),
            ))
            .await
            .expect("an answer")
            .expect("a row");
        row.try_get_by_index(0).expect("a text")
    }

    #[tokio::test]
    async fn connections_of_sqlite_do_not_wait_for_each_others_memory() {
        let files = tempfile::TempDir::new().expect("a folder");
        let store = sqlite(&files.path().join("built.db"))
            .await
            .expect("it opens");
        let options = store
            .reader
            .query_all_raw(Statement::from_string(
                store.reader.get_database_backend(),
                "PRAGMA compile_options",
            ))
            .await
            .expect("an answer");
        let options: Vec<String> = options
            .iter()
            .map(|row| row.try_get_by_index(0).expect("a text"))
            .collect();
        let shared = "ENABLE_MEMORY_MANAGEMENT".to_owned();
        assert!(!options.contains(&shared), "see .cargo/config.toml");
        let uncounted = "DEFAULT_MEMSTATUS=0".to_owned();
        assert!(options.contains(&uncounted), "see .cargo/config.toml");
    }

    #[tokio::test]
    async fn sqlite_confirms_only_what_is_on_disk() {
        let files = tempfile::TempDir::new().expect("a folder");
        let store = sqlite(&files.path().join("kept.db"))
            .await
            .expect("it opens");
        for connection in [&store.writer, &store.reader] {
            assert_eq!(setting(connection, "journal_mode").await, "wal");
            assert_eq!(setting(connection, "synchronous").await, "2", "FULL");
            assert_eq!(setting(connection, "foreign_keys").await, "1");
        }
        let timeout = store
            .writer
            .query_one_raw(Statement::from_string(
                store.writer.get_database_backend(),
                "SELECT timeout FROM pragma_busy_timeout",
            ))
            .await
            .expect("an answer")
            .expect("a row");
        assert_eq!(timeout.try_get_by_index::<i64>(0).expect("a number"), 5_000);
    }

    #[tokio::test]
    async fn a_full_disk_is_told_and_what_was_begun_leaves_nothing() {
        let files = tempfile::TempDir::new().expect("a folder");
        let store = sqlite(&files.path().join("kept.db"))
            .await
            .expect("it opens");
        store.migrate().await.expect("it is migrated");
        let limit = async |pages: u32| {
            let sql = format!("PRAGMA max_page_count = {pages}");
            let limited = store.writer.execute_unprepared(&sql).await;
            limited.expect("a limit");
        };
        // Not below what there is.
        limit(1).await;
        let body = "x".repeat(100_000);
        let now = chrono::DateTime::UNIX_EPOCH;
        let full = store.save_webhook("large", &body, now, None).await;
        let error = full.expect_err("there is no room");
        assert!(matches!(error, StoreError::NoSpace { .. }), "{error}");
        assert_eq!(
            error.to_string(),
            "the database cannot grow, its disk is full: make room for it"
        );
        limit(1_000_000).await;
        let kept = store.save_webhook("large", &body, now, None).await;
        assert_eq!(kept, Ok(true));
    }

    #[tokio::test]
    async fn connections_for_reading_do_not_write() {
        let files = tempfile::TempDir::new().expect("a folder");
        let store = sqlite(&files.path().join("kept.db"))
            .await
            .expect("it opens");
        store.migrate().await.expect("it is migrated");
        let written = store
            .reader
            .execute_unprepared("DELETE FROM payments")
            .await;
        assert!(written.is_err());
    }
}
