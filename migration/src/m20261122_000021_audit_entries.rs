//! The audit log: entries are added and never changed, which the database itself holds.

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
        manager.create_table(audit_entries()).await?;
        let guards = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES_GUARDS,
            _ => SQLITE_GUARDS,
        };
        for guard in guards {
            manager.get_connection().execute_unprepared(guard).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(AuditEntries::Table).to_owned())
            .await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("DROP FUNCTION audit_entries_stay()")
                .await?;
        }
        Ok(())
    }
}

const SQLITE_GUARDS: &[&str] = &[
    "CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries \
     BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END",
    "CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries \
     BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END",
    // INSERT OR REPLACE deletes without asking the trigger above.
    "CREATE TRIGGER audit_entries_no_replace BEFORE INSERT ON audit_entries \
     WHEN EXISTS (SELECT 1 FROM audit_entries WHERE number = NEW.number) \
     BEGIN SELECT RAISE(ABORT, 'audit entries are never replaced'); END",
];

const POSTGRES_GUARDS: &[&str] = &[
    "CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN RAISE EXCEPTION 'audit entries are never changed or deleted'; END $$",
    "CREATE TRIGGER audit_entries_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries \
     FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stay()",
];

fn audit_entries() -> TableCreateStatement {
    Table::create()
        .table(AuditEntries::Table)
        .col(
            ColumnDef::new(AuditEntries::Number)
                .big_integer()
                .not_null()
                .primary_key(),
        )
        .col(ColumnDef::new(AuditEntries::At).big_integer().not_null())
        .col(ColumnDef::new(AuditEntries::Actor).text().not_null())
        .col(ColumnDef::new(AuditEntries::Action).text().not_null())
        .col(ColumnDef::new(AuditEntries::Subject).text().not_null())
        .col(ColumnDef::new(AuditEntries::Detail).text().not_null())
        .col(ColumnDef::new(AuditEntries::PreviousHash).blob().not_null())
        .col(ColumnDef::new(AuditEntries::Hash).blob().not_null())
        .to_owned()
}

#[derive(DeriveIden)]
enum AuditEntries {
    Table,
    Number,
    At,
    Actor,
    Action,
    Subject,
    Detail,
    PreviousHash,
    Hash,
}
