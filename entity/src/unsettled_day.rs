//! `unsettled_days`: sums of `unsettled_events`.

use sea_orm::entity::prelude::*;

/// The events of one merchant, method, kind, currency and sold date.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unsettled_days")]
pub struct Model {
    /// All of what the sums are for, in one text.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: String,
    /// The events' merchant.
    pub mid: String,
    /// The method's literal; empty when it is not known.
    pub method_label: String,
    /// `PAYMENT` or `CANCEL`.
    pub kind: String,
    /// Of the amount.
    pub currency: String,
    /// The sold date by the contract.
    pub sold_date: Date,
    /// How many.
    pub events: i64,
    /// Minor units, signed.
    pub amount: i64,
}

impl ActiveModelBehavior for ActiveModel {}
