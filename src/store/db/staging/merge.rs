//! Taking rows from a shelf into their table: as if all were new, and only where they are not, one by one.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, IdenStatic, IntoActiveModel, Iterable,
    PrimaryKeyToColumn, SqlErr, Statement,
};

use crate::store::StoreError;
use crate::store::db::insert_text::InsertText;
use crate::store::db::staging::Shelved;
use crate::store::db::upsert::{Written, answered, carried_out};

/// Inserts rows from a shelf or replaces others by them; tells what the column `key` of those holds that were written, if
/// one is named.
///
/// A statement that may replace rows costs more for each that is new. SQLite first copies every page that it touches, lest
/// it fail half-way, and takes long to tell what it has written; PostgreSQL enters the index twice. So SQLite is first told
/// to let be what is there, and PostgreSQL, where the rows `seem_new`, to fail at it.
pub(in crate::store) async fn take<E>(
    connection: &impl ConnectionTrait,
    given: &Shelved<E>,
    on_conflict: &OnConflict,
    key: Option<E::Column>,
    seem_new: bool,
) -> Result<Written, StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let backend = connection.get_database_backend();
    let either = InsertText::<E>::new(backend, on_conflict);
    if backend == DbBackend::Sqlite {
        return take_on_sqlite(connection, given, &either, key).await;
    }
    if seem_new {
        let new = InsertText::<E>::of_new_rows(backend).with_rows_of(&given.table, None);
        if is_done_unless_known(connection, new).await? {
            return Ok(Written::All);
        }
    }
    let mut written = Written::default();
    let statement = either.with_rows_of(&given.table, key);
    written.add(carried_out(connection, statement, key.is_some()).await?);
    Ok(written)
}

/// Rows that come new have the highest numbers.
async fn take_on_sqlite<E>(
    connection: &impl ConnectionTrait,
    given: &Shelved<E>,
    either: &InsertText<E>,
    key: Option<E::Column>,
) -> Result<Written, StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let table = E::default().table_name();
    let last = format!("SELECT COALESCE(MAX(rowid), 0) FROM {table}");
    let last = Statement::from_string(DbBackend::Sqlite, last);
    let last: i64 = match connection.query_one_raw(last).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    // Without a condition SQLite takes what follows for a part of the query.
    let every = format!("{} WHERE TRUE", given.table);
    let new = InsertText::<E>::of_new_rows(DbBackend::Sqlite).with_rows_of(&every, None);
    let new = connection.execute_raw(new).await?.rows_affected();
    if usize::try_from(new) == Ok(given.rows) {
        return Ok(Written::All);
    }
    let same: Vec<String> = E::PrimaryKey::iter()
        .map(PrimaryKeyToColumn::into_column)
        .map(|column| format!("stored.{0} = given.{0}", column.as_str()))
        .collect();
    let known = format!(
        "{} AS given WHERE NOT EXISTS (SELECT 1 FROM {table} AS stored WHERE {} AND stored.rowid > ?1)",
        given.table,
        same.join(" AND ")
    );
    let mut written = Written::default();
    let known = after(last, either.with_rows_of(&known, key).sql);
    written.add(carried_out(connection, known, key.is_some()).await?);
    written.add(match key {
        None => (new, Vec::new()),
        Some(key) => {
            let keys = format!("SELECT {} FROM {table} WHERE rowid > ?1", key.as_str());
            answered(connection, after(last, keys)).await?
        }
    });
    Ok(written)
}

/// The text of a statement stays the same, so that it is prepared once.
fn after(last: i64, text: String) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, text, [last.into()])
}

/// `false` when a row was there: then nothing was done.
async fn is_done_unless_known(
    connection: &impl ConnectionTrait,
    statement: Statement,
) -> Result<bool, StoreError> {
    connection.execute_unprepared("SAVEPOINT before").await?;
    match connection.execute_raw(statement).await {
        Ok(_) => Ok(true),
        Err(error) if is_there(&error) => {
            connection
                .execute_unprepared("ROLLBACK TO SAVEPOINT before")
                .await?;
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

fn is_there(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
