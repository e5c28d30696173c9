//! What a settlement row said before Toss changed it.

use async_graphql::SimpleObject;

use super::money::Money;
use super::scalars::{DateTime, LocalDate};

/// What a settlement row said once.
#[derive(SimpleObject)]
pub(super) struct SettlementVersion {
    /// Signed as in `Settlement`.
    amount: Money,
    /// Signed as in `Settlement`.
    fee: Money,
    /// What was to be paid out.
    pay_out_amount: Money,
    /// The day that the event was booked on (매출일).
    sold_date: LocalDate,
    /// The day on which the money was to move (지급일).
    paid_out_date: LocalDate,
    /// When Toss was last known to list it so.
    seen_from: DateTime,
    /// When it was found to be another. Null for a row that Toss does not list any more and that nothing has replaced.
    seen_until: Option<DateTime>,
}

impl SettlementVersion {
    /// What a row said, from the reading that listed it so to the one that no longer did.
    pub(super) fn of(
        row: &reconciliation::Settlement,
        from: chrono::DateTime<chrono::Utc>,
        until: chrono::DateTime<chrono::Utc>,
    ) -> Self {
        Self {
            amount: Money(row.amount),
            fee: Money(row.shown_fee()),
            pay_out_amount: Money(row.pay_out_amount),
            sold_date: LocalDate(row.sold_date),
            paid_out_date: LocalDate(row.paid_out_date),
            seen_from: DateTime(from),
            seen_until: Some(DateTime(until)),
        }
    }
}
