//! `periods`: ranges of event days whose books were closed.

use sea_orm::entity::prelude::*;

/// One closed range of one merchant.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "periods")]
pub struct Model {
    /// Our own name of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The merchant.
    pub mid: String,
    /// The first day, in Seoul.
    pub from_day: Date,
    /// The last day, in Seoul.
    pub to_day: Date,
    /// `CLOSING`, `CLOSED` or `REOPENED`.
    pub state: String,
    /// When closing began.
    pub begun_at: ChronoUnixTimestampMillis,
    /// When it was closed; null while it is being closed.
    pub closed_at: Option<ChronoUnixTimestampMillis>,
    /// The name of the token of whoever closed it.
    pub closed_by: String,
    /// With what words.
    pub note: Option<String>,
    /// When it was reopened.
    pub reopened_at: Option<ChronoUnixTimestampMillis>,
    /// By whom.
    pub reopened_by: Option<String>,
    /// Why.
    pub reopen_note: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
