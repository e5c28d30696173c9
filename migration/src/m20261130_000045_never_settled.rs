//! What of each payment Toss never settles: nothing of it is owed. Verdicts made before have none of it, and are made anew
//! because the rules have changed.

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
            &[
                "ALTER TABLE verdicts ADD COLUMN never_settled bigint",
                "ALTER TABLE payment_days ADD COLUMN never_settled bigint NOT NULL DEFAULT 0",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "ALTER TABLE payment_days DROP COLUMN never_settled",
                "ALTER TABLE verdicts DROP COLUMN never_settled",
            ],
        )
        .await
    }
}
