//! Verdicts with everything they are listed and summed by, and the sums of settlement rows. Every payment that is stored
//! already is marked, so that its verdict will be made.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = manager.get_database_backend();
        connection
            .execute_unprepared(&format!("{VERDICTS}{}", clustered(backend)))
            .await?;
        for statement in TABLES.iter().chain(&INDEXES).chain(&COLUMNS).chain(&MARKS) {
            connection.execute_unprepared(statement).await?;
        }
        for statement in [fill_unprefixed(backend), fill_sums(backend)] {
            connection.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in UNDO {
            manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
        }
        Ok(())
    }
}

/// SQLite keeps rows in the order of their key only when it is told to; PostgreSQL never does.
fn clustered(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => " WITHOUT ROWID",
        _ => "",
    }
}

const VERDICTS: &str = "CREATE TABLE verdicts (
    subject text NOT NULL PRIMARY KEY,
    books_version bigint NOT NULL,
    due_at bigint,
    account text,
    mid text,
    began_at bigint,
    verdict text,
    as_of bigint,
    currency text,
    paid bigint,
    effective_refund bigint,
    voided bigint,
    settled bigint,
    fee bigint,
    pay_out bigint)";

const TABLES: [&str; 7] = [
    "CREATE TABLE verdict_gaps (
        subject text NOT NULL,
        account text NOT NULL,
        source text NOT NULL,
        from_day date NOT NULL,
        to_day date NOT NULL,
        PRIMARY KEY (subject, source, from_day))",
    "CREATE TABLE discrepancies (
        id text NOT NULL PRIMARY KEY,
        subject text NOT NULL,
        payment_key text,
        mid text NOT NULL,
        class text NOT NULL,
        transaction_key text,
        explanation text NOT NULL,
        expected bigint,
        expected_currency text,
        observed bigint,
        observed_currency text,
        delta bigint,
        delta_currency text,
        began_at bigint NOT NULL,
        detected_at bigint NOT NULL)",
    "CREATE TABLE unsettled_events (
        subject text NOT NULL,
        transaction_key text NOT NULL,
        mid text NOT NULL,
        method_label text NOT NULL,
        kind text NOT NULL,
        currency text NOT NULL,
        amount bigint NOT NULL,
        sold_date date NOT NULL,
        PRIMARY KEY (subject, transaction_key, mid))",
    "CREATE TABLE unsettled_days (
        place text NOT NULL PRIMARY KEY,
        mid text NOT NULL,
        method_label text NOT NULL,
        kind text NOT NULL,
        currency text NOT NULL,
        sold_date date NOT NULL,
        events bigint NOT NULL,
        amount bigint NOT NULL)",
    "CREATE TABLE payment_days (
        place text NOT NULL PRIMARY KEY,
        day date NOT NULL,
        mid text NOT NULL,
        currency text NOT NULL,
        verdict text NOT NULL,
        payments bigint NOT NULL,
        paid bigint NOT NULL,
        effective_refund bigint NOT NULL,
        voided bigint NOT NULL,
        settled bigint NOT NULL,
        fee bigint NOT NULL,
        pay_out bigint NOT NULL)",
    "CREATE TABLE payout_sums (
        mid text NOT NULL,
        sold_date date NOT NULL,
        paid_out_date date NOT NULL,
        event_date date,
        method_label text,
        kind text NOT NULL,
        currency text NOT NULL,
        row_count bigint NOT NULL,
        amount bigint NOT NULL,
        fee bigint NOT NULL,
        pay_out bigint NOT NULL)",
    "CREATE TABLE verdict_terms (
        id bigint NOT NULL PRIMARY KEY,
        fingerprint text NOT NULL)",
];

const INDEXES: [&str; 13] = [
    "CREATE INDEX verdicts_due_at ON verdicts (due_at, subject) WHERE due_at IS NOT NULL",
    // A mark alone touches neither of these two.
    "CREATE INDEX verdicts_verdict_began_at ON verdicts (verdict, began_at, subject) WHERE verdict IS NOT NULL",
    "CREATE INDEX verdicts_account_began_at ON verdicts (account, began_at) WHERE account IS NOT NULL",
    "CREATE INDEX verdict_gaps_days ON verdict_gaps (account, source, from_day, to_day, subject)",
    "CREATE INDEX discrepancies_subject ON discrepancies (subject)",
    "CREATE INDEX discrepancies_began_at ON discrepancies (began_at, id)",
    "CREATE INDEX discrepancies_class_began_at ON discrepancies (class, began_at, id)",
    "CREATE INDEX discrepancies_mid_began_at ON discrepancies (mid, began_at, id)",
    "CREATE INDEX discrepancies_mid_class_began_at ON discrepancies (mid, class, began_at, id)",
    "CREATE INDEX payment_days_day ON payment_days (day)",
    "CREATE INDEX payout_sums_mid_sold_date ON payout_sums (mid, sold_date)",
    "CREATE INDEX payout_sums_paid_out_date ON payout_sums (paid_out_date)",
    "CREATE INDEX settlement_versions_order_id ON settlement_versions (order_id) WHERE payment_key IS NULL",
];

