//! What Toss's answer proves, and the change of the record that each verdict makes. It never says more than is proved.

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{Cancel, CancelRequestStatus, CancelStatus, TransactionKey};

use super::abandoned::looked_for;
use super::client_errors;
use super::machine::{Situation, Step, is_first_sending, settled};
use super::proof::{Repeated, is_of_asked_amount, marked, repeated, since_baseline};
use super::refused::{believed_from, lasts, refused, uncounted, words_of};
use crate::store::{CancelRequest, CancelRequestChange, SecretBody, StoredCancelError};
use crate::toss::{CancelAnswer, PaymentReading, RawBody, UnknownReason};

/// The longest pause between two askings.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// What an answer does. What proves nothing is let go when the request has been sent again since.
pub(super) fn answered(
    request: &CancelRequest,
    attempt: i32,
    answer: &CancelAnswer,
    seen: Option<&PaymentReading>,
    now: Situation<'_>,
) -> Option<Step> {
    let change = match answer {
        CancelAnswer::Done {
            reading,
            raw,
            http_status,
        } => {
            let step = carried_out(request, reading, now);
            let change = with_reply(step.change, Some(raw), Some(*http_status));
            return Some(Step { change, ..step });
        }
        CancelAnswer::Refused { refusal, raw } => {
            let words = words_of(request, refusal, now);
            refused(request, refusal, &words, seen, now).map(|change| CancelRequestChange {
                toss_words: Some(words),
                ..with_reply(change, Some(raw), Some(refusal.http_status))
            })
        }
        // Nothing was sent before this one, and this one provably was not.
        CancelAnswer::NotSent { reason } if is_first_sending(request) => {
            Some(rejected(client_errors::unavailable(reason), now.now))
        }
        CancelAnswer::NotSent { .. } | CancelAnswer::Unknown { .. } => None,
    };
    if change.is_some() {
        return change.map(settled);
    }
    let nobody_else_asks =
        request.attempts == attempt && request.status != CancelRequestStatus::NeedsOperator;
    nobody_else_asks.then(|| settled(undecided(request, answer, now)))
}

/// The change that an answer makes which proves nothing: what Toss said is kept and told.
fn undecided(
    request: &CancelRequest,
    answer: &CancelAnswer,
    now: Situation<'_>,
) -> CancelRequestChange {
    let (refusal, raw) = match answer {
        CancelAnswer::Refused { refusal, raw } => (Some(refusal), Some(raw)),
        CancelAnswer::Unknown {
            reason: UnknownReason::Undecided(refusal),
            raw,
        } => (Some(refusal), raw.as_ref()),
        CancelAnswer::Unknown { raw, .. } => (None, raw.as_ref()),
        _ => (None, None),
    };
    let Some(refusal) = refusal else {
        return CancelRequestChange {
            toss_words: uncounted(request),
            ..with_reply(unknown(request, now), raw, None)
        };
    };
    let words = words_of(request, refusal, now);
    let lasting = lasts(&words, refusal, now);
    let said = CancelRequest {
        toss_words: Some(words.clone()),
        ..request.clone()
    };
    let change = if lasting {
        needs_operator(
            &said,
            "Toss has failed in the same way again and again, which names a lasting reason. Look at the payment in Toss's \
             console.",
        )
    } else {
        unknown(&said, now)
    };
    let asked_again = believed_from(&words, refusal)
        .filter(|at| *at > now.now)
        .or(change.next_at)
        .filter(|_| !lasting);
    CancelRequestChange {
        next_at: asked_again,
        toss_words: Some(words),
        ..with_reply(change, raw, Some(refusal.http_status))
    }
}

fn with_reply(
    change: CancelRequestChange,
    raw: Option<&RawBody>,
    http_status: Option<u16>,
) -> CancelRequestChange {
    CancelRequestChange {
        raw_reply: raw.map(|raw| SecretBody::new(raw.as_str().to_owned())),
        upstream_http_status: http_status,
        ..change
    }
}

/// Toss's answer is the payment as it was just after our cancel, so ours is the newest of the cancels that were not
/// there before. When none is new, Toss repeats an answer that this database has forgotten.
fn carried_out(request: &CancelRequest, reading: &PaymentReading, now: Situation<'_>) -> Step {
    if let Some(change) = by_mark(request, reading, now) {
        return settled(change);
    }
    let newest = since_baseline(request, reading, now.owned).pop();
    match newest {
        Some(cancel) if is_of_asked_amount(request, cancel) => {
            settled(by_progress(request, cancel, now))
        }
        Some(_) => settled(needs_operator(request, NOT_OF_THIS_AMOUNT)),
        None => match repeated(request, reading, now.owned) {
            Repeated::Ours(cancel) => Step {
                forgotten: cancel.transaction_key.clone(),
                ..settled(by_progress(request, cancel, now))
            },
            Repeated::Unproved => Step {
                forgotten: reading
                    .cancels
                    .last()
                    .and_then(|cancel| cancel.transaction_key.clone()),
                ..settled(CancelRequestChange {
                    may_repeat: true,
                    ..needs_operator(request, REPEATED_AND_UNPROVED)
                })
            },
        },
    }
}

