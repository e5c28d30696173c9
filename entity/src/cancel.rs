//! `cancels`: the elements of a payment's `cancels[]`.

use sea_orm::entity::prelude::*;

/// A cancel of a payment, in the payment's currency.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cancels")]
pub struct Model {
    /// The payment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub payment_key: String,
    /// The cancel's key. Where Toss gives none, `/` and the cancel's place in Toss's answer, which no key can be.
    #[sea_orm(primary_key, auto_increment = false)]
    pub transaction_key: String,
    /// Minor units, positive.
    pub amount: i64,
    /// The reason that was given.
    pub reason: Option<String>,
    /// When; without a meaning where `undated`.
    pub canceled_at: ChronoUnixTimestampMillis,
    /// The balance after it, in minor units.
    pub refundable_amount: Option<i64>,
    /// Toss's word.
    pub status: String,
    /// Whether Toss has not said when.
    pub undated: bool,
    /// The payment.
    #[sea_orm(belongs_to, from = "payment_key", to = "payment_key")]
    pub payment: BelongsTo<super::payment::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
