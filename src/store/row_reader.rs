//! Reading many rows by the places of their columns.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::TryStreamExt as _;
use rusqlite::types::Value as SqliteValue;
use rusqlite::{Connection, OpenFlags};
use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::sqlite::SqliteRow;
use sea_orm::sqlx::{self, Row as _};
use sea_orm::{
    DatabaseConnection, DbErr, QueryResult, RuntimeErr, Statement, StreamTrait as _, Value,
};

use super::StoreError;
use super::connect::BUSY_TIMEOUT;
use super::rows::{Column, Columns, Placed};
use super::sql::Sql;

/// 2 MiB, in KiB, for each of a dozen connections: the way to the rows of neighbouring payments leads over the same pages,
/// and four times as much made nothing faster.
const CACHE: i64 = -2048;

/// Where rows are read.
#[derive(Clone)]
pub(super) struct RowReader {
    connection: DatabaseConnection,
    /// SQLite's file, where so many rows are read that it pays to open it once more.
    file: Option<Arc<File>>,
}

impl RowReader {
    /// Reads over the connections that everything else is read over.
    pub(super) fn over(connection: &DatabaseConnection) -> Self {
        Self {
            connection: connection.clone(),
            file: None,
        }
    }

    /// For a great many rows: on SQLite from the file itself.
    pub(super) fn of_many(connection: &DatabaseConnection, file: Option<PathBuf>) -> Self {
        let file = file.map(|path| File {
            path,
            idle: Mutex::default(),
        });
        Self {
            connection: connection.clone(),
            file: file.map(Arc::new),
        }
    }

    /// For what is no list of rows.
    pub(super) fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// A statement in the making.
    pub(super) fn sql(&self) -> Sql {
        Sql::new(self.connection.get_database_backend())
    }

    /// The rows that `which` says: what stands behind the table in a query, with the values that `sql` has bound.
    pub(super) async fn rows<R>(&self, sql: Sql, which: &str) -> Result<Vec<R>, StoreError>
    where
        R: Placed + Send + 'static,
    {
        let text = format!("SELECT {} FROM {} {which}", R::columns(), R::FROM);
        let statement = sql.statement(text);
        let Some(file) = &self.file else {
            return self.streamed(statement).await;
        };
        let file = Arc::clone(file);
        match tokio::task::spawn_blocking(move || file.rows(&statement)).await {
            Ok(rows) => rows,
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(StoreError::Unavailable {
                    reason: "the program is ending".to_owned(),
                }),
            },
        }
    }

    async fn streamed<R: Placed>(&self, statement: Statement) -> Result<Vec<R>, StoreError> {
        let mut stream = self.connection.stream_raw(statement).await?;
        let mut rows = Vec::new();
        while let Some(row) = stream.try_next().await? {
            rows.push(taken(&row)?);
        }
        Ok(rows)
    }
}

fn taken<R: Placed>(row: &QueryResult) -> Result<R, StoreError> {
    if let Some(row) = row.try_as_pg_row() {
        return R::take(&mut PostgresColumns { row, next: 0 });
    }
    match row.try_as_sqlite_row() {
        Some(row) => R::take(&mut SqliteColumns { row, next: 0 }),
        None => Err(other_type()),
    }
}

/// The file of a SQLite database, opened for reading as often as it is read from at once.
struct File {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl File {
    fn rows<R: Placed>(&self, statement: &Statement) -> Result<Vec<R>, StoreError> {
        let idle = self.idle().pop();
        let connection = idle.map_or_else(|| self.open(), Ok)?;
        let rows = read(&connection, statement);
        self.idle().push(connection);
        rows
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // Whatever happened to whoever held it: connections are put in whole.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "cache_size", CACHE)?;
        Ok(connection)
    }
}

fn read<R: Placed>(connection: &Connection, statement: &Statement) -> Result<Vec<R>, StoreError> {
    let mut prepared = connection.prepare(&statement.sql)?;
    let values = statement.values.iter().flat_map(|values| &values.0);
    for (place, value) in values.enumerate() {
        // To SQLite `$1` is a name; it counts parameters in the order in which they stand in the text.
        if let Some(index) = prepared.parameter_index(&format!("${}", place + 1))? {
            prepared.raw_bind_parameter(index, bound(value)?)?;
        }
    }
    let mut found = prepared.raw_query();
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(R::take(&mut FileColumns { row, next: 0 })?);
    }
    Ok(rows)
}

fn bound(value: &Value) -> Result<SqliteValue, StoreError> {
    match value {
        Value::String(Some(text)) => Ok(SqliteValue::Text(text.clone())),
        Value::BigInt(Some(number)) => Ok(SqliteValue::Integer(*number)),
        _ => Err(other_type()),
    }
}

struct PostgresColumns<'r> {
    row: &'r PgRow,
    next: usize,
}

impl Columns for PostgresColumns<'_> {
    fn next<T: Column>(&mut self) -> Result<T, StoreError> {
        // The types of columns are those of their tables: to compare them for every value would be the larger part.
        let read = self.row.try_get_unchecked(self.next).map_err(unread)?;
        self.next += 1;
        T::of(read).ok_or_else(other_type)
    }
}

struct SqliteColumns<'r> {
    row: &'r SqliteRow,
    next: usize,
}

impl Columns for SqliteColumns<'_> {
    fn next<T: Column>(&mut self) -> Result<T, StoreError> {
        let read = self.row.try_get(self.next).map_err(unread)?;
        self.next += 1;
        T::of(read).ok_or_else(other_type)
    }
}

struct FileColumns<'r> {
    row: &'r rusqlite::Row<'r>,
    next: usize,
}

impl Columns for FileColumns<'_> {
    fn next<T: Column>(&mut self) -> Result<T, StoreError> {
        let read = self.row.get(self.next)?;
        self.next += 1;
        T::of(read).ok_or_else(other_type)
    }
}

fn unread(error: sqlx::Error) -> StoreError {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))).into()
}

fn other_type() -> StoreError {
    StoreError::from(DbErr::Type(String::new()))
}

impl fmt::Debug for RowReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RowReader")
    }
}
