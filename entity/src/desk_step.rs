//! `desk_steps`: everything that was done about discrepancies, and what became of that by itself.

use sea_orm::entity::prelude::*;

/// A step.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "desk_steps")]
pub struct Model {
    /// The discrepancy's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub discrepancy: String,
    /// Counts from 1 for each discrepancy.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// When.
    pub at: ChronoUnixTimestampMillis,
    /// The name of the token that acted, or the program itself.
    pub actor: String,
    /// What was done, as a word in capitals.
    pub action: String,
    /// With what words.
    pub words: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
