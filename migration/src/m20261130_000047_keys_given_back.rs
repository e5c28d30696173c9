//! A request that ended because Toss could not be asked gives its keys back: the same key may be used again.

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
        run(manager, &GIVEN_BACK).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &KEPT).await
    }
}

const GIVEN_BACK: [&str; 5] = [
    "DROP INDEX cancel_requests_client_key",
    "DROP INDEX cancel_requests_idempotency_key",
    "CREATE UNIQUE INDEX cancel_requests_client_key ON cancel_requests (owner, client_key) \
     WHERE status <> 'REJECTED' OR error_code IS NULL OR error_code <> 'UPSTREAM_UNAVAILABLE'",
    "CREATE UNIQUE INDEX cancel_requests_idempotency_key ON cancel_requests (idempotency_key) \
     WHERE status <> 'REJECTED' OR error_code IS NULL OR error_code <> 'UPSTREAM_UNAVAILABLE'",
    "CREATE INDEX cancel_requests_of_client_key ON cancel_requests (owner, client_key)",
];

/// Of the requests with one key the newest keeps it.
const KEPT: [&str; 6] = [
    "DROP INDEX cancel_requests_of_client_key",
    "DROP INDEX cancel_requests_idempotency_key",
    "DROP INDEX cancel_requests_client_key",
    "UPDATE cancel_requests SET client_key = client_key || ' ' || id, idempotency_key = idempotency_key || ' ' || id \
     WHERE status = 'REJECTED' AND error_code = 'UPSTREAM_UNAVAILABLE' AND EXISTS (SELECT 1 FROM cancel_requests AS later \
     WHERE later.owner = cancel_requests.owner AND later.client_key = cancel_requests.client_key \
     AND later.id > cancel_requests.id)",
    "CREATE UNIQUE INDEX cancel_requests_idempotency_key ON cancel_requests (idempotency_key)",
    "CREATE UNIQUE INDEX cancel_requests_client_key ON cancel_requests (owner, client_key)",
];
