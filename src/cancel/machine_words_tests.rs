//! What Toss's codes and words prove, also those that this program does not know, and who may end what they leave open.

use chrono::TimeDelta;
use reconciliation::{CancelRequestStatus as Status, CancelStatus, RetryAdvice};

use super::machine::{Event, Situation, step};
use super::machine_samples::{
    admin_named, failed, key, lease, long_ago, reading, reading_with_reasons, refused, sent,
    situation, unknown_answer,
};
use crate::store::CancelRequest;
use crate::toss::{CancelAnswer, PaymentReading};

use CancelStatus::Done;

const BEFORE: (&str, i64, CancelStatus) = ("before", 3_000, Done);

fn at(after: TimeDelta) -> Situation<'static> {
    Situation {
        now: long_ago() + after,
        ..situation()
    }
}

/// The request after an answer to its latest sending, that long after the first.
fn answered(
    request: &CancelRequest,
    answer: &CancelAnswer,
    seen: Option<&PaymentReading>,
    after: TimeDelta,
) -> CancelRequest {
    let event = Event::Answered {
        attempt: request.attempts,
        answer,
        seen,
    };
    request.after(step(request, event, at(after)).unwrap().change)
}

/// The same, and then sent again.
fn sent_again(request: &CancelRequest, after: TimeDelta) -> CancelRequest {
    let due = Event::Due {
        api_key: Some("k1".to_owned()),
        lease: lease(),
        seen: None,
    };
    request.after(step(request, due, at(after)).unwrap().change)
}

fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}

fn told(request: &CancelRequest) -> (Status, &str, RetryAdvice) {
    let error = request.error.as_ref().unwrap();
    (request.status, error.code.as_str(), error.advice)
}

#[test]
fn a_refusal_with_a_code_that_is_not_known_is_final_once_the_payment_shows_no_cancel() {
    let refusal = refused("NOT_ALLOWED_CANCEL_BY_POLICY");
    let untouched = reading(15_000, &[BEFORE]);
    for attempts in [1, 2] {
        let after = answered(&sent(attempts), &refusal, Some(&untouched), seconds(1));
        let expected = (
            Status::Rejected,
            "NOT_ALLOWED_CANCEL_BY_POLICY",
            RetryAdvice::NeedsPerson,
        );
        assert_eq!(told(&after), expected, "attempt {attempts}");
        let words = after.toss_words.unwrap();
        assert_eq!(
            (words.code.as_str(), words.message.as_str()),
            (expected.1, "m")
        );
        assert!(after.error.unwrap().message.contains(": m"), "Toss's words");
    }
    let unseen = answered(&sent(1), &refusal, None, seconds(1));
    let expected = (Status::Unknown, "OUTCOME_UNKNOWN", RetryAdvice::Wait);
    assert_eq!(told(&unseen), expected);
    let message = unseen.error.unwrap().message;
    assert!(
        message.contains("NOT_ALLOWED_CANCEL_BY_POLICY: m"),
        "{message}"
    );
}

#[test]
fn a_temporary_refusal_is_believed_at_the_first_sending_and_after_a_lost_one_only_when_it_comes_twice()
 {
    let refusal = refused("PROVIDER_ERROR");
    let untouched = reading(15_000, &[BEFORE]);
    let first = answered(&sent(1), &refusal, Some(&untouched), seconds(1));
    assert_eq!(
        told(&first),
        (Status::Rejected, "PROVIDER_ERROR", RetryAdvice::Retry)
    );

    let once = answered(&sent(2), &refusal, Some(&untouched), seconds(10));
    assert_eq!(once.status, Status::Unknown);
    let again = sent_again(&once, seconds(60));
    let too_soon = answered(&again, &refusal, Some(&untouched), seconds(129));
    assert_eq!(too_soon.status, Status::Unknown);
    let again = sent_again(&too_soon, seconds(129));
    let twice = answered(&again, &refusal, Some(&untouched), seconds(130));
    assert_eq!(
        told(&twice),
        (Status::Rejected, "PROVIDER_ERROR", RetryAdvice::Retry)
    );

    let ours_or_not = reading(12_000, &[BEFORE, ("new", 3_000, Done)]);
    let beside = answered(&again, &refusal, Some(&ours_or_not), seconds(130));
    assert_eq!(beside.status, Status::NeedsOperator);
}

