//! Days of lists whose last reading failed, until one succeeds.

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
        run(manager, &[DAYS]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE failed_days"]).await
    }
}

const DAYS: &str = "CREATE TABLE failed_days (
    account text NOT NULL,
    source text NOT NULL,
    day date NOT NULL,
    code text NOT NULL,
    failed_at bigint NOT NULL,
    next_attempt_at bigint,
    PRIMARY KEY (account, source, day))";
