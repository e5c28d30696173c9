//! What a refusal of Toss proves. Toss keeps it under the key and repeats it, so that it is final for the key; but a gateway
//! in front may have said it, and then an earlier copy may still run.

use chrono::{DateTime, TimeDelta, Utc};

use super::client_errors;
use super::machine::{Situation, is_first_sending};
use super::proof::{could_be_of_the_unsent, could_be_ours};
use super::verdict::{by_mark, needs_operator, rejected};
use crate::store::{CancelRequest, CancelRequestChange, TossWords};
use crate::toss::{CodeClass, PaymentReading, Refusal};

/// So far apart the same temporary refusal must have come twice to be believed after an answer was lost.
const SAME_REFUSAL_APART: TimeDelta = TimeDelta::seconds(120);
/// So often, over so long a time, the same failure must have come to be taken for a lasting one.
const LASTING_FAILURE_TIMES: i32 = 3;
const LASTING_FAILURE_OVER: TimeDelta = TimeDelta::minutes(10);

/// What a refusal proves, which Toss has put into these words; `None` is nothing.
pub(super) fn refused(
    request: &CancelRequest,
    refusal: &Refusal,
    words: &TossWords,
    seen: Option<&PaymentReading>,
    now: Situation<'_>,
) -> Option<CancelRequestChange> {
    let first_attempt = is_first_sending(request);
    if refusal.code.class() == CodeClass::Unauthorized {
        // A refused key is refused before Toss looks at the request: nothing ran now, and of an earlier sending it tells
        // nothing.
        return first_attempt.then(|| rejected(client_errors::told_by_toss(refusal), now.now));
    }
    let reading = seen?;
    let said = &CancelRequest {
        toss_words: Some(words.clone()),
        ..request.clone()
    };
    let by_mark = by_mark(said, reading, now);
    if by_mark.is_some() {
        return by_mark;
    }
    if !could_be_ours(request, reading, now.owned).is_empty() {
        return Some(needs_operator(
            said,
            "Toss refused the cancel, and one of the same amount has been made in the meantime: nothing proves whether \
             by this request or by somebody else. Look at the payment in Toss's console.",
        ));
    }
    if !first_attempt && refusal.code.class() == CodeClass::Retry && !came_twice(words, now) {
        return None;
    }
    // It may have run before the record knew of it. Toss itself would repeat the answer of then; a gateway knows none.
    if refusal.code.class() == CodeClass::Retry
        && request.may_repeat
        && !could_be_of_the_unsent(request, reading, now.owned).is_empty()
    {
        return Some(needs_operator(
            said,
            "The cancel is refused for now, and the payment shows one that it may have caused before an older copy of the \
             database was put back. Look at the payment in Toss's console.",
        ));
    }
    // Toss says that the balance has moved, and shows one that has not: what it shows is old.
    let unmoved = request.baseline_balance.is_some()
        && reading.payment.balance_amount == request.baseline_balance;
    if !first_attempt && unmoved && tells_of_a_moved_balance(refusal) {
        return None;
    }
    Some(rejected(client_errors::told_by_toss(refusal), now.now))
}

/// What Toss said last, when another sending has been lost since: it stays to be told, and is counted from the beginning. The
/// lost copy may still run, whatever was said before it was sent.
pub(super) fn uncounted(request: &CancelRequest) -> Option<TossWords> {
    let words = request.toss_words.clone()?;
    Some(TossWords { times: 0, ..words })
}

/// What Toss has said now, counted together with what it said before when that was the same.
pub(super) fn words_of(
    request: &CancelRequest,
    refusal: &Refusal,
    now: Situation<'_>,
) -> TossWords {
    let (code, message) = (refusal.code.as_str().to_owned(), refusal.message.clone());
    let before = request
        .toss_words
        .as_ref()
        .filter(|words| words.code == code && words.message == message)
        .filter(|words| words.times > 0);
    TossWords {
        times: before.map_or(1, |words| words.times.saturating_add(1)),
        since: before.map_or(now.now, |words| words.since),
        code,
        message,
    }
}

/// When it is worth while to ask again after a temporary refusal that is not believed yet: not before it may come a second
/// time. `None` of anything else.
pub(super) fn believed_from(words: &TossWords, refusal: &Refusal) -> Option<DateTime<Utc>> {
    let is_temporary = refusal.http_status < 500 && refusal.code.class() == CodeClass::Retry;
    let twice = words.since.checked_add_signed(SAME_REFUSAL_APART);
    twice.filter(|_| is_temporary)
}

/// Whether a failure inside Toss has lasted so long that it names a lasting reason.
pub(super) fn lasts(words: &TossWords, refusal: &Refusal, now: Situation<'_>) -> bool {
    refusal.http_status >= 500
        && words.times >= LASTING_FAILURE_TIMES
        && now.now - words.since >= LASTING_FAILURE_OVER
}

fn came_twice(words: &TossWords, now: Situation<'_>) -> bool {
    words.times >= 2 && now.now - words.since >= SAME_REFUSAL_APART
}

/// Whether the refusal could be the echo of our own cancel.
fn tells_of_a_moved_balance(refusal: &Refusal) -> bool {
    refusal.code.class() == CodeClass::AlreadyDone
        || matches!(
            refusal.code.as_str(),
            "NOT_CANCELABLE_AMOUNT" | "NOT_MATCHES_REFUNDABLE_AMOUNT" | "ALREADY_REFUNDING_PAYMENT"
        )
}
