//! Sums of payments by the day on which they began are made from the verdicts when they are asked for, and from the books by
//! date: nothing keeps them beside both any more, and every verdict that is kept costs less.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

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
        run(manager, &["DROP TABLE payment_days"]).await?;
        must_be_known(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        must_be_known(manager, "m20261130_000043_payment_attempts").await?;
        let day = match manager.get_database_backend() {
            DbBackend::Sqlite => "date((began_at + 32400000) / 1000, 'unixepoch')",
            _ => "DATE '1970-01-01' + CAST((began_at + 32400000) / 86400000 AS integer)",
        };
        let sums = format!(
            "INSERT INTO payment_days
             SELECT CAST(day AS text) || {LINE} || verdict || {LINE} || currency || {LINE} || mid, day, mid, currency, verdict,
                COUNT(*), SUM(paid), SUM(effective_refund), SUM(voided), SUM(settled), SUM(fee), SUM(pay_out),
                SUM(never_settled)
             FROM (SELECT {day} AS day, verdict, currency, mid, paid, effective_refund, voided, settled, fee, pay_out,
                    COALESCE(never_settled, 0) AS never_settled
                FROM verdicts WHERE verdict IS NOT NULL) AS of_payments
             GROUP BY day, verdict, currency, mid"
        );
        run(manager, &[TABLE, INDEX, &sums]).await
    }
}

/// What stands between the parts of a sum's place.
const LINE: &str = "'\n'";

const TABLE: &str = "CREATE TABLE payment_days (
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
    pay_out bigint NOT NULL,
    never_settled bigint NOT NULL DEFAULT 0)";

const INDEX: &str = "CREATE INDEX payment_days_day ON payment_days (day)";
