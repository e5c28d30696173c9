//! What the payment says of itself: its balance and its status, against its cancels and its history.

use super::cancels::{has_unfinished_cancel, of_payment};
use super::{Found, unknown_status, unreadable_row};
use crate::ledger::Ledger;
use crate::{
    BalanceEquation, CancelStatus, DiscrepancyClass, Effect, Event, Evidence, Money, PaymentRead,
    PaymentStatus, StatusOf,
};

pub(super) fn balance(ledger: &Ledger<'_>, found: &mut Found) {
    let Some(read) = &ledger.books.payment else {
        return;
    };
    let Some(observed) = read.payment.balance_amount else {
        return;
    };
    if found.payment_differs() || found.has(DiscrepancyClass::RefundExceedsPayment) {
        return;
    }
    let broken = |equation, expected: Option<Money>| {
        expected
            .filter(|expected| *expected != observed && expected.currency() == observed.currency())
            .map(|expected| Evidence::BalanceMismatch {
                equation,
                expected,
                observed,
            })
    };
    let mismatch = match total_less_cancels(read, observed) {
        Some(expected) if expected != observed => {
            broken(BalanceEquation::TotalLessCancels, Some(expected))
        }
        _ => broken(
            BalanceEquation::PaidLessRefunded,
            paid_less_refunded(ledger, found, observed),
        ),
    };
    if let Some(evidence) = mismatch {
        found.add(None, evidence);
    }
}

pub(super) fn status(ledger: &Ledger<'_>, found: &mut Found) {
    let Some(read) = &ledger.books.payment else {
        return;
    };
    let hidden = !history_is_comparable(ledger, found)
        || found.has(DiscrepancyClass::RefundExceedsPayment)
        || found.has(DiscrepancyClass::BalanceMismatch)
        || found.payment_differs()
        || matches!(read.payment.status, PaymentStatus::Other(_));
    if hidden {
        return;
    }
    let expected = statuses_after(ledger.books.history.known_events());
    if !expected.contains(&read.payment.status) {
        found.add(
            None,
            Evidence::StatusMismatch {
                expected,
                observed: read.payment.status.clone(),
            },
        );
    }
}

/// The total less the cancels, voids too. Cancels that are not finished count if the balance already counts them: an
/// overseas payment's does. `None` when an operand is absent or a cancel's status is not known.
fn total_less_cancels(read: &PaymentRead, balance: Money) -> Option<Money> {
    let mut finished = read.payment.total_amount?;
    let mut all = finished;
    for cancel in of_payment(read) {
        match cancel.status {
            CancelStatus::Done => {
                finished = finished.minus(cancel.amount).ok()?;
                all = all.minus(cancel.amount).ok()?;
            }
            CancelStatus::InProgress => all = all.minus(cancel.amount).ok()?,
            CancelStatus::Aborted => {}
            CancelStatus::Other(_) => return None,
        }
    }
    Some(if finished == balance { finished } else { all })
}

/// What the history leaves of the payment's currency; `None` when no money came, when it bounced, or when the two cannot
/// be compared.
fn paid_less_refunded(ledger: &Ledger<'_>, found: &Found, balance: Money) -> Option<Money> {
    let money_came = since_last_bounce(ledger.books.history.known_events())
        .iter()
        .any(|event| {
            matches!(event.effect, Effect::Paid | Effect::Refunded)
                && event.effective_amount.currency() == balance.currency()
        });
    (money_came && history_is_comparable(ledger, found))
        .then(|| ledger.books.history.totals(balance.currency()).net())
}

/// Whether the history is complete, understood and not younger than the payment.
fn history_is_comparable(ledger: &Ledger<'_>, found: &Found) -> bool {
    let cancel_not_understood = found.any(|found| {
        matches!(
            found.evidence,
            Evidence::UnknownStatus {
                of: StatusOf::Cancel,
                ..
            }
        )
    });
    was_read_since_last_event(ledger)
        && !cancel_not_understood
        && !found.has_gap_in_transactions()
        // What was settled has happened, although it is not listed.
        && !found.has(DiscrepancyClass::SettlementOrphan)
        && !unknown_status::of_a_transaction(found)
        && !unreadable_row::is_of_history(ledger)
        && !has_unfinished_cancel(ledger)
}

/// Whether the payment itself was read after everything that its rows tell of: what it says can be held against them.
pub(crate) fn was_read_since_last_event(ledger: &Ledger<'_>) -> bool {
    match (&ledger.books.payment, ledger.lines.last()) {
        (Some(read), Some(newest)) => {
            let names_it = read.payment.last_transaction_key.as_ref() == Some(newest.key());
            names_it || read.read_at >= newest.event.transaction.transaction_at
        }
        (read, _) => read.is_some(),
    }
}

/// The statuses that a payment with this history can have.
fn statuses_after(events: &[Event]) -> Vec<PaymentStatus> {
    let current = since_last_bounce(events);
    let had = |effect: Effect| current.iter().any(|event| event.effect == effect);
    let held: i64 = current
        .iter()
        .map(|event| event.effective_amount.minor())
        .sum();
    let last = events.last().map(|event| &event.transaction.status);
    if had(Effect::Refunded) && had(Effect::Paid) && held > 0 {
        return vec![PaymentStatus::PartialCanceled];
    }
    if had(Effect::Refunded) {
        // Draining a payment by parts leaves it partially cancelled.
        return vec![PaymentStatus::Canceled, PaymentStatus::PartialCanceled];
    }
    if had(Effect::Paid) {
        return vec![PaymentStatus::Done];
    }
    if had(Effect::Voided) {
        return vec![PaymentStatus::Canceled];
    }
    match last {
        Some(PaymentStatus::WaitingForDeposit) => {
            vec![PaymentStatus::WaitingForDeposit, PaymentStatus::Expired]
        }
        Some(last @ (PaymentStatus::Aborted | PaymentStatus::Expired)) => vec![last.clone()],
        _ => vec![
            PaymentStatus::Ready,
            PaymentStatus::InProgress,
            PaymentStatus::Aborted,
            PaymentStatus::Expired,
        ],
    }
}

/// The events since a deposit last bounced, the bounce's own row left out; every event when none did.
fn since_last_bounce(events: &[Event]) -> &[Event] {
    let bounce = events
        .iter()
        .rposition(|event| event.effect == Effect::PaymentReversed);
    let first = bounce.map_or(0, |place| place + 1);
    events.get(first..).unwrap_or_default()
}
