//! Reading many rows by the places of their columns.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{TryFutureExt as _, TryStreamExt as _};
use rusqlite::types::{Value as SqliteValue, ValueRef};
use rusqlite::{Connection, OpenFlags};
use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::sqlite::SqliteRow;
use sea_orm::sqlx::{self, AssertSqlSafe, Row as _};
use sea_orm::{DbBackend, DbErr, RuntimeErr, Statement, StreamTrait as _, Value};
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

use crate::store::StoreError;
use crate::store::db::connect::BUSY_TIMEOUT;
use crate::store::db::pool::{Pace, Pool};
use crate::store::db::sql::Sql;
use crate::store::rows::{Before, Column, Columns, Placed, Readable as _};

/// 2 MiB, in KiB, for each of a few connections: the way to the rows of neighbouring payments leads over the same pages,
/// and four times as much made nothing faster.
const CACHE: i64 = -2048;
/// 8 MiB for whoever reads for answers, a worker of the server each: any payment may come next.
const QUICK_CACHE: i64 = -8192;

/// How long SQLite's own file is waited for by whoever reads it for an answer: the connections wait without holding up the
/// thread.
const QUICKLY: Duration = Duration::ZERO;

/// Where rows are read.
#[derive(Clone)]
pub(in crate::store) struct RowReader {
    connection: Pool,
    /// SQLite's file, where it is opened once more.
    file: Option<Arc<File>>,
    #[cfg(test)]
    count: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl RowReader {
    /// Reads over the connections that everything else is read over.
    pub(in crate::store) fn over(connection: &Pool) -> Self {
        Self::new(connection, None)
    }

    /// For few rows: on SQLite from the file itself, where they are in memory, and over the connections where it cannot be read
    /// at once.
    pub(in crate::store) fn quick(connection: &Pool, file: &Path) -> Self {
        Self::new(connection, Some(File::new(file.to_owned(), QUICKLY)))
    }

    fn new(connection: &Pool, file: Option<File>) -> Self {
        Self {
            connection: connection.clone(),
            file: file.map(Arc::new),
            #[cfg(test)]
            count: None,
        }
    }

    #[cfg(test)]
    pub(in crate::store) fn count_statements(&mut self, count: Arc<dyn Fn() + Send + Sync>) {
        self.count = Some(count);
    }

    /// For a great many rows: on SQLite from the file itself, which blocks the thread. See [`RowReader::spawn`].
    pub(in crate::store) fn of_many(connection: &Pool, file: Option<PathBuf>) -> Self {
        Self::new(connection, file.map(|path| File::new(path, BUSY_TIMEOUT)))
    }

    /// Closes the file, so that those who close the database last see to its log. What is under way ends.
    pub(in crate::store) fn close(&self) {
        if let Some(file) = &self.file {
            file.close();
        }
    }

    /// Whether reading blocks the thread.
    pub(in crate::store) fn blocks(&self) -> bool {
        self.file.is_some()
    }

    /// For what is no list of rows.
    pub(in crate::store) fn connection(&self) -> &Pool {
        &self.connection
    }

    /// A statement in the making.
    pub(in crate::store) fn sql(&self) -> Sql {
        Sql::new(self.connection.get_database_backend())
    }

    /// The rows that `which` says: what stands behind the table in a query, with the values that `sql` has bound.
    pub(in crate::store) async fn rows<R>(
        &self,
        sql: Sql,
        which: &str,
    ) -> Result<Vec<R>, StoreError>
    where
        R: Placed + Send,
    {
        let mut rows = Vec::new();
        self.each(sql, which, |row| rows.push(row)).await?;
        Ok(rows)
    }

    /// As [`RowReader::rows`], handing each over as soon as it is read.
    pub(in crate::store) async fn each<R>(
        &self,
        sql: Sql,
        which: &str,
        take: impl FnMut(R) + Send,
    ) -> Result<(), StoreError>
    where
        R: Placed,
    {
        let text = format!("SELECT {} FROM {} {which}", R::columns(), R::FROM);
        self.each_of(sql.statement(text), take).await
    }

    /// As [`RowReader::each`], by a statement that names the columns itself.
    pub(in crate::store) async fn each_of<R: Placed>(
        &self,
        statement: Statement,
        mut take: impl FnMut(R) + Send,
    ) -> Result<(), StoreError> {
        #[cfg(test)]
        if let Some(count) = &self.count {
            count();
        }
        if let Some(file) = &self.file {
            let mut has_begun = false;
            let outcome = file.each(&statement, |row| {
                has_begun = true;
                take(row);
            });
            // Somebody else has the file to himself, or it cannot be opened once more.
            if outcome.is_ok() || has_begun || !file.is_quick() {
                return outcome;
            }
        }
        match &self.file {
            None if statement.db_backend == DbBackend::Postgres => {
                self.each_of_postgres(statement, take).await
            }
            _ => self.each_of_sqlite(statement, take).await,
        }
    }

    /// Runs a task that reads: where reading blocks the thread, on one of its own. What is read is dropped where it was
    /// allocated, and no statement waits for a thread.
    pub(in crate::store) fn spawn<F>(&self, task: F) -> AbortOnDropHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        AbortOnDropHandle::new(match &self.file {
            Some(_) => {
                let runtime = Handle::current();
                tokio::task::spawn_blocking(move || runtime.block_on(task))
            }
            None => tokio::spawn(task),
        })
    }

