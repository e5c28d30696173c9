//! Webhooks by when they came, so that old ones are found without reading all of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = "CREATE INDEX webhooks_received_at ON webhooks (received_at)";
        let made = manager.get_connection().execute_unprepared(statement);
        made.await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = "DROP INDEX webhooks_received_at";
        let dropped = manager.get_connection().execute_unprepared(statement);
        dropped.await.map(drop)
    }
}
