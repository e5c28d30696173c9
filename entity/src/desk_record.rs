//! `desk_records`: what people have made of discrepancies. There is a row only of those that somebody has touched.

use sea_orm::entity::prelude::*;

/// How a discrepancy stands by what people have said of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "desk_records")]
pub struct Model {
    /// The discrepancy's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The merchant.
    pub mid: String,
    /// The digest of the evidence that is acknowledged; null while nothing is.
    pub acknowledged_evidence: Option<String>,
    /// The day in Seoul on which it comes back.
    pub acknowledged_until: Option<Date>,
    /// Who has it.
    pub assignee: Option<String>,
    /// When a person last did something about it.
    pub changed_at: ChronoUnixTimestampMillis,
    /// How many steps `desk_steps` has of it.
    pub steps: i64,
}

impl ActiveModelBehavior for ActiveModel {}
