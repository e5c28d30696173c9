//! What Toss owes on each day of a report's range (미수금), per merchant and currency, as the API's `receivables` tells it.

use super::book::Book;
use super::cell::Cell;
use super::error::ReportError;
use super::section::{Column, Section};
use crate::reconcile::Receivable;

pub(super) const SECTION: Section = Section {
    field: "receivables",
    file: "receivables.csv",
    sheet: "미수금 Receivables",
    columns: &[
        Column::new("mId", "상점아이디", "Merchant", 18),
        Column::new("currency", "통화", "Currency", 12),
        Column::new("date", "날짜", "Day", 14),
        Column::balance("opening", "기초 미수금", "Opening"),
        Column::money("sales", "매출액", "Sales"),
        Column::money("paidOutGross", "지급 (수수료 차감 전)", "Paid out, gross"),
        Column::balance("closing", "기말 미수금", "Closing"),
    ],
};

/// Writes the section.
pub(super) fn write(book: &mut Book, days: &[Receivable]) -> Result<(), ReportError> {
    let mut sheet = book.open(&SECTION)?;
    for day in days {
        sheet.row(&[
            Cell::text(day.mid.as_str()),
            Cell::text(day.opening.currency().code()),
            Cell::Day(day.date),
            Cell::Money(day.opening),
            Cell::Money(day.sales),
            Cell::Money(day.paid_out),
            Cell::Money(day.closing),
        ])?;
    }
    sheet.close()
}
