//! Indexes that others can stand in for go, since every row that is mirrored pays for them: a list of every merchant is that
//! of each merged, and what one key has read is found by the merchants that it has shown.

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

/// Only rows that name no payment are found by their order; rows under live keys all name theirs. An older program finds the
/// same rows without these indexes, by reading more of them.
const STATEMENTS: [&str; 8] = [
    "DROP INDEX settlements_kind_sold_date",
    "DROP INDEX settlements_kind_paid_out_date",
    "DROP INDEX settlements_account_sold_date",
    "DROP INDEX settlements_order_id",
    "CREATE INDEX settlements_order_id ON settlements (order_id) WHERE payment_key IS NULL",
    "DROP INDEX settlements_payment_key",
    "CREATE INDEX settlements_payment_key ON settlements (payment_key) WHERE payment_key IS NOT NULL",
    "DROP INDEX payments_began_at",
];

const UNDO: [&str; 8] = [
    "CREATE INDEX payments_began_at ON payments (began_at, payment_key)",
    "DROP INDEX settlements_payment_key",
    "CREATE INDEX settlements_payment_key ON settlements (payment_key)",
    "DROP INDEX settlements_order_id",
    "CREATE INDEX settlements_order_id ON settlements (order_id)",
    "CREATE INDEX settlements_account_sold_date ON settlements (account, sold_date)",
    "CREATE INDEX settlements_kind_paid_out_date ON settlements (kind, paid_out_date, id)",
    "CREATE INDEX settlements_kind_sold_date ON settlements (kind, sold_date, id, paid_out_date)",
];
