//! `period_parts`: the files of closed periods' reports, in parts.

use sea_orm::entity::prelude::*;

/// One part.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "period_parts")]
pub struct Model {
    /// The period.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period: String,
    /// Which of its files: `xlsx`, `zip` or `json`, the last one packed by Zstandard.
    #[sea_orm(primary_key, auto_increment = false)]
    pub format: String,
    /// The place within the file.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The bytes there.
    pub content: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
