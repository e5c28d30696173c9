//! A request may wait for another admin's approval: who gave it and when, the state of waiting, and the way to what an
//! admin has asked for within a day.

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
        for column in [
            ColumnDef::new(CancelRequests::ApprovedBy)
                .text()
                .check(by_somebody_else())
                .to_owned(),
            ColumnDef::new(CancelRequests::ApprovedAt)
                .big_integer()
                .to_owned(),
        ] {
            let table = Table::alter()
                .table(CancelRequests::Table)
                .add_column(column)
                .to_owned();
            manager.alter_table(table).await?;
        }
        allow_states(manager, STATES_BEFORE, STATES).await?;
        run(manager, OPEN_ONES).await?;
        manager
            .create_index(
                Index::create()
                    .name("cancel_requests_asked")
                    .table(CancelRequests::Table)
                    .col(CancelRequests::RequestedBy)
                    .col(CancelRequests::RequestedAt)
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "DROP INDEX cancel_requests_asked").await?;
        // Nothing of theirs was sent, and the program of before knows no approval.
        run(manager, END_WAITING).await?;
        allow_states(manager, STATES, STATES_BEFORE).await?;
        run(manager, OPEN_ONES_BEFORE).await?;
        for name in [CancelRequests::ApprovedBy, CancelRequests::ApprovedAt] {
            let table = Table::alter()
                .table(CancelRequests::Table)
                .drop_column(name)
                .to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

const STATES_BEFORE: &str =
    "'REQUESTED', 'SENT', 'SUCCEEDED', 'REJECTED', 'UNKNOWN', 'NEEDS_OPERATOR'";
const STATES: &str = "'REQUESTED', 'SENT', 'SUCCEEDED', 'REJECTED', 'UNKNOWN', 'NEEDS_OPERATOR', 'AWAITING_APPROVAL'";

/// Finds what is to be asked about, or has waited long enough, without reading what has ended.
const OPEN_ONES: &str = "CREATE INDEX cancel_requests_open ON cancel_requests (next_at) \
     WHERE status IN ('REQUESTED', 'SENT', 'UNKNOWN', 'AWAITING_APPROVAL')";
const OPEN_ONES_BEFORE: &str = "CREATE INDEX cancel_requests_open ON cancel_requests (next_at) \
     WHERE status IN ('REQUESTED', 'SENT', 'UNKNOWN')";

const END_WAITING: &str = "UPDATE cancel_requests SET status = 'REJECTED', body = NULL, error_code = 'NEVER_SENT', \
     error_message = 'It was never approved: nothing was sent.', error_advice = 'RETRY', error_field = NULL, \
     next_at = NULL, resolved_at = requested_at, version = version + 1 WHERE status = 'AWAITING_APPROVAL'";

/// Nobody approves what they asked for themselves.
fn by_somebody_else() -> Expr {
    Expr::col(CancelRequests::ApprovedBy).not_equals(CancelRequests::RequestedBy)
}

/// Changes the list of states in the table's check. `cancel_requests_open` is gone afterwards.
async fn allow_states(manager: &SchemaManager<'_>, from: &str, to: &str) -> Result<(), DbErr> {
    run(manager, "DROP INDEX cancel_requests_open").await?;
    if manager.get_database_backend() == DbBackend::Postgres {
        return run(
            manager,
            &format!(
                "ALTER TABLE cancel_requests DROP CONSTRAINT cancel_requests_status_check, \
                 ADD CONSTRAINT cancel_requests_status_check CHECK (status IN ({to}))"
            ),
        )
        .await;
    }
    rebuild(manager, from, to).await
}

/// SQLite cannot change a check: the table is made anew from its own text with another list in it, and its rows are
/// carried over.
async fn rebuild(manager: &SchemaManager<'_>, from: &str, to: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let rows = connection
        .query_all_raw(sea_orm_migration::sea_orm::Statement::from_string(
            DbBackend::Sqlite,
            "SELECT type, sql FROM sqlite_master WHERE tbl_name = 'cancel_requests' AND sql IS NOT NULL",
        ))
        .await?;
    let mut table = None;
    let mut indexes = Vec::new();
    for row in rows {
        let sql: String = row.try_get_by_index(1)?;
        match row.try_get_by_index::<String>(0)?.as_str() {
            "table" => table = Some(sql),
            _ => indexes.push(sql),
        }
    }
    let table = table.filter(|sql| sql.contains(from)).ok_or_else(|| {
        DbErr::Migration("cancel_requests has another form than it was given".to_owned())
    })?;
    let anew = table
        .replacen(from, to, 1)
        .replacen("cancel_requests", "cancel_requests_anew", 1);
    run(manager, &anew).await?;
    // Both have the same columns in the same order.
    run(
        manager,
        "INSERT INTO cancel_requests_anew SELECT * FROM cancel_requests",
    )
    .await?;
    run(manager, "DROP TABLE cancel_requests").await?;
    run(
        manager,
        "ALTER TABLE cancel_requests_anew RENAME TO cancel_requests",
    )
    .await?;
    for index in indexes {
        run(manager, &index).await?;
    }
    Ok(())
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}

#[derive(Clone, Copy, DeriveIden)]
enum CancelRequests {
    Table,
    RequestedBy,
    RequestedAt,
    ApprovedBy,
    ApprovedAt,
}
