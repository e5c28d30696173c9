//! What cancels need to survive a database that forgets, tokens that are replaced and limits that differ between processes:
//! the owner of a request, keyed digests instead of plain ones, Toss's last words, payments of which Toss knows more than
//! this database, the limits of each running process, signatures in the audit log, and suspended tokens.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::statements::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let bytes = match manager.get_database_backend() {
            DbBackend::Postgres => "bytea",
            _ => "blob",
        };
        run(manager, &COLUMNS).await?;
        let signature = format!("ALTER TABLE audit_entries ADD COLUMN signature {bytes}");
        run(manager, &[&signature]).await?;
        // A plain hash of an account number beside known fields gives the number back to whoever tries them all.
        let emptied = match manager.get_database_backend() {
            DbBackend::Postgres => "UPDATE cancel_requests SET content_hash = ''::bytea",
            _ => "UPDATE cancel_requests SET content_hash = x''",
        };
        run(manager, &[emptied]).await?;
        run(manager, &OWNERS).await?;
        run(manager, &TABLES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &UNDO).await?;
        // The program of before reads 32 bytes.
        let filled = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "UPDATE cancel_requests SET content_hash = decode(repeat('00', 32), 'hex')"
            }
            _ => "UPDATE cancel_requests SET content_hash = zeroblob(32)",
        };
        run(manager, &[filled]).await
    }
}

const COLUMNS: [&str; 11] = [
    "ALTER TABLE cancel_requests ADD COLUMN owner text NOT NULL DEFAULT ''",
    "ALTER TABLE cancel_requests ADD COLUMN content_key text",
    "ALTER TABLE cancel_requests ADD COLUMN mark text",
    "ALTER TABLE cancel_requests ADD COLUMN toss_code text",
    "ALTER TABLE cancel_requests ADD COLUMN toss_message text",
    "ALTER TABLE cancel_requests ADD COLUMN same_answers integer NOT NULL DEFAULT 0",
    "ALTER TABLE cancel_requests ADD COLUMN same_answer_since bigint",
    "ALTER TABLE cancel_requests ADD COLUMN may_repeat boolean NOT NULL DEFAULT FALSE",
    "ALTER TABLE access_tokens ADD COLUMN owner text NOT NULL DEFAULT ''",
    "ALTER TABLE access_tokens ADD COLUMN suspended_at bigint",
    "ALTER TABLE audit_entries ADD COLUMN signing_key text",
];

/// Whoever had a token is the owner of what was asked for with it.
const OWNERS: [&str; 6] = [
    "UPDATE access_tokens SET owner = name",
    "UPDATE cancel_requests SET owner = requested_by",
    "DROP INDEX cancel_requests_client_key",
    "CREATE UNIQUE INDEX cancel_requests_client_key ON cancel_requests (owner, client_key)",
    "DROP INDEX cancel_requests_asked",
    "CREATE INDEX cancel_requests_asked ON cancel_requests (owner, requested_at)",
];

const TABLES: [&str; 3] = [
    "CREATE TABLE database_facts (name text NOT NULL PRIMARY KEY, value text NOT NULL)",
    "CREATE TABLE running_limits (process text NOT NULL PRIMARY KEY, limits text NOT NULL, until bigint NOT NULL)",
    "CREATE TABLE forgotten_cancels (payment_key text NOT NULL, account text NOT NULL, evidence text NOT NULL, \
     noticed_at bigint NOT NULL, PRIMARY KEY (payment_key, evidence))",
];

const UNDO: [&str; 19] = [
    "DROP TABLE forgotten_cancels",
    "DROP TABLE running_limits",
    "DROP TABLE database_facts",
    "DROP INDEX cancel_requests_asked",
    "CREATE INDEX cancel_requests_asked ON cancel_requests (requested_by, requested_at)",
    "DROP INDEX cancel_requests_client_key",
    "CREATE UNIQUE INDEX cancel_requests_client_key ON cancel_requests (requested_by, client_key)",
    "ALTER TABLE audit_entries DROP COLUMN signing_key",
    "ALTER TABLE audit_entries DROP COLUMN signature",
    "ALTER TABLE access_tokens DROP COLUMN suspended_at",
    "ALTER TABLE access_tokens DROP COLUMN owner",
    "ALTER TABLE cancel_requests DROP COLUMN may_repeat",
    "ALTER TABLE cancel_requests DROP COLUMN same_answer_since",
    "ALTER TABLE cancel_requests DROP COLUMN same_answers",
    "ALTER TABLE cancel_requests DROP COLUMN toss_message",
    "ALTER TABLE cancel_requests DROP COLUMN toss_code",
    "ALTER TABLE cancel_requests DROP COLUMN mark",
    "ALTER TABLE cancel_requests DROP COLUMN content_key",
    "ALTER TABLE cancel_requests DROP COLUMN owner",
];
