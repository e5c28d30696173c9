//! Payments that are to be read again are found by their account, of which there may be many.

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

const STATEMENTS: [&str; 4] = [
    "DROP INDEX payments_outdated",
    "DROP INDEX payments_waiting",
    "CREATE INDEX payments_outdated ON payments (account, read_at) WHERE outdated",
    "CREATE INDEX payments_waiting ON payments (account, read_at) WHERE status_kind = 'WAITING_FOR_DEPOSIT'",
];

const UNDO: [&str; 4] = [
    "DROP INDEX payments_waiting",
    "DROP INDEX payments_outdated",
    "CREATE INDEX payments_waiting ON payments (read_at) WHERE status_kind = 'WAITING_FOR_DEPOSIT'",
    "CREATE INDEX payments_outdated ON payments (read_at) WHERE outdated",
];