#[test]
fn a_temporary_refusal_ends_no_request_whose_cancel_may_be_older_than_its_record() {
    let refusal = refused("FORBIDDEN_CONSECUTIVE_REQUEST");
    let forgotten = CancelRequest {
        may_repeat: true,
        ..sent(1)
    };
    let after_two = |reason| {
        let seen = reading_with_reasons(12_000, &[("before", 3_000, Done, Some(reason))]);
        let once = answered(&forgotten, &refusal, Some(&seen), seconds(1));
        let again = sent_again(&once, seconds(130));
        let twice = answered(&again, &refusal, Some(&seen), seconds(131));
        (once.status, twice.status)
    };
    assert_eq!(
        after_two("reason"),
        (Status::Unknown, Status::NeedsOperator)
    );
    assert_eq!(after_two("console"), (Status::Unknown, Status::Rejected));
}

#[test]
fn a_sending_that_was_lost_in_between_has_the_temporary_refusal_counted_anew() {
    let refusal = refused("PROVIDER_ERROR");
    let untouched = reading(15_000, &[BEFORE]);
    let once = answered(&sent(2), &refusal, Some(&untouched), seconds(10));
    let lost = answered(
        &sent_again(&once, seconds(60)),
        &unknown_answer(),
        None,
        seconds(90),
    );
    let words = lost.toss_words.as_ref().unwrap();
    assert_eq!(
        (words.code.as_str(), words.times),
        ("PROVIDER_ERROR", 0),
        "it is still told"
    );
    let again = sent_again(&lost, seconds(200));
    let after = answered(&again, &refusal, Some(&untouched), seconds(201));
    assert_eq!(after.status, Status::Unknown);
    // A process that died while it waited has lost one, too.
    let abandoned = Event::Abandoned {
        seen: None,
        lease: lease(),
    };
    let sending = sent_again(&after, seconds(300));
    let died = sending.after(step(&sending, abandoned, at(seconds(340))).unwrap().change);
    assert_eq!(died.toss_words.unwrap().times, 0);
}

#[test]
fn the_same_failure_three_times_over_ten_minutes_needs_an_operator_and_tells_tosss_words() {
    let failure = |code| failed(code, "[ES12] 에스크로");
    let es12 = failure("FAILED_INTERNAL_SYSTEM_PROCESSING");
    let fails = |request: &CancelRequest, answer, after| answered(request, answer, None, after);
    let once = fails(&sent(1), &es12, seconds(0));
    let expected = (Status::Unknown, "OUTCOME_UNKNOWN", RetryAdvice::Wait);
    assert_eq!(told(&once), expected);
    assert!(once.error.as_ref().unwrap().message.contains("[ES12]"));
    let twice = fails(&sent_again(&once, seconds(300)), &es12, seconds(301));
    let third = sent_again(&twice, seconds(590));
    assert_eq!(
        fails(&third, &es12, seconds(599)).status,
        Status::Unknown,
        "not ten minutes"
    );
    let lasting = fails(&third, &es12, seconds(600));
    let expected = (
        Status::NeedsOperator,
        "OUTCOME_UNKNOWN",
        RetryAdvice::NeedsPerson,
    );
    assert_eq!(told(&lasting), expected);
    assert!(lasting.error.as_ref().unwrap().message.contains("[ES12]"));
    let other = failure("COMMON_ERROR");
    assert_eq!(
        fails(&third, &other, seconds(600)).status,
        Status::Unknown,
        "another failure"
    );
    let only_twice = fails(&sent_again(&once, seconds(600)), &es12, seconds(700));
    assert_eq!(only_twice.status, Status::Unknown);
}

#[test]
fn an_unknown_outcome_is_taken_over_a_minute_after_it_was_asked_for_and_late_proof_still_counts() {
    let unknown = answered(&sent(1), &unknown_answer(), None, seconds(10));
    let taken = |request: &CancelRequest, after| {
        let event = Event::TakenOver {
            admin: admin_named("kim"),
        };
        step(request, event, at(after)).map(|step| step.change)
    };
    assert!(taken(&unknown, seconds(59)).is_none());
    let change = taken(&unknown, seconds(60)).unwrap();
    assert_eq!(change.by.as_deref(), Some("kim"));
    let person = unknown.after(change);
    assert_eq!(person.status, Status::NeedsOperator);
    for status in [
        Status::Requested,
        Status::Sent,
        Status::NeedsOperator,
        Status::Succeeded,
    ] {
        let other = CancelRequest { status, ..sent(1) };
        assert!(taken(&other, seconds(90)).is_none(), "{status:?}");
    }
    let proof = super::machine_samples::done(reading(12_000, &[BEFORE, ("new", 3_000, Done)]));
    let proved = answered(&person, &proof, None, seconds(90));
    assert_eq!(
        (proved.status, proved.transaction_key),
        (Status::Succeeded, Some(key("new")))
    );
}
