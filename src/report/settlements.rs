//! The settlement rows that are booked in a report's range, newest sold date first.

use reconciliation::{PaymentKey, Settlement, SettlementKind, TransactionKey};

use super::book::Book;
use super::cell::Cell;
use super::error::ReportError;
use super::listing::each_page;
use super::section::{Column, Section};
use super::{Asked, Rows};
use crate::store::{SettlementFilter, Store, StoredSettlement};

pub(super) const SECTION: Section = Section {
    field: "settlements",
    file: "settlements.csv",
    sheet: "정산 Settlements",
    columns: &[
        Column::new("mId", "상점아이디", "Merchant", 18),
        Column::new("orderId", "주문번호", "Order", 28),
        Column::new("paymentKey", "결제 키", "Payment key", 34),
        Column::new("transactionKey", "거래 키", "Transaction key", 34),
        Column::new("methodLabel", "결제수단", "Method", 14),
        Column::new("kind", "구분", "Kind", 12),
        Column::new("soldDate", "매출일", "Sold date", 14),
        Column::new("paidOutDate", "지급일", "Paid-out date", 14),
        Column::new("approvedAt", "승인 시각 (KST)", "Approved (KST)", 20),
        Column::new("currency", "통화", "Currency", 12),
        Column::money("amount", "금액", "Amount"),
        Column::money("interestFee", "할부 수수료", "Interest fee"),
        Column::money("fee", "수수료", "Fee"),
        Column::money("supplyAmount", "공급가액", "Supply amount"),
        Column::money("vat", "부가세", "VAT"),
        Column::money("payOutAmount", "지급 금액", "Paid out"),
    ],
};

/// Writes the section page by page.
pub(super) async fn write(
    book: &mut Book,
    store: &Store,
    asked: &Asked,
    rows: &Rows<'_>,
) -> Result<(), ReportError> {
    let mut sheet = book.open(&SECTION)?;
    let filter = SettlementFilter {
        mids: asked.mids.clone(),
        sold_date: Some((asked.range.from, asked.range.to)),
        ..SettlementFilter::default()
    };
    let read = async |request| store.list_settlements(&filter, &request).await;
    let write = async |page: &[(_, StoredSettlement)]| {
        page.iter()
            .try_for_each(|(_, stored)| sheet.row(&row(&stored.settlement)))
    };
    each_page(rows, read, write).await?;
    sheet.close()
}

fn row(row: &Settlement) -> [Cell; 16] {
    let amount = |money| Cell::of(money, Cell::Money);
    [
        Cell::text(row.mid.as_str()),
        Cell::text(row.order_id.as_str()),
        Cell::of(row.payment_key.as_ref().map(PaymentKey::as_str), Cell::text),
        Cell::of(
            row.transaction_key.as_ref().map(TransactionKey::as_str),
            Cell::text,
        ),
        Cell::of(row.method_label.as_deref(), Cell::text),
        Cell::text(match row.kind {
            SettlementKind::Payment => "PAYMENT",
            SettlementKind::Cancel => "CANCEL",
        }),
        Cell::Day(row.sold_date),
        Cell::Day(row.paid_out_date),
        Cell::of(row.approved_at, Cell::Instant),
        Cell::text(row.amount.currency().code()),
        Cell::Money(row.amount),
        amount(row.interest_fee),
        Cell::Money(row.shown_fee()),
        amount(row.supply_amount),
        amount(row.vat),
        Cell::Money(row.pay_out_amount),
    ]
}
