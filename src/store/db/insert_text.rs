//! The text of an INSERT with all of a table's columns, and a row's values for it.

use std::marker::PhantomData;

use sea_orm::sea_query::{Expr, OnConflict, PostgresQueryBuilder, Query, SqliteQueryBuilder};
use sea_orm::{
    ActiveModelTrait, DbBackend, EntityTrait, IdenStatic, IntoActiveModel, Iterable, Statement,
    Value,
};

/// Stands for the values in a statement's text until it is known how many there are.
const HOLE: &str = "\u{1}";

/// An INSERT into a table with all of its columns.
pub(in crate::store) struct InsertText<E> {
    backend: DbBackend,
    /// Up to the values.
    head: String,
    /// From behind them.
    tail: String,
    entity: PhantomData<fn() -> E>,
}

impl<E> InsertText<E>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    pub(in crate::store) fn new(backend: DbBackend, on_conflict: &OnConflict) -> Self {
        Self::of(backend, Some(on_conflict))
    }

    /// For rows of which none is there. One that is: SQLite lets it be, and should one break another rule, keeps those
    /// before it until the transaction is undone; on PostgreSQL the statement fails.
    pub(in crate::store) fn of_new_rows(backend: DbBackend) -> Self {
        if backend != DbBackend::Sqlite {
            return Self::of(backend, None);
        }
        let mut text = Self::new(backend, &OnConflict::new().do_nothing().to_owned());
        text.head = text.head.replacen("INSERT", "INSERT OR FAIL", 1);
        text
    }

    fn of(backend: DbBackend, on_conflict: Option<&OnConflict>) -> Self {
        let mut insert = Query::insert();
        insert
            .into_table(E::default())
            .columns(E::Column::iter())
            .values_panic(E::Column::iter().map(|_| Expr::cust(HOLE)));
        if let Some(on_conflict) = on_conflict {
            insert.on_conflict(on_conflict.clone());
        }
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

    pub(in crate::store) fn with_values(
        &self,
        models: Vec<E::Model>,
        returning: Option<E::Column>,
    ) -> Statement {
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

    pub(in crate::store) fn with_rows_of(
        &self,
        other: &str,
        returning: Option<E::Column>,
    ) -> Statement {
        let columns: Vec<String> = E::Column::iter()
            .map(|column| format!("\"{}\"", column.as_str()))
            .collect();
        let sql = format!(
            "{}SELECT {} FROM {other}{}{}",
            self.head,
            columns.join(", "),
            self.tail,
            returning.map(returned::<E>).unwrap_or_default(),
        );
        Statement::from_string(self.backend, sql)
    }
}

fn returned<E: EntityTrait>(column: E::Column) -> String {
    format!(" RETURNING \"{}\"", column.as_str())
}

/// A row's values in the order of the table's columns.
pub(in crate::store) fn row_values<E>(model: E::Model) -> impl Iterator<Item = Value>
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
            text.with_rows_of("other", Some(Column::Account)).sql,
            r#"INSERT INTO "merchant_ids" ("account", "mid") SELECT "account", "mid" FROM other ON CONFLICT ("account", "mid") DO UPDATE SET "mid" = "excluded"."mid" RETURNING "account""#
        );
        let new = |backend| {
            let text = InsertText::<Entity>::of_new_rows(backend);
            text.with_rows_of("other", None).sql
        };
        assert_eq!(
            new(DbBackend::Sqlite),
            r#"INSERT OR FAIL INTO "merchant_ids" ("account", "mid") SELECT "account", "mid" FROM other ON CONFLICT  DO NOTHING"#
        );
        assert_eq!(
            new(DbBackend::Postgres),
            r#"INSERT INTO "merchant_ids" ("account", "mid") SELECT "account", "mid" FROM other"#
        );
    }
}
