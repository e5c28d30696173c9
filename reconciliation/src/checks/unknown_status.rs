//! Statuses that this program does not know: what they did to the money cannot be told.

use super::Found;
use crate::ledger::Ledger;
use crate::{CancelStatus, Evidence, PaymentStatus, StatusOf};

pub(super) fn check(ledger: &Ledger<'_>, found: &mut Found) {
    let mut words = Vec::new();
    for line in &ledger.lines {
        if let PaymentStatus::Other(word) = &line.event.transaction.status {
            words.push(word.as_str());
            found.add(
                Some(line.key()),
                Evidence::UnknownStatus {
                    of: StatusOf::Transaction,
                    status: word.clone(),
                },
            );
        }
    }
    let Some(read) = &ledger.books.payment else {
        return;
    };
    if let PaymentStatus::Other(word) = &read.payment.status
        && !words.contains(&word.as_str())
    {
        found.add(
            None,
            Evidence::UnknownStatus {
                of: StatusOf::Payment,
                status: word.clone(),
            },
        );
    }
    for cancel in super::cancels::of_payment(read) {
        if let CancelStatus::Other(word) = &cancel.status {
            found.add(
                cancel.transaction_key.as_ref(),
                Evidence::UnknownStatus {
                    of: StatusOf::Cancel,
                    status: word.clone(),
                },
            );
        }
    }
}

/// Whether the status of a transaction was found not to be known.
pub(super) fn of_a_transaction(found: &Found) -> bool {
    found.any(|found| {
        matches!(
            found.evidence,
            Evidence::UnknownStatus {
                of: StatusOf::Transaction,
                ..
            }
        )
    })
}
