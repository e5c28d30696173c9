//! `period_changes`: what payments have brought into closed periods, or taken out, since.

use sea_orm::entity::prelude::*;

/// What one payment changes in one period, in one currency.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "period_changes")]
pub struct Model {
    /// The period, the subject and the currency, in one text.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: String,
    /// The period.
    pub period: String,
    /// The subject of the verdict.
    pub subject: String,
    /// Of every sum in the row.
    pub currency: String,
    /// When it last changed something.
    pub changed_at: i64,
    /// Minor units, signed, as all of these.
    pub paid: i64,
    /// Minor units.
    pub effective_refund: i64,
    /// Minor units.
    pub voided: i64,
    /// Minor units.
    pub settled: i64,
    /// Minor units.
    pub fee: i64,
    /// Minor units.
    pub supply_amount: i64,
    /// Minor units.
    pub vat: i64,
    /// Minor units.
    pub pay_out: i64,
    /// Minor units.
    pub never_settled: i64,
}

impl ActiveModelBehavior for ActiveModel {}