    /// Straight from the driver: the layers above it take some of the time for each row.
    async fn each_of_postgres<R: Placed>(
        &self,
        statement: Statement,
        mut take: impl FnMut(R) + Send,
    ) -> Result<(), StoreError> {
        let mut query = sqlx::query(AssertSqlSafe(statement.sql));
        for value in statement.values.into_iter().flat_map(|values| values.0) {
            query = match value {
                Value::String(Some(text)) => query.bind(text),
                Value::BigInt(Some(number)) => query.bind(number),
                Value::Int(Some(number)) => query.bind(number),
                Value::Bool(Some(is_so)) => query.bind(is_so),
                Value::ChronoDate(Some(day)) => query.bind(day),
                Value::BigUnsigned(Some(number)) => {
                    query.bind(i64::try_from(number).map_err(|_| other_type())?)
                }
                Value::Array(_, Some(values)) => query.bind(texts(*values)?),
                _ => return Err(other_type()),
            };
        }
        let connections = self.connection.unwatched();
        let mut found = query.fetch(connections.get_postgres_connection_pool());
        let mut before = Before::default();
        while let Some(row) = self
            .connection
            .in_time(Pace::Usual, found.try_next().map_err(unread))
            .await?
        {
            let mut columns = PostgresColumns { row: &row, next: 0 };
            take(R::take(&mut columns, &mut before)?);
        }
        Ok(())
    }

    async fn each_of_sqlite<R: Placed>(
        &self,
        statement: Statement,
        mut take: impl FnMut(R) + Send,
    ) -> Result<(), StoreError> {
        let connections = self.connection.unwatched();
        let mut found = connections.stream_raw(statement).await?;
        let mut before = Before::default();
        while let Some(row) = found.try_next().await? {
            let row = row.try_as_sqlite_row().ok_or_else(other_type)?;
            take(R::take(&mut SqliteColumns { row, next: 0 }, &mut before)?);
        }
        Ok(())
    }
}

fn texts(values: Vec<Value>) -> Result<Vec<String>, StoreError> {
    let texts = values.into_iter().map(|value| match value {
        Value::String(Some(text)) => Ok(text),
        _ => Err(other_type()),
    });
    texts.collect()
}

/// The file of a SQLite database, opened for reading as often as it is read from at once.
struct File {
    path: PathBuf,
    /// `None` once it is closed.
    idle: Mutex<Option<Vec<Connection>>>,
    busy_timeout: Duration,
}

