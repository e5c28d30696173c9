//! The machine's rules one by one: what triggers each, and what nearly does.

use chrono::TimeDelta;
use reconciliation::{CancelRequestStatus as Status, CancelStatus, RetryAdvice};

use super::machine::{
    Effect, Event, Situation, Step, needs_confirmation, step, wait_before_sending,
};
use super::machine_samples::{
    admin_named, done, key, lease, long_ago, reading, refused, sent, situation, unknown_answer,
};
use crate::store::{CancelRequest, LeaseChange};
use crate::toss::{CancelAnswer, PaymentReading};

use CancelStatus::{Aborted, Done, InProgress};

const BEFORE: (&str, i64, CancelStatus) = ("before", 3_000, Done);

fn unknown() -> CancelRequest {
    CancelRequest {
        status: Status::Unknown,
        ..sent(1)
    }
}

fn answer(
    request: &CancelRequest,
    answer: &CancelAnswer,
    seen: Option<&PaymentReading>,
) -> CancelRequest {
    let event = Event::Answered {
        attempt: request.attempts,
        answer,
        seen,
    };
    request.after(step(request, event, situation()).unwrap().change)
}

fn due(request: &CancelRequest, after: TimeDelta, api_key: Option<&str>) -> Step {
    let event = Event::Due {
        api_key: api_key.map(ToOwned::to_owned),
        lease: lease(),
        seen: None,
    };
    let times = Situation {
        now: long_ago() + after,
        ..situation()
    };
    step(request, event, times).unwrap()
}

fn abandoned(seen: Option<&PaymentReading>) -> Event<'_> {
    let lease = lease();
    Event::Abandoned { seen, lease }
}

fn told(request: &CancelRequest) -> (Status, Option<(&str, RetryAdvice)>) {
    let error = request.error.as_ref();
    (
        request.status,
        error.map(|error| (error.code.as_str(), error.advice)),
    )
}

const WAITS: Option<(&str, RetryAdvice)> = Some(("OUTCOME_UNKNOWN", RetryAdvice::Wait));
const PERSON: Option<(&str, RetryAdvice)> = Some(("OUTCOME_UNKNOWN", RetryAdvice::NeedsPerson));

#[test]
fn an_answer_with_one_new_cancel_of_the_asked_amount_succeeds_and_names_it() {
    let after = answer(
        &sent(1),
        &done(reading(12_000, &[BEFORE, ("new", 3_000, Done)])),
        None,
    );
    assert_eq!(told(&after), (Status::Succeeded, None));
    assert_eq!(after.transaction_key, Some(key("new")));
    assert_eq!(after.resolved_at, Some(long_ago()));
    assert_eq!((after.body, after.lease), (None, None));
}

#[test]
fn of_several_new_cancels_ours_is_the_newest_because_toss_answers_with_the_payment_just_after_it() {
    let cancels = [BEFORE, ("console", 3_000, Done), ("ours", 3_000, Done)];
    let after = answer(&sent(1), &done(reading(9_000, &cancels)), None);
    assert_eq!(after.transaction_key, Some(key("ours")));
}

#[test]
fn an_answer_without_a_new_cancel_or_of_another_amount_needs_an_operator() {
    for cancels in [&[BEFORE][..], &[BEFORE, ("new", 2_999, Done)][..]] {
        let after = answer(&sent(1), &done(reading(12_000, cancels)), None);
        assert_eq!(told(&after), (Status::NeedsOperator, PERSON));
    }
}

#[test]
fn a_request_for_everything_succeeds_with_a_cancel_of_the_balance_that_was_read() {
    let everything = CancelRequest {
        amount: None,
        ..sent(1)
    };
    let of = |minor| {
        let cancels = [("new", minor, Done)];
        answer(&everything, &done(reading(0, &cancels)), None).status
    };
    assert_eq!(of(15_000), Status::Succeeded);
    assert_eq!(of(14_999), Status::NeedsOperator);
}

#[test]
fn a_refusal_is_final_when_the_payment_shows_no_cancel_that_could_be_ours() {
    let refusal = refused("NOT_CANCELABLE_AMOUNT");
    assert!(needs_confirmation(&refusal));
    let other_amount = reading(13_000, &[BEFORE, ("console", 2_000, Done)]);
    for attempts in [1, 2] {
        let after = answer(&sent(attempts), &refusal, Some(&other_amount));
        let fix = Some(("NOT_CANCELABLE_AMOUNT", RetryAdvice::FixInput));
        assert_eq!(told(&after), (Status::Rejected, fix), "attempt {attempts}");
    }
}

