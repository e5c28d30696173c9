//! What following Toss needs: the merchants that each key has shown, who of several replicas reads, and the webhooks
//! that came.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in TABLES {
            manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["webhooks", "leases", "merchant_ids"] {
            manager
                .get_connection()
                .execute_unprepared(&format!("DROP TABLE {table}"))
                .await?;
        }
        Ok(())
    }
}

const TABLES: [&str; 4] = [
    "CREATE TABLE merchant_ids (
        account text NOT NULL,
        mid text NOT NULL,
        PRIMARY KEY (account, mid))",
    "CREATE TABLE leases (
        name text NOT NULL PRIMARY KEY,
        holder text NOT NULL,
        until bigint NOT NULL)",
    "CREATE TABLE webhooks (
        id text NOT NULL PRIMARY KEY,
        received_at bigint NOT NULL,
        body text NOT NULL)",
    "INSERT INTO merchant_ids (account, mid)
        SELECT account, mid FROM payments
        UNION SELECT account, mid FROM transactions
        UNION SELECT account, mid FROM settlements",
];
