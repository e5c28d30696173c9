//! Who works on a cancel request and until when, when it is asked about again, with which API key it was sent, and what a
//! person decided about it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for column in columns() {
            let table = Table::alter()
                .table(CancelRequests::Table)
                .add_column(column)
                .to_owned();
            manager.alter_table(table).await?;
        }
        manager
            .get_connection()
            .execute_unprepared(OPEN_ONES)
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("DROP INDEX cancel_requests_open")
            .await?;
        for name in NAMES {
            let table = Table::alter()
                .table(CancelRequests::Table)
                .drop_column(name)
                .to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

/// Finds what is to be asked about without reading what has ended.
const OPEN_ONES: &str = "CREATE INDEX cancel_requests_open ON cancel_requests (next_at) \
     WHERE status IN ('REQUESTED', 'SENT', 'UNKNOWN')";

const NAMES: [CancelRequests; 6] = [
    CancelRequests::LeaseOwner,
    CancelRequests::LeaseUntil,
    CancelRequests::NextAt,
    CancelRequests::ApiKey,
    CancelRequests::DecidedBy,
    CancelRequests::DecisionNote,
];

fn columns() -> [ColumnDef; 6] {
    NAMES.map(|name| {
        let mut column = ColumnDef::new(name);
        match name {
            CancelRequests::LeaseUntil | CancelRequests::NextAt => column.big_integer(),
            _ => column.text(),
        };
        column
    })
}

#[derive(Clone, Copy, DeriveIden)]
enum CancelRequests {
    Table,
    LeaseOwner,
    LeaseUntil,
    NextAt,
    ApiKey,
    DecidedBy,
    DecisionNote,
}
