//! Connections that are trusted only as long as nothing has gone wrong with them, and whose every call ends in time.
//!
//! SQLite rolls back by itself when its disk is full, and a driver that is not told goes on within a transaction that is
//! none: what it commits afterwards is nowhere. And a path to PostgreSQL that has fallen silent answers nobody, ever. So
//! after a commit or a rollback that failed, or a call without an answer, every connection that there was is replaced
//! before it is used again.

use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sqlx::pool::{PoolConnectionMetadata, PoolOptions};
use sea_orm::sqlx::{self, Connection, Postgres, Sqlite};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::async_trait::async_trait;
use tokio::time::timeout;
use tracing::Span;

use crate::store::StoreError;
use crate::store::db::changed::Changes;
use crate::store::db::driver_pool::DriverPool;
use crate::store::db::transaction::Transaction;
use crate::store::db::writable::Writable;
use crate::traces;

/// How long a call may take of which somebody waits for the answer: to get a connection, and to have a statement carried
/// out. PostgreSQL itself ends a statement sooner.
pub(in crate::store) const CALL_MAY_TAKE: Duration = Duration::from_secs(9);
/// The same of rows that are imported.
pub(in crate::store) const IMPORT_MAY_TAKE: Duration = Duration::from_secs(75);
/// So long nothing takes that takes as long as it takes, unless nobody is there any more.
const WORK_MAY_TAKE: Duration = Duration::from_hours(1);
/// How long a connection may take to say that it is there.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);
/// A connection that has rested longer is tried out before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// Since when the connections of a pool are trusted.
#[derive(Clone, Default)]
pub(in crate::store) struct Trust(Arc<Mutex<Option<Instant>>>);

impl Trust {
    /// Has every connection that there is now replaced.
    pub(in crate::store) fn lose(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn holds_for(&self, connection: &PoolConnectionMetadata) -> bool {
        let lost = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lost.is_none_or(|lost| lost.elapsed() > connection.age)
    }

    /// A pool of connections to SQLite that drops those which are not to be trusted: also those that are still within a
    /// transaction, whatever became of it.
    pub(in crate::store) fn watch_sqlite(&self, pool: PoolOptions<Sqlite>) -> PoolOptions<Sqlite> {
        let (released, acquired) = (self.clone(), self.clone());
        pool.after_release(move |connection, known| {
            let trust = released.clone();
            Box::pin(async move {
                // A rollback may be on its way.
                connection.ping().await?;
                Ok(!connection.is_in_transaction() && trust.holds_for(&known))
            })
        })
        .before_acquire(move |connection, known| {
            let is_free = !connection.is_in_transaction();
            let trusted = is_free && acquired.holds_for(&known);
            Box::pin(std::future::ready(Ok(trusted)))
        })
    }

    /// The same for PostgreSQL. A connection that does not answer says that none of the others would.
    pub(in crate::store) fn watch_postgres(
        &self,
        pool: PoolOptions<Postgres>,
    ) -> PoolOptions<Postgres> {
        let (released, acquired) = (self.clone(), self.clone());
        pool.test_before_acquire(false)
            .after_release(move |connection, known| {
                let trust = released.clone();
                Box::pin(async move {
                    let answers = trust.holds_for(&known) && trust.is_answered(connection).await;
                    Ok(answers && trust.holds_for(&known) && !connection.is_in_transaction())
                })
            })
            .before_acquire(move |connection, known| {
                let trust = acquired.clone();
                Box::pin(async move {
                    let rested = known.idle_for >= TRUSTED_IDLE;
                    Ok(trust.holds_for(&known) && (!rested || trust.is_answered(connection).await))
                })
            })
    }

    async fn is_answered(&self, connection: &mut sqlx::PgConnection) -> bool {
        if let Ok(answer) = timeout(SIGN_OF_LIFE, connection.ping()).await {
            return answer.is_ok();
        }
        self.lose();
        false
    }
}

/// How long a call may take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Pace {
    /// As long as whoever waits has patience.
    Usual,
    /// As long as PostgreSQL is there.
    AsLongAsItTakes,
}

/// Connections to one database. Cheap to clone; clones share them.
#[derive(Clone)]
pub(in crate::store) struct Pool(Arc<Shared>);

#[derive(Clone)]
struct Shared {
    driver: Arc<DriverPool>,
    backend: DbBackend,
    trust: Trust,
    writable: Writable,
    /// Tells what transactions change.
    changes: Changes,
    /// How long a call may take.
    patience: Duration,
    /// Connections beside these, which tell whether PostgreSQL is still there.
    beside: Option<Arc<DriverPool>>,
}

impl Pool {
    /// Over connections that are watched by this trust.
    pub(in crate::store) fn new(
        driver: DriverPool,
        trust: Trust,
        writable: Writable,
        patience: Duration,
    ) -> Self {
        Self(Arc::new(Shared {
            backend: driver.current().get_database_backend(),
            driver: Arc::new(driver),
            trust,
            writable,
            changes: Changes::default(),
            patience,
            beside: None,
        }))
    }

