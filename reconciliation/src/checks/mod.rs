//! The checks: one function per class of discrepancy, run in the order of [`IN_ORDER`].
//!
//! One cause is named once. Each check leaves out what follows from an earlier one:
//!
//! | what was found | hides, because it follows |
//! |---|---|
//! | `SOURCE_GAP` in the transactions | of the payment: `SETTLED_VOID`, `SETTLEMENT_ORPHAN`, `REFUND_EXCEEDS_PAYMENT`, `BALANCE_MISMATCH` against the history, `STATUS_MISMATCH`: the row that would decide may be in the gap |
//! | `SOURCE_GAP` in the settlements | of the events whose day it is: `SETTLEMENT_MISSING` and a row's withdrawal. What rows themselves say stands |
//! | `UNKNOWN_STATUS` of a transaction | of that event: `AMOUNT_MISMATCH`, `CURRENCY_MISMATCH`; of the payment: `SETTLED_VOID`, `SETTLEMENT_ORPHAN` of rows without a transaction key, `REFUND_EXCEEDS_PAYMENT`, `BALANCE_MISMATCH` against the history, `STATUS_MISMATCH`, the same word as the payment's status |
//! | `UNKNOWN_STATUS` of the payment or a cancel | `STATUS_MISMATCH`; of a cancel also `BALANCE_MISMATCH` |
//! | `SETTLEMENT_DUPLICATED` | everything else about those rows. Rows under one key that together come to no more than the event are its parts and no surplus |
//! | `SETTLED_VOID` | everything else about that row |
//! | `SETTLEMENT_ORPHAN` | everything else about that row; one `SETTLEMENT_MISSING` of the same kind, which the row may be under other numbers (also while a gap hides the orphan); of the payment: `REFUND_EXCEEDS_PAYMENT`, `BALANCE_MISMATCH` against the history and `STATUS_MISMATCH`, since the history lacks what was settled |
//! | `UNREADABLE_ROW` | of the payment: `SETTLEMENT_MISSING`, `AMOUNT_MISMATCH`; of the event that it names: the withdrawal of its row; where the row is one of the transactions: `SETTLEMENT_ORPHAN` of its event, `BALANCE_MISMATCH` against the history, `STATUS_MISMATCH` |
//! | `CURRENCY_MISMATCH` | of the same pair: `AMOUNT_MISMATCH`, `SETTLEMENT_RESTATED`; of the payment's own: `BALANCE_MISMATCH`, `STATUS_MISMATCH` |
//! | `AMOUNT_MISMATCH` | of the same row: `SETTLEMENT_RESTATED`, and `FEE_ARITHMETIC` that holds with the right amount; of a cancel in the payment: `REFUND_EXCEEDS_PAYMENT`, `BALANCE_MISMATCH` |
//! | `FEE_ARITHMETIC` | of the same row: `SETTLEMENT_RESTATED` |
//! | `SETTLEMENT_MISSING` | the withdrawal of that event's row |
//! | `SETTLEMENT_RESTATED` | `PAYOUT_DATE_CHANGED` of the same change |
//! | `REFUND_EXCEEDS_PAYMENT` | `BALANCE_MISMATCH`, `STATUS_MISMATCH` |
//! | `BALANCE_MISMATCH` | `STATUS_MISMATCH`; the first equation hides the second |
//! | `CANCEL_UNRESOLVED` | `CANCELED_ELSEWHERE` of a cancel that the request could have caused |
//!
//! A comparison whose operand is absent, older than the events or still in progress is not made: it neither passes nor
//! fails.

mod cancels;
mod gaps;
mod payment;
mod refunds;
mod restated;
mod row_content;
mod row_count;
mod unknown_status;
mod unreadable_row;

use crate::ledger::Ledger;
use crate::{Discrepancy, DiscrepancyClass, Evidence, Pair, PaymentKey, Source, TransactionKey};
use gaps::Gaps;

pub(crate) use cancels::{
    cancel_origins, has_unfinished_cancel, is_waiting_for_request, requests_become_overdue,
};
pub(crate) use payment::was_read_since_last_event;

