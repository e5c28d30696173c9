//! What each day of a report's range pays out.

use super::book::Book;
use super::cell::Cell;
use super::error::ReportError;
use super::section::{Column, Section};
use crate::reconcile::PayoutDay;

pub(super) const SECTION: Section = Section {
    field: "payoutDays",
    file: "payout-days.csv",
    sheet: "지급일 Payout days",
    columns: &[
        Column::new("mId", "상점아이디", "Merchant", 18),
        Column::new("currency", "통화", "Currency", 12),
        Column::new("paidOutDate", "지급일", "Paid-out date", 14),
        Column::new("basis", "근거", "Basis", 12),
        Column::new("paymentCount", "결제 건수", "Payments", 12),
        Column::new("cancelCount", "취소 건수", "Cancels", 12),
        Column::money("grossAmount", "결제 금액", "Gross amount"),
        Column::money("cancelAmount", "취소 금액", "Cancelled amount"),
        Column::money("fee", "수수료", "Fee"),
        Column::money("payOutAmount", "지급 금액", "Paid out"),
    ],
};

/// Writes the section.
pub(super) fn write(book: &mut Book, days: &[PayoutDay]) -> Result<(), ReportError> {
    let mut sheet = book.open(&SECTION)?;
    for day in days {
        sheet.row(&row(day))?;
    }
    sheet.close()
}

fn row(day: &PayoutDay) -> [Cell; 10] {
    [
        Cell::text(day.mid.as_str()),
        Cell::text(day.gross.currency().code()),
        Cell::Day(day.paid_out_date),
        Cell::text(day.basis.as_str()),
        Cell::Count(day.payment_count),
        Cell::Count(day.cancel_count),
        Cell::Money(day.gross),
        Cell::Money(day.cancels),
        Cell::Money(day.fee),
        Cell::Money(day.pay_out),
    ]
}
