//! What Toss's fees came to in each month of a report's range, supply amount and VAT apart, per merchant, currency and method:
//! what its tax invoices are held against. As the API's `reconciliation` tells it by sold or by paid-out day.

use reconciliation::{DateBasis, Money, PaymentMethod};

use super::book::Book;
use super::cell::Cell;
use super::error::ReportError;
use super::section::{Column, Section};
use crate::reconcile::DatedSummary;

pub(super) const SECTION: Section = Section {
    field: "vat",
    file: "vat.csv",
    sheet: "부가세 VAT",
    columns: &[
        Column::new("mId", "상점아이디", "Merchant", 18),
        Column::new("currency", "통화", "Currency", 12),
        Column::new("month", "월", "Month", 12),
        Column::new("basis", "기준일", "Basis", 12),
        Column::new("method", "결제수단", "Method", 26),
        Column::new("settlementCount", "정산 건수", "Rows", 12),
        Column::money("settledAmount", "정산 대상 금액", "Settled amount"),
        Column::money("fee", "수수료", "Fee"),
        Column::money("supplyAmount", "공급가액", "Supply amount"),
        Column::money("vat", "부가세", "VAT"),
        Column::money("payOutAmount", "지급 금액", "Paid out"),
    ],
};

/// The day that a settlement row counts on: the one that was asked for, if rows have it, else the sold date.
pub(super) fn basis_of(asked: DateBasis) -> DateBasis {
    match asked {
        DateBasis::PaidOut => DateBasis::PaidOut,
        DateBasis::Transaction | DateBasis::Event | DateBasis::Sold => DateBasis::Sold,
    }
}

/// Writes the section of sums by month and method. What no row was settled of is left out.
pub(super) fn write(
    book: &mut Book,
    basis: DateBasis,
    sums: &[DatedSummary],
) -> Result<(), ReportError> {
    let mut sheet = book.open(&SECTION)?;
    for of in sums.iter().filter(|of| of.sums.rows > 0) {
        let told = |money: Money| Cell::of(of.tells_vat.then_some(money), Cell::Money);
        let month = of.period_start.map(|day| day.naive().format("%Y-%m"));
        sheet.row(&[
            Cell::text(of.mid.as_str()),
            Cell::text(of.sums.currency().code()),
            Cell::of(month, |month| Cell::Text(month.to_string())),
            Cell::text(basis.as_str()),
            Cell::of(of.method.as_ref().map(PaymentMethod::name), Cell::text),
            Cell::Count(of.sums.rows),
            Cell::Money(of.sums.settled),
            Cell::Money(of.sums.fee),
            told(of.sums.supply_amount),
            told(of.sums.vat),
            Cell::Money(of.sums.pay_out),
        ])?;
    }
    sheet.close()
}