    /// The same, where these connections tell whether PostgreSQL is still there while work takes long.
    pub(in crate::store) fn beside(self, others: &Self) -> Self {
        Self(Arc::new(Shared {
            beside: Some(Arc::clone(&others.0.driver)),
            ..Shared::clone(&self.0)
        }))
    }

    /// The same, whose transactions tell of what they change by way of these.
    pub(in crate::store) fn telling(self, changes: &Changes) -> Self {
        Self(Arc::new(Shared {
            changes: changes.clone(),
            ..Shared::clone(&self.0)
        }))
    }

    /// What tells of what transactions change.
    pub(in crate::store) fn changes(&self) -> &Changes {
        &self.0.changes
    }

    /// Which database it is.
    pub(in crate::store) fn get_database_backend(&self) -> DbBackend {
        self.0.backend
    }

    /// The connections themselves, for what hands over row by row. Nobody watches the time there.
    pub(in crate::store) fn unwatched(&self) -> DatabaseConnection {
        self.0.driver.current()
    }

    /// Whether, and since when, writing has failed.
    pub(in crate::store) fn writable(&self) -> &Writable {
        &self.0.writable
    }

    /// A transaction that may write. On SQLite it has the right to from the start: one that asked for it half-way could
    /// not wait for it.
    #[track_caller]
    pub(in crate::store) fn begin(
        &self,
    ) -> impl Future<Output = Result<Transaction, StoreError>> + Send + '_ {
        self.begun(traces::of_transaction(
            if self.is_sqlite() {
                "sqlite"
            } else {
                "postgresql"
            },
            Location::caller(),
        ))
    }

    async fn begun(&self, span: Span) -> Result<Transaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let connections = self.unwatched();
        let begun = self
            .in_time(Pace::Usual, connections.begin_with_options(options))
            .await;
        match begun {
            Ok(transaction) => Ok(Transaction::new(transaction, self.clone(), span)),
            Err(error) => {
                // A connection that cannot begin may be within something already.
                traces::failed(&span);
                if self.is_sqlite() && !matches!(error, DbErr::ConnectionAcquire(_)) {
                    self.0.trust.lose();
                }
                Err(error.into())
            }
        }
    }

    /// Has every connection that there is now replaced.
    pub(in crate::store) fn distrust(&self) {
        self.0.trust.lose();
    }

    /// What a call gives, if it gives it in time. When it does not, its connection is not used again. SQLite's file does
    /// not fall silent, and its locks have a limit of their own.
    pub(in crate::store) async fn in_time<T>(
        &self,
        pace: Pace,
        call: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        let outcome = if self.is_sqlite() {
            call.await
        } else {
            let began = Instant::now();
            let mut call = std::pin::pin!(call);
            loop {
                if let Ok(outcome) = timeout(self.0.patience, &mut call).await {
                    self.0.driver.note(&outcome, self.0.patience).await;
                    break outcome;
                }
                let goes_on = pace == Pace::AsLongAsItTakes && began.elapsed() < WORK_MAY_TAKE;
                if !(goes_on && self.others_are_answered().await) {
                    // Distrusted first and let go then: whoever is given it back asks.
                    self.0.trust.lose();
                    break Err(silent());
                }
            }
        };
        outcome.inspect_err(|error| self.0.writable.note_statement(error))
    }

    /// Whether PostgreSQL answers on another connection.
    async fn others_are_answered(&self) -> bool {
        let Some(beside) = &self.0.beside else {
            return false;
        };
        let others = beside.current();
        let asked = timeout(2 * SIGN_OF_LIFE, others.execute_unprepared("SELECT 1")).await;
        asked.is_ok_and(|answer| answer.is_ok())
    }

    fn is_sqlite(&self) -> bool {
        self.0.backend == DbBackend::Sqlite
    }

    /// Closes every connection, also those of clones.
    pub(in crate::store) async fn close(&self) -> Result<(), DbErr> {
        self.unwatched().close().await
    }

    #[cfg(test)]
    pub(in crate::store) fn count_statements(&mut self, count: impl Fn() + Send + Sync + 'static) {
        let mut connections = self.unwatched();
        connections.set_metric_callback(move |_| count());
        self.0 = Arc::new(Shared {
            driver: Arc::new(DriverPool::lasting(connections)),
            ..Shared::clone(&self.0)
        });
    }
}

fn silent() -> DbErr {
    let silence = std::io::Error::from(std::io::ErrorKind::TimedOut);
    DbErr::Conn(RuntimeErr::SqlxError(Arc::new(sqlx::Error::Io(silence))))
}

#[async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DbBackend {
        self.0.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let connections = self.unwatched();
        self.in_time(Pace::Usual, connections.execute_raw(statement))
            .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let connections = self.unwatched();
        self.in_time(Pace::Usual, connections.execute_unprepared(sql))
            .await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let connections = self.unwatched();
        self.in_time(Pace::Usual, connections.query_one_raw(statement))
            .await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let connections = self.unwatched();
        self.in_time(Pace::Usual, connections.query_all_raw(statement))
            .await
    }
}

#[cfg(test)]
#[path = "pool/tests.rs"]
mod tests;
