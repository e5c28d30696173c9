//! `payment_days`: sums of `verdicts`.

use sea_orm::entity::prelude::*;

/// The payments of one merchant and currency that began on one day and stand alike.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_days")]
pub struct Model {
    /// All of what the sums are for, in one text.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: String,
    /// The day of their beginning, in Seoul.
    pub day: Date,
    /// Their merchant.
    pub mid: String,
    /// Of every sum in the row.
    pub currency: String,
    /// How they stand.
    pub verdict: String,
    /// How many.
    pub payments: i64,
    /// Minor units.
    pub paid: i64,
    /// Minor units.
    pub effective_refund: i64,
    /// Minor units.
    pub voided: i64,
    /// Minor units, signed.
    pub settled: i64,
    /// Minor units, signed.
    pub fee: i64,
    /// Minor units, signed.
    pub pay_out: i64,
    /// Minor units, signed: what of the rest is never settled.
    pub never_settled: i64,
}

impl ActiveModelBehavior for ActiveModel {}
