//! Bringing many rows to the database before the transaction that makes them count, and while the one before runs: on
//! PostgreSQL by COPY into a temporary table, for SQLite into a database in memory. From there one statement takes them.

mod copy;
mod memory;
mod merge;

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use self::copy::copy;
use self::memory::Memory;
use self::merge::take;
use crate::store::StoreError;
use crate::store::db::pool::{IMPORT_MAY_TAKE, Pool};
use crate::store::db::transaction::Transaction;
use crate::store::db::upsert::{Written, upsert};

/// Shelves at once: one is filled while the rows of the other are written.
pub(in crate::store) const SHELVES: usize = 2;
/// Fewer rows are not worth the way over a shelf.
const WORTH_A_SHELF: usize = 500;
/// How the connection that writes SQLite's file names a shelf.
const SCHEMA: &str = "staged";

/// Shelves that many rows are written from, one after the other.
#[derive(Clone)]
pub(in crate::store) struct Importer {
    connections: Arc<[Pool; SHELVES]>,
    /// Which of them nobody uses.
    idle: Arc<Mutex<Vec<usize>>>,
    places: Arc<Semaphore>,
    /// Held by whoever writes; whether SQLite's connection may still have a shelf before it.
    turn: Arc<Turn<bool>>,
}

impl Importer {
    /// Over these connections: on PostgreSQL each a pool of one, so that what lies in a temporary table is there when the
    /// transaction begins; on SQLite the one that writes everything.
    pub(in crate::store) fn new(connections: [Pool; SHELVES]) -> Self {
        Self {
            connections: Arc::new(connections),
            idle: Arc::new(Mutex::new((0..SHELVES).collect())),
            places: Arc::new(Semaphore::new(SHELVES)),
            turn: Arc::default(),
        }
    }

    /// An empty shelf, as soon as there is one. Whoever has one must not wait for another, unless what lies on the first
    /// is being written meanwhile.
    pub(in crate::store) async fn shelf(&self) -> Result<Shelf, StoreError> {
        let closed = |_| StoreError::Unavailable {
            reason: "the program is ending".to_owned(),
        };
        let permit = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(closed)?;
        let index = self.idle().pop().unwrap_or_default();
        Ok(Shelf {
            importer: self.clone(),
            index,
            memory: None,
            _permit: permit,
        })
    }

    pub(in crate::store) async fn close(&self) -> Result<(), DbErr> {
        for connection in self.connections.iter() {
            connection.close().await?;
        }
        Ok(())
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<usize>> {
        // Numbers are put in and taken out whole, whatever happens to whoever does.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place for rows that are about to be written.
pub(in crate::store) struct Shelf {
    importer: Importer,
    index: usize,
    /// What SQLite reads them from.
    memory: Option<Memory>,
    _permit: OwnedSemaphorePermit,
}

/// Rows that are about to be written.
pub(in crate::store) enum Staged<E: EntityTrait> {
    /// They are handed over with the statement.
    Here(Vec<E::Model>),
    /// They lie on the shelf.
    There(Shelved<E>),
}

/// A table on a shelf.
pub(in crate::store) struct Shelved<E> {
    /// Its name in a statement.
    pub(in crate::store) table: String,
    /// How many rows it has.
    pub(in crate::store) rows: usize,
    entity: PhantomData<fn() -> E>,
}

impl Shelf {
    /// Puts the rows of one table there, of each table once. A few stay where they are.
    pub(in crate::store) async fn put<E>(
        &mut self,
        models: Vec<E::Model>,
    ) -> Result<Staged<E>, StoreError>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel> + 'static,
    {
        let rows = models.len();
        if rows < WORTH_A_SHELF {
            return Ok(Staged::Here(models));
        }
        let name = E::default().table_name();
        let connection = self.connection();
        let table = if connection.get_database_backend() == DbBackend::Postgres {
            let table = format!("{SCHEMA}_{name}");
            connection
                .execute_unprepared(&format!(
                    "CREATE TEMPORARY TABLE IF NOT EXISTS {table} (LIKE {name}); TRUNCATE {table}"
                ))
                .await?;
            let connections = connection.unwatched();
            let pool = connections.get_postgres_connection_pool();
            let copied = timeout(IMPORT_MAY_TAKE, copy::<E>(pool, &table, models)).await;
            copied.unwrap_or_else(|_| {
                connection.distrust();
                Err(connection_lost())
            })?;
            table
        } else {
            let memory = match &mut self.memory {
                Some(memory) => memory,
                None => self.memory.insert(Memory::open()?),
            };
            memory.put::<E>(name, models).await?;
            format!("{SCHEMA}.{name}")
        };
        Ok(Staged::There(Shelved {
            table,
            rows,
            entity: PhantomData,
        }))
    }

    /// Waits until nobody else writes from a shelf, and begins the transaction that writes from this one.
    pub(in crate::store) async fn begin(self) -> Result<Writing, StoreError> {
        let mut may_be_attached = Arc::clone(&self.importer.turn).lock_owned().await;
        let connection = self.connection();
        if let Some(memory) = &self.memory {
            if *may_be_attached {
                // It may have gone with its connection.
                let _ = detach(connection).await;
            }
            *may_be_attached = true;
            connection
                .execute_unprepared(&memory.attach(SCHEMA))
                .await?;
        }
        Ok(Writing {
            transaction: connection.begin().await?,
            shelf: self,
            may_be_attached,
        })
    }

    pub(in crate::store) fn connection(&self) -> &Pool {
        &self.importer.connections[self.index]
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.importer.idle().push(self.index);
    }
}

/// A transaction that writes from a shelf.
pub(in crate::store) struct Writing {
    transaction: Transaction,
    shelf: Shelf,
    may_be_attached: OwnedMutexGuard<bool>,
}

impl Writing {
    pub(in crate::store) fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// Makes what was written stay, and clears the shelf.
    pub(in crate::store) async fn commit(self) -> Result<(), StoreError> {
        let Self {
            transaction,
            shelf,
            mut may_be_attached,
        } = self;
        transaction.commit().await?;
        if shelf.memory.is_some() {
            *may_be_attached = detach(shelf.connection()).await.is_err();
        }
        Ok(())
    }
}

async fn detach(connection: &Pool) -> Result<(), DbErr> {
    connection
        .execute_unprepared(&format!("DETACH {SCHEMA}"))
        .await
        .map(drop)
}

impl<E> Staged<E>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    /// Writes the rows, and tells what the column `key` of those holds that were new or replaced others, if one is named.
    /// Where all are thought to be new, that is tried first.
    pub(in crate::store) async fn upsert(
        self,
        connection: &impl ConnectionTrait,
        on_conflict: &OnConflict,
        key: Option<E::Column>,
        seem_new: bool,
    ) -> Result<Written, StoreError> {
        match self {
            Self::Here(models) => upsert::<E>(connection, models, on_conflict, key).await,
            Self::There(rows) => take(connection, &rows, on_conflict, key, seem_new)
                .await
                .map_err(|error| {
                    if error == no_such_table() {
                        connection_lost()
                    } else {
                        error
                    }
                }),
        }
    }
}

/// A temporary table ends with its connection.
fn no_such_table() -> StoreError {
    StoreError::Database {
        what: "SQLSTATE 42P01".to_owned(),
    }
}

fn connection_lost() -> StoreError {
    StoreError::Unavailable {
        reason: "the connection broke".to_owned(),
    }
}

fn ended_early() -> StoreError {
    StoreError::Unavailable {
        reason: "a part of the program ended early".to_owned(),
    }
}
