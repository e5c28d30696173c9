//! Cancels against our own requests for them.

use chrono::{DateTime, TimeDelta, Utc};

use super::Found;
use crate::cancel::collect_events;
use crate::ledger::Ledger;
use crate::{
    Cancel, CancelOrigin, CancelRequestFacts, CancelRequestStatus, CancelStatus, Effect, Evidence,
    PaymentRead, RecordedRequest, TransactionKey, cancel_origin,
};

/// How long a request may go without an outcome, from when it was allowed to be sent.
const OUTCOME_TAKES: TimeDelta = TimeDelta::minutes(5);

/// How soon after an approval Toss takes it back by itself (망취소), when it could not hand its outcome over.
const NET_CANCEL_WITHIN: TimeDelta = TimeDelta::seconds(60);

pub(super) fn elsewhere(ledger: &Ledger<'_>, found: &mut Found) {
    let read = ledger.books.payment.as_ref();
    let cancels: Vec<&Cancel> = read.map(of_payment).unwrap_or_default();
    let payment = read.map(|read| &read.payment);
    let events = collect_events(payment, &cancels, &ledger.books.history);
    if events.is_empty() {
        return;
    }
    let facts: Vec<CancelRequestFacts> = requests(ledger)
        .into_iter()
        .map(|request| request.facts.clone())
        .collect();
    for event in events {
        let given_up = cancels.iter().any(|cancel| {
            cancel.transaction_key == event.transaction_key
                && cancel.amount == event.amount
                && cancel.status == CancelStatus::Aborted
        });
        // What has no instant yet is still being worked on.
        let Some(canceled_at) = event.canceled_at.filter(|_| !given_up) else {
            continue;
        };
        if cancel_origin(&event, &facts).origin == CancelOrigin::Elsewhere {
            found.add(
                event.transaction_key.as_ref(),
                Evidence::CanceledElsewhere {
                    amount: event.amount,
                    canceled_at,
                    refunded: event.refunded,
                    is_net_cancel: event.refunded && came_with_approval(ledger, canceled_at),
                },
            );
        }
    }
}

/// Who caused each cancel that has a key.
pub(crate) fn cancel_origins(ledger: &Ledger<'_>) -> Vec<(TransactionKey, CancelOrigin)> {
    let mut events = ledger.lines.iter().map(|line| &line.event.transaction);
    if !events.any(|row| row.status.is_cancel()) {
        return Vec::new();
    }
    let read = ledger.books.payment.as_ref();
    let cancels: Vec<&Cancel> = read.map(of_payment).unwrap_or_default();
    let payment = read.map(|read| &read.payment);
    let facts: Vec<CancelRequestFacts> = requests(ledger)
        .into_iter()
        .map(|request| request.facts.clone())
        .collect();
    collect_events(payment, &cancels, &ledger.books.history)
        .into_iter()
        .filter_map(|event| {
            let origin = cancel_origin(&event, &facts).origin;
            Some((event.transaction_key?, origin))
        })
        .collect()
}

/// Whether a cancel of that instant came so soon after the approval that Toss itself will have made it.
fn came_with_approval(ledger: &Ledger<'_>, canceled_at: DateTime<Utc>) -> bool {
    let listed = ledger
        .books
        .history
        .events()
        .iter()
        .filter(|event| event.effect == Effect::Paid);
    let listed = listed.map(|event| event.transaction.transaction_at);
    let read = ledger.books.payment.iter();
    let told = read.filter_map(|read| read.payment.approved_at);
    listed.chain(told).any(|approved| {
        let since = canceled_at.signed_duration_since(approved);
        (TimeDelta::zero()..=NET_CANCEL_WITHIN).contains(&since)
    })
}

pub(super) fn unresolved(ledger: &Ledger<'_>, found: &mut Found) {
    for request in requests(ledger) {
        if is_open(request) && !is_taken_on(ledger, request) && is_overdue(ledger, request) {
            found.add(
                request.facts.transaction_key.as_ref(),
                Evidence::CancelUnresolved {
                    request: request.id.clone(),
                    status: request.facts.status,
                    amount: request.facts.amount,
                    allowed_at: request.allowed_at,
                },
            );
        }
    }
}

