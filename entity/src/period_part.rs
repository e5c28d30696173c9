//! `period_parts`: the rows of a closed period's report, packed, in parts.

use sea_orm::entity::prelude::*;

/// One part.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "period_parts")]
pub struct Model {
    /// The period.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period: String,
    /// The place among the period's.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// A piece of a Zstandard stream.
    pub content: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
