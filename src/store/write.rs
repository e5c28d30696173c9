//! Writing many rows with few statements, whose texts stay the same however many rows there are, so that the database
//! prepares each once.

use std::marker::PhantomData;

use sea_orm::sea_query::{Expr, OnConflict, PostgresQueryBuilder, Query, SqliteQueryBuilder};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbBackend, EntityTrait, IdenStatic, IntoActiveModel,
    Iterable, Statement, Value,
};

use super::StoreError;

/// Rows in one statement. What does not fill the largest is spread over the smaller ones; the widest table stays below
/// SQLite's 32,766 values.
const ROWS_AT_ONCE: [usize; 4] = [512, 64, 8, 1];

/// From so many rows on it pays to try whether all of a statement's rows are new.
const WORTH_A_TRY: usize = 64;

/// Stands for the values in a statement's text until it is known how many there are.
const HOLE: &str = "\u{1}";

/// What became of rows.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// How many were new or replaced others.
    pub(super) rows: u64,
    /// What a column of theirs holds, where it is not null.
    pub(super) keys: Vec<String>,
}

impl Written {
    pub(super) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.keys.extend(other.keys);
    }
}

/// Inserts rows, and tells how many were written.
pub(super) async fn insert<E>(
    connection: &impl ConnectionTrait,
    models: Vec<E::Model>,
    on_conflict: &OnConflict,
) -> Result<u64, StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let text = InsertText::<E>::new(connection.get_database_backend(), on_conflict);
    let mut written = 0;
    let mut models = models.into_iter();
    for rows in parts(models.len()) {
        let statement = text.with_values(models.by_ref().take(rows).collect(), None);
        written += connection.execute_raw(statement).await?.rows_affected();
    }
    Ok(written)
}

/// Inserts rows or replaces others by them, and tells what a column of those holds that were written.
///
/// On SQLite, many are first tried as if none were there yet: that is twice as fast, because a statement that may replace
/// rows first copies every page that it touches, lest it fail half-way.
pub(super) async fn upsert<E>(
    connection: &impl ConnectionTrait,
    models: Vec<E::Model>,
    on_conflict: &OnConflict,
    key: E::Column,
) -> Result<Written, StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + Clone,
{
    let backend = connection.get_database_backend();
    let text = InsertText::<E>::new(backend, on_conflict);
    let new = InsertText::<E>::of_new_rows(backend);
    let mut outcome = Written::default();
    let mut models = models.into_iter();
    for rows in parts(models.len()) {
        let part: Vec<E::Model> = models.by_ref().take(rows).collect();
        let mut tried = 0;
        if backend == DbBackend::Sqlite && rows >= WORTH_A_TRY {
            let statement = new.with_values(part.clone(), Some(key));
            let written = answered(connection, statement).await?;
            tried = written.rows;
            outcome.add(written);
        }
        if usize::try_from(tried) != Ok(rows) {
            let statement = text.with_values(part, Some(key));
            outcome.add(answered(connection, statement).await?);
        }
    }
    Ok(outcome)
}

/// As [`upsert`], with rows from another table that has the same columns.
pub(super) async fn upsert_from<E>(
    connection: &impl ConnectionTrait,
    table: &str,
    on_conflict: &OnConflict,
    key: E::Column,
) -> Result<Written, StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let text = InsertText::<E>::new(connection.get_database_backend(), on_conflict);
    answered(connection, text.with_rows_of(table, key)).await
}

async fn answered(
    connection: &impl ConnectionTrait,
    statement: Statement,
) -> Result<Written, StoreError> {
    let mut outcome = Written::default();
    for row in connection.query_all_raw(statement).await? {
        outcome.rows += 1;
        let key: Option<String> = row.try_get_by_index(0)?;
        outcome.keys.extend(key);
    }
    Ok(outcome)
}

/// The sizes of the statements that so many rows are written with.
fn parts(rows: usize) -> impl Iterator<Item = usize> {
    ROWS_AT_ONCE
        .into_iter()
        .scan(rows, |left, size| {
            let times = *left / size;
            *left %= size;
            Some(std::iter::repeat_n(size, times))
        })
        .flatten()
}

/// An INSERT into a table with all of its columns.
struct InsertText<E> {
    backend: DbBackend,
    /// Up to the values.
    head: String,
    /// From behind them.
    tail: String,
    entity: PhantomData<E>,
}

