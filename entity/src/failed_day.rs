//! `failed_days`: days of lists whose last reading failed.

use sea_orm::entity::prelude::*;

/// A day that could not be read.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "failed_days")]
pub struct Model {
    /// Whose key it was read with.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    /// Which list.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// The day, in Seoul.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// What kind of failure.
    pub code: String,
    /// When.
    pub failed_at: ChronoUnixTimestampMillis,
    /// When it is tried again at the earliest.
    pub next_attempt_at: Option<ChronoUnixTimestampMillis>,
}

impl ActiveModelBehavior for ActiveModel {}
