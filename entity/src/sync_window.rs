//! `sync_windows`: the days of each list that have been read completely.

use sea_orm::entity::prelude::*;

/// A day of one list, read with one merchant's key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sync_windows")]
pub struct Model {
    /// The configured merchant whose key read it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    /// `TRANSACTIONS` or `SETTLEMENTS`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// The day, in Seoul.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// How many rows Toss listed.
    pub row_count: i64,
    /// Names their content; null while they are being written.
    pub digest: Option<String>,
    /// When the reading began.
    pub read_at: ChronoUnixTimestampMillis,
    /// When the first reading began that brought this content.
    pub changed_at: Option<ChronoUnixTimestampMillis>,
    /// When the reading began that is being written in parts. Until it ends, the day does not count as read.
    pub writing: Option<ChronoUnixTimestampMillis>,
}

impl ActiveModelBehavior for ActiveModel {}
