//! Reading many rows by the places of their columns.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

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

/// Where rows are read.
#[derive(Clone)]
pub(in crate::store) struct RowReader {
    connection: Pool,
    /// SQLite's file, where so many rows are read that it pays to open it once more.
    file: Option<Arc<File>>,
}

impl RowReader {
    /// Reads over the connections that everything else is read over.
    pub(in crate::store) fn over(connection: &Pool) -> Self {
        Self {
            connection: connection.clone(),
            file: None,
        }
    }

    /// For a great many rows: on SQLite from the file itself, which blocks the thread. See [`RowReader::spawn`].
    pub(in crate::store) fn of_many(connection: &Pool, file: Option<PathBuf>) -> Self {
        let file = file.map(|path| File {
            path,
            idle: Mutex::default(),
        });
        Self {
            connection: connection.clone(),
            file: file.map(Arc::new),
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
        let statement = sql.statement(text);
        match &self.file {
            Some(file) => file.each(&statement, take),
            None if statement.db_backend == DbBackend::Postgres => {
                self.each_of_postgres(statement, take).await
            }
            None => self.each_of_sqlite(statement, take).await,
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
    idle: Mutex<Vec<Connection>>,
}

impl File {
    fn each<R: Placed>(
        &self,
        statement: &Statement,
        take: impl FnMut(R),
    ) -> Result<(), StoreError> {
        let idle = self.idle().pop();
        let connection = idle.map_or_else(|| self.open(), Ok)?;
        let outcome = each(&connection, statement, take);
        self.idle().push(connection);
        outcome
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

fn each<R: Placed>(
    connection: &Connection,
    statement: &Statement,
    mut take: impl FnMut(R),
) -> Result<(), StoreError> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let values = statement.values.iter().flat_map(|values| &values.0);
    for (place, value) in values.enumerate() {
        // To SQLite `$1` is a name; it counts parameters in the order in which they stand in the text.
        if let Some(index) = prepared.parameter_index(&format!("${}", place + 1))? {
            prepared.raw_bind_parameter(index, bound(value)?)?;
        }
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

fn other_type() -> StoreError {
    StoreError::from(DbErr::Type(String::new()))
}

impl fmt::Debug for RowReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RowReader")
    }
}