const NOT_OF_THIS_AMOUNT: &str =
    "Toss accepted the cancel, but its answer does not show one of the amount that was asked for.";
const REPEATED_AND_UNPROVED: &str = "Toss repeated an answer that it has given before and that this database does not know, \
     and nothing proves which of the payment's cancels it was about. Look at the payment in Toss's console.";

/// What the payment proves by the request's mark; `None` when no cancel carries it, or Toss has named the request's cancel
/// already.
pub(super) fn by_mark(
    request: &CancelRequest,
    reading: &PaymentReading,
    now: Situation<'_>,
) -> Option<CancelRequestChange> {
    if request.transaction_key.is_some() {
        return None;
    }
    Some(match marked(request, reading, now.owned).as_slice() {
        [] => return None,
        [only] if is_of_asked_amount(request, only) => by_progress(request, only, now),
        [_] => needs_operator(
            request,
            "A cancel carries the mark of this request and is of another amount. Look at the payment in Toss's console.",
        ),
        _ => needs_operator(
            request,
            "More than one cancel carries the mark of this request, so the mark proves nothing. Look at the payment in \
             Toss's console.",
        ),
    })
}

const WITHOUT_A_KEY: &str = "Toss shows a cancel that this request may have caused and gives no key for it, so that nothing tells it \
     from another one. Look at the payment in Toss's console.";

/// How far the cancel is that is proved to be ours. Overseas methods take their time, and may give up. A cancel without a key is
/// not proved to be anybody's; while it is worked on, it may get one.
fn by_progress(
    request: &CancelRequest,
    cancel: &Cancel,
    now: Situation<'_>,
) -> CancelRequestChange {
    let Some(key) = cancel.transaction_key.clone() else {
        return match cancel.status {
            CancelStatus::Done | CancelStatus::Aborted => needs_operator(request, WITHOUT_A_KEY),
            CancelStatus::InProgress | CancelStatus::Other(_) => CancelRequestChange {
                error: Some(client_errors::in_progress()),
                ..unknown(request, now)
            },
        };
    };
    match cancel.status {
        CancelStatus::Done => succeeded(key, now.now),
        CancelStatus::Aborted => CancelRequestChange {
            transaction_key: Some(key),
            ..rejected(client_errors::aborted(), now.now)
        },
        CancelStatus::InProgress | CancelStatus::Other(_) => CancelRequestChange {
            error: Some(client_errors::in_progress()),
            transaction_key: Some(key),
            ..unknown(request, now)
        },
    }
}

/// What a reading of the payment tells of a cancel that Toss has taken on, or of one that may be the request's.
pub(super) fn seen(
    request: &CancelRequest,
    reading: Option<&PaymentReading>,
    now: Situation<'_>,
) -> CancelRequestChange {
    let Some(key) = &request.transaction_key else {
        return looked_for(request, reading, now);
    };
    let ours = reading.and_then(|reading| {
        let mut cancels = reading.cancels.iter();
        cancels.find(|cancel| cancel.transaction_key.as_ref() == Some(key))
    });
    match ours {
        Some(cancel) => by_progress(request, cancel, now),
        None => CancelRequestChange {
            error: Some(client_errors::in_progress()),
            ..unknown(request, now)
        },
    }
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
pub(super) fn unknown(request: &CancelRequest, now: Situation<'_>) -> CancelRequestChange {
    let since = now.now - request.first_sent_at.unwrap_or(request.requested_at);
    let pause = since.max(now.first_pause).min(LONGEST_PAUSE);
    CancelRequestChange {
        error: Some(client_errors::not_known_yet(request.toss_words.as_ref())),
        next_at: now.now.checked_add_signed(pause),
        ..CancelRequestChange::to(CancelRequestStatus::Unknown)
    }
}

pub(super) fn needs_operator(request: &CancelRequest, message: &str) -> CancelRequestChange {
    CancelRequestChange {
        error: Some(client_errors::needs_operator(
            message,
            request.toss_words.as_ref(),
        )),
        ..CancelRequestChange::to(CancelRequestStatus::NeedsOperator)
    }
}
