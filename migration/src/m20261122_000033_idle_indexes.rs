//! Indexes that no question uses go, since every row that is mirrored pays for them.

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

/// Only rows that name no payment are found by their order without its prefix; rows under live keys all name theirs.
const STATEMENTS: [&str; 3] = [
    "DROP INDEX transactions_mid_transaction_at",
    "DROP INDEX settlements_order_id_unprefixed",
    "CREATE INDEX settlements_order_id_unprefixed ON settlements (order_id_unprefixed)
         WHERE order_id_unprefixed IS NOT NULL",
];

const UNDO: [&str; 3] = [
    "DROP INDEX settlements_order_id_unprefixed",
    "CREATE INDEX settlements_order_id_unprefixed ON settlements (order_id_unprefixed)",
    "CREATE INDEX transactions_mid_transaction_at ON transactions (mid, transaction_at)",
];
