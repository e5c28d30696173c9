//! Rows of Toss's lists that cannot be read, and cancels that have no instant yet.

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
                "CREATE TABLE unreadable_rows (
                     id text NOT NULL PRIMARY KEY,
                     account text NOT NULL,
                     source text NOT NULL,
                     day date NOT NULL,
                     mid text NOT NULL,
                     payment_key text,
                     transaction_key text,
                     order_id text,
                     field text NOT NULL,
                     reason text NOT NULL,
                     read_at bigint NOT NULL,
                     raw text NOT NULL)",
                "CREATE INDEX unreadable_rows_day ON unreadable_rows (account, source, day)",
                "CREATE INDEX unreadable_rows_payment ON unreadable_rows (payment_key)",
                "ALTER TABLE cancels ADD COLUMN undated boolean NOT NULL DEFAULT FALSE",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                // The program of before reads neither. Payments with such cancels are read again.
                "UPDATE payments SET read_at = 0 WHERE payment_key IN (
                     SELECT payment_key FROM cancels WHERE undated OR transaction_key LIKE '/%')",
                "DELETE FROM cancels WHERE undated OR transaction_key LIKE '/%'",
                "ALTER TABLE cancels DROP COLUMN undated",
                "DROP TABLE unreadable_rows",
            ],
        )
        .await
    }
}
