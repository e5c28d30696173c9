//! Refunds that cannot be right: more than was paid, or refused by the buyer's bank.

use super::{Found, unknown_status};
use crate::ledger::{Ledger, Line};
use crate::{DiscrepancyClass, Effect, Event, Evidence, RefundStatus};

pub(super) fn exceeds_payment(ledger: &Ledger<'_>, found: &mut Found) {
    // What is missing or not understood may be another payment.
    if found.has_gap_in_transactions()
        || found.has(DiscrepancyClass::SettlementOrphan)
        || found.payment_differs()
        || unknown_status::of_a_transaction(found)
    {
        return;
    }
    let history = &ledger.books.history;
    for currency in history.currencies() {
        let totals = history.totals(currency);
        let was_paid = |event: &Event| {
            event.effect == Effect::Paid && event.effective_amount.currency() == currency
        };
        let payment_was_read = totals.paid.minor() > 0 || history.events().iter().any(was_paid);
        if payment_was_read && totals.effective_refund.minor() > totals.paid.minor() {
            found.add(
                None,
                Evidence::RefundExceedsPayment {
                    paid: totals.paid,
                    refunded: totals.effective_refund,
                },
            );
        }
    }
}

pub(super) fn failed(ledger: &Ledger<'_>, found: &mut Found) {
    let Some(payment) = ledger.books.payment.as_ref().map(|read| &read.payment) else {
        return;
    };
    let account = payment.virtual_account.as_ref();
    let status = account.and_then(|account| account.refund_status.as_ref());
    let Some(status) = status.filter(|status| RefundStatus::is_failure(status)) else {
        return;
    };
    let history = &ledger.books.history;
    let refunded = history.totals(payment.currency).effective_refund;
    let mut refunds = ledger
        .lines
        .iter()
        .filter(|line| line.event.effect == Effect::Refunded);
    // Of several refunds the word does not say which.
    let only = refunds.next().filter(|_| refunds.next().is_none());
    found.add(
        only.map(Line::key),
        Evidence::RefundFailed {
            status: status.clone(),
            refunded: Some(refunded).filter(|refunded| !refunded.is_zero()),
        },
    );
}
