//! When a payment that could not be read is tried again, and which of those that only rows have told of are to be read. From
//! this change on the database says which change a program has to know.

use sea_orm_migration::prelude::*;

use crate::contract::{must_be_known, none_must_be_known};
use crate::statements::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &STATEMENTS).await?;
        must_be_known(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        none_must_be_known(manager).await?;
        run(manager, &UNDO).await
    }
}

const STATEMENTS: [&str; 3] = [
    "CREATE TABLE payment_attempts (
        payment_key text NOT NULL PRIMARY KEY,
        account text NOT NULL,
        attempts bigint NOT NULL,
        next_attempt_at bigint NOT NULL)",
    "CREATE INDEX payment_attempts_due ON payment_attempts (account, next_attempt_at)",
    "CREATE INDEX payments_unread ON payments (account, began_at)
        WHERE rows_only AND status_kind IN ('CANCELED', 'PARTIAL_CANCELED', 'WAITING_FOR_DEPOSIT')",
];

const UNDO: [&str; 2] = ["DROP INDEX payments_unread", "DROP TABLE payment_attempts"];
