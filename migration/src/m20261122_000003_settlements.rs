//! Rows of Toss's settlements list.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(settlements()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Settlements::Table).to_owned())
            .await
    }
}

fn settlements() -> TableCreateStatement {
    Table::create()
        .table(Settlements::Table)
        .col(
            ColumnDef::new(Settlements::Id)
                .text()
                .not_null()
                .primary_key(),
        )
        .col(ColumnDef::new(Settlements::Account).text().not_null())
        .col(ColumnDef::new(Settlements::Mid).text().not_null())
        .col(ColumnDef::new(Settlements::PaymentKey).text())
        .col(ColumnDef::new(Settlements::TransactionKey).text())
        .col(ColumnDef::new(Settlements::OrderId).text().not_null())
        .col(ColumnDef::new(Settlements::OrderIdUnprefixed).text())
        .col(
            ColumnDef::new(Settlements::Kind)
                .text()
                .not_null()
                .check(Expr::col(Settlements::Kind).is_in(["PAYMENT", "CANCEL"])),
        )
        .col(ColumnDef::new(Settlements::Currency).text().not_null())
        .col(ColumnDef::new(Settlements::Amount).big_integer().not_null())
        .col(ColumnDef::new(Settlements::InterestFee).big_integer())
        .col(ColumnDef::new(Settlements::Fee).big_integer())
        .col(ColumnDef::new(Settlements::SupplyAmount).big_integer())
        .col(ColumnDef::new(Settlements::Vat).big_integer())
        .col(ColumnDef::new(Settlements::Fees).text())
        .col(
            ColumnDef::new(Settlements::PayOutAmount)
                .big_integer()
                .not_null(),
        )
        .col(ColumnDef::new(Settlements::ApprovedAt).big_integer())
        .col(ColumnDef::new(Settlements::SoldDate).date().not_null())
        .col(ColumnDef::new(Settlements::PaidOutDate).date().not_null())
        .col(ColumnDef::new(Settlements::Raw).text().not_null())
        .to_owned()
}

fn indexes() -> [IndexCreateStatement; 4] {
    [
        Index::create()
            .name("settlements_payment_key")
            .table(Settlements::Table)
            .col(Settlements::PaymentKey)
            .to_owned(),
        Index::create()
            .name("settlements_order_id")
            .table(Settlements::Table)
            .col(Settlements::OrderId)
            .to_owned(),
        Index::create()
            .name("settlements_order_id_unprefixed")
            .table(Settlements::Table)
            .col(Settlements::OrderIdUnprefixed)
            .to_owned(),
        Index::create()
            .name("settlements_account_sold_date")
            .table(Settlements::Table)
            .col(Settlements::Account)
            .col(Settlements::SoldDate)
            .to_owned(),
    ]
}

#[derive(DeriveIden)]
enum Settlements {
    Table,
    Id,
    Account,
    Mid,
    PaymentKey,
    TransactionKey,
    OrderId,
    OrderIdUnprefixed,
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
