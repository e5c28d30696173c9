//! What disagrees about the payments of a report's range, newest first, with the numbers that show it.

use reconciliation::{Money, PaymentKey, TransactionKey};

use super::book::Book;
use super::cell::Cell;
use super::error::ReportError;
use super::listing::each_page;
use super::section::{Column, Section};
use super::{Range, Rows};
use crate::store::{DiscrepancyFilter, Store, StoredDiscrepancy};

pub(super) const SECTION: Section = Section {
    field: "discrepancies",
    file: "discrepancies.csv",
    sheet: "불일치 Discrepancies",
    columns: &[
        Column::new("mId", "상점아이디", "Merchant", 18),
        Column::new("class", "유형", "Class", 24),
        Column::new("paymentKey", "결제 키", "Payment key", 34),
        Column::new("transactionKey", "거래 키", "Transaction key", 34),
        Column::new("beganAt", "최초 거래 시각 (KST)", "Began (KST)", 20),
        Column::new("explanation", "설명", "Explanation", 80),
        Column::money("expected", "예상 금액", "Expected"),
        Column::currency_of("expectedCurrency", "예상 통화", "Expected currency"),
        Column::money("observed", "실제 금액", "Observed"),
        Column::currency_of("observedCurrency", "실제 통화", "Observed currency"),
        Column::money("delta", "차이", "Delta"),
        Column::currency_of("deltaCurrency", "차이 통화", "Delta currency"),
        Column::new("detectedAt", "최초 발견 시각 (KST)", "Detected (KST)", 20),
        Column::new("id", "식별자", "Id", 34),
    ],
};

/// Writes the section page by page.
pub(super) async fn write(
    book: &mut Book,
    store: &Store,
    range: Range,
    rows: &Rows<'_>,
) -> Result<(), ReportError> {
    let mut sheet = book.open(&SECTION)?;
    let filter = DiscrepancyFilter {
        began: Some(range.instants()),
        ..DiscrepancyFilter::default()
    };
    let read = async |request| store.list_discrepancies(&filter, &request).await;
    let write = async |page: &[(_, StoredDiscrepancy)]| {
        page.iter()
            .try_for_each(|(_, found)| sheet.row(&row(found)))
    };
    each_page(rows, read, write).await?;
    sheet.close()
}

fn row(found: &StoredDiscrepancy) -> [Cell; 14] {
    let record = &found.record;
    let amount = |money: Option<Money>| Cell::of(money, Cell::Money);
    let currency =
        |money: Option<Money>| Cell::of(money, |money| Cell::text(money.currency().code()));
    [
        Cell::text(record.mid.as_str()),
        Cell::text(record.class.as_str()),
        Cell::of(
            record.payment_key.as_ref().map(PaymentKey::as_str),
            Cell::text,
        ),
        Cell::of(
            record.transaction_key.as_ref().map(TransactionKey::as_str),
            Cell::text,
        ),
        Cell::Instant(record.began_at),
        Cell::text(&record.explanation),
        amount(record.expected),
        currency(record.expected),
        amount(record.observed),
        currency(record.observed),
        amount(record.delta),
        currency(record.delta),
        Cell::Instant(found.detected_at),
        Cell::text(record.id.as_str()),
    ]
}
