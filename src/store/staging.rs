//! Bringing many rows to the database before the transaction that makes them count: on PostgreSQL by COPY into a
//! temporary table, from where one statement takes them. SQLite gets them in that statement itself.

use std::sync::Arc;

use sea_orm::sea_query::OnConflict;
use sea_orm::sqlx::PgPool;
use sea_orm::sqlx::postgres::PgPoolCopyExt;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    IdenStatic, IntoActiveModel, Iterable, ModelTrait, RuntimeErr, Value,
};
use tokio::sync::{Mutex, MutexGuard};

use super::write::{Written, row_values, upsert, upsert_from};
use super::{Store, StoreError};

/// Fewer rows are not worth a COPY.
const WORTH_A_COPY: usize = 500;
/// The text of a COPY is sent in pieces of about so many bytes.
const PIECE: usize = 1 << 20;

/// The connection that many rows are written over, one writer at a time. On PostgreSQL a pool of one, so that what is
/// staged is there when the transaction begins; on SQLite the connection that writes everything.
#[derive(Clone)]
pub(super) struct Importer {
    connection: DatabaseConnection,
    turn: Arc<Mutex<()>>,
}

/// The right to write over it.
pub(super) struct Turn<'a> {
    connection: &'a DatabaseConnection,
    _turn: MutexGuard<'a, ()>,
}

/// Rows that are about to be written.
pub(super) enum Staged<E: EntityTrait> {
    /// They are handed over with the statement.
    Here(Vec<E::Model>),
    /// They lie in a temporary table of this name.
    There(String),
}

impl Importer {
    pub(super) fn new(connection: DatabaseConnection) -> Self {
        Self {
            connection,
            turn: Arc::default(),
        }
    }

    pub(super) async fn turn(&self) -> Turn<'_> {
        Turn {
            _turn: self.turn.lock().await,
            connection: &self.connection,
        }
    }

    pub(super) async fn close(&self) -> Result<(), DbErr> {
        self.connection.close_by_ref().await
    }
}

impl Turn<'_> {
    /// Brings the rows of one table near. What was brought before and not written is forgotten.
    pub(super) async fn stage<E>(&self, models: Vec<E::Model>) -> Result<Staged<E>, StoreError>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
    {
        let is_postgres = self.connection.get_database_backend() == DbBackend::Postgres;
        if !is_postgres || models.len() < WORTH_A_COPY {
            return Ok(Staged::Here(models));
        }
        let table = format!("staged_{}", E::default().table_name());
        let like = E::default().table_name();
        self.connection
            .execute_unprepared(&format!(
                "CREATE TEMPORARY TABLE IF NOT EXISTS {table} (LIKE {like}); TRUNCATE {table}"
            ))
            .await?;
        copy::<E>(
            self.connection.get_postgres_connection_pool(),
            &table,
            models,
        )
        .await?;
        Ok(Staged::There(table))
    }

    /// The transaction that writes what was staged.
    pub(super) async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        Store::begin_on(self.connection).await
    }
}

impl<E> Staged<E>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + ModelTrait<Entity = E>,
{
    /// Writes the rows, and tells what a column of those holds that were new or replaced others.
    pub(super) async fn upsert(
        self,
        connection: &impl ConnectionTrait,
        on_conflict: &OnConflict,
        key: E::Column,
    ) -> Result<Written, StoreError> {
        match self {
            Self::Here(models) => upsert::<E>(connection, models, on_conflict, key).await,
            Self::There(table) => upsert_from::<E>(connection, &table, on_conflict, key)
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

async fn copy<E>(pool: &PgPool, table: &str, models: Vec<E::Model>) -> Result<(), StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let columns: Vec<&str> = E::Column::iter().map(|column| column.as_str()).collect();
    let statement = format!("COPY {table} ({}) FROM STDIN", columns.join(", "));
    let failed = |error| StoreError::from(DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error))));
    let mut copy = pool.copy_in_raw(&statement).await.map_err(failed)?;
    let mut piece = String::with_capacity(PIECE + PIECE / 8);
    for model in models {
        for (place, value) in row_values::<E>(model).enumerate() {
            if place > 0 {
                piece.push('\t');
            }
            write_value(&mut piece, &value)?;
        }
        piece.push('\n');
        if piece.len() >= PIECE {
            copy.send(piece.as_bytes()).await.map_err(failed)?;
            piece.clear();
        }
    }
    copy.send(piece.as_bytes()).await.map_err(failed)?;
    copy.finish().await.map_err(failed)?;
    Ok(())
}

/// A value as COPY's text format has it.
fn write_value(text: &mut String, value: &Value) -> Result<(), StoreError> {
    use std::fmt::Write as _;
    let written = match value {
        Value::String(Some(value)) => {
            write_text(text, value);
            Ok(())
        }
        Value::BigInt(Some(value)) => write!(text, "{value}"),
        Value::Bool(Some(value)) => text.write_str(if *value { "t" } else { "f" }),
        Value::ChronoDate(Some(value)) => write!(text, "{value}"),
        Value::String(None) | Value::BigInt(None) | Value::Bool(None) | Value::ChronoDate(None) => {
            text.write_str("\\N")
        }
        _ => Err(std::fmt::Error),
    };
    written.map_err(|_| StoreError::Database {
        what: "a value of a type that is not copied".to_owned(),
    })
}

fn write_text(text: &mut String, value: &str) {
    let mut rest = value;
    while let Some(place) = rest.find(['\\', '\t', '\n', '\r']) {
        let (before, special) = rest.split_at(place);
        text.push_str(before);
        let mut characters = special.chars();
        text.push_str(match characters.next() {
            Some('\t') => "\\t",
            Some('\n') => "\\n",
            Some('\r') => "\\r",
            _ => "\\\\",
        });
        rest = characters.as_str();
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_copy_would_take_for_its_own_is_escaped() {
        let mut text = String::new();
        write_text(&mut text, "a\\N\tb\nc\r주문");
        assert_eq!(text, "a\\\\N\\tb\\nc\\r주문");
    }
}
