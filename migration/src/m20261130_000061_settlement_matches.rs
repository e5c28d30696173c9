//! The settlement rows that do not surely belong to one event, with how they belong. They are filled as verdicts are made
//! anew, because the rules have changed.

use sea_orm_migration::prelude::*;

use crate::statements::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &STATEMENTS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP TABLE settlement_matches"]).await
    }
}

const STATEMENTS: [&str; 4] = [
    "CREATE TABLE settlement_matches (
        id text NOT NULL PRIMARY KEY,
        subject text NOT NULL,
        strength text NOT NULL,
        mid text NOT NULL,
        kind text NOT NULL,
        sold_date date NOT NULL,
        paid_out_date date NOT NULL)",
    "CREATE INDEX settlement_matches_subject ON settlement_matches (subject)",
    "CREATE INDEX settlement_matches_sold_date ON settlement_matches (mid, kind, strength, sold_date, id)",
    "CREATE INDEX settlement_matches_paid_out_date ON settlement_matches (mid, kind, strength, paid_out_date, id)",
];
