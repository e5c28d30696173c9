//! `payments`: one row for each payment, as Toss last described it.

use sea_orm::entity::prelude::*;

use crate::RawText;

/// A payment. Columns that only the payment's own answer can fill are nullable.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    /// Toss's key of the payment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub payment_key: String,
    /// The merchant that the payment names.
    pub mid: String,
    /// The configured merchant whose key read it.
    pub account: String,
    /// The merchant's order.
    pub order_id: String,
    /// The method's literal.
    pub method_label: Option<String>,
    /// Toss's word.
    pub status: String,
    /// Of every amount in the row and in the payment's cancels.
    pub currency: String,
    /// Minor units.
    pub total_amount: Option<i64>,
    /// Minor units.
    pub balance_amount: Option<i64>,
    /// When it was requested.
    pub requested_at: Option<ChronoUnixTimestampMillis>,
    /// When it was approved.
    pub approved_at: Option<ChronoUnixTimestampMillis>,
    /// False when only a full cancel is possible.
    pub is_partial_cancelable: Option<bool>,
    /// The newest transaction row's key.
    pub last_transaction_key: Option<String>,
    /// Which form of the payment object Toss spoke.
    pub version: Option<String>,
    /// The answer word for word.
    pub raw: Option<RawText>,
    /// When the reading began.
    pub read_at: ChronoUnixTimestampMillis,
    /// Whether only rows of the transactions list have told of it; then `read_at` is theirs.
    pub rows_only: bool,
    /// Whether a row has come that the payment's own answer may be older than.
    pub outdated: bool,
    /// Its first transaction; without any, when it was requested. Lists are in this order.
    pub began_at: ChronoUnixTimestampMillis,
    /// Its last transaction.
    pub newest_row_at: Option<ChronoUnixTimestampMillis>,
    /// The status if it is known, else `UNKNOWN`. Lists are filtered by it.
    pub status_kind: String,
    /// The method in one spelling if it is known, else `UNKNOWN`. Lists are filtered by it.
    pub method_kind: String,
    /// The bank of its virtual account, as Toss names it.
    pub virtual_account_bank: Option<String>,
    /// The virtual account's number with all but its last digits hidden.
    pub virtual_account_masked_number: Option<String>,
    /// Until when the deposit may come.
    pub virtual_account_due_at: Option<ChronoUnixTimestampMillis>,
    /// How far the bank is with giving a deposit back, in Toss's word.
    pub refund_status: Option<String>,
    /// What was bought, in the merchant's words. Lists are searched by it.
    pub order_name: Option<String>,
    /// The number of the approval, of a card or of gift certificates. Lists are searched by it.
    pub approval_number: Option<String>,
    /// Its cancels.
    #[sea_orm(has_many)]
    pub cancels: HasMany<super::cancel::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
