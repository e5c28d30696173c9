//! Whether anything can be written: tried out by writing, but seldom, and remembered wherever it failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use entity::database_fact::{self, Column};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, DbErr, EntityTrait};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::store::db::pool::Pool;
use crate::store::{Store, StoreError};

/// Writing is tried out no more often, however often somebody asks.
const BETWEEN_TRIES: Duration = Duration::from_secs(1);
/// A database that takes longer for so little takes no cancel either.
const TRY_MAY_TAKE: Duration = Duration::from_millis(2_500);
/// The fact that is written.
const FACT: &str = "writing_tried";
/// What is written of it usually,
const LITTLE: usize = 1;
/// and after writing has failed: room for several cancels, lest one more byte pass for a disk with room again.
const ROOM: usize = 256 * 1024;

/// What is known of writing to one database. Clones share it.
#[derive(Clone, Default)]
pub(in crate::store) struct Writable(Arc<Known>);

#[derive(Default)]
struct Known {
    /// How often writing has failed,
    failures: AtomicU64,
    /// and how often it had before it was last tried out with success.
    overcome: AtomicU64,
    /// How much has been committed.
    commits: AtomicU64,
    last_try: Mutex<Option<Try>>,
}

#[derive(Clone)]
struct Try {
    at: Instant,
    commits: u64,
    outcome: Result<(), StoreError>,
}

impl Writable {
    pub(in crate::store) fn note_commit(&self) {
        self.0.commits.fetch_add(1, Relaxed);
    }

    /// Whatever the database may have meant, it did not take what was to be written.
    pub(in crate::store) fn note_failed_commit(&self, error: &StoreError) {
        let writes_nothing = matches!(
            error,
            StoreError::NoSpace { .. } | StoreError::Unavailable { .. } | StoreError::File { .. }
        );
        if writes_nothing {
            self.note_failure();
        }
    }

    /// A full disk is often noticed before the commit.
    pub(in crate::store) fn note_statement(&self, error: &DbErr) {
        if matches!(StoreError::of(error), StoreError::NoSpace { .. }) {
            self.note_failure();
        }
    }

    fn note_failure(&self) {
        self.0.failures.fetch_add(1, Relaxed);
    }

    fn failures(&self) -> u64 {
        self.0.failures.load(Relaxed)
    }

    fn has_failed(&self) -> bool {
        self.failures() != self.0.overcome.load(Relaxed)
    }

    fn commits(&self) -> u64 {
        self.0.commits.load(Relaxed)
    }
}

impl Store {
    /// Whether something can be written, and is there afterwards.
    pub(in crate::store) async fn can_be_written(&self) -> Result<(), StoreError> {
        let writable = self.writer.writable();
        let mut last_try = writable.0.last_try.lock().await;
        if let Some(last) = last_try.as_ref()
            && last.at.elapsed() < BETWEEN_TRIES
            && (last.outcome.is_err() || !writable.has_failed())
        {
            return last.outcome.clone();
        }
        let commits_before = last_try.as_ref().map(|last| last.commits);
        let has_failed = writable.has_failed();
        // Others show that it can be.
        let others_write = commits_before.is_some_and(|before| before < writable.commits());
        let outcome = if others_write && !has_failed {
            Ok(())
        } else {
            self.try_to_write(has_failed).await
        };
        *last_try = Some(Try {
            at: Instant::now(),
            commits: writable.commits(),
            outcome: outcome.clone(),
        });
        outcome
    }

    async fn try_to_write(&self, has_failed: bool) -> Result<(), StoreError> {
        let writable = self.writer.writable();
        let (commits_before, failures_before) = (writable.commits(), writable.failures());
        let size = if has_failed { ROOM } else { LITTLE };
        if has_failed {
            give_back_log(&self.writer).await;
        }
        let outcome = match timeout(TRY_MAY_TAKE, write(&self.writer, size)).await {
            Ok(outcome) => outcome,
            // It waits for others.
            Err(_) if writable.commits() > commits_before && !has_failed => Ok(()),
            Err(_) => Err(StoreError::Unavailable {
                reason: "a small thing was not written in time".to_owned(),
            }),
        };
        match outcome {
            Ok(()) => {
                writable.0.overcome.store(failures_before, Relaxed);
                Ok(())
            }
            Err(error) => {
                writable.note_failure();
                Err(StoreError::NotWritable {
                    reason: error.to_string(),
                })
            }
        }
    }
}

async fn write(pool: &Pool, size: usize) -> Result<(), StoreError> {
    let transaction = pool.begin().await?;
    let fact = database_fact::ActiveModel {
        name: Set(FACT.to_owned()),
        value: Set("-".repeat(size)),
    };
    let replace = OnConflict::column(Column::Name)
        .update_column(Column::Value)
        .to_owned();
    database_fact::Entity::insert(fact)
        .on_conflict(replace)
        .exec_without_returning(&transaction)
        .await?;
    transaction.commit().await
}

/// Puts back what SQLite's log takes of the disk, as far as nobody reads it. That it cannot is no news here.
async fn give_back_log(pool: &Pool) {
    if pool.get_database_backend() == DbBackend::Sqlite {
        let outcome = pool
            .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
            .await;
        if let Err(error) = outcome {
            let error = StoreError::from(error);
            tracing::debug!(%error, "the log of changes was not put back");
        }
    }
}
