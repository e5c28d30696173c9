//! What Toss's answer proves, and the change of the record that each verdict makes. It never says more than is proved.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{Cancel, CancelRequestStatus, CancelStatus, TransactionKey};

use super::machine::Times;
use super::told;
use crate::store::{CancelRequest, CancelRequestChange, SecretBody, StoredCancelError};
use crate::toss::{CancelAnswer, CodeClass, PaymentReading, RawBody, Refusal};

/// The longest pause between two askings.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// The change that an answer makes. What proves nothing is let go when the request has been sent again since.
pub(super) fn answered(
    request: &CancelRequest,
    attempt: i32,
    answer: &CancelAnswer,
    now_at_toss: Option<&PaymentReading>,
    times: Times,
) -> Option<CancelRequestChange> {
    let reply = |raw: Option<&RawBody>, http_status: Option<u16>, change: CancelRequestChange| {
        CancelRequestChange {
            raw_reply: raw.map(|raw| SecretBody::new(raw.as_str().to_owned())),
            upstream_http_status: http_status,
            ..change
        }
    };
    let proof = match answer {
        CancelAnswer::Done {
            reading,
            raw,
            http_status,
        } => {
            let change = carried_out(request, reading, times);
            return Some(reply(Some(raw), Some(*http_status), change));
        }
        CancelAnswer::Refused { refusal, raw } => refused(request, refusal, now_at_toss, times)
            .map(|change| reply(Some(raw), Some(refusal.http_status), change)),
        // Nothing was sent before this one, and this one provably was not.
        CancelAnswer::NotSent { reason } if request.attempts <= 1 => {
            Some(rejected(told::unavailable(reason), times.now))
        }
        CancelAnswer::NotSent { .. } | CancelAnswer::Unknown { .. } => None,
    };
    if proof.is_some() {
        return proof;
    }
    let nobody_else_asks =
        request.attempts == attempt && request.status != CancelRequestStatus::NeedsOperator;
    let (raw, http_status) = match answer {
        CancelAnswer::Refused { refusal, raw } => (Some(raw), Some(refusal.http_status)),
        CancelAnswer::Unknown { raw, .. } => (raw.as_ref(), None),
        _ => (None, None),
    };
    nobody_else_asks.then(|| reply(raw, http_status, unknown(request, times)))
}

/// Toss's answer is the payment as it was just after our cancel, so ours is the newest of the cancels that were not
/// there before.
fn carried_out(
    request: &CancelRequest,
    reading: &PaymentReading,
    times: Times,
) -> CancelRequestChange {
    by_mark(request, reading, times).unwrap_or_else(|| {
        let newest = since_baseline(request, reading).pop();
        match newest.filter(|cancel| is_of_asked_amount(request, cancel)) {
            Some(cancel) => by_progress(request, cancel, times),
            None => needs_operator(
                "Toss accepted the cancel, but its answer does not show one of the amount that was asked for.",
            ),
        }
    })
}

/// What the payment proves by the request's mark; `None` when no cancel carries it, or Toss has named the request's cancel
/// already.
pub(super) fn by_mark(
    request: &CancelRequest,
    reading: &PaymentReading,
    times: Times,
) -> Option<CancelRequestChange> {
    if request.transaction_key.is_some() {
        return None;
    }
    Some(match marked(request, reading).as_slice() {
        [] => return None,
        [only] if is_of_asked_amount(request, only) => by_progress(request, only, times),
        [_] => needs_operator(
            "A cancel carries the mark of this request and is of another amount. Look at the payment in Toss's console.",
        ),
        // A request causes one cancel, so the mark of the others was copied.
        [_, ..] => needs_operator(
            "More than one cancel carries the mark of this request, so the mark proves nothing. Look at the payment in \
             Toss's console.",
        ),
    })
}

/// The cancels whose reason ends with the request's mark, oldest first. One that was there before cannot be its own.
fn marked<'a>(request: &CancelRequest, reading: &'a PaymentReading) -> Vec<&'a Cancel> {
    let mark = request.mark();
    let mut cancels = since_baseline(request, reading);
    cancels.retain(|cancel| {
        let reason = cancel.reason.as_deref();
        reason.is_some_and(|reason| mark.is_on(reason))
    });
    cancels
}

/// How far the cancel is that is proved to be ours. Overseas methods take their time, and may give up.
fn by_progress(request: &CancelRequest, cancel: &Cancel, times: Times) -> CancelRequestChange {
    let key = cancel.transaction_key.clone();
    match cancel.status {
        CancelStatus::Done => succeeded(key, times.now),
        CancelStatus::Aborted => CancelRequestChange {
            transaction_key: Some(key),
            ..rejected(told::aborted(), times.now)
        },
        CancelStatus::InProgress | CancelStatus::Other(_) => CancelRequestChange {
            error: Some(told::in_progress()),
            transaction_key: Some(key),
            ..unknown(request, times)
        },
    }
}

