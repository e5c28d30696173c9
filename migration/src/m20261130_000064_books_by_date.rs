//! The books by date, line by line, and their sums by day. They are filled as verdicts are made anew, because the rules have
//! changed.

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
        // SQLite keeps rows in the order of their key only when it is told to; PostgreSQL never does.
        let clustered = match manager.get_database_backend() {
            DbBackend::Sqlite => " WITHOUT ROWID",
            _ => "",
        };
        let lines = format!("{LINES}{clustered}");
        run(manager, &[&lines]).await?;
        run(manager, &STATEMENTS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &["DROP TABLE booked_days", "DROP TABLE booked_lines"],
        )
        .await
    }
}

const LINES: &str = "CREATE TABLE booked_lines (
    id text NOT NULL PRIMARY KEY,
    subject text NOT NULL,
    number integer NOT NULL,
    mid text NOT NULL,
    transaction_key text,
    listed_at bigint,
    day date,
    cohort_day date,
    kind text NOT NULL,
    method text NOT NULL,
    verdict text,
    unchecked boolean NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL,
    never_settled bigint NOT NULL,
    sold_date date,
    paid_out_date date,
    settled bigint,
    fee bigint,
    supply_amount bigint,
    vat bigint,
    pay_out bigint,
    payout_day date,
    payout_after integer,
    forecast boolean NOT NULL)";

const STATEMENTS: [&str; 7] = [
    "CREATE INDEX booked_lines_subject ON booked_lines (subject)",
    // The days of payouts stand in the first two so that whoever passes rows of other days need not read them.
    "CREATE INDEX booked_lines_mid_listed_at ON booked_lines (mid, listed_at, id, payout_day)",
    "CREATE INDEX booked_lines_mid_kind_method_listed_at ON booked_lines
        (mid, kind, method, listed_at, id, payout_day)",
    "CREATE INDEX booked_lines_mid_payout_day_kind_method_listed_at ON booked_lines
        (mid, payout_day, kind, method, listed_at, id)",
    "CREATE INDEX booked_lines_mid_payout_after ON booked_lines (mid, payout_after) WHERE payout_after IS NOT NULL",
    "CREATE TABLE booked_days (
        place text NOT NULL PRIMARY KEY,
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
        rows_without_vat bigint NOT NULL)",
    "CREATE INDEX booked_days_basis_day ON booked_days (basis, day)",
];