/// Former rows without a payment are found by their order, as current ones are.
const COLUMNS: [&str; 2] = [
    "ALTER TABLE settlement_versions ADD COLUMN order_id_unprefixed text",
    "CREATE INDEX settlement_versions_order_id_unprefixed ON settlement_versions (order_id_unprefixed)",
];

const MARKS: [&str; 1] = ["INSERT INTO verdicts (subject, books_version, due_at)
    SELECT subject, 1, 0 FROM (
        SELECT payment_key AS subject FROM payments
        UNION SELECT payment_key FROM transactions
        UNION SELECT payment_key FROM cancel_requests
        UNION SELECT payment_key FROM settlements WHERE payment_key IS NOT NULL
        UNION SELECT 'row/' || id FROM settlements WHERE payment_key IS NULL
    ) AS stored"];

/// The order of former rows without its prefix: what stands behind the first underscore, if anything does.
fn fill_unprefixed(backend: DbBackend) -> String {
    let underscore = match backend {
        DbBackend::Sqlite => "instr(order_id, '_')",
        _ => "strpos(order_id, '_')",
    };
    format!(
        "UPDATE settlement_versions SET order_id_unprefixed = substr(order_id, {underscore} + 1)
         WHERE payment_key IS NULL AND {underscore} > 0 AND {underscore} < length(order_id)"
    )
}

/// The sums of the settlement rows that there are. The fee of a row is the one listed; without one, supply amount and
/// VAT, else the sum of its parts, else what the payout lacks to the amount. Sums beyond 64 bits end there.
fn fill_sums(backend: DbBackend) -> String {
    let (event_date, parts) = match backend {
        DbBackend::Sqlite => (
            "date((approved_at + 32400000) / 1000, 'unixepoch')",
            "(SELECT SUM(json_extract(part.value, '$[1]')) FROM json_each(fees) AS part)",
        ),
        _ => (
            "DATE '1970-01-01' + CAST((approved_at + 32400000) / 86400000 AS integer)",
            "(SELECT CAST(SUM(CAST(part ->> 1 AS bigint)) AS bigint) FROM json_array_elements(CAST(fees AS json)) AS part)",
        ),
    };
    let sum = |column: &str| {
        let (high, low) = (
            format!("SUM({column} / 1000000000)"),
            format!("SUM({column} % 1000000000)"),
        );
        format!(
            "CAST(CASE WHEN {high} > 9000000000 THEN 9223372036854775807
                 WHEN {high} < -9000000000 THEN -9223372036854775807
                 ELSE {high} * 1000000000 + {low} END AS bigint)"
        )
    };
    format!(
        "INSERT INTO payout_sums (mid, sold_date, paid_out_date, event_date, method_label, kind, currency, row_count,
             amount, fee, pay_out)
         SELECT mid, sold_date, paid_out_date, event_date, method_label, kind, currency, COUNT(*), {}, {}, {}
         FROM (SELECT mid, sold_date, paid_out_date, method_label, kind, currency, amount,
                 pay_out_amount AS pay_out,
                 COALESCE(fee, supply_amount + vat, {parts}, amount - pay_out_amount) AS fee,
                 CASE WHEN kind = 'PAYMENT' THEN {event_date} END AS event_date
             FROM settlements) AS listed
         GROUP BY mid, sold_date, paid_out_date, event_date, method_label, kind, currency",
        sum("amount"),
        sum("fee"),
        sum("pay_out"),
    )
}

const UNDO: [&str; 11] = [
    "DROP INDEX settlement_versions_order_id_unprefixed",
    "DROP INDEX settlement_versions_order_id",
    "ALTER TABLE settlement_versions DROP COLUMN order_id_unprefixed",
    "DROP TABLE verdict_terms",
    "DROP TABLE payout_sums",
    "DROP TABLE payment_days",
    "DROP TABLE unsettled_days",
    "DROP TABLE unsettled_events",
    "DROP TABLE discrepancies",
    "DROP TABLE verdict_gaps",
    "DROP TABLE verdicts",
];
