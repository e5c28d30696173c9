//! Days of lists that somebody has asked to be read again, until they have been.

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
        run(manager, &["DROP TABLE requested_days"]).await
    }
}

const DAYS: &str = "CREATE TABLE requested_days (
    account text NOT NULL,
    source text NOT NULL,
    day date NOT NULL,
    requested_at bigint NOT NULL,
    PRIMARY KEY (account, source, day))";
