//! Periods whose books were closed: the figures as they were, what has changed since, and the report's rows.

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
        let parts = format!(
            "CREATE TABLE period_parts (
                period text NOT NULL,
                number integer NOT NULL,
                content {bytes} NOT NULL,
                PRIMARY KEY (period, number))"
        );
        run(manager, &[&parts]).await?;
        run(manager, &STATEMENTS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &UNDO).await
    }
}

const STATEMENTS: [&str; 7] = [
    "CREATE TABLE periods (
        id text NOT NULL PRIMARY KEY,
        mid text NOT NULL,
        from_day date NOT NULL,
        to_day date NOT NULL,
        state text NOT NULL,
        begun_at bigint NOT NULL,
        closed_at bigint,
        closed_by text NOT NULL,
        note text,
        reopened_at bigint,
        reopened_by text,
        reopen_note text)",
    "CREATE INDEX periods_mid_from_day ON periods (mid, from_day)",
    "CREATE TABLE period_days (
        period text NOT NULL,
        place text NOT NULL,
        basis text NOT NULL,
        day date NOT NULL,
        earlier date,
        mid text NOT NULL,
        method text NOT NULL,
        currency text NOT NULL,
        verdict text,
        subjects bigint NOT NULL,
        payments bigint NOT NULL,
        unchecked bigint NOT NULL,
        paid bigint NOT NULL,
        effective_refund bigint NOT NULL,
        voided bigint NOT NULL,
        settled bigint NOT NULL,
        fee bigint NOT NULL,
        supply_amount bigint NOT NULL,
        vat bigint NOT NULL,
        pay_out bigint NOT NULL,
        never_settled bigint NOT NULL,
        row_count bigint NOT NULL,
        rows_without_vat bigint NOT NULL,
        PRIMARY KEY (period, place))",
    "CREATE TABLE period_changes (
        place text NOT NULL PRIMARY KEY,
        period text NOT NULL,
        subject text NOT NULL,
        currency text NOT NULL,
        changed_at bigint NOT NULL,
        paid bigint NOT NULL,
        effective_refund bigint NOT NULL,
        voided bigint NOT NULL,
        settled bigint NOT NULL,
        fee bigint NOT NULL,
        supply_amount bigint NOT NULL,
        vat bigint NOT NULL,
        pay_out bigint NOT NULL,
        never_settled bigint NOT NULL)",
    "CREATE INDEX period_changes_period_changed_at ON period_changes (period, currency, changed_at, subject)",
    "CREATE TABLE period_sections (
        period text NOT NULL,
        number integer NOT NULL,
        section text NOT NULL,
        sha256 text NOT NULL,
        PRIMARY KEY (period, number))",
    "CREATE INDEX periods_state ON periods (state) WHERE state = 'CLOSING'",
];

const UNDO: [&str; 5] = [
    "DROP TABLE period_parts",
    "DROP TABLE period_sections",
    "DROP TABLE period_changes",
    "DROP TABLE period_days",
    "DROP TABLE periods",
];
