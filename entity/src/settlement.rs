//! `settlements`: the rows of Toss's settlements list.

use sea_orm::entity::prelude::*;

use crate::RawText;

/// A row of the settlements list. Toss gives rows no id, and identical rows occur.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "settlements")]
pub struct Model {
    /// Ours: the row's identity, hashed, and which of the rows with that identity it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The configured merchant whose key listed it last.
    pub account: String,
    /// The merchant that the row names.
    pub mid: String,
    /// The payment, if the row names it.
    pub payment_key: Option<String>,
    /// The event, if the row names it.
    pub transaction_key: Option<String>,
    /// The merchant's order, perhaps behind a prefix.
    pub order_id: String,
    /// The order without the prefix; only in rows that name no payment and have one.
    pub order_id_unprefixed: Option<String>,
    /// The method's literal, if the row names it.
    pub method_label: Option<String>,
    /// `PAYMENT` or `CANCEL`.
    pub kind: String,
    /// Of every amount in the row.
    pub currency: String,
    /// Minor units, signed.
    pub amount: i64,
    /// Minor units, signed.
    pub interest_fee: Option<i64>,
    /// Minor units, signed, VAT included.
    pub fee: Option<i64>,
    /// Minor units, signed.
    pub supply_amount: Option<i64>,
    /// Minor units, signed.
    pub vat: Option<i64>,
    /// The fee's parts: JSON, a list of pairs of Toss's word and minor units.
    #[sea_orm(column_type = "Text", nullable)]
    pub fees: Option<String>,
    /// Minor units, signed.
    pub pay_out_amount: i64,
    /// When the payment was approved.
    pub approved_at: Option<ChronoUnixTimestampMillis>,
    /// The day that the event is booked on, in Seoul.
    pub sold_date: Date,
    /// The day that the money moves, in Seoul.
    pub paid_out_date: Date,
    /// The row word for word.
    pub raw: RawText,
}

impl ActiveModelBehavior for ActiveModel {}
