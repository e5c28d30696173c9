//! The points that transactions and payments show.

use std::collections::HashMap;

use super::{Here, Sample, SettingsSay};
use crate::{Cancel, PartialCancelRows, Payment, PaymentMethod, PaymentStatus, Transaction};

const CANCEL_AMOUNT: &str = "the cancel's amount";
const PAYMENT_AMOUNT: &str = "the payment's amount";

/// A row tells only where the two amounts differ.
pub(super) fn partial_cancels(sample: &Sample<'_>) -> Here {
    let rows = sample.transactions.iter();
    let partial = rows.filter(|row| row.status == PaymentStatus::PartialCanceled);
    Here::of(partial.filter_map(|row| {
        let (payment, cancels) = payment_of(sample, row)?;
        let of_row =
            |cancel: &&Cancel| cancel.transaction_key.as_ref() == Some(&row.transaction_key);
        let cancelled = cancels.iter().find(of_row)?.amount;
        let total = payment.total_amount?;
        if cancelled == total {
            None
        } else if row.amount.magnitude() == cancelled {
            Some(CANCEL_AMOUNT)
        } else if row.amount.magnitude() == total {
            Some(PAYMENT_AMOUNT)
        } else {
            Some("neither the cancel's nor the payment's amount")
        }
    }))
}

pub(super) fn partial_cancel_setting(here: &Here, setting: PartialCancelRows) -> SettingsSay {
    let (said, other, other_reading) = match setting {
        PartialCancelRows::CancelAmount => (CANCEL_AMOUNT, "payment_amount", PAYMENT_AMOUNT),
        PartialCancelRows::PaymentAmount => (PAYMENT_AMOUNT, "cancel_amount", CANCEL_AMOUNT),
    };
    if here.count(other_reading) > here.count(said) {
        SettingsSay::Differ(format!("set partial_cancel_rows to {other}"))
    } else {
        SettingsSay::Agree
    }
}

/// A row that waits for a deposit behind one of the same payment that has it.
pub(super) fn wrong_deposits(sample: &Sample<'_>) -> Here {
    let mut deposited: HashMap<_, _> = HashMap::new();
    let mut readings = Vec::new();
    for row in sample.transactions {
        match row.status {
            PaymentStatus::Done => {
                deposited.insert(&row.payment_key, row.amount);
            }
            PaymentStatus::WaitingForDeposit => {
                if let Some(amount) = deposited.get(&row.payment_key) {
                    readings.push(if row.amount.is_zero() {
                        "a new row of amount 0"
                    } else if row.amount == *amount {
                        "a new row of the whole amount"
                    } else {
                        "a new row of another amount"
                    });
                }
            }
            _ => {}
        }
    }
    Here::of(readings)
}

pub(super) fn order(sample: &Sample<'_>) -> Here {
    let mut instants = sample.transactions.iter().map(|row| row.transaction_at);
    let Some(mut before) = instants.next() else {
        return Here::NotSeen;
    };
    let (mut rises, mut falls) = (false, false);
    for instant in instants {
        rises |= instant > before;
        falls |= instant < before;
        before = instant;
    }
    Here::of(match (rises, falls) {
        (true, true) => Some("in no order"),
        (true, false) => Some("oldest first"),
        (false, true) => Some("newest first"),
        (false, false) => None,
    })
}

/// Virtual accounts whose deposit one cancel gave back whole.
pub(super) fn refunded_deposits(sample: &Sample<'_>) -> Here {
    let payments = sample.payments.iter();
    Here::of(payments.filter_map(|(payment, cancels)| {
        let [only] = &cancels[..] else {
            return None;
        };
        let is_whole = payment.is_virtual_account()
            && payment.approved_at.is_some()
            && payment.total_amount == Some(only.amount);
        is_whole.then(|| payment.status.as_str())
    }))
}

/// Words that no method is known by; else that all are known.
pub(super) fn methods(sample: &Sample<'_>) -> Here {
    let labels: Vec<&str> = sample
        .transactions
        .iter()
        .filter_map(|row| row.method_label.as_deref())
        .collect();
    let unknown: Vec<String> = labels
        .iter()
        .filter(|label| matches!(PaymentMethod::from_label(label), PaymentMethod::Other(_)))
        .map(|label| format!("unknown: {label}"))
        .collect();
    if unknown.is_empty() {
        Here::of(labels.iter().map(|_| "all are known"))
    } else {
        Here::of(unknown)
    }
}

fn payment_of<'a>(sample: &Sample<'a>, row: &Transaction) -> Option<&'a (Payment, Vec<Cancel>)> {
    let mut payments = sample.payments.iter();
    payments.find(|(payment, _)| payment.payment_key == row.payment_key)
}
