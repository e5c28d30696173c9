//! `payment_attempts`: payments that could not be read, until they have been.

use sea_orm::entity::prelude::*;

/// A payment that could not be read.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_attempts")]
pub struct Model {
    /// Its key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub payment_key: String,
    /// The configured merchant whose key reads it.
    pub account: String,
    /// How often it could not be read in a row.
    pub attempts: i64,
    /// When it is tried again.
    pub next_attempt_at: ChronoUnixTimestampMillis,
}

impl ActiveModelBehavior for ActiveModel {}
