//! `unsettled_events`: events that are due a settlement row and have none.

use sea_orm::entity::prelude::*;

/// An event without its row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unsettled_events")]
pub struct Model {
    /// The verdict's subject.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// The event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub transaction_key: String,
    /// The event's merchant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mid: String,
    /// The method's literal; empty when it is not known.
    pub method_label: String,
    /// `PAYMENT` or `CANCEL`.
    pub kind: String,
    /// Of the amount.
    pub currency: String,
    /// Minor units, signed.
    pub amount: i64,
    /// The sold date by the contract.
    pub sold_date: Date,
}

impl ActiveModelBehavior for ActiveModel {}
