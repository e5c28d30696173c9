//! Asking for many keys at once with a statement whose text stays the same, however many they are, so that the database
//! prepares it once.

use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{ColumnTrait, DbBackend};

/// The condition that a text column holds one of the keys, which are bound as one value: an array on PostgreSQL, a JSON
/// list on SQLite.
pub(super) fn among<'k>(
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
