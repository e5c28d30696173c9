//! What payments and discrepancies are found and ordered by beside what they were: names and numbers, what was paid, days of
//! cancels, and the size of a difference. Payments that were read before are found by their new columns once they are read
//! again.

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
        run(manager, &STATEMENTS).await?;
        match manager.get_database_backend() {
            DbBackend::Postgres => run(manager, &ON_POSTGRES).await?,
            _ => run(manager, &ON_SQLITE).await?,
        }
        run(manager, &BY_SIZE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &UNDO).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            run(manager, &UNDO_ON_POSTGRES).await?;
        }
        run(manager, &UNDO_COLUMNS).await
    }
}

const STATEMENTS: [&str; 6] = [
    "ALTER TABLE payments ADD COLUMN order_name text",
    "ALTER TABLE payments ADD COLUMN approval_number text",
    "CREATE INDEX verdicts_mid_paid ON verdicts (mid, currency, paid, subject)
        WHERE verdict IS NOT NULL AND paid IS NOT NULL",
    "CREATE INDEX transactions_canceled ON transactions (mid, transaction_at, payment_key)
        WHERE status IN ('CANCELED', 'PARTIAL_CANCELED')",
    "CREATE INDEX cancels_canceled_at ON cancels (canceled_at, payment_key)",
    "CREATE INDEX audit_entries_subject ON audit_entries (subject, number)",
];

/// SQLite compares texts byte by byte, and finds the beginning of an order or a key by the indexes that there are.
const ON_SQLITE: [&str; 4] = [
    "CREATE INDEX payments_order_name ON payments (order_name) WHERE order_name IS NOT NULL",
    "CREATE INDEX payments_approval_number ON payments (approval_number) WHERE approval_number IS NOT NULL",
    "ALTER TABLE discrepancies ADD COLUMN sized_currency text
        GENERATED ALWAYS AS (coalesce(delta_currency, '')) VIRTUAL",
    "ALTER TABLE discrepancies ADD COLUMN delta_size bigint
        GENERATED ALWAYS AS (abs(coalesce(delta, 0))) VIRTUAL",
];

/// PostgreSQL compares texts by the database's language, in which no beginning is a range.
const ON_POSTGRES: [&str; 6] = [
    "CREATE INDEX payments_order_name ON payments (order_name COLLATE \"C\") WHERE order_name IS NOT NULL",
    "CREATE INDEX payments_approval_number ON payments (approval_number COLLATE \"C\") WHERE approval_number IS NOT NULL",
    "CREATE INDEX payments_order_id_begins ON payments (order_id COLLATE \"C\")",
    "CREATE INDEX payments_payment_key_begins ON payments (payment_key COLLATE \"C\")",
    "ALTER TABLE discrepancies ADD COLUMN sized_currency text
        GENERATED ALWAYS AS (coalesce(delta_currency, '')) STORED",
    "ALTER TABLE discrepancies ADD COLUMN delta_size bigint
        GENERATED ALWAYS AS (abs(coalesce(delta, 0))) STORED",
];

const BY_SIZE: [&str; 1] =
    ["CREATE INDEX discrepancies_mid_size ON discrepancies (mid, sized_currency, delta_size, id)"];

const UNDO: [&str; 7] = [
    "DROP INDEX discrepancies_mid_size",
    "DROP INDEX payments_approval_number",
    "DROP INDEX payments_order_name",
    "DROP INDEX audit_entries_subject",
    "DROP INDEX cancels_canceled_at",
    "DROP INDEX transactions_canceled",
    "DROP INDEX verdicts_mid_paid",
];

const UNDO_ON_POSTGRES: [&str; 2] = [
    "DROP INDEX payments_payment_key_begins",
    "DROP INDEX payments_order_id_begins",
];

const UNDO_COLUMNS: [&str; 4] = [
    "ALTER TABLE discrepancies DROP COLUMN delta_size",
    "ALTER TABLE discrepancies DROP COLUMN sized_currency",
    "ALTER TABLE payments DROP COLUMN approval_number",
    "ALTER TABLE payments DROP COLUMN order_name",
];
