//! What a database knows of a shop that has been there for a while.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};

/// Does what PostgreSQL does by itself in time, so that its planner knows what is in the tables. SQLite does it only when it
/// is told to, and the program does not tell it.
pub(crate) async fn gather(database: &DatabaseConnection) {
    if database.get_database_backend() == DbBackend::Postgres {
        database.execute_unprepared("VACUUM ANALYZE").await.unwrap();
    }
}
