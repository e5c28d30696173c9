//! The totals of a report, per merchant and currency: of the payments that began in its range, or by another of the days that
//! books are closed by.

use reconciliation::{DateBasis, MId, Money, Verdict};

use super::book::Book;
use super::cell::Cell;
use super::error::ReportError;
use super::section::{Column, Section};
use crate::reconcile::{DatedSummary, Summary};

pub(super) const SECTION: Section = Section {
    field: "summary",
    file: "summary.csv",
    sheet: "요약 Summary",
    columns: &[
        Column::new("mId", "상점아이디", "Merchant", 18),
        Column::new("currency", "통화", "Currency", 12),
        Column::new("basis", "기준일", "Basis", 14),
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

/// Writes the section of sums on that basis.
pub(super) fn write_dated(
    book: &mut Book,
    basis: DateBasis,
    summaries: &[DatedSummary],
) -> Result<(), ReportError> {
    let mut sheet = book.open(&SECTION)?;
    for of in summaries {
        let sums = &of.sums;
        sheet.row(&cells(
            &of.mid,
            basis,
            &Totals {
                payment_count: of.payment_count,
                verdicts: &of.verdicts,
                amounts: [sums.paid, sums.effective_refund, sums.voided],
                net: sums.net().ok(),
                settlement: [sums.settled, sums.fee, sums.pay_out],
                unsettled: sums.unsettled().ok(),
            },
        ))?;
    }
    sheet.close()
}

/// What a row tells.
struct Totals<'s> {
    payment_count: u64,
    verdicts: &'s [(Verdict, u64)],
    /// Paid, refunded and voided.
    amounts: [Money; 3],
    net: Option<Money>,
    /// Settled, the fee, and what is paid out.
    settlement: [Money; 3],
    unsettled: Option<Money>,
}

fn row(summary: &Summary) -> [Cell; 16] {
    let sums = &summary.sums;
    cells(
        &summary.mid,
        DateBasis::Transaction,
        &Totals {
            payment_count: summary.payment_count,
            verdicts: &summary.verdicts,
            amounts: [sums.paid, sums.effective_refund, sums.voided],
            net: sums.net().ok(),
            settlement: [sums.settled, sums.fee, sums.pay_out],
            unsettled: sums.unsettled().ok(),
        },
    )
}

fn cells(mid: &MId, basis: DateBasis, of: &Totals<'_>) -> [Cell; 16] {
    let count = |verdict: Verdict| {
        let found = of.verdicts.iter().find(|(found, _)| *found == verdict);
        Cell::Count(found.map_or(0, |(_, count)| *count))
    };
    let [paid, refund, voided] = of.amounts;
    let [settled, fee, pay_out] = of.settlement;
    [
        Cell::text(mid.as_str()),
        Cell::text(paid.currency().code()),
        Cell::text(basis.as_str()),
        Cell::Count(of.payment_count),
        Cell::Money(paid),
        Cell::Money(refund),
        Cell::Money(voided),
        Cell::of(of.net, Cell::Money),
        Cell::Money(settled),
        Cell::Money(fee),
        Cell::Money(pay_out),
        Cell::of(of.unsettled, Cell::Money),
        count(Verdict::Reconciled),
        count(Verdict::Pending),
        count(Verdict::Discrepant),
        count(Verdict::Incomplete),
    ]
}
