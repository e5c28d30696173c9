//! What Toss's answer to a cancel proves, and how each outcome is told to the caller. Pure: an answer in, a change of the
//! record out.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{Cancel, CancelRefusal, CancelRequestStatus, RetryAdvice, TransactionKey};

use crate::store::{
    AccountName, CancelRequest, CancelRequestChange, SecretBody, StoredCancelError,
};
use crate::toss::{CancelAnswer, CodeClass, PaymentReading, RawBody, Refusal, TossError};

/// Toss keeps answers under a key for 15 days; a day less is safe to rely on.
const KEY_LIVES: TimeDelta = TimeDelta::days(14);

/// The change of a sent request that Toss's answer makes. `now_at_toss` is the payment read after the answer, where
/// [`needs_confirmation`] asked for that.
pub(super) fn change_for(
    request: &CancelRequest,
    answer: &CancelAnswer,
    now_at_toss: Option<&PaymentReading>,
    now: DateTime<Utc>,
) -> CancelRequestChange {
    let first_attempt = request.attempts <= 1;
    match answer {
        CancelAnswer::Done {
            reading,
            raw,
            http_status,
        } => CancelRequestChange {
            raw_reply: Some(kept(raw)),
            upstream_http_status: Some(*http_status),
            ..change_for_done(request, reading, now)
        },
        CancelAnswer::Refused { refusal, raw } => {
            let change = if first_attempt {
                rejected(told_by_toss(refusal), now)
            } else {
                change_for_late_refusal(request, refusal, now_at_toss, now)
            };
            CancelRequestChange {
                raw_reply: Some(kept(raw)),
                upstream_http_status: Some(refusal.http_status),
                ..change
            }
        }
        CancelAnswer::NotSent { reason } if first_attempt => rejected(unavailable(reason), now),
        CancelAnswer::NotSent { .. } => unknown(),
        CancelAnswer::Unknown { raw, .. } => CancelRequestChange {
            raw_reply: raw.as_ref().map(kept),
            ..unknown()
        },
    }
}

/// Whether the payment must be read again to know what a refusal means. The first answer to a key is final by itself;
/// a later one may only say that an earlier attempt, whose answer was lost, has emptied the payment.
pub(super) fn needs_confirmation(request: &CancelRequest, answer: &CancelAnswer) -> bool {
    matches!(answer, CancelAnswer::Refused { .. }) && request.attempts > 1
}

/// Whether Toss still keeps what it answered to the request's key. After that, the same key would cancel again.
pub(super) fn may_be_sent_again(request: &CancelRequest, now: DateTime<Utc>) -> bool {
    request.body.is_some()
        && request
            .first_sent_at
            .is_some_and(|first| now - first < KEY_LIVES)
}

/// The cancels of a payment before anything was sent: what is not among them came later.
pub(super) fn cancel_keys(reading: &PaymentReading) -> Vec<TransactionKey> {
    reading
        .cancels
        .iter()
        .map(|cancel| cancel.transaction_key.clone())
        .collect()
}

/// Toss's answer is the payment as it was just after our cancel, so ours is the newest of the cancels that were not
/// there before.
fn change_for_done(
    request: &CancelRequest,
    reading: &PaymentReading,
    now: DateTime<Utc>,
) -> CancelRequestChange {
    let asked = request.amount.or(request.baseline_balance);
    match newest_since_baseline(request, reading) {
        Some(cancel) if asked.is_none_or(|asked| asked == cancel.amount) => CancelRequestChange {
            transaction_key: Some(cancel.transaction_key.clone()),
            resolved_at: Some(now),
            ..CancelRequestChange::to(CancelRequestStatus::Succeeded)
        },
        _ => needs_operator(
            "Toss accepted the cancel, but its answer does not show one of the amount that was asked for.",
        ),
    }
}

fn change_for_late_refusal(
    request: &CancelRequest,
    refusal: &Refusal,
    now_at_toss: Option<&PaymentReading>,
    now: DateTime<Utc>,
) -> CancelRequestChange {
    // A refused key is refused before Toss looks for the request: it says nothing of the earlier attempt.
    if refusal.code.class() == CodeClass::Unauthorized {
        return unknown();
    }
    match now_at_toss {
        None => unknown(),
        Some(reading) if newest_since_baseline(request, reading).is_none() => {
            rejected(told_by_toss(refusal), now)
        }
        Some(_) => needs_operator(
            "Toss refused the repeated cancel, and the payment has been cancelled in the meantime: nothing proves \
             whether by this request or by somebody else.",
        ),
    }
}