#[test]
fn a_refusal_beside_a_new_cancel_of_our_amount_needs_an_operator_and_without_a_reading_stays_open()
{
    let refusal = refused("ALREADY_CANCELED_PAYMENT");
    let ours_or_not = reading(12_000, &[BEFORE, ("new", 3_000, Done)]);
    for attempts in [1, 2] {
        let after = answer(&sent(attempts), &refusal, Some(&ours_or_not));
        assert_eq!(told(&after), (Status::NeedsOperator, PERSON));
        let after = answer(&sent(attempts), &refusal, None);
        assert_eq!(told(&after), (Status::Unknown, WAITS));
    }
}

#[test]
fn a_later_refusal_for_a_moved_balance_is_not_believed_beside_a_reading_in_which_it_has_not_moved()
{
    let old = reading(15_000, &[BEFORE]);
    let later = |code| answer(&sent(2), &refused(code), Some(&old)).status;
    assert_eq!(later("NOT_MATCHES_REFUNDABLE_AMOUNT"), Status::Unknown);
    assert_eq!(later("ALREADY_CANCELED_PAYMENT"), Status::Unknown);
    assert_eq!(later("NOT_CANCELABLE_PAYMENT"), Status::Rejected);
    let first = answer(
        &sent(1),
        &refused("NOT_MATCHES_REFUNDABLE_AMOUNT"),
        Some(&old),
    );
    assert_eq!(first.status, Status::Rejected);
}

#[test]
fn a_refused_key_proves_nothing_about_an_earlier_attempt() {
    let refusal = refused("UNAUTHORIZED_KEY");
    assert!(!needs_confirmation(&refusal));
    assert_eq!(answer(&sent(2), &refusal, None).status, Status::Unknown);
    assert_eq!(answer(&sent(1), &refusal, None).status, Status::Rejected);
}

#[test]
fn silence_is_unknown_and_a_connection_never_made_is_a_refusal_only_the_first_time() {
    let reason = || "refused".to_owned();
    let not_sent = CancelAnswer::NotSent { reason: reason() };
    assert_eq!(
        told(&answer(&sent(1), &unknown_answer(), None)),
        (Status::Unknown, WAITS)
    );
    let retry = Some(("UPSTREAM_UNAVAILABLE", RetryAdvice::Retry));
    assert_eq!(
        told(&answer(&sent(1), &not_sent, None)),
        (Status::Rejected, retry)
    );
    assert_eq!(
        told(&answer(&sent(2), &not_sent, None)),
        (Status::Unknown, WAITS)
    );
}

#[test]
fn an_answer_that_proves_nothing_is_let_go_when_the_request_has_been_sent_again_since() {
    let late = |answer: &CancelAnswer| {
        let event = Event::Answered {
            attempt: 1,
            answer,
            seen: None,
        };
        step(&sent(2), event, situation()).map(|step| step.change.status)
    };
    assert_eq!(late(&unknown_answer()), None);
    let proof = done(reading(12_000, &[BEFORE, ("new", 3_000, Done)]));
    assert_eq!(late(&proof), Some(Status::Succeeded));
}

#[test]
fn an_unknown_outcome_is_asked_about_with_the_same_key_and_bytes_for_fourteen_days() {
    let fourteen = TimeDelta::days(14);
    let again = due(&unknown(), fourteen - TimeDelta::seconds(1), Some("k1"));
    assert_eq!(
        (again.change.status, again.effect),
        (Status::Sent, Effect::Send)
    );
    assert_eq!(again.change.lease, LeaseChange::Take(lease()));
    assert!(again.change.body.is_none(), "the stored one stays");
    let over = due(&unknown(), fourteen, Some("k1"));
    assert_eq!(
        (over.change.status, over.effect),
        (Status::NeedsOperator, Effect::Nothing)
    );
    // What the record does not date was sent after it was asked for.
    let undated = CancelRequest {
        first_sent_at: None,
        ..unknown()
    };
    let of_undated = |after| due(&undated, after, Some("k1")).change.status;
    assert_eq!(of_undated(fourteen - TimeDelta::seconds(1)), Status::Sent);
    assert_eq!(of_undated(fourteen), Status::NeedsOperator);
}

#[test]
fn under_another_api_key_nothing_is_sent_and_after_a_day_a_person_must_look() {
    let day = TimeDelta::days(1);
    for api_key in [None, Some("k2")] {
        let waits = due(&unknown(), day - TimeDelta::seconds(1), api_key);
        assert_eq!(
            (waits.change.status, waits.effect),
            (Status::Unknown, Effect::Nothing)
        );
        assert_eq!(
            due(&unknown(), day, api_key).change.status,
            Status::NeedsOperator
        );
    }
}

#[test]
fn forty_sendings_are_the_last() {
    let after = |attempts| {
        let request = CancelRequest {
            attempts,
            ..unknown()
        };
        due(&request, TimeDelta::hours(1), Some("k1")).change.status
    };
    assert_eq!(
        (after(39), after(40)),
        (Status::Sent, Status::NeedsOperator)
    );
}

