//! A database of SQLite's in memory, which the connection that writes the file reads beside it.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::{Null, ToSqlOutput};
use rusqlite::{Connection, Statement, ToSql};
use sea_orm::{EntityTrait, IdenStatic, IntoActiveModel, Iterable, Value};
use uuid::Uuid;

use super::ended_early;
use crate::store::StoreError;
use crate::store::db::insert_text::row_values;

/// Rows in a database that lasts as long as some connection has it open. Its name is its own, so that other connections
/// of this process find it, and no other one does.
pub(super) struct Memory {
    name: String,
    connection: Arc<Mutex<Connection>>,
}

impl Memory {
    pub(super) fn open() -> Result<Self, StoreError> {
        let name = format!("file:/{}?vfs=memdb", Uuid::new_v4());
        let connection = Connection::open(&name)?;
        Ok(Self {
            name,
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// The statement by which another connection gets to see it, for reading alone: one that might write to it would lock
    /// it whenever it writes to anything.
    pub(super) fn attach(&self, schema: &str) -> String {
        format!("ATTACH '{}&mode=ro' AS {schema}", self.name)
    }

    /// Puts rows into a table, which must not be there yet.
    pub(super) async fn put<E>(
        &self,
        table: &'static str,
        models: Vec<E::Model>,
    ) -> Result<(), StoreError>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel> + 'static,
    {
        let connection = Arc::clone(&self.connection);
        tokio::task::spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            put::<E>(&connection, table, models)
        })
        .await
        .map_err(|_| ended_early())?
    }
}

fn put<E>(connection: &Connection, table: &str, models: Vec<E::Model>) -> Result<(), StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let columns: Vec<&str> = E::Column::iter().map(|column| column.as_str()).collect();
    let places = vec!["?"; columns.len()].join(", ");
    // Without types, so that every value stays what it is until the table itself takes it.
    let create = format!("BEGIN; CREATE TABLE {table} ({})", columns.join(", "));
    connection.execute_batch(&create)?;
    let mut insert = connection.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?;
    for model in models {
        for (place, value) in row_values::<E>(model).enumerate() {
            bind(&mut insert, place + 1, &value)?;
        }
        insert.raw_execute()?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

fn bind(statement: &mut Statement<'_>, place: usize, value: &Value) -> Result<(), StoreError> {
    let bound = match value {
        Value::String(Some(text)) => text.to_sql(),
        Value::BigInt(Some(number)) => number.to_sql(),
        Value::Bool(Some(flag)) => flag.to_sql(),
        Value::ChronoDate(Some(date)) => Ok(ToSqlOutput::from(date.to_string())),
        Value::String(None) | Value::BigInt(None) | Value::Bool(None) | Value::ChronoDate(None) => {
            Null.to_sql()
        }
        _ => {
            return Err(StoreError::Database {
                what: "a value of a type that no column has".to_owned(),
            });
        }
    };
    statement.raw_bind_parameter(place, bound?)?;
    Ok(())
}
