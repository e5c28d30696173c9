//! Which of the cancels that Toss knew and the database did not have been looked at since: they stand in nobody's way any more.

use sea_orm_migration::prelude::*;

use crate::statements::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &["ALTER TABLE forgotten_cancels ADD COLUMN looked_up_at bigint"],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What was looked at stands in the way of nothing: the program of before must not take it for what does.
        run(
            manager,
            &[
                "DELETE FROM forgotten_cancels WHERE looked_up_at IS NOT NULL",
                "ALTER TABLE forgotten_cancels DROP COLUMN looked_up_at",
            ],
        )
        .await
    }
}
