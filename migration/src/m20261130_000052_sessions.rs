//! Sessions of people in browsers, by a hash of their cookie.

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
        run(manager, &["DROP TABLE sessions"]).await
    }
}

/// The hash is written in hexadecimal digits, which both databases index alike.
const MADE: [&str; 3] = [
    "CREATE TABLE sessions (hash text PRIMARY KEY, token_id text NOT NULL REFERENCES access_tokens (id), \
     role text NOT NULL, begun_at bigint NOT NULL, seen_at bigint NOT NULL, ends_at bigint NOT NULL)",
    "CREATE INDEX sessions_of_token ON sessions (token_id)",
    "CREATE INDEX sessions_by_end ON sessions (ends_at)",
];
