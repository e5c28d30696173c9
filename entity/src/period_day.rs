//! `period_days`: sums of `booked_days`, as they were when a period was closed.

use sea_orm::entity::prelude::*;

/// As in `booked_days`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "period_days")]
pub struct Model {
    /// The period.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period: String,
    /// All of what the sums are for, in one text.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: String,
    /// Which days the lines are summed by.
    pub basis: String,
    /// The day, in Seoul.
    pub day: Date,
    /// The day before it on which the same payments have something.
    pub earlier: Option<Date>,
    /// Their merchant.
    pub mid: String,
    /// Their method.
    pub method: String,
    /// Of every sum in the row.
    pub currency: String,
    /// How they stand; null of settlement rows of no payment that is known.
    pub verdict: Option<String>,
    /// How many subjects have something here.
    pub subjects: i64,
    /// How many of them are payments.
    pub payments: i64,
    /// How many of these are reconciled without having been read since their last event.
    pub unchecked: i64,
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
    /// Minor units, signed: of the rows that tell it.
    pub supply_amount: i64,
    /// Minor units, signed: of the rows that tell it.
    pub vat: i64,
    /// Minor units, signed.
    pub pay_out: i64,
    /// Minor units, signed.
    pub never_settled: i64,
    /// How many settlement rows.
    pub row_count: i64,
    /// How many of them do not tell their supply amount or their VAT.
    pub rows_without_vat: i64,
}

impl ActiveModelBehavior for ActiveModel {}
