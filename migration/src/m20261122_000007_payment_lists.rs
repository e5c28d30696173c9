//! Payments that are known from rows of the transactions list alone, and what lists of payments are ordered and filtered
//! by.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in COLUMNS.iter().chain(&FILL).chain(&INDEXES) {
            manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
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

const COLUMNS: [&str; 6] = [
    "ALTER TABLE payments ADD COLUMN rows_only boolean NOT NULL DEFAULT FALSE",
    "ALTER TABLE payments ADD COLUMN outdated boolean NOT NULL DEFAULT FALSE",
    "ALTER TABLE payments ADD COLUMN began_at bigint NOT NULL DEFAULT 0",
    "ALTER TABLE payments ADD COLUMN newest_row_at bigint",
    "ALTER TABLE payments ADD COLUMN status_kind text NOT NULL DEFAULT 'UNKNOWN'",
    "ALTER TABLE payments ADD COLUMN method_kind text NOT NULL DEFAULT 'UNKNOWN'",
];

const FILL: [&str; 1] = ["UPDATE payments SET
    began_at = COALESCE(
        (SELECT MIN(transaction_at) FROM transactions WHERE transactions.payment_key = payments.payment_key),
        requested_at, approved_at, read_at),
    newest_row_at = (SELECT MAX(transaction_at) FROM transactions WHERE transactions.payment_key = payments.payment_key),
    status_kind = CASE WHEN status IN ('READY', 'IN_PROGRESS', 'WAITING_FOR_DEPOSIT', 'DONE', 'CANCELED',
        'PARTIAL_CANCELED', 'ABORTED', 'EXPIRED') THEN status ELSE 'UNKNOWN' END,
    method_kind = CASE
        WHEN method_label IN ('카드', 'CARD') THEN 'CARD'
        WHEN method_label IN ('가상계좌', 'VIRTUAL_ACCOUNT') THEN 'VIRTUAL_ACCOUNT'
        WHEN method_label IN ('간편결제', 'EASY_PAY', 'EASYPAY') THEN 'EASY_PAY'
        WHEN method_label IN ('휴대폰', 'MOBILE_PHONE') THEN 'MOBILE_PHONE'
        WHEN method_label IN ('계좌이체', 'TRANSFER') THEN 'TRANSFER'
        WHEN method_label IN ('문화상품권', 'CULTURE_GIFT_CERTIFICATE') THEN 'CULTURE_GIFT_CERTIFICATE'
        WHEN method_label IN ('도서문화상품권', 'BOOK_GIFT_CERTIFICATE') THEN 'BOOK_GIFT_CERTIFICATE'
        WHEN method_label IN ('게임문화상품권', 'GAME_GIFT_CERTIFICATE') THEN 'GAME_GIFT_CERTIFICATE'
        WHEN method_label IN ('해외간편결제', 'FOREIGN_EASY_PAY') THEN 'FOREIGN_EASY_PAY'
        ELSE 'UNKNOWN' END"];

/// Every list is read along one of these, newest first, from where the page before ended.
const INDEXES: [&str; 8] = [
    "DROP INDEX payments_mid_requested_at",
    "CREATE INDEX payments_began_at ON payments (began_at, payment_key)",
    "CREATE INDEX payments_mid_began_at ON payments (mid, began_at, payment_key)",
    "CREATE INDEX payments_status_began_at ON payments (status_kind, began_at, payment_key)",
    "CREATE INDEX payments_method_began_at ON payments (method_kind, began_at, payment_key)",
    "CREATE INDEX payments_status_method_began_at ON payments (status_kind, method_kind, began_at, payment_key)",
    "CREATE INDEX payments_outdated ON payments (read_at) WHERE outdated",
    "CREATE INDEX payments_waiting ON payments (read_at) WHERE status_kind = 'WAITING_FOR_DEPOSIT'",
];

const UNDO: [&str; 14] = [
    "DROP INDEX payments_waiting",
    "DROP INDEX payments_outdated",
    "DROP INDEX payments_status_method_began_at",
    "DROP INDEX payments_method_began_at",
    "DROP INDEX payments_status_began_at",
    "DROP INDEX payments_mid_began_at",
    "DROP INDEX payments_began_at",
    "CREATE INDEX payments_mid_requested_at ON payments (mid, requested_at)",
    "ALTER TABLE payments DROP COLUMN method_kind",
    "ALTER TABLE payments DROP COLUMN status_kind",
    "ALTER TABLE payments DROP COLUMN newest_row_at",
    "ALTER TABLE payments DROP COLUMN began_at",
    "ALTER TABLE payments DROP COLUMN outdated",
    "ALTER TABLE payments DROP COLUMN rows_only",
];
