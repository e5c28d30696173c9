//! `forgotten_cancels`: what shows that Toss knows of a cancel which this database has forgotten.

use sea_orm::entity::prelude::*;

/// A payment, and what shows it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "forgotten_cancels")]
pub struct Model {
    /// The payment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub payment_key: String,
    /// The transaction key of the cancel that shows it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub evidence: String,
    /// The configured merchant whose payment it is.
    pub account: String,
    /// When it was noticed.
    pub noticed_at: ChronoUnixTimestampMillis,
    /// When it was looked up after a restore; it stands in nobody's way since.
    pub looked_up_at: Option<ChronoUnixTimestampMillis>,
}

impl ActiveModelBehavior for ActiveModel {}
