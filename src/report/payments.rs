//! The payments that began in a report's range, newest first, each with its sums and verdict as they are kept.

use std::sync::Arc;

use reconciliation::{DiscrepancyClass, Money, PaymentKey};

use super::book::Book;
use super::cell::Cell;
use super::error::ReportError;
use super::listing::each_page;
use super::section::{Column, Section};
use super::{Asked, Rows};
use crate::store::{
    PaymentFilter, PaymentPlace, Store, StoredPayment, VerdictRecord, VerdictSubject,
};

pub(super) const SECTION: Section = Section {
    field: "payments",
    file: "payments.csv",
    sheet: "결제 Payments",
    columns: &[
        Column::new("mId", "상점아이디", "Merchant", 18),
        Column::new("orderId", "주문번호", "Order", 28),
        Column::new("paymentKey", "결제 키", "Payment key", 34),
        Column::new("methodLabel", "결제수단", "Method", 14),
        Column::new("status", "상태", "Status", 20),
        Column::new("beganAt", "최초 거래 시각 (KST)", "Began (KST)", 20),
        Column::new("currency", "통화", "Currency", 12),
        Column::money("paidAmount", "결제 금액", "Paid amount"),
        Column::money("effectiveRefund", "실환불 금액", "Refunded amount"),
        Column::money("voidedAmount", "입금 전 취소 금액", "Voided amount"),
        Column::money("netAmount", "순 결제 금액", "Net amount"),
        Column::money("settledAmount", "정산 대상 금액", "Settled amount"),
        Column::money("fee", "수수료", "Fee"),
        Column::money("payOutAmount", "지급 금액", "Paid out"),
        Column::money("unsettledAmount", "미정산 금액", "Unsettled amount"),
        Column::new("verdict", "대사 결과", "Verdict", 14),
        Column::new("discrepancies", "불일치 유형", "Discrepancies", 30),
    ],
};

/// Writes the section page by page. A payment without a verdict has no sums either; says how many there are.
pub(super) async fn write(
    book: &mut Book,
    store: &Store,
    asked: &Asked,
    rows: &Rows<'_>,
) -> Result<u64, ReportError> {
    let mut without_verdict = 0;
    let mut sheet = book.open(&SECTION)?;
    let filter = PaymentFilter {
        mids: asked.mids.clone(),
        began: Some(asked.range.instants()),
        ..PaymentFilter::default()
    };
    let read = async |request| store.list_payments(&filter, &request).await;
    let write = async |page: &[(PaymentPlace, Arc<StoredPayment>)]| {
        let subject = |key: &PaymentKey| VerdictSubject::Payment(key.clone());
        let subjects: Vec<VerdictSubject> = page
            .iter()
            .map(|(place, _)| subject(&place.payment_key))
            .collect();
        let verdicts = store.stored_verdicts(&subjects).await?;
        for (place, stored) in page {
            let verdict = verdicts.get(&subject(&place.payment_key));
            if verdict.is_none_or(|record| record.payment.is_none()) {
                without_verdict += 1;
            }
            sheet.row(&row(place, stored, verdict))?;
        }
        Ok(())
    };
    each_page(rows, read, write).await?;
    sheet.close()?;
    Ok(without_verdict)
}

fn row(place: &PaymentPlace, stored: &StoredPayment, record: Option<&VerdictRecord>) -> [Cell; 17] {
    let payment = &stored.payment;
    let verdict = record.and_then(|record| record.payment.as_ref());
    let sums = verdict.map(|verdict| verdict.sums);
    let net = sums.and_then(|sums| sums.net().ok());
    let unsettled = sums.and_then(|sums| sums.unsettled().ok());
    let amount = |money: Option<Money>| Cell::of(money, Cell::Money);
    [
        Cell::text(payment.mid.as_str()),
        Cell::text(payment.order_id.as_str()),
        Cell::text(payment.payment_key.as_str()),
        Cell::of(payment.method_label.as_deref(), Cell::text),
        Cell::text(payment.status.as_str()),
        Cell::Instant(place.began_at),
        Cell::text(
            sums.map_or(payment.currency, |sums| sums.paid.currency())
                .code(),
        ),
        amount(sums.map(|sums| sums.paid)),
        amount(sums.map(|sums| sums.effective_refund)),
        amount(sums.map(|sums| sums.voided)),
        amount(net),
        amount(sums.map(|sums| sums.settled)),
        amount(sums.map(|sums| sums.fee)),
        amount(sums.map(|sums| sums.pay_out)),
        amount(unsettled),
        Cell::of(verdict, |verdict| Cell::text(verdict.verdict.as_str())),
        Cell::of(record, |record| Cell::Words(classes(record))),
    ]
}

/// The classes of what disagrees, each once, in their order.
fn classes(record: &VerdictRecord) -> Vec<&'static str> {
    let mut classes: Vec<DiscrepancyClass> = record
        .discrepancies
        .iter()
        .map(|discrepancy| discrepancy.class)
        .collect();
    classes.sort_unstable();
    classes.dedup();
    classes.into_iter().map(DiscrepancyClass::as_str).collect()
}