fn newest_since_baseline<'a>(
    request: &CancelRequest,
    reading: &'a PaymentReading,
) -> Option<&'a Cancel> {
    let before: HashSet<&TransactionKey> = request.baseline_cancel_keys.iter().collect();
    reading
        .cancels
        .iter()
        .rfind(|cancel| !before.contains(&cancel.transaction_key))
}

fn kept(raw: &RawBody) -> SecretBody {
    SecretBody::new(raw.as_str().to_owned())
}

fn rejected(error: StoredCancelError, now: DateTime<Utc>) -> CancelRequestChange {
    CancelRequestChange {
        error: Some(error),
        resolved_at: Some(now),
        ..CancelRequestChange::to(CancelRequestStatus::Rejected)
    }
}

fn unknown() -> CancelRequestChange {
    CancelRequestChange {
        error: Some(not_known_yet()),
        ..CancelRequestChange::to(CancelRequestStatus::Unknown)
    }
}

fn needs_operator(message: &str) -> CancelRequestChange {
    CancelRequestChange {
        error: Some(error(
            "OUTCOME_UNKNOWN",
            RetryAdvice::NeedsPerson,
            None,
            message,
        )),
        ..CancelRequestChange::to(CancelRequestStatus::NeedsOperator)
    }
}

/// The error that a request's state stands for; none when it succeeded.
pub(super) fn error_of(request: &CancelRequest) -> Option<StoredCancelError> {
    match request.status {
        CancelRequestStatus::Succeeded => None,
        _ => Some(request.error.clone().unwrap_or_else(not_known_yet)),
    }
}

/// The outcome is being found out.
pub(super) fn not_known_yet() -> StoredCancelError {
    error(
        "OUTCOME_UNKNOWN",
        RetryAdvice::Wait,
        None,
        "Toss has not said yet whether the cancel was carried out. Look at the request again; do not make another one.",
    )
}

/// Toss knows no such payment.
pub(super) fn not_found() -> StoredCancelError {
    error(
        "NOT_FOUND_PAYMENT",
        RetryAdvice::FixInput,
        Some("paymentKey"),
        "Toss knows no payment with this key.",
    )
}

/// The payment was read with a key that is not configured any more.
pub(super) fn merchant_not_configured(account: &AccountName) -> StoredCancelError {
    let message = format!(
        "The key of merchant {account}, which this payment belongs to, is not in the settings."
    );
    error(
        "FORBIDDEN_REQUEST",
        RetryAdvice::NeedsPerson,
        None,
        &message,
    )
}

/// Another request for the payment has not ended.
pub(super) fn in_flight(other: &CancelRequest) -> StoredCancelError {
    let message = format!(
        "Another cancel of this payment, asked for by {}, has not ended yet. Wait for it, then decide anew.",
        other.requested_by
    );
    error("CANCEL_IN_FLIGHT", RetryAdvice::Wait, None, &message)
}

/// The caller's key stands for another order.
pub(super) fn idempotency_conflict() -> StoredCancelError {
    error(
        "IDEMPOTENCY_CONFLICT",
        RetryAdvice::FixInput,
        Some("idempotencyKey"),
        "This idempotency key was used for another cancel. Use a new key for each intent.",
    )
}

/// The refund would go to the payment's own virtual account.
pub(super) fn own_account() -> StoredCancelError {
    error(
        "INVALID_REFUND_ACCOUNT_NUMBER",
        RetryAdvice::FixInput,
        Some("refundAccount"),
        "This is the payment's own virtual account: give the buyer's bank account.",
    )
}

/// The body could not be written as JSON.
pub(super) fn unwritable() -> StoredCancelError {
    error(
        "INVALID_INPUT",
        RetryAdvice::NeedsPerson,
        None,
        "The cancel could not be written as JSON; nothing was sent.",
    )
}

/// One of our own checks refused.
pub(super) fn refused_by_us(refusal: &CancelRefusal) -> StoredCancelError {
    error(
        refusal.code,
        refusal.advice,
        refusal.field,
        &refusal.message,
    )
}

/// The payment could not be read before sending.
pub(super) fn unsent(cause: &TossError) -> StoredCancelError {
    match cause {
        TossError::Refused(refusal) if !cause.is_outage() => told_by_toss(refusal),
        _ => unavailable(&cause.to_string()),
    }
}

fn unavailable(reason: &str) -> StoredCancelError {
    let message = format!(
        "Toss could not be asked ({reason}); nothing was sent. Try again with a new idempotency key."
    );
    error("UPSTREAM_UNAVAILABLE", RetryAdvice::Retry, None, &message)
}

fn told_by_toss(refusal: &Refusal) -> StoredCancelError {
    let code = &refusal.code;
    let message = match code.explanation() {
        Some(explanation) => format!("{explanation} Toss says: {}", refusal.message),
        None => refusal.message.clone(),
    };
    error(code.as_str(), code.class().advice(), code.field(), &message)
}

