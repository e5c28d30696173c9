//! The totals of a report: the payments that began in its range, per merchant and currency.

use reconciliation::{Money, Verdict};

use super::book::Book;
use super::cell::Cell;
use super::error::ReportError;
use super::section::{Column, Section};
use crate::reconcile::Summary;

pub(super) const SECTION: Section = Section {
    field: "summary",
    file: "summary.csv",
    sheet: "요약 Summary",
    columns: &[
        Column::new("mId", "상점아이디", "Merchant", 18),
        Column::new("currency", "통화", "Currency", 12),
        Column::new("paymentCount", "결제 건수", "Payments", 12),
        Column::money("paidAmount", "결제 금액", "Paid amount"),
        Column::money("effectiveRefund", "실환불 금액", "Refunded amount"),
        Column::money("voidedAmount", "입금 전 취소 금액", "Voided amount"),
        Column::money("netAmount", "순 결제 금액", "Net amount"),
        Column::money("settledAmount", "정산 대상 금액", "Settled amount"),
        Column::money("fee", "수수료", "Fee"),
        Column::money("payOutAmount", "지급 금액", "Paid out"),
        Column::money("unsettledAmount", "미정산 금액", "Unsettled amount"),
        Column::new("reconciledCount", "대사 완료", "Reconciled", 14),
        Column::new("pendingCount", "대기", "Pending", 14),
        Column::new("discrepantCount", "불일치", "Discrepant", 14),
        Column::new("incompleteCount", "자료 부족", "Incomplete", 14),
    ],
};

/// Writes the section.
pub(super) fn write(book: &mut Book, summaries: &[Summary]) -> Result<(), ReportError> {
    let mut sheet = book.open(&SECTION)?;
    for summary in summaries {
        sheet.row(&row(summary))?;
    }
    sheet.close()
}

fn row(summary: &Summary) -> [Cell; 15] {
    let sums = &summary.sums;
    let (net, unsettled) = (sums.net(), sums.unsettled());
    let amount = |money: Result<Money, _>| Cell::of(money.ok(), Cell::Money);
    let count = |verdict: Verdict| {
        let found = summary.verdicts.iter().find(|(found, _)| *found == verdict);
        Cell::Count(found.map_or(0, |(_, count)| *count))
    };
    [
        Cell::text(summary.mid.as_str()),
        Cell::text(sums.paid.currency().code()),
        Cell::Count(summary.payment_count),
        Cell::Money(sums.paid),
        Cell::Money(sums.effective_refund),
        Cell::Money(sums.voided),
        amount(net),
        Cell::Money(sums.settled),
        Cell::Money(sums.fee),
        Cell::Money(sums.pay_out),
        amount(unsettled),
        count(Verdict::Reconciled),
        count(Verdict::Pending),
        count(Verdict::Discrepant),
        count(Verdict::Incomplete),
    ]
}
