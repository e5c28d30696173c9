//! The days of each of Toss's lists that have been read completely.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(SyncWindows::Table)
                    .col(ColumnDef::new(SyncWindows::Account).text().not_null())
                    .col(ColumnDef::new(SyncWindows::Source).text().not_null().check(
                        Expr::col(SyncWindows::Source).is_in(["TRANSACTIONS", "SETTLEMENTS"]),
                    ))
                    .col(ColumnDef::new(SyncWindows::Day).date().not_null())
                    .col(
                        ColumnDef::new(SyncWindows::RowCount)
                            .big_integer()
                            .not_null(),
                    )
                    .col(ColumnDef::new(SyncWindows::Digest).text())
                    .col(ColumnDef::new(SyncWindows::ReadAt).big_integer().not_null())
                    .primary_key(
                        Index::create()
                            .col(SyncWindows::Account)
                            .col(SyncWindows::Source)
                            .col(SyncWindows::Day),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(SyncWindows::Table).to_owned())
            .await
    }
}

#[derive(DeriveIden)]
enum SyncWindows {
    Table,
    Account,
    Source,
    Day,
    RowCount,
    Digest,
    ReadAt,
}
