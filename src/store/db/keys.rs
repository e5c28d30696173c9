//! Asking for many keys at once with a statement whose text stays the same, however many they are, so that the database
//! prepares it once.

use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{ColumnTrait, DbBackend};

/// The condition that a text column holds one of the keys, which are bound as one value: an array on PostgreSQL, a JSON
/// list on SQLite.
pub(in crate::store) fn among<'k>(
    backend: DbBackend,
    column: impl ColumnTrait,
    keys: impl IntoIterator<Item = &'k str>,
) -> Expr {
    if backend == DbBackend::Postgres {
        let keys: Vec<String> = keys.into_iter().map(str::to_owned).collect();
        return column.into_expr().eq(PgFunc::any(Expr::val(keys)));
    }
    let keys: Vec<&str> = keys.into_iter().collect();
    column.in_subquery(
        Query::select()
            .column("value")
            .from_function(
                Func::cust("json_each").arg(serde_json::json!(keys).to_string()),
                "wanted",
            )
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use entity::payment;
    use sea_orm::{EntityTrait, QueryFilter, QueryTrait};

    use super::*;

    fn statement(backend: DbBackend, keys: &[&str]) -> (String, usize) {
        let statement = payment::Entity::find()
            .filter(among(
                backend,
                payment::Column::PaymentKey,
                keys.iter().copied(),
            ))
            .build(backend);
        let bound = statement.values.map_or(0, |values| values.0.len());
        (statement.sql, bound)
    }

    #[test]
    fn the_text_does_not_tell_how_many_keys_there_are() {
        for backend in [DbBackend::Sqlite, DbBackend::Postgres] {
            let (one, bound) = statement(backend, &["a"]);
            assert_eq!(bound, 1);
            assert_eq!((one.clone(), 1), statement(backend, &["a", "b\"]", "c"]));
            assert_eq!((one, 1), statement(backend, &[]));
        }
    }
}
