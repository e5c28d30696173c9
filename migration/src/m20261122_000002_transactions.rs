//! Rows of Toss's transactions list.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(transactions()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Transactions::Table).to_owned())
            .await
    }
}

fn transactions() -> TableCreateStatement {
    Table::create()
        .table(Transactions::Table)
        .col(ColumnDef::new(Transactions::Mid).text().not_null())
        .col(
            ColumnDef::new(Transactions::TransactionKey)
                .text()
                .not_null(),
        )
        .col(ColumnDef::new(Transactions::Account).text().not_null())
        .col(ColumnDef::new(Transactions::PaymentKey).text().not_null())
        .col(ColumnDef::new(Transactions::OrderId).text().not_null())
        .col(ColumnDef::new(Transactions::MethodLabel).text())
        .col(ColumnDef::new(Transactions::Status).text().not_null())
        .col(
            ColumnDef::new(Transactions::TransactionAt)
                .big_integer()
                .not_null(),
        )
        .col(
            ColumnDef::new(Transactions::Amount)
                .big_integer()
                .not_null(),
        )
        .col(ColumnDef::new(Transactions::Currency).text().not_null())
        .col(
            ColumnDef::new(Transactions::ListedPosition)
                .big_integer()
                .not_null(),
        )
        .col(ColumnDef::new(Transactions::Raw).text().not_null())
        .col(
            ColumnDef::new(Transactions::ReadAt)
                .big_integer()
                .not_null(),
        )
        .primary_key(
            Index::create()
                .col(Transactions::Mid)
                .col(Transactions::TransactionKey),
        )
        .to_owned()
}

fn indexes() -> [IndexCreateStatement; 2] {
    [
        Index::create()
            .name("transactions_payment_key")
            .table(Transactions::Table)
            .col(Transactions::PaymentKey)
            .to_owned(),
        Index::create()
            .name("transactions_mid_transaction_at")
            .table(Transactions::Table)
            .col(Transactions::Mid)
            .col(Transactions::TransactionAt)
            .to_owned(),
    ]
}

#[derive(DeriveIden)]
enum Transactions {
    Table,
    Mid,
    TransactionKey,
    Account,
    PaymentKey,
    OrderId,
    MethodLabel,
    Status,
    TransactionAt,
    Amount,
    Currency,
    ListedPosition,
    Raw,
    ReadAt,
}
