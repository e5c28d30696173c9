//! Which of a payment's cancels a request caused, as far as that can be proved.

use std::collections::HashSet;

use reconciliation::{Cancel, CancelStatus, Money, TransactionKey, without_mark};

use super::machine::Situation;
use crate::store::CancelRequest;
use crate::toss::PaymentReading;

/// What an answer of Toss that shows nothing new says: it repeats an earlier answer to the same key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Repeated<'a> {
    /// The cancel that it answered with is provably the one that this key made.
    Ours(&'a Cancel),
    /// None is, or more than one could be.
    Unproved,
}

/// The cancels of a payment before anything was sent: what is not among them came later.
pub(super) fn cancel_keys(reading: &PaymentReading) -> Vec<TransactionKey> {
    reading
        .cancels
        .iter()
        .filter_map(|cancel| cancel.transaction_key.clone())
        .collect()
}

/// Whether a cancel is one of these. One without a key cannot be told from any other, so it is none of them.
fn is_among<'k>(cancel: &Cancel, mut keys: impl Iterator<Item = &'k TransactionKey>) -> bool {
    let key = cancel.transaction_key.as_ref();
    key.is_some_and(|key| keys.any(|other| other == key))
}

/// The cancels that came since the request was sent and that no other request caused, oldest first. One without a key may have
/// come since, and is never proved to be the request's.
pub(super) fn since_baseline<'a>(
    request: &CancelRequest,
    reading: &'a PaymentReading,
    owned: &HashSet<TransactionKey>,
) -> Vec<&'a Cancel> {
    reading
        .cancels
        .iter()
        .filter(|cancel| !is_among(cancel, request.baseline_cancel_keys.iter()))
        .filter(|cancel| !is_among(cancel, owned.iter()))
        .collect()
}

/// The cancels whose reason ends with the request's mark, oldest first. One that was there before cannot be its own.
pub(super) fn marked<'a>(
    request: &CancelRequest,
    reading: &'a PaymentReading,
    owned: &HashSet<TransactionKey>,
) -> Vec<&'a Cancel> {
    let mark = request.mark();
    let mut cancels = since_baseline(request, reading, owned);
    cancels.retain(|cancel| {
        let reason = cancel.reason.as_deref();
        reason.is_some_and(|reason| mark.is_on(reason))
    });
    cancels
}

/// The cancels that came since the request was sent, of the amount that it asks for, oldest first: any of them could be
/// its own, and nothing else could. What other requests caused is not among them, and of a request whose reason was marked
/// neither is a cancel without the mark.
pub(super) fn could_be_ours<'a>(
    request: &CancelRequest,
    reading: &'a PaymentReading,
    owned: &HashSet<TransactionKey>,
) -> Vec<&'a Cancel> {
    let mut cancels = since_baseline(request, reading, owned);
    cancels
        .retain(|cancel| is_of_asked_amount(request, cancel) && may_bear_its_mark(request, cancel));
    cancels
}

/// As [`could_be_ours`], for a request of which it is not recorded that it was sent. It may have been long ago, before an older
/// copy of the record was put back: what it caused bears its reason.
pub(super) fn could_be_of_the_unsent<'a>(
    request: &CancelRequest,
    reading: &'a PaymentReading,
    owned: &HashSet<TransactionKey>,
) -> Vec<&'a Cancel> {
    reading
        .cancels
        .iter()
        .filter(|cancel| cancel.status != CancelStatus::Aborted)
        .filter(|cancel| !is_among(cancel, owned.iter()))
        .filter(|cancel| has_the_content_of(request, cancel, true))
        .collect()
}

/// Whether a cancel is what Toss makes of this request's content. A reason that Toss does not show neither says so nor rules
/// it out: that is for the caller to judge.
fn has_the_content_of(request: &CancelRequest, cancel: &Cancel, unshown: bool) -> bool {
    let is_asked = request.amount.is_none_or(|asked| asked == cancel.amount);
    let speaks = match (&request.mark, cancel.reason.as_deref()) {
        (_, None) => unshown,
        (Some(mark), Some(reason)) => mark.is_on(reason),
        (None, Some(reason)) => without_mark(reason) == request.reason,
    };
    is_asked && speaks
}

/// Whether a request of which it is not recorded that it was sent may have been: the record may be an older copy. Less is
/// left of the payment than when it was asked for, or there is a cancel that it could have caused.
pub(super) fn may_have_run(
    request: &CancelRequest,
    reading: &PaymentReading,
    now: Situation<'_>,
) -> bool {
    let minor = |balance: Option<Money>| balance.map(Money::minor);
    let is_lower = minor(reading.payment.balance_amount)
        .zip(minor(request.baseline_balance))
        .is_some_and(|(left, was)| left < was);
    is_lower || !could_be_of_the_unsent(request, reading, now.owned).is_empty()
}

/// What an answer proves that shows no cancel beyond those that were there before the sending. Toss keeps its answers: a
/// repeated one shows the payment as it was just after the first time, and ours is the newest in it. An answer that shows
/// the payment as it is now says the same only where a single cancel could be ours.
pub(super) fn repeated<'a>(
    request: &CancelRequest,
    answer: &'a PaymentReading,
    owned: &HashSet<TransactionKey>,
) -> Repeated<'a> {
    let candidates: Vec<&Cancel> = answer
        .cancels
        .iter()
        .filter(|cancel| !is_among(cancel, owned.iter()))
        .filter(|cancel| has_the_content_of(request, cancel, false))
        .collect();
    let newest = answer.cancels.last();
    let ends_with = |cancel: &Cancel| newest.is_some_and(|last| last == cancel);
    let is_kept_answer = answer.cancels.len() < request.baseline_cancel_keys.len();
    match candidates.as_slice() {
        [only] if request.mark.is_some() || ends_with(only) => Repeated::Ours(only),
        [.., last] if is_kept_answer && ends_with(last) => Repeated::Ours(last),
        _ => Repeated::Unproved,
    }
}

/// Everything is the balance that was sent along as a lock.
pub(super) fn is_of_asked_amount(request: &CancelRequest, cancel: &Cancel) -> bool {
    let asked = request.amount.or(request.baseline_balance);
    asked.is_none_or(|asked| asked == cancel.amount)
}

fn may_bear_its_mark(request: &CancelRequest, cancel: &Cancel) -> bool {
    // A reason that Toss does not show says nothing.
    match (&request.mark, cancel.reason.as_deref()) {
        (Some(mark), Some(reason)) => mark.is_on(reason),
        _ => true,
    }
}
