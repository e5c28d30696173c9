//! What settlement rows said before they changed, and what lists of them are ordered and filtered by.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(versions()).await?;
        for statement in INDEXES {
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
        manager
            .drop_table(Table::drop().table(SettlementVersions::Table).to_owned())
            .await
    }
}

fn versions() -> TableCreateStatement {
    use SettlementVersions as V;
    Table::create()
        .table(V::Table)
        .col(ColumnDef::new(V::SettlementId).text().not_null())
        .col(ColumnDef::new(V::ReplacedAt).big_integer().not_null())
        .col(ColumnDef::new(V::ReadAt).big_integer().not_null())
        .col(ColumnDef::new(V::Gone).boolean().not_null())
        .col(ColumnDef::new(V::Account).text().not_null())
        .col(ColumnDef::new(V::Mid).text().not_null())
        .col(ColumnDef::new(V::PaymentKey).text())
        .col(ColumnDef::new(V::TransactionKey).text())
        .col(ColumnDef::new(V::OrderId).text().not_null())
        .col(ColumnDef::new(V::Kind).text().not_null())
        .col(ColumnDef::new(V::Currency).text().not_null())
        .col(ColumnDef::new(V::Amount).big_integer().not_null())
        .col(ColumnDef::new(V::InterestFee).big_integer())
        .col(ColumnDef::new(V::Fee).big_integer())
        .col(ColumnDef::new(V::SupplyAmount).big_integer())
        .col(ColumnDef::new(V::Vat).big_integer())
        .col(ColumnDef::new(V::Fees).text())
        .col(ColumnDef::new(V::PayOutAmount).big_integer().not_null())
        .col(ColumnDef::new(V::ApprovedAt).big_integer())
        .col(ColumnDef::new(V::SoldDate).date().not_null())
        .col(ColumnDef::new(V::PaidOutDate).date().not_null())
        .col(ColumnDef::new(V::Raw).text().not_null())
        .primary_key(Index::create().col(V::SettlementId).col(V::ReplacedAt))
        .to_owned()
}

/// A list without a kind is the two kinds' lists merged, so that two indexes serve with and without one.
const INDEXES: [&str; 7] = [
    "CREATE INDEX settlement_versions_payment_key ON settlement_versions (payment_key)",
    "CREATE INDEX settlements_kind_sold_date ON settlements (kind, sold_date, id)",
    "CREATE INDEX settlements_kind_paid_out_date ON settlements (kind, paid_out_date, id)",
    "CREATE INDEX settlements_mid_kind_sold_date ON settlements (mid, kind, sold_date, id)",
    "CREATE INDEX settlements_mid_kind_paid_out_date ON settlements (mid, kind, paid_out_date, id)",
    "ALTER TABLE sync_windows ADD COLUMN changed_at bigint",
    "UPDATE sync_windows SET changed_at = read_at",
];

const UNDO: [&str; 5] = [
    "ALTER TABLE sync_windows DROP COLUMN changed_at",
    "DROP INDEX settlements_mid_kind_paid_out_date",
    "DROP INDEX settlements_mid_kind_sold_date",
    "DROP INDEX settlements_kind_paid_out_date",
    "DROP INDEX settlements_kind_sold_date",
];

#[derive(DeriveIden)]
enum SettlementVersions {
    Table,
    SettlementId,
    ReplacedAt,
    ReadAt,
    Gone,
    Account,
    Mid,
    PaymentKey,
    TransactionKey,
    OrderId,
    Kind,
    Currency,
    Amount,
    InterestFee,
    Fee,
    SupplyAmount,
    Vat,
    Fees,
    PayOutAmount,
    ApprovedAt,
    SoldDate,
    PaidOutDate,
    Raw,
}
