//! Payments and their cancels.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(payments()).await?;
        for index in payment_indexes() {
            manager.create_index(index).await?;
        }
        manager.create_table(cancels()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Cancels::Table).to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table(Payments::Table).to_owned())
            .await
    }
}

fn payments() -> TableCreateStatement {
    Table::create()
        .table(Payments::Table)
        .col(
            ColumnDef::new(Payments::PaymentKey)
                .text()
                .not_null()
                .primary_key(),
        )
        .col(ColumnDef::new(Payments::Mid).text().not_null())
        .col(ColumnDef::new(Payments::Account).text().not_null())
        .col(ColumnDef::new(Payments::OrderId).text().not_null())
        .col(ColumnDef::new(Payments::MethodLabel).text())
        .col(ColumnDef::new(Payments::Status).text().not_null())
        .col(ColumnDef::new(Payments::Currency).text().not_null())
        .col(ColumnDef::new(Payments::TotalAmount).big_integer())
        .col(ColumnDef::new(Payments::BalanceAmount).big_integer())
        .col(ColumnDef::new(Payments::RequestedAt).big_integer())
        .col(ColumnDef::new(Payments::ApprovedAt).big_integer())
        .col(ColumnDef::new(Payments::IsPartialCancelable).boolean())
        .col(ColumnDef::new(Payments::LastTransactionKey).text())
        .col(ColumnDef::new(Payments::Version).text())
        .col(ColumnDef::new(Payments::Raw).text())
        .col(ColumnDef::new(Payments::ReadAt).big_integer().not_null())
        .to_owned()
}

fn payment_indexes() -> [IndexCreateStatement; 2] {
    [
        Index::create()
            .name("payments_order_id")
            .table(Payments::Table)
            .col(Payments::OrderId)
            .to_owned(),
        Index::create()
            .name("payments_mid_requested_at")
            .table(Payments::Table)
            .col(Payments::Mid)
            .col(Payments::RequestedAt)
            .to_owned(),
    ]
}

fn cancels() -> TableCreateStatement {
    Table::create()
        .table(Cancels::Table)
        .col(ColumnDef::new(Cancels::PaymentKey).text().not_null())
        .col(ColumnDef::new(Cancels::TransactionKey).text().not_null())
        .col(ColumnDef::new(Cancels::Amount).big_integer().not_null())
        .col(ColumnDef::new(Cancels::Reason).text())
        .col(ColumnDef::new(Cancels::CanceledAt).big_integer().not_null())
        .col(ColumnDef::new(Cancels::RefundableAmount).big_integer())
        .col(ColumnDef::new(Cancels::Status).text().not_null())
        .primary_key(
            Index::create()
                .col(Cancels::PaymentKey)
                .col(Cancels::TransactionKey),
        )
        .foreign_key(
            ForeignKey::create()
                .name("cancels_payment")
                .from(Cancels::Table, Cancels::PaymentKey)
                .to(Payments::Table, Payments::PaymentKey)
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

#[derive(DeriveIden)]
enum Payments {
    Table,
    PaymentKey,
    Mid,
    Account,
    OrderId,
    MethodLabel,
    Status,
    Currency,
    TotalAmount,
    BalanceAmount,
    RequestedAt,
    ApprovedAt,
    IsPartialCancelable,
    LastTransactionKey,
    Version,
    Raw,
    ReadAt,
}

#[derive(DeriveIden)]
enum Cancels {
    Table,
    PaymentKey,
    TransactionKey,
    Amount,
    Reason,
    CanceledAt,
    RefundableAmount,
    Status,
}
