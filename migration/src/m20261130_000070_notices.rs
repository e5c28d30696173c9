//! Notices: what is told to addresses of the merchant's own, and since when each address is told.

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
        run(manager, &MADE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "DROP INDEX discrepancies_detected_at",
                "DROP TABLE notices",
                "DROP TABLE notice_targets",
            ],
        )
        .await
    }
}

/// `due_at` is null once a notice was told or given up. One thing is told to one address once.
const MADE: [&str; 6] = [
    "CREATE TABLE notice_targets (name text PRIMARY KEY, begun_at bigint NOT NULL, looked_at bigint NOT NULL)",
    "CREATE TABLE notices (id text PRIMARY KEY, target text NOT NULL, kind text NOT NULL, subject text NOT NULL, \
     body text NOT NULL, made_at bigint NOT NULL, due_at bigint, attempts integer NOT NULL)",
    "CREATE UNIQUE INDEX notices_subject ON notices (target, kind, subject)",
    "CREATE INDEX notices_due_at ON notices (target, due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX notices_made_at ON notices (made_at)",
    "CREATE INDEX discrepancies_detected_at ON discrepancies (detected_at, id)",
];
