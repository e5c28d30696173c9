//! Tokens that end by themselves, that see some merchants alone, that are an accountant's, and that tell when they were last
//! used. To older versions of the program an accountant is a viewer.

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
        run(manager, &ADDED).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &TAKEN_AWAY).await
    }
}

const ADDED: [&str; 4] = [
    "ALTER TABLE access_tokens ADD COLUMN expires_at bigint",
    "ALTER TABLE access_tokens ADD COLUMN merchants text",
    "ALTER TABLE access_tokens ADD COLUMN last_used_at bigint",
    "ALTER TABLE access_tokens ADD COLUMN duty text CHECK (duty IN ('accountant'))",
];

/// What was limited must not become unlimited: such tokens end with the columns.
const TAKEN_AWAY: [&str; 5] = [
    "UPDATE access_tokens SET revoked_at = created_at WHERE revoked_at IS NULL \
     AND (expires_at IS NOT NULL OR merchants IS NOT NULL)",
    "ALTER TABLE access_tokens DROP COLUMN duty",
    "ALTER TABLE access_tokens DROP COLUMN last_used_at",
    "ALTER TABLE access_tokens DROP COLUMN merchants",
    "ALTER TABLE access_tokens DROP COLUMN expires_at",
];
