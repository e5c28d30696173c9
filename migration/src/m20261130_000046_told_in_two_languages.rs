//! What a payment says of its virtual account, and discrepancies told in Korean. Older programs leave all of it empty.

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
                "ALTER TABLE payments ADD COLUMN virtual_account_bank text",
                "ALTER TABLE payments ADD COLUMN virtual_account_masked_number text",
                "ALTER TABLE payments ADD COLUMN virtual_account_due_at bigint",
                "ALTER TABLE payments ADD COLUMN refund_status text",
                "ALTER TABLE discrepancies ADD COLUMN explanation_ko text",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "ALTER TABLE discrepancies DROP COLUMN explanation_ko",
                "ALTER TABLE payments DROP COLUMN refund_status",
                "ALTER TABLE payments DROP COLUMN virtual_account_due_at",
                "ALTER TABLE payments DROP COLUMN virtual_account_masked_number",
                "ALTER TABLE payments DROP COLUMN virtual_account_bank",
            ],
        )
        .await
    }
}