/// Every class with its check, in the order of the classes.
const IN_ORDER: [(DiscrepancyClass, Check); 18] = [
    (DiscrepancyClass::SourceGap, source_gap),
    (DiscrepancyClass::UnknownStatus, unknown_status::check),
    (
        DiscrepancyClass::SettlementDuplicated,
        row_count::duplicated,
    ),
    (DiscrepancyClass::SettledVoid, row_count::settled_void),
    (DiscrepancyClass::SettlementOrphan, row_count::orphan),
    (DiscrepancyClass::UnreadableRow, unreadable_row::check),
    (DiscrepancyClass::CurrencyMismatch, row_content::currency),
    (DiscrepancyClass::AmountMismatch, row_content::amount),
    (DiscrepancyClass::FeeArithmetic, row_content::fee_arithmetic),
    (DiscrepancyClass::SettlementMissing, row_count::missing),
    (DiscrepancyClass::SettlementRestated, restated::content),
    (DiscrepancyClass::PayoutDateChanged, restated::payout_date),
    (
        DiscrepancyClass::RefundExceedsPayment,
        refunds::exceeds_payment,
    ),
    (DiscrepancyClass::BalanceMismatch, payment::balance),
    (DiscrepancyClass::StatusMismatch, payment::status),
    (DiscrepancyClass::RefundFailed, refunds::failed),
    (DiscrepancyClass::CanceledElsewhere, cancels::elsewhere),
    (DiscrepancyClass::CancelUnresolved, cancels::unresolved),
];

type Check = fn(&Ledger<'_>, &mut Found);

/// Runs every check over the books of one payment.
pub(crate) fn run(ledger: &Ledger<'_>) -> Vec<Discrepancy> {
    let mut found = Found {
        payment_key: ledger.payment_key.cloned(),
        gaps: Gaps::of(ledger),
        discrepancies: Vec::new(),
    };
    for (class, check) in IN_ORDER {
        let before = found.discrepancies.len();
        check(ledger, &mut found);
        debug_assert!(
            found
                .discrepancies
                .iter()
                .skip(before)
                .all(|d| d.class() == class),
            "a check reports its own class only"
        );
    }
    found.discrepancies
}

/// What has been found so far: later checks look here for the cause of what they see.
struct Found {
    payment_key: Option<PaymentKey>,
    gaps: Gaps,
    discrepancies: Vec<Discrepancy>,
}

impl Found {
    fn add(&mut self, transaction_key: Option<&TransactionKey>, evidence: Evidence) {
        self.discrepancies.push(Discrepancy {
            payment_key: self.payment_key.clone(),
            transaction_key: transaction_key.cloned(),
            evidence,
        });
    }

    fn any(&self, cause: impl Fn(&Discrepancy) -> bool) -> bool {
        self.discrepancies.iter().any(cause)
    }

    fn has(&self, class: DiscrepancyClass) -> bool {
        self.any(|found| found.class() == class)
    }

    /// Whether a class was found of one event.
    fn has_of(&self, class: DiscrepancyClass, key: &TransactionKey) -> bool {
        self.any(|found| found.class() == class && found.transaction_key.as_ref() == Some(key))
    }

    /// Whether the payment and its history were found to differ in currency or amount.
    fn payment_differs(&self) -> bool {
        self.any(|found| {
            matches!(
                found.evidence,
                Evidence::CurrencyMismatch {
                    between: Pair::Payment,
                    ..
                } | Evidence::AmountMismatch {
                    between: Pair::Payment,
                    ..
                }
            )
        })
    }

    fn has_gap_in_transactions(&self) -> bool {
        !self.gaps.transactions.is_empty()
    }
}

fn source_gap(_: &Ledger<'_>, found: &mut Found) {
    let lists = [
        (Source::Transactions, found.gaps.transactions.clone()),
        (Source::Settlements, found.gaps.settlements.clone()),
    ];
    let both_lists = lists.iter().all(|(_, gaps)| !gaps.is_empty());
    for (source, gaps) in lists {
        if !gaps.is_empty() {
            found.add(
                None,
                Evidence::SourceGap {
                    source,
                    gaps,
                    both_lists,
                },
            );
        }
    }
}
