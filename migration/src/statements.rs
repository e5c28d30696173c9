//! Carrying out statements that both databases understand, one after the other.

use sea_orm_migration::prelude::*;

/// Carries statements out in their order, and stops at the first that fails.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    for statement in statements {
        connection.execute_unprepared(statement).await?;
    }
    Ok(())
}