/// What a reading of the payment tells of a cancel that Toss has taken on.
pub(super) fn seen(
    request: &CancelRequest,
    reading: Option<&PaymentReading>,
    times: Times,
) -> CancelRequestChange {
    let ours = reading.and_then(|reading| {
        let named =
            |cancel: &&Cancel| Some(&cancel.transaction_key) == request.transaction_key.as_ref();
        reading.cancels.iter().find(named)
    });
    match ours {
        Some(cancel) => by_progress(request, cancel, times),
        None => CancelRequestChange {
            error: Some(told::in_progress()),
            ..unknown(request, times)
        },
    }
}

/// What a refusal proves; `None` is nothing.
fn refused(
    request: &CancelRequest,
    refusal: &Refusal,
    now_at_toss: Option<&PaymentReading>,
    times: Times,
) -> Option<CancelRequestChange> {
    let now = times.now;
    let first_attempt = request.attempts <= 1;
    if refusal.code.class() == CodeClass::Unauthorized {
        // A refused key is refused before Toss looks at the request: nothing ran now, and of an earlier sending it tells
        // nothing.
        return first_attempt.then(|| rejected(told::told_by_toss(refusal), now));
    }
    let reading = now_at_toss?;
    let by_mark = by_mark(request, reading, times);
    if by_mark.is_some() {
        return by_mark;
    }
    if could_be_ours(request, reading).next().is_some() {
        return Some(needs_operator(
            "Toss refused the cancel, and one of the same amount has been made in the meantime: nothing proves whether \
             by this request or by somebody else. Look at the payment in Toss's console.",
        ));
    }
    // Toss says that the balance has moved, and shows one that has not: what it shows is old.
    let unmoved = request.baseline_balance.is_some()
        && reading.payment.balance_amount == request.baseline_balance;
    if !first_attempt && unmoved && tells_of_a_moved_balance(refusal) {
        return None;
    }
    Some(rejected(told::told_by_toss(refusal), now))
}

/// Whether the refusal could be the echo of our own cancel.
fn tells_of_a_moved_balance(refusal: &Refusal) -> bool {
    refusal.code.class() == CodeClass::AlreadyDone
        || matches!(
            refusal.code.as_str(),
            "NOT_CANCELABLE_AMOUNT" | "NOT_MATCHES_REFUNDABLE_AMOUNT" | "ALREADY_REFUNDING_PAYMENT"
        )
}

/// The cancels that came since the request was sent, of the amount that it asks for, oldest first: any of them could be
/// its own, and nothing else could.
pub(super) fn could_be_ours<'a>(
    request: &'a CancelRequest,
    reading: &'a PaymentReading,
) -> impl Iterator<Item = &'a Cancel> {
    since_baseline(request, reading)
        .into_iter()
        .filter(|cancel| is_of_asked_amount(request, cancel))
}

fn since_baseline<'a>(request: &CancelRequest, reading: &'a PaymentReading) -> Vec<&'a Cancel> {
    let before: HashSet<&TransactionKey> = request.baseline_cancel_keys.iter().collect();
    reading
        .cancels
        .iter()
        .filter(|cancel| !before.contains(&cancel.transaction_key))
        .collect()
}

/// Everything is the balance that was sent along as a lock.
fn is_of_asked_amount(request: &CancelRequest, cancel: &Cancel) -> bool {
    let asked = request.amount.or(request.baseline_balance);
    asked.is_none_or(|asked| asked == cancel.amount)
}

pub(super) fn succeeded(key: TransactionKey, now: DateTime<Utc>) -> CancelRequestChange {
    CancelRequestChange {
        transaction_key: Some(key),
        resolved_at: Some(now),
        ..CancelRequestChange::to(CancelRequestStatus::Succeeded)
    }
}

pub(super) fn rejected(error: StoredCancelError, now: DateTime<Utc>) -> CancelRequestChange {
    CancelRequestChange {
        error: Some(error),
        resolved_at: Some(now),
        ..CancelRequestChange::to(CancelRequestStatus::Rejected)
    }
}

/// Not known; asked about again after a pause that is as long as it has been unknown already.
pub(super) fn unknown(request: &CancelRequest, times: Times) -> CancelRequestChange {
    let since = request
        .first_sent_at
        .map_or(TimeDelta::zero(), |first| times.now - first);
    let pause = since.max(times.first_pause).min(LONGEST_PAUSE);
    CancelRequestChange {
        error: Some(told::not_known_yet()),
        next_at: times.now.checked_add_signed(pause),
        ..CancelRequestChange::to(CancelRequestStatus::Unknown)
    }
}

pub(super) fn needs_operator(message: &str) -> CancelRequestChange {
    CancelRequestChange {
        error: Some(told::needs_operator(message)),
        ..CancelRequestChange::to(CancelRequestStatus::NeedsOperator)
    }
}
