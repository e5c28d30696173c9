//! A transaction, with the only commit that there is.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
use sea_orm_migration::async_trait::async_trait;
use tracing::Span;

use crate::fail_points;
use crate::store::StoreError;
use crate::store::db::changed::Changed;
use crate::store::db::hearing::notify;
use crate::store::db::pool::{Pace, Pool};
use crate::traces;

/// What is written together. Dropped without having been committed, it is rolled back.
pub(in crate::store) struct Transaction {
    inner: DatabaseTransaction,
    pool: Pool,
    takes_its_time: AtomicBool,
    changed: Mutex<Changed>,
    traced: Traced,
}

/// The span of a transaction, which ends with it.
struct Traced {
    span: Span,
    statements: AtomicU64,
    outcome: &'static str,
}

impl Drop for Traced {
    fn drop(&mut self) {
        traces::transaction_ended(&self.span, self.statements.load(Relaxed), self.outcome);
    }
}

impl Transaction {
    /// One that has begun, and is told of by this span.
    pub(in crate::store) fn new(inner: DatabaseTransaction, pool: Pool, span: Span) -> Self {
        Self {
            inner,
            pool,
            takes_its_time: AtomicBool::new(false),
            changed: Mutex::default(),
            traced: Traced {
                span,
                statements: AtomicU64::new(0),
                outcome: "rolled back",
            },
        }
    }

    /// What has to be done takes as long as it takes: migrating, waiting for another process that does, marking a day.
    pub(in crate::store) async fn takes_its_time(&self) -> Result<(), StoreError> {
        if self.inner.get_database_backend() == DbBackend::Postgres {
            self.execute_unprepared("SET LOCAL statement_timeout = 0")
                .await?;
            self.takes_its_time.store(true, Relaxed);
        }
        Ok(())
    }

    /// Notes what those who watch are to be told of once it is committed.
    pub(in crate::store) fn note(&self, change: impl FnOnce(&mut Changed)) {
        change(&mut self.changed.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Makes what was written stay. After an error it may have stayed all the same: the answer can be lost. The connection
    /// is thrown away then.
    pub(in crate::store) fn commit(self) -> BoxFuture<'static, Result<(), StoreError>> {
        // A box each, since cancels consist of many.
        Box::pin(self.committed())
    }

    async fn committed(self) -> Result<(), StoreError> {
        let lost = |what: &str| StoreError::Unavailable {
            reason: what.to_owned(),
        };
        let Self {
            inner,
            pool,
            changed,
            mut traced,
            ..
        } = self;
        let changed = changed.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !changed.is_empty() && inner.get_database_backend() == DbBackend::Postgres {
            // Others are told when it is committed, and only then.
            let told = inner.execute_raw(notify(pool.changes(), &changed));
            pool.in_time(Pace::Usual, told).await?;
        }
        let outcome = if fail_points::fails("commit-refused") {
            Err(lost("the commit was refused"))
        } else {
            let committed = pool.in_time(Pace::Usual, inner.commit()).await;
            committed.map_err(StoreError::from)
        };
        let outcome = match outcome {
            Ok(()) if fail_points::fails("commit-answer-lost") => {
                Err(lost("the answer to the commit was lost"))
            }
            outcome => outcome,
        };
        match &outcome {
            Ok(()) => {
                traced.outcome = "committed";
                pool.writable().note_commit();
                if !changed.is_empty() {
                    pool.changes().tell(changed);
                }
            }
            Err(error) => {
                traced.outcome = "unknown";
                traces::failed(&traced.span);
                // It may have been committed all the same.
                pool.changes().tell(Changed::anything());
                pool.distrust();
                pool.writable().note_failed_commit(error);
            }
        }
        outcome
    }

    /// Takes back what was written. After an error the connection is thrown away.
    pub(in crate::store) fn rollback(self) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(self.rolled_back())
    }

    async fn rolled_back(self) -> Result<(), StoreError> {
        let Self { inner, pool, .. } = self;
        let outcome = pool.in_time(Pace::Usual, inner.rollback()).await;
        if outcome.is_err() {
            pool.distrust();
        }
        Ok(outcome?)
    }

    /// For migrations, which want the driver's own type. Nobody watches the time there.
    pub(in crate::store) fn unwatched(&self) -> &DatabaseTransaction {
        &self.inner
    }

    fn pace(&self) -> Pace {
        if self.takes_its_time.load(Relaxed) {
            Pace::AsLongAsItTakes
        } else {
            Pace::Usual
        }
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.traced.statements.fetch_add(1, Relaxed);
        let call = self.inner.execute_raw(statement);
        self.pool.in_time(self.pace(), call).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.traced.statements.fetch_add(1, Relaxed);
        let call = self.inner.execute_unprepared(sql);
        self.pool.in_time(self.pace(), call).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.traced.statements.fetch_add(1, Relaxed);
        let call = self.inner.query_one_raw(statement);
        self.pool.in_time(self.pace(), call).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.traced.statements.fetch_add(1, Relaxed);
        let call = self.inner.query_all_raw(statement);
        self.pool.in_time(self.pace(), call).await
    }
}
