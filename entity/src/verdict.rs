//! `verdicts`: what is to be reconciled, and how it stands.

use sea_orm::entity::prelude::*;

/// A verdict, or the mark that one is to be made.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verdicts")]
pub struct Model {
    /// A payment's key, or `row/` and the id of a settlement row that names no payment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// Counts the changes of its books.
    pub books_version: i64,
    /// Unix milliseconds from which it is to be made anew: 0 since its books changed; null while nothing can change it.
    pub due_at: Option<i64>,
    /// The configured merchant whose key read the payment.
    pub account: Option<String>,
    /// The merchant that the payment names.
    pub mid: Option<String>,
    /// The payment's place in lists.
    pub began_at: Option<ChronoUnixTimestampMillis>,
    /// How the payment stands; null while no payment is known.
    pub verdict: Option<String>,
    /// As of when it was made.
    pub as_of: Option<ChronoUnixTimestampMillis>,
    /// Of every sum in the row.
    pub currency: Option<String>,
    /// Minor units.
    pub paid: Option<i64>,
    /// Minor units.
    pub effective_refund: Option<i64>,
    /// Minor units.
    pub voided: Option<i64>,
    /// Minor units, signed.
    pub settled: Option<i64>,
    /// Minor units, signed.
    pub fee: Option<i64>,
    /// Minor units, signed.
    pub pay_out: Option<i64>,
    /// Minor units, signed: what of the rest is never settled.
    pub never_settled: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