impl<E> InsertText<E>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    fn new(backend: DbBackend, on_conflict: &OnConflict) -> Self {
        let mut insert = Query::insert();
        insert
            .into_table(E::default())
            .columns(E::Column::iter())
            .values_panic(E::Column::iter().map(|_| Expr::cust(HOLE)))
            .on_conflict(on_conflict.clone());
        // What stands in the text are constants of this program.
        let text = match backend {
            DbBackend::Postgres => insert.to_string(PostgresQueryBuilder),
            _ => insert.to_string(SqliteQueryBuilder),
        };
        let head = text.split_once("VALUES").map_or("", |(head, _)| head);
        let tail = text.rsplit_once(HOLE).map_or("", |(_, tail)| tail);
        Self {
            backend,
            head: head.to_owned(),
            tail: tail.trim_start_matches(')').to_owned(),
            entity: PhantomData,
        }
    }

    /// Lets rows be that are there. Should a row break a rule, SQLite keeps those before it until the transaction is undone.
    fn of_new_rows(backend: DbBackend) -> Self {
        let mut text = Self::new(backend, &OnConflict::new().do_nothing().to_owned());
        if backend == DbBackend::Sqlite {
            text.head = text.head.replacen("INSERT", "INSERT OR FAIL", 1);
        }
        text
    }

    fn with_values(&self, models: Vec<E::Model>, returning: Option<E::Column>) -> Statement {
        let columns = E::Column::iter().count();
        let mut sql = self.head.clone();
        sql.reserve(models.len() * columns * 7 + self.tail.len());
        sql.push_str("VALUES ");
        for row in 0..models.len() {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..columns {
                if column > 0 {
                    sql.push_str(", ");
                }
                if self.backend == DbBackend::Postgres {
                    sql.push('$');
                    sql.push_str(&(row * columns + column + 1).to_string());
                } else {
                    sql.push('?');
                }
            }
            sql.push(')');
        }
        sql.push_str(&self.tail);
        if let Some(column) = returning {
            sql.push_str(&returned::<E>(column));
        }
        let mut values = Vec::with_capacity(models.len() * columns);
        for model in models {
            values.extend(row_values::<E>(model));
        }
        Statement::from_sql_and_values(self.backend, sql, values)
    }

    fn with_rows_of(&self, other: &str, returning: E::Column) -> Statement {
        let columns: Vec<String> = E::Column::iter()
            .map(|column| format!("\"{}\"", column.as_str()))
            .collect();
        let sql = format!(
            "{}SELECT {} FROM {other}{}{}",
            self.head,
            columns.join(", "),
            self.tail,
            returned::<E>(returning),
        );
        Statement::from_string(self.backend, sql)
    }
}

fn returned<E: EntityTrait>(column: E::Column) -> String {
    format!(" RETURNING \"{}\"", column.as_str())
}

/// A row's values in the order of the table's columns.
pub(super) fn row_values<E>(model: E::Model) -> impl Iterator<Item = Value>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let mut row = model.into_active_model();
    // A model has every column, so that the other branch is never taken.
    E::Column::iter().map(move |column| row.take(column).into_value().unwrap_or(Value::Bool(None)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_spread_over_few_sizes_of_statements() {
        assert_eq!(parts(0).count(), 0);
        assert_eq!(
            parts(1_162).collect::<Vec<_>>(),
            [512, 512, 64, 64, 8, 1, 1]
        );
    }

    #[test]
    fn a_text_has_a_place_for_every_value() {
        use entity::merchant_id::{Column, Entity, Model};
        let rows = |count: usize| -> Vec<Model> {
            let row = Model {
                account: "a".to_owned(),
                mid: "m".to_owned(),
            };
            vec![row; count]
        };
        let again = OnConflict::columns([Column::Account, Column::Mid])
            .update_column(Column::Mid)
            .to_owned();
        let text = InsertText::<Entity>::new(DbBackend::Postgres, &again);
        let statement = text.with_values(rows(2), Some(Column::Mid));
        assert_eq!(
            statement.sql,
            r#"INSERT INTO "merchant_ids" ("account", "mid") VALUES ($1, $2), ($3, $4) ON CONFLICT ("account", "mid") DO UPDATE SET "mid" = "excluded"."mid" RETURNING "mid""#
        );
        assert_eq!(statement.values.map(|values| values.0.len()), Some(4));
        assert_eq!(
            text.with_rows_of("other", Column::Account).sql,
            r#"INSERT INTO "merchant_ids" ("account", "mid") SELECT "account", "mid" FROM other ON CONFLICT ("account", "mid") DO UPDATE SET "mid" = "excluded"."mid" RETURNING "account""#
        );
        let new = InsertText::<Entity>::of_new_rows(DbBackend::Sqlite);
        assert_eq!(
            new.with_values(rows(1), None).sql,
            r#"INSERT OR FAIL INTO "merchant_ids" ("account", "mid") VALUES (?, ?) ON CONFLICT  DO NOTHING"#
        );
    }
}
