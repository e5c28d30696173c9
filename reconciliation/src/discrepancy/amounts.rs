//! The amounts of a discrepancy: what should be, what is, and the difference.

use crate::{Discrepancy, Evidence, Money, Settlement, Version};

impl Discrepancy {
    /// What it should be, when that is an amount.
    pub fn expected(&self) -> Option<Money> {
        match &self.evidence {
            Evidence::SettledVoid { row, .. } => Some(Money::zero(row.amount.currency())),
            Evidence::SettlementOrphan { rows } => {
                rows.first().map(|row| Money::zero(row.amount.currency()))
            }
            Evidence::SettlementDuplicated { expected, .. }
            | Evidence::CurrencyMismatch { expected, .. }
            | Evidence::AmountMismatch { expected, .. }
            | Evidence::BalanceMismatch { expected, .. } => Some(*expected),
            Evidence::FeeArithmetic { broken, .. } => broken.first().map(|broken| broken.expected),
            Evidence::SettlementMissing {
                amount, missing, ..
            } => sum(std::iter::repeat_n(*amount, *missing)),
            Evidence::SettlementRestated {
                before,
                after: Some(after),
                ..
            } => changed_amount(before, after).map(|(before, _)| before),
            Evidence::SettlementRestated { before, .. } => Some(before.settlement.amount),
            Evidence::CancelUnresolved { amount, .. } => *amount,
            Evidence::RefundExceedsPayment { paid, .. } => Some(*paid),
            Evidence::SourceGap { .. }
            | Evidence::RefundFailed { .. }
            | Evidence::UnknownStatus { .. }
            | Evidence::UnreadableRow(_)
            | Evidence::PayoutDateChanged { .. }
            | Evidence::StatusMismatch { .. }
            | Evidence::CanceledElsewhere { .. } => None,
        }
    }

    /// What it is, when that is an amount.
    pub fn observed(&self) -> Option<Money> {
        match &self.evidence {
            Evidence::SettlementDuplicated { rows, .. } | Evidence::SettlementOrphan { rows } => {
                total(rows.iter())
            }
            Evidence::SettledVoid { row, .. } => Some(row.amount),
            Evidence::CurrencyMismatch { observed, .. }
            | Evidence::AmountMismatch { observed, .. }
            | Evidence::BalanceMismatch { observed, .. } => Some(*observed),
            Evidence::FeeArithmetic { broken, .. } => broken.first().map(|broken| broken.observed),
            Evidence::SettlementMissing { amount, .. } => Some(Money::zero(amount.currency())),
            Evidence::SettlementRestated {
                before,
                after: Some(after),
                ..
            } => changed_amount(before, after).map(|(_, after)| after),
            Evidence::SettlementRestated { before, .. } => {
                Some(Money::zero(before.settlement.amount.currency()))
            }
            Evidence::CanceledElsewhere { amount, .. } => Some(*amount),
            Evidence::RefundExceedsPayment { refunded, .. } => Some(*refunded),
            Evidence::RefundFailed { refunded, .. } => *refunded,
            Evidence::SourceGap { .. }
            | Evidence::UnknownStatus { .. }
            | Evidence::UnreadableRow(_)
            | Evidence::PayoutDateChanged { .. }
            | Evidence::StatusMismatch { .. }
            | Evidence::CancelUnresolved { .. } => None,
        }
    }

    /// Observed − expected, when both are amounts of one currency.
    pub fn delta(&self) -> Option<Money> {
        self.observed()?.minus(self.expected()?).ok()
    }
}

/// The first amount that two versions of a row disagree about, most telling first.
fn changed_amount(before: &Version, after: &Version) -> Option<(Money, Money)> {
    let (before, after) = (&before.settlement, &after.settlement);
    [
        (Some(before.pay_out_amount), Some(after.pay_out_amount)),
        (Some(before.amount), Some(after.amount)),
        (before.fee, after.fee),
        (before.supply_amount, after.supply_amount),
        (before.vat, after.vat),
        (before.interest_fee, after.interest_fee),
    ]
    .into_iter()
    .find(|(before, after)| before != after)
    .and_then(|(before, after)| before.zip(after))
}

fn total<'a>(rows: impl Iterator<Item = &'a Settlement>) -> Option<Money> {
    sum(rows.map(|row| row.amount))
}

/// `None` for nothing, and for amounts that cannot be added.
fn sum(mut amounts: impl Iterator<Item = Money>) -> Option<Money> {
    let first = amounts.next()?;
    amounts.try_fold(first, |sum, amount| sum.plus(amount).ok())
}
