//! `booked_lines`: the books by date, line by line.

use sea_orm::entity::prelude::*;

/// An event with the settlement row that settles it, or either alone.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "booked_lines")]
pub struct Model {
    /// The subject and the number, in one text.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The verdict's subject.
    pub subject: String,
    /// The line's place among those of its subject.
    pub number: i32,
    /// The merchant.
    pub mid: String,
    /// The event.
    pub transaction_key: Option<String>,
    /// When it happened; null on every line by which no event is listed.
    pub listed_at: Option<ChronoUnixTimestampMillis>,
    /// The day of the event, in Seoul.
    pub day: Option<Date>,
    /// The day on which the payment began, in Seoul.
    pub cohort_day: Option<Date>,
    /// What the event did and, of a cancel, who caused it.
    pub kind: String,
    /// The method of the payment, in one of the words that lists are filtered by.
    pub method: String,
    /// How the payment stands; null where there is none.
    pub verdict: Option<String>,
    /// Whether it is reconciled without the payment itself having been read since its last event.
    pub unchecked: bool,
    /// Of every amount in the row.
    pub currency: String,
    /// Minor units, signed; of a void what it nominally cancels.
    pub amount: i64,
    /// Minor units, signed.
    pub never_settled: i64,
    /// Of the settlement row.
    pub sold_date: Option<Date>,
    /// Of the settlement row.
    pub paid_out_date: Option<Date>,
    /// Minor units, signed; null without a settlement row.
    pub settled: Option<i64>,
    /// Minor units, signed.
    pub fee: Option<i64>,
    /// Minor units, signed; null where the row does not tell it.
    pub supply_amount: Option<i64>,
    /// Minor units, signed; null where the row does not tell it.
    pub vat: Option<i64>,
    /// Minor units, signed.
    pub pay_out: Option<i64>,
    /// The day on which the event's money moves, by its row or by forecast.
    pub payout_day: Option<Date>,
    /// How many days after the event's day that is; below 0 where Toss's row says an earlier one.
    pub payout_after: Option<i32>,
    /// Whether that day is a forecast.
    pub forecast: bool,
}

impl ActiveModelBehavior for ActiveModel {}
