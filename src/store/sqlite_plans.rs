//! SQLite's plans for this program's statements, for the tests that hold them to the indexes.

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, StatementBuilder,
};

/// A database in memory with this program's tables and indexes, and no rows.
pub(super) async fn empty_tables() -> DatabaseConnection {
    let database = Database::connect("sqlite::memory:")
        .await
        .expect("a database");
    Migrator::up(&database, None).await.expect("the tables");
    database
}

/// The steps by which SQLite would carry out a statement.
pub(super) async fn steps(
    database: &DatabaseConnection,
    statement: &impl StatementBuilder,
) -> Vec<String> {
    steps_of(database, DbBackend::Sqlite.build(statement)).await
}

/// The same, of a statement that is written out.
pub(super) async fn steps_of(database: &DatabaseConnection, built: Statement) -> Vec<String> {
    let plan = Statement {
        sql: format!("EXPLAIN QUERY PLAN {}", built.sql),
        ..built
    };
    database
        .query_all_raw(plan)
        .await
        .expect("a plan")
        .iter()
        .map(|step| step.try_get("", "detail").expect("a text"))
        .collect()
}
