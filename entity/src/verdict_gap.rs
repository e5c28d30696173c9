//! `verdict_gaps`: days that verdicts depend on and that have not been read.

use sea_orm::entity::prelude::*;

/// Days of one list that a verdict waits for.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verdict_gaps")]
pub struct Model {
    /// The verdict's subject.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// The configured merchant whose key reads the list.
    pub account: String,
    /// `TRANSACTIONS` or `SETTLEMENTS`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// The first day, in Seoul.
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_day: Date,
    /// The last day, in Seoul.
    pub to_day: Date,
}

impl ActiveModelBehavior for ActiveModel {}
