//! What one merchant's payments and settlement rows are listed by, whatever they are filtered by: a small merchant's are not
//! looked for among those of a large one.

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
        run(manager, &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &UNDO).await
    }
}

/// A list by status alone is the lists of that status by each method merged, and the other way round: there are few of
/// either, and all are known. So one index serves all three, with a merchant and without, and what each alone had is not
/// kept up. Where settlement rows are asked for by both of their days, the index has the second at hand.
const INDEXES: [&str; 8] = [
    "DROP INDEX payments_status_began_at",
    "DROP INDEX payments_method_began_at",
    "CREATE INDEX payments_mid_status_method_began_at ON payments (mid, status_kind, method_kind, began_at, payment_key)",
    "CREATE INDEX verdicts_mid_verdict_began_at ON verdicts (mid, verdict, began_at, subject) WHERE verdict IS NOT NULL",
    "DROP INDEX settlements_kind_sold_date",
    "CREATE INDEX settlements_kind_sold_date ON settlements (kind, sold_date, id, paid_out_date)",
    "DROP INDEX settlements_mid_kind_sold_date",
    "CREATE INDEX settlements_mid_kind_sold_date ON settlements (mid, kind, sold_date, id, paid_out_date)",
];

const UNDO: [&str; 8] = [
    "DROP INDEX settlements_mid_kind_sold_date",
    "CREATE INDEX settlements_mid_kind_sold_date ON settlements (mid, kind, sold_date, id)",
    "DROP INDEX settlements_kind_sold_date",
    "CREATE INDEX settlements_kind_sold_date ON settlements (kind, sold_date, id)",
    "DROP INDEX verdicts_mid_verdict_began_at",
    "DROP INDEX payments_mid_status_method_began_at",
    "CREATE INDEX payments_method_began_at ON payments (method_kind, began_at, payment_key)",
    "CREATE INDEX payments_status_began_at ON payments (status_kind, began_at, payment_key)",
];
