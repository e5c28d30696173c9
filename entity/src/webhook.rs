//! `webhooks`: what Toss sent, unasked and unproved.

use sea_orm::entity::prelude::*;

use crate::RawText;

/// A webhook word for word.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhooks")]
pub struct Model {
    /// Toss's id of the transmission; without one, a hash of the body.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// When it first came.
    pub received_at: ChronoUnixTimestampMillis,
    /// The body.
    pub body: RawText,
    /// When what it names is to be read; null when there is nothing left to read.
    pub due_at: Option<ChronoUnixTimestampMillis>,
}

impl ActiveModelBehavior for ActiveModel {}