#[test]
fn pauses_grow_with_the_time_that_nothing_is_known_and_end_at_an_hour() {
    let pause = |since: TimeDelta| {
        let now = long_ago() + since;
        let answer = unknown_answer();
        let event = Event::Answered {
            attempt: 1,
            answer: &answer,
            seen: None,
        };
        let change = step(&sent(1), event, Situation { now, ..situation() })
            .unwrap()
            .change;
        change.next_at.unwrap() - now
    };
    assert_eq!(pause(TimeDelta::zero()), TimeDelta::seconds(5));
    assert_eq!(pause(TimeDelta::seconds(30)), TimeDelta::seconds(30));
    assert_eq!(pause(TimeDelta::days(2)), TimeDelta::hours(1));
    assert_eq!(pause(TimeDelta::hours(-1)), TimeDelta::seconds(5));
}

#[test]
fn a_cancel_that_an_overseas_method_works_on_is_followed_to_its_end_and_not_sent_again() {
    let taken_on = answer(
        &sent(1),
        &done(reading(12_000, &[("new", 3_000, InProgress)])),
        None,
    );
    assert_eq!(told(&taken_on), (Status::Unknown, WAITS));
    assert_eq!(taken_on.transaction_key, Some(key("new")));
    let look = due(&taken_on, TimeDelta::hours(1), Some("k1"));
    assert_eq!(look.effect, Effect::ReadPayment);
    assert_eq!(look.change.sent_at, None);
    let seen = |status| {
        let now = reading(12_000, &[("other", 3_000, Done), ("new", 3_000, status)]);
        let step = step(&taken_on, Event::Seen(Some(&now)), situation()).unwrap();
        taken_on.after(step.change)
    };
    assert_eq!(told(&seen(Done)), (Status::Succeeded, None));
    assert_eq!(told(&seen(InProgress)), (Status::Unknown, WAITS));
    let gave_up = Some(("CANCEL_ABORTED", RetryAdvice::NeedsPerson));
    assert_eq!(told(&seen(Aborted)), (Status::Rejected, gave_up));
    let unseen = step(&taken_on, Event::Seen(None), situation()).unwrap();
    assert_eq!(unseen.change.status, Status::Unknown);
}

#[test]
fn a_person_decides_only_what_needs_one() {
    let decided = |request: &CancelRequest, executed| {
        let event = Event::Decided {
            admin: admin_named("kim"),
            executed,
            note: "seen in the console".to_owned(),
        };
        step(request, event, situation()).map(|step| request.after(step.change))
    };
    let open = CancelRequest {
        status: Status::NeedsOperator,
        ..sent(3)
    };
    let succeeded = decided(&open, Some(key("new"))).unwrap();
    assert_eq!(
        (succeeded.status, succeeded.transaction_key),
        (Status::Succeeded, Some(key("new")))
    );
    assert_eq!(succeeded.decision.unwrap().by, "kim");
    assert_eq!(decided(&open, None).unwrap().status, Status::Rejected);
    assert!(decided(&unknown(), None).is_none());
    assert!(decided(&sent(1), None).is_none());
}

#[test]
fn what_has_ended_is_moved_by_nothing() {
    for status in [Status::Succeeded, Status::Rejected] {
        let ended = CancelRequest { status, ..sent(1) };
        let proof = done(reading(12_000, &[BEFORE, ("new", 3_000, Done)]));
        let event = Event::Answered {
            attempt: 1,
            answer: &proof,
            seen: None,
        };
        assert!(step(&ended, event, situation()).is_none());
        assert!(step(&ended, abandoned(None), situation()).is_none());
    }
}

#[test]
fn a_caller_who_leaves_does_not_take_the_lease_along() {
    let leased = CancelRequest {
        lease: Some(lease()),
        ..sent(1)
    };
    let after = leased.after(
        step(&leased, Event::CallerLeft, situation())
            .unwrap()
            .change,
    );
    assert_eq!(
        (after.status, after.lease),
        (Status::Unknown, Some(lease()))
    );
    assert!(step(&unknown(), Event::CallerLeft, situation()).is_none());
}

#[test]
fn two_cancels_of_one_payment_are_a_second_apart() {
    let wait = |ago: Option<i64>| {
        let last = ago.map(|millis| long_ago() - TimeDelta::milliseconds(millis));
        wait_before_sending(last, long_ago()).num_milliseconds()
    };
    assert_eq!(wait(None), 0);
    assert_eq!(
        (
            wait(Some(0)),
            wait(Some(400)),
            wait(Some(1_000)),
            wait(Some(9_000))
        ),
        (1_000, 600, 0, 0)
    );
    assert_eq!(wait(Some(-60_000)), 1_000, "a clock that was set back");
}
