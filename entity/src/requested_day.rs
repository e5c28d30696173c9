//! `requested_days`: days of lists that somebody has asked to be read again.

use sea_orm::entity::prelude::*;

/// A day that is to be read before others.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "requested_days")]
pub struct Model {
    /// Whose key it is read with.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    /// Which list.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// The day, in Seoul.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// When it was asked for last.
    pub requested_at: ChronoUnixTimestampMillis,
}

impl ActiveModelBehavior for ActiveModel {}
