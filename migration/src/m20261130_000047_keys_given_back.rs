//! A request that ended because Toss could not be asked gives its keys back: the same key may be used again. A program
//! that takes a key for unique would answer with whichever of its requests it comes upon, so it has to know this change.

use sea_orm_migration::prelude::*;

use crate::contract::must_be_known;
use crate::statements::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &GIVEN_BACK).await?;
        must_be_known(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        must_be_known(manager, KNOWN_BEFORE).await?;
        run(manager, &KEPT).await
    }
}

/// The change that had to be known before this one.
const KNOWN_BEFORE: &str = "m20261130_000043_payment_attempts";

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
