//! The desk: what people make of discrepancies, and those that ended. Older programs leave all of it empty, and find what they
//! look for without the indexes that go, by reading more rows.

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
        run(manager, &TABLES).await?;
        run(manager, &INDEXES).await?;
        run(manager, &MADE_ANEW).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &UNDO).await
    }
}

const TABLES: [&str; 6] = [
    "ALTER TABLE discrepancies ADD COLUMN evidence text",
    "ALTER TABLE discrepancies ADD COLUMN state text NOT NULL DEFAULT 'OPEN'",
    "ALTER TABLE discrepancies ADD COLUMN assignee text",
    "CREATE TABLE desk_records (
        id text NOT NULL PRIMARY KEY,
        mid text NOT NULL,
        acknowledged_evidence text,
        acknowledged_until date,
        assignee text,
        changed_at bigint NOT NULL,
        steps bigint NOT NULL)",
    "CREATE TABLE desk_steps (
        discrepancy text NOT NULL,
        number bigint NOT NULL,
        at bigint NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        words text,
        PRIMARY KEY (discrepancy, number))",
    "CREATE TABLE resolved_discrepancies (
        id text NOT NULL PRIMARY KEY,
        subject text NOT NULL,
        payment_key text,
        mid text NOT NULL,
        class text NOT NULL,
        transaction_key text,
        explanation text NOT NULL,
        explanation_ko text,
        expected bigint,
        expected_currency text,
        observed bigint,
        observed_currency text,
        delta bigint,
        delta_currency text,
        began_at bigint NOT NULL,
        detected_at bigint NOT NULL,
        evidence text,
        assignee text,
        resolved_at bigint NOT NULL,
        sized_currency text GENERATED ALWAYS AS (coalesce(delta_currency, '')) STORED,
        delta_size bigint GENERATED ALWAYS AS (abs(coalesce(delta, 0))) STORED)",
];

/// Those that are open are most of them, and what is asked for. A list of every merchant is that of each merged. An index by
/// class has the differences at hand, so that they are added up along it.
const INDEXES: [&str; 18] = [
    "DROP INDEX discrepancies_began_at",
    "DROP INDEX discrepancies_class_began_at",
    "DROP INDEX discrepancies_mid_began_at",
    "DROP INDEX discrepancies_mid_class_began_at",
    "DROP INDEX discrepancies_mid_size",
    "CREATE INDEX discrepancies_open_began_at ON discrepancies (mid, began_at, id) WHERE state = 'OPEN'",
    "CREATE INDEX discrepancies_open_class ON discrepancies (mid, class, began_at, id, delta_currency, delta, state)
        WHERE state = 'OPEN'",
    "CREATE INDEX discrepancies_open_size ON discrepancies (mid, sized_currency, delta_size, id) WHERE state = 'OPEN'",
    "CREATE INDEX discrepancies_known_began_at ON discrepancies (mid, began_at, id) WHERE state = 'ACKNOWLEDGED'",
    "CREATE INDEX discrepancies_known_class ON discrepancies (mid, class, began_at, id, delta_currency, delta, state)
        WHERE state = 'ACKNOWLEDGED'",
    "CREATE INDEX discrepancies_known_size ON discrepancies (mid, sized_currency, delta_size, id)
        WHERE state = 'ACKNOWLEDGED'",
    "CREATE INDEX discrepancies_assignee ON discrepancies (mid, assignee, began_at, id) WHERE assignee IS NOT NULL",
    "CREATE INDEX resolved_discrepancies_subject ON resolved_discrepancies (subject)",
    "CREATE INDEX resolved_discrepancies_began_at ON resolved_discrepancies (mid, began_at, id)",
    "CREATE INDEX resolved_discrepancies_class
        ON resolved_discrepancies (mid, class, began_at, id, delta_currency, delta)",
    "CREATE INDEX resolved_discrepancies_size ON resolved_discrepancies (mid, sized_currency, delta_size, id)",
    "CREATE INDEX resolved_discrepancies_assignee ON resolved_discrepancies (mid, assignee, began_at, id)
        WHERE assignee IS NOT NULL",
    "CREATE INDEX desk_records_acknowledged_until ON desk_records (acknowledged_until)
        WHERE acknowledged_until IS NOT NULL",
];

/// Discrepancies get their digests, and some of them other ids.
const MADE_ANEW: [&str; 1] =
    ["UPDATE verdicts SET due_at = 0 WHERE subject IN (SELECT subject FROM discrepancies)"];

const UNDO: [&str; 18] = [
    "DROP TABLE resolved_discrepancies",
    "DROP TABLE desk_steps",
    "DROP TABLE desk_records",
    "DROP INDEX discrepancies_assignee",
    "DROP INDEX discrepancies_known_size",
    "DROP INDEX discrepancies_known_class",
    "DROP INDEX discrepancies_known_began_at",
    "DROP INDEX discrepancies_open_size",
    "DROP INDEX discrepancies_open_class",
    "DROP INDEX discrepancies_open_began_at",
    "ALTER TABLE discrepancies DROP COLUMN assignee",
    "ALTER TABLE discrepancies DROP COLUMN state",
    "ALTER TABLE discrepancies DROP COLUMN evidence",
    "CREATE INDEX discrepancies_mid_size ON discrepancies (mid, sized_currency, delta_size, id)",
    "CREATE INDEX discrepancies_mid_class_began_at ON discrepancies (mid, class, began_at, id)",
    "CREATE INDEX discrepancies_mid_began_at ON discrepancies (mid, began_at, id)",
    "CREATE INDEX discrepancies_class_began_at ON discrepancies (class, began_at, id)",
    "CREATE INDEX discrepancies_began_at ON discrepancies (began_at, id)",
];
