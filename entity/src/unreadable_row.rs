//! `unreadable_rows`: rows of Toss's lists that could not be read, as they came.

use sea_orm::entity::prelude::*;

use crate::RawText;

/// A row that could not be read when its day was last read.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unreadable_rows")]
pub struct Model {
    /// Ours: account, list, day and text, hashed, and which of the rows with that text it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The configured merchant whose key listed it.
    pub account: String,
    /// `TRANSACTIONS` or `SETTLEMENTS`.
    pub source: String,
    /// The day under which it was listed, in Seoul.
    pub day: Date,
    /// The merchant that the row names; where it names none, one of the account's.
    pub mid: String,
    /// The payment, if the row names it.
    pub payment_key: Option<String>,
    /// The event, if the row names it.
    pub transaction_key: Option<String>,
    /// The merchant's order, if the row names it.
    pub order_id: Option<String>,
    /// The field that could not be read.
    pub field: String,
    /// What is wrong there, without the value.
    pub reason: String,
    /// When the reading began that brought it.
    pub read_at: ChronoUnixTimestampMillis,
    /// The row word for word.
    pub raw: RawText,
}

impl ActiveModelBehavior for ActiveModel {}
