//! Webhooks that still have to be looked at, the next one first, and the payment that a cancel's key belongs to.

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
        run(manager, &STATEMENTS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &UNDO).await
    }
}

/// Webhooks that came before count as looked at.
const STATEMENTS: [&str; 3] = [
    "ALTER TABLE webhooks ADD COLUMN due_at bigint",
    "CREATE INDEX webhooks_due_at ON webhooks (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX cancels_transaction_key ON cancels (transaction_key)",
];

const UNDO: [&str; 3] = [
    "DROP INDEX cancels_transaction_key",
    "DROP INDEX webhooks_due_at",
    "ALTER TABLE webhooks DROP COLUMN due_at",
];
