//! `transactions`: the rows of Toss's transactions list.

use sea_orm::entity::prelude::*;

use crate::RawText;

/// A row of the transactions list.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transactions")]
pub struct Model {
    /// The merchant that the row names.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mid: String,
    /// The row's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub transaction_key: String,
    /// The configured merchant whose key read it.
    pub account: String,
    /// The payment that it belongs to.
    pub payment_key: String,
    /// The merchant's order.
    pub order_id: String,
    /// The method's literal.
    pub method_label: Option<String>,
    /// Toss's word, which the row was born with.
    pub status: String,
    /// When it was approved or cancelled.
    pub transaction_at: ChronoUnixTimestampMillis,
    /// Minor units, as listed.
    pub amount: i64,
    /// Of the amount.
    pub currency: String,
    /// Its place in Toss's answer.
    pub listed_position: i64,
    /// The row word for word.
    pub raw: RawText,
    /// When the reading began.
    pub read_at: ChronoUnixTimestampMillis,
}

impl ActiveModelBehavior for ActiveModel {}
