//! Cancel requests, with the rules that keep a payment from being refunded twice: a caller's key makes one request, and
//! a payment has one request in flight.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(cancel_requests()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        manager
            .get_connection()
            .execute_unprepared(ONE_IN_FLIGHT)
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(CancelRequests::Table).to_owned())
            .await
    }
}

/// At most one request for each payment that has not ended.
const ONE_IN_FLIGHT: &str = "CREATE UNIQUE INDEX cancel_requests_one_in_flight ON cancel_requests (payment_key) \
     WHERE status NOT IN ('SUCCEEDED', 'REJECTED')";

fn cancel_requests() -> TableCreateStatement {
    Table::create()
        .table(CancelRequests::Table)
        .col(
            ColumnDef::new(CancelRequests::Id)
                .text()
                .not_null()
                .primary_key(),
        )
        .col(ColumnDef::new(CancelRequests::PaymentKey).text().not_null())
        .col(ColumnDef::new(CancelRequests::Account).text().not_null())
        .col(ColumnDef::new(CancelRequests::Amount).big_integer())
        .col(ColumnDef::new(CancelRequests::Currency).text().not_null())
        .col(ColumnDef::new(CancelRequests::Reason).text().not_null())
        .col(
            ColumnDef::new(CancelRequests::RequestedBy)
                .text()
                .not_null(),
        )
        .col(ColumnDef::new(CancelRequests::ClientKey).text().not_null())
        .col(
            ColumnDef::new(CancelRequests::ContentHash)
                .blob()
                .not_null(),
        )
        .col(
            ColumnDef::new(CancelRequests::IdempotencyKey)
                .text()
                .not_null(),
        )
        .col(ColumnDef::new(CancelRequests::Body).text())
        .col(ColumnDef::new(CancelRequests::BaselineBalance).big_integer())
        .col(
            ColumnDef::new(CancelRequests::BaselineCancelKeys)
                .text()
                .not_null(),
        )
        .col(ColumnDef::new(CancelRequests::Status).text().not_null())
        .col(
            ColumnDef::new(CancelRequests::Version)
                .big_integer()
                .not_null(),
        )
        .col(
            ColumnDef::new(CancelRequests::Attempts)
                .integer()
                .not_null(),
        )
        .col(ColumnDef::new(CancelRequests::FirstSentAt).big_integer())
        .col(ColumnDef::new(CancelRequests::LastSentAt).big_integer())
        .col(ColumnDef::new(CancelRequests::ErrorCode).text())
        .col(ColumnDef::new(CancelRequests::ErrorMessage).text())
        .col(ColumnDef::new(CancelRequests::ErrorAdvice).text())
        .col(ColumnDef::new(CancelRequests::ErrorField).text())
        .col(ColumnDef::new(CancelRequests::TransactionKey).text())
        .col(ColumnDef::new(CancelRequests::UpstreamHttpStatus).integer())
        .col(ColumnDef::new(CancelRequests::RawReply).text())
        .col(
            ColumnDef::new(CancelRequests::RequestedAt)
                .big_integer()
                .not_null(),
        )
        .col(ColumnDef::new(CancelRequests::ResolvedAt).big_integer())
        .check(known_status())
        .check(known_advice())
        .check(body_only_while_open())
        .to_owned()
}

fn known_status() -> Expr {
    Expr::col(CancelRequests::Status).is_in([
        "REQUESTED",
        "SENT",
        "SUCCEEDED",
        "REJECTED",
        "UNKNOWN",
        "NEEDS_OPERATOR",
    ])
}

fn known_advice() -> Expr {
    Expr::col(CancelRequests::ErrorAdvice).is_in([
        "RETRY",
        "FIX_INPUT",
        "ALREADY_DONE",
        "NEEDS_PERSON",
        "WAIT",
    ])
}

/// The body may hold a bank account, so a request that has ended does not keep it.
fn body_only_while_open() -> Expr {
    Expr::col(CancelRequests::Status)
        .is_not_in(["SUCCEEDED", "REJECTED"])
        .or(Expr::col(CancelRequests::Body).is_null())
}

fn indexes() -> [IndexCreateStatement; 3] {
    [
        Index::create()
            .name("cancel_requests_client_key")
            .table(CancelRequests::Table)
            .col(CancelRequests::RequestedBy)
            .col(CancelRequests::ClientKey)
            .unique()
            .to_owned(),
        Index::create()
            .name("cancel_requests_idempotency_key")
            .table(CancelRequests::Table)
            .col(CancelRequests::IdempotencyKey)
            .unique()
            .to_owned(),
        Index::create()
            .name("cancel_requests_payment_key")
            .table(CancelRequests::Table)
            .col(CancelRequests::PaymentKey)
            .to_owned(),
    ]
}

#[derive(DeriveIden)]
enum CancelRequests {
    Table,
    Id,
    PaymentKey,
    Account,
    Amount,
    Currency,
    Reason,
    RequestedBy,
    ClientKey,
    ContentHash,
    IdempotencyKey,
    Body,
    BaselineBalance,
    BaselineCancelKeys,
    Status,
    Version,
    Attempts,
    FirstSentAt,
    LastSentAt,
    ErrorCode,
    ErrorMessage,
    ErrorAdvice,
    ErrorField,
    TransactionKey,
    UpstreamHttpStatus,
    RawReply,
    RequestedAt,
    ResolvedAt,
}