fn error(code: &str, advice: RetryAdvice, field: Option<&str>, message: &str) -> StoredCancelError {
    StoredCancelError {
        code: code.to_owned(),
        message: message.to_owned(),
        advice,
        field: field.map(ToOwned::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use reconciliation::{Currency, MId, Money, OrderId, Payment, PaymentKey, PaymentStatus};

    use super::*;
    use crate::store::CancelRequestId;
    use crate::toss::{Call, TossCode, UnknownReason};

    fn now() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-03-10T12:00:00+09:00")
            .unwrap()
            .to_utc()
    }

    fn won(minor: i64) -> Money {
        Money::from_minor(minor, Currency::KRW)
    }

    fn key(text: &str) -> TransactionKey {
        TransactionKey::parse(text).unwrap()
    }

    /// A request for 3,000 of 15,000 won, sent that often, with one cancel before it.
    fn request(attempts: i32) -> CancelRequest {
        CancelRequest {
            id: CancelRequestId::new("id"),
            payment_key: PaymentKey::parse("payment").unwrap(),
            account: AccountName::new("shop"),
            amount: Some(won(3_000)),
            currency: Currency::KRW,
            reason: "reason".to_owned(),
            requested_by: "admin".to_owned(),
            client_key: "12345678".to_owned(),
            content_hash: [0; 32],
            idempotency_key: "cr-id".to_owned(),
            body: Some(SecretBody::new("{}".to_owned())),
            baseline_balance: Some(won(15_000)),
            baseline_cancel_keys: vec![key("before")],
            status: CancelRequestStatus::Sent,
            version: 2,
            attempts,
            first_sent_at: Some(now()),
            last_sent_at: Some(now()),
            error: None,
            transaction_key: None,
            upstream_http_status: None,
            raw_reply: None,
            requested_at: now(),
            resolved_at: None,
        }
    }

    fn reading(cancels: &[(&str, i64)]) -> PaymentReading {
        let cancel = |&(text, minor): &(&str, i64)| Cancel {
            transaction_key: key(text),
            amount: won(minor),
            reason: None,
            canceled_at: now(),
            refundable_amount: None,
            status: reconciliation::CancelStatus::Done,
        };
        PaymentReading {
            payment: Payment {
                mid: MId::parse("shop").unwrap(),
                payment_key: PaymentKey::parse("payment").unwrap(),
                order_id: OrderId::parse("order").unwrap(),
                method_label: Some("카드".to_owned()),
                status: PaymentStatus::PartialCanceled,
                currency: Currency::KRW,
                total_amount: Some(won(20_000)),
                balance_amount: Some(won(12_000)),
                requested_at: None,
                approved_at: None,
                is_partial_cancelable: None,
                last_transaction_key: None,
            },
            cancels: cancels.iter().map(cancel).collect(),
            account_number: None,
            version: None,
            raw: RawBody::new("{}"),
        }
    }

    fn done(cancels: &[(&str, i64)]) -> CancelAnswer {
        CancelAnswer::Done {
            reading: Box::new(reading(cancels)),
            raw: RawBody::new("{}"),
            http_status: 200,
        }
    }

    fn refused(code: &str) -> CancelAnswer {
        CancelAnswer::Refused {
            refusal: Refusal {
                call: Call::Cancel,
                code: TossCode::from_toss(code),
                message: "m".to_owned(),
                http_status: 400,
                trace_id: None,
            },
            raw: RawBody::new("{}"),
        }
    }

    fn silence() -> CancelAnswer {
        let after = std::time::Duration::from_secs(1);
        CancelAnswer::Unknown {
            reason: UnknownReason::Silence { after },
            raw: None,
        }
    }

    /// The state and, where there is one, the error's code and advice.
    fn told(change: &CancelRequestChange) -> (CancelRequestStatus, Option<(&str, RetryAdvice)>) {
        (
            change.status,
            change
                .error
                .as_ref()
                .map(|error| (error.code.as_str(), error.advice)),
        )
    }

    #[test]
    fn an_answer_with_one_new_cancel_of_the_asked_amount_succeeds_and_names_it() {
        let change = change_for(
            &request(1),
            &done(&[("before", 3_000), ("new", 3_000)]),
            None,
            now(),
        );
        assert_eq!(told(&change), (CancelRequestStatus::Succeeded, None));
        assert_eq!(
            (change.transaction_key, change.resolved_at),
            (Some(key("new")), Some(now()))
        );
    }

    #[test]
    fn of_several_new_cancels_ours_is_the_newest_because_toss_answers_with_the_payment_just_after_it()
     {
        let answer = done(&[("before", 1), ("console", 3_000), ("ours", 3_000)]);
        let change = change_for(&request(1), &answer, None, now());
        assert_eq!(change.transaction_key, Some(key("ours")));
    }

    #[test]
    fn an_answer_without_a_new_cancel_or_of_another_amount_needs_an_operator() {
        for cancels in [
            &[("before", 3_000)][..],
            &[("before", 3_000), ("new", 2_999)][..],
        ] {
            let change = change_for(&request(1), &done(cancels), None, now());
            assert_eq!(
                told(&change),
                (
                    CancelRequestStatus::NeedsOperator,
                    Some(("OUTCOME_UNKNOWN", RetryAdvice::NeedsPerson))
                )
            );
        }
    }

    #[test]
    fn a_request_for_everything_succeeds_with_a_cancel_of_the_balance_that_was_read() {
        let everything = CancelRequest {
            amount: None,
            ..request(1)
        };
        let of = |minor| change_for(&everything, &done(&[("new", minor)]), None, now()).status;
        assert_eq!(of(15_000), CancelRequestStatus::Succeeded);
        assert_eq!(of(14_999), CancelRequestStatus::NeedsOperator);
    }

    #[test]
    fn a_refusal_of_the_first_attempt_is_final_and_needs_no_confirmation() {
        let answer = refused("NOT_CANCELABLE_AMOUNT");
        assert!(!needs_confirmation(&request(1), &answer));
        let change = change_for(&request(1), &answer, None, now());
        assert_eq!(
            told(&change),
            (
                CancelRequestStatus::Rejected,
                Some(("NOT_CANCELABLE_AMOUNT", RetryAdvice::FixInput))
            )
        );
    }

    #[test]
    fn a_refusal_of_a_later_attempt_is_final_only_if_the_payment_shows_no_cancel_since() {
        let answer = refused("ALREADY_CANCELED_PAYMENT");
        assert!(needs_confirmation(&request(2), &answer));
        let status = |now_at_toss: Option<PaymentReading>| {
            change_for(&request(2), &answer, now_at_toss.as_ref(), now()).status
        };
        assert_eq!(
            status(Some(reading(&[("before", 3_000)]))),
            CancelRequestStatus::Rejected
        );
        assert_eq!(
            status(Some(reading(&[("before", 3_000), ("new", 3_000)]))),
            CancelRequestStatus::NeedsOperator
        );
        assert_eq!(status(None), CancelRequestStatus::Unknown);
    }

    #[test]
    fn a_refused_key_proves_nothing_about_an_earlier_attempt() {
        let untouched = reading(&[("before", 3_000)]);
        let later = change_for(
            &request(2),
            &refused("UNAUTHORIZED_KEY"),
            Some(&untouched),
            now(),
        );
        assert_eq!(later.status, CancelRequestStatus::Unknown);
        let first = change_for(&request(1), &refused("UNAUTHORIZED_KEY"), None, now());
        assert_eq!(first.status, CancelRequestStatus::Rejected);
    }

    #[test]
    fn silence_is_unknown_and_a_connection_never_made_is_a_refusal_only_the_first_time() {
        let not_sent = CancelAnswer::NotSent {
            reason: "refused".to_owned(),
        };
        let waits = Some(("OUTCOME_UNKNOWN", RetryAdvice::Wait));
        let retry = Some(("UPSTREAM_UNAVAILABLE", RetryAdvice::Retry));
        let of =
            |attempts, answer: &CancelAnswer| change_for(&request(attempts), answer, None, now());
        assert_eq!(
            told(&of(1, &silence())),
            (CancelRequestStatus::Unknown, waits)
        );
        assert_eq!(
            told(&of(1, &not_sent)),
            (CancelRequestStatus::Rejected, retry)
        );
        assert_eq!(
            told(&of(2, &not_sent)),
            (CancelRequestStatus::Unknown, waits)
        );
    }

    #[test]
    fn a_request_is_sent_again_up_to_fourteen_days_after_it_was_first_sent() {
        let sent = request(1);
        assert!(may_be_sent_again(
            &sent,
            now() + KEY_LIVES - TimeDelta::seconds(1)
        ));
        assert!(!may_be_sent_again(&sent, now() + KEY_LIVES));
        assert!(!may_be_sent_again(
            &CancelRequest {
                body: None,
                ..request(1)
            },
            now()
        ));
    }

    #[test]
    fn every_state_but_success_stands_for_an_error() {
        for status in CancelRequestStatus::ALL {
            let error = error_of(&CancelRequest {
                status,
                ..request(1)
            });
            assert_eq!(
                error.is_none(),
                status == CancelRequestStatus::Succeeded,
                "{status:?}"
            );
        }
    }
}