/// Whether a request's outcome is still awaited, within the time that it may take.
pub(crate) fn is_waiting_for_request(ledger: &Ledger<'_>) -> bool {
    let requests = &ledger.books.requests;
    requests.iter().any(|request| {
        is_open(request) && (is_taken_on(ledger, request) || !is_overdue(ledger, request))
    })
}

/// When each request that awaits its outcome has taken too long.
pub(crate) fn requests_become_overdue(ledger: &Ledger<'_>) -> impl Iterator<Item = DateTime<Utc>> {
    let open = ledger
        .books
        .requests
        .iter()
        .filter(|request| is_open(request) && !is_taken_on(ledger, request));
    open.map(|request| request.allowed_at + OUTCOME_TAKES)
}

/// Whether an overseas method is still working on a cancel.
pub(crate) fn has_unfinished_cancel(ledger: &Ledger<'_>) -> bool {
    let payment = ledger.books.payment.iter();
    payment
        .flat_map(|read| &read.cancels)
        .any(|cancel| cancel.status == CancelStatus::InProgress)
}

/// The payment's cancels in a fixed order, each key once.
pub(super) fn of_payment(read: &PaymentRead) -> Vec<&Cancel> {
    let mut cancels: Vec<&Cancel> = read.cancels.iter().collect();
    if cancels.len() > 1 {
        cancels.sort_by(|a, b| {
            let key = |cancel: &Cancel| (cancel.canceled_at, cancel.transaction_key.clone());
            // Two that claim one key and differ: only the order matters.
            key(a)
                .cmp(&key(b))
                .then_with(|| format!("{a:?}").cmp(&format!("{b:?}")))
        });
        let mut seen: Vec<&TransactionKey> = Vec::with_capacity(cancels.len());
        cancels.retain(|cancel| {
            // Those without a key cannot be told apart: each is one.
            let Some(key) = &cancel.transaction_key else {
                return true;
            };
            let first = !seen.contains(&key);
            seen.push(key);
            first
        });
    }
    cancels
}

/// The requests in a fixed order, each once.
fn requests<'a>(ledger: &Ledger<'a>) -> Vec<&'a RecordedRequest> {
    let mut requests: Vec<&RecordedRequest> = ledger.books.requests.iter().collect();
    requests.sort_by(|a, b| (a.requested_at, &a.id).cmp(&(b.requested_at, &b.id)));
    requests.dedup_by(|a, b| a.id == b.id);
    requests
}

/// Whether Toss has been or is about to be called, and what came of it is not known. A request that waits for a person's
/// approval has no outcome to wait for.
fn is_open(request: &RecordedRequest) -> bool {
    let status = request.facts.status;
    !status.is_final() && status != CancelRequestStatus::AwaitingApproval
}

/// Whether Toss has taken a request on and an overseas method has not ended it: Toss's answer named the cancel, or the
/// payment shows one in progress that it may have caused. That takes as long as it takes.
fn is_taken_on(ledger: &Ledger<'_>, request: &RecordedRequest) -> bool {
    let facts = &request.facts;
    let mut shown = ledger.books.payment.iter().flat_map(|read| &read.cancels);
    match &facts.transaction_key {
        Some(key) => {
            let mut of_key = shown.filter(|cancel| cancel.transaction_key.as_ref() == Some(key));
            let is_shown = of_key.clone().next().is_some();
            !is_shown || of_key.any(|cancel| cancel.status == CancelStatus::InProgress)
        }
        None => shown.any(|cancel| {
            let amount_fits = facts.amount.is_none_or(|amount| amount == cancel.amount);
            // Without an instant yet, it is being worked on now.
            let since_sent = facts.first_sent_at.is_some_and(|sent| {
                cancel
                    .canceled_at
                    .is_none_or(|at| at >= sent - OUTCOME_TAKES)
            });
            cancel.status == CancelStatus::InProgress && amount_fits && since_sent
        }),
    }
}

fn is_overdue(ledger: &Ledger<'_>, request: &RecordedRequest) -> bool {
    ledger.as_of.signed_duration_since(request.allowed_at) >= OUTCOME_TAKES
}
