//! The method of settlement rows: lags between sale and payout are learned for each.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection
            .execute_unprepared("ALTER TABLE settlements ADD COLUMN method_label text")
            .await?;
        connection
            .execute_unprepared("ALTER TABLE settlement_versions ADD COLUMN method_label text")
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection
            .execute_unprepared("ALTER TABLE settlement_versions DROP COLUMN method_label")
            .await?;
        connection
            .execute_unprepared("ALTER TABLE settlements DROP COLUMN method_label")
            .await?;
        Ok(())
    }
}