impl File {
    fn new(path: PathBuf, busy_timeout: Duration) -> Self {
        Self {
            path,
            idle: Mutex::new(Some(Vec::new())),
            busy_timeout,
        }
    }

    fn each<R: Placed>(
        &self,
        statement: &Statement,
        take: impl FnMut(R),
    ) -> Result<(), StoreError> {
        let idle = match &mut *self.idle() {
            Some(idle) => idle.pop(),
            None => return Err(closed()),
        };
        let connection = idle.map_or_else(|| self.open(), Ok)?;
        let outcome = each(&connection, statement, take);
        if let Some(idle) = &mut *self.idle() {
            idle.push(connection);
        }
        outcome
    }

    fn close(&self) {
        *self.idle() = None;
    }

    fn is_quick(&self) -> bool {
        self.busy_timeout == QUICKLY
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Option<Vec<Connection>>> {
        // Whatever happened to whoever held it: connections are put in whole.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(self.busy_timeout)?;
        let cache = if self.is_quick() { QUICK_CACHE } else { CACHE };
        connection.pragma_update(None, "cache_size", cache)?;
        Ok(connection)
    }
}

fn each<R: Placed>(
    connection: &Connection,
    statement: &Statement,
    mut take: impl FnMut(R),
) -> Result<(), StoreError> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let values = statement.values.iter().flat_map(|values| &values.0);
    for (place, value) in values.enumerate() {
        // To SQLite `$1` is a name; it counts parameters in the order in which they stand in the text.
        let named = prepared.parameter_index(&format!("${}", place + 1))?;
        prepared.raw_bind_parameter(named.unwrap_or(place + 1), bound(value)?)?;
    }
    let mut found = prepared.raw_query();
    let mut before = Before::default();
    while let Some(row) = found.next()? {
        take(R::take(&mut FileColumns { row, next: 0 }, &mut before)?);
    }
    Ok(())
}

fn bound(value: &Value) -> Result<SqliteValue, StoreError> {
    match value {
        Value::String(Some(text)) => Ok(SqliteValue::Text(text.clone())),
        Value::BigInt(Some(number)) => Ok(SqliteValue::Integer(*number)),
        Value::Int(Some(number)) => Ok(SqliteValue::Integer((*number).into())),
        Value::Bool(Some(is_so)) => Ok(SqliteValue::Integer((*is_so).into())),
        Value::ChronoDate(Some(day)) => Ok(SqliteValue::Text(day.to_string())),
        Value::BigUnsigned(Some(number)) => {
            let number = i64::try_from(*number).map_err(|_| other_type())?;
            Ok(SqliteValue::Integer(number))
        }
        _ => Err(other_type()),
    }
}

struct PostgresColumns<'r> {
    row: &'r PgRow,
    next: usize,
}

impl<'r> Columns<'r> for PostgresColumns<'r> {
    fn next<T: Column<'r>>(&mut self) -> Result<T, StoreError> {
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

impl<'r> Columns<'r> for SqliteColumns<'r> {
    fn next<T: Column<'r>>(&mut self) -> Result<T, StoreError> {
        let read = self.row.try_get(self.next).map_err(unread)?;
        self.next += 1;
        T::of(read).ok_or_else(other_type)
    }
}

struct FileColumns<'r> {
    row: &'r rusqlite::Row<'r>,
    next: usize,
}

impl<'r> Columns<'r> for FileColumns<'r> {
    fn next<T: Column<'r>>(&mut self) -> Result<T, StoreError> {
        let read = match self.row.get_ref(self.next)? {
            ValueRef::Null => None,
            value => Some(T::Read::in_file(value).map_err(|_| other_type())?),
        };
        self.next += 1;
        T::of(read).ok_or_else(other_type)
    }
}

fn unread(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}

fn closed() -> StoreError {
    StoreError::Unavailable {
        reason: "its connections are closed".to_owned(),
    }
}

fn other_type() -> StoreError {
    StoreError::from(DbErr::Type(String::new()))
}

impl fmt::Debug for RowReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RowReader")
    }
}
