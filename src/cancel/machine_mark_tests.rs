//! What a mark on a cancel proves, and what it does not.

use chrono::TimeDelta;
use reconciliation::{CancelRequestStatus as Status, CancelStatus};

use super::machine::{Effect, Event, Step, step};
use super::machine_samples::{done, key, lease, reading_with_reasons, refused, sent, situation};
use crate::store::CancelRequest;
use crate::toss::PaymentReading;

use CancelStatus::{Aborted, Done, InProgress};

/// The mark of the requests of these tests, whose id is `id`.
const MARKED: Option<&str> = Some("reason [CR:0000000d]");
const UNMARKED: Option<&str> = Some("reason");

fn unknown() -> CancelRequest {
    CancelRequest {
        status: Status::Unknown,
        ..sent(1)
    }
}

fn due(request: &CancelRequest, seen: Option<&PaymentReading>) -> Step {
    let event = Event::Due {
        api_key: Some("k1".to_owned()),
        lease: lease(),
        seen,
    };
    step(request, event, situation()).unwrap()
}

fn told(step: Step) -> (Status, Effect, Option<String>) {
    let key = step.change.transaction_key;
    (
        step.change.status,
        step.effect,
        key.map(|key| key.to_string()),
    )
}

#[test]
fn one_cancel_with_the_mark_is_the_requests_own_and_nothing_is_sent_again() {
    let now = reading_with_reasons(
        9_000,
        &[
            ("before", 3_000, Done, UNMARKED),
            ("console", 3_000, Done, UNMARKED),
            ("ours", 3_000, Done, MARKED),
        ],
    );
    let proved = (Status::Succeeded, Effect::Nothing, Some("ours".to_owned()));
    assert_eq!(told(due(&unknown(), Some(&now))), proved);
    let forgotten = CancelRequest {
        // So old that the key could not be sent again.
        first_sent_at: Some(situation().now - TimeDelta::days(20)),
        ..unknown()
    };
    assert_eq!(told(due(&forgotten, Some(&now))), proved);
}

#[test]
fn without_the_mark_it_is_asked_about_as_ever() {
    let sends = (Status::Sent, Effect::Send, None);
    for cancels in [
        &[][..],
        &[("new", 3_000, Done, UNMARKED)][..],
        &[("new", 3_000, Done, None)][..],
        &[("new", 3_000, Done, Some("reason [CR:0000000e]"))][..],
        // It was there before anything was sent.
        &[("before", 3_000, Done, MARKED)][..],
    ] {
        let now = reading_with_reasons(12_000, cancels);
        assert_eq!(told(due(&unknown(), Some(&now))), sends, "{cancels:?}");
    }
    assert_eq!(told(due(&unknown(), None)), sends);
}

#[test]
fn two_cancels_with_one_mark_or_one_of_another_amount_need_an_operator() {
    for cancels in [
        &[("a", 3_000, Done, MARKED), ("b", 3_000, Done, MARKED)][..],
        &[("a", 3_000, Done, MARKED), ("b", 1_000, Done, MARKED)][..],
        &[("a", 2_999, Done, MARKED)][..],
    ] {
        let now = reading_with_reasons(9_000, cancels);
        let (status, effect, named) = told(due(&unknown(), Some(&now)));
        assert_eq!(
            (status, effect, named),
            (Status::NeedsOperator, Effect::Nothing, None),
            "{cancels:?}"
        );
    }
}

#[test]
fn a_refusal_beside_a_cancel_with_the_mark_is_the_echo_of_our_own_success() {
    let answer = refused("NOT_MATCHES_REFUNDABLE_AMOUNT");
    let verdict = |reason| {
        let now = reading_with_reasons(12_000, &[("new", 3_000, Done, reason)]);
        let event = Event::Answered {
            attempt: 2,
            answer: &answer,
            seen: Some(&now),
        };
        let step = step(&sent(2), event, situation()).unwrap();
        (step.change.status, step.change.transaction_key)
    };
    assert_eq!(verdict(MARKED), (Status::Succeeded, Some(key("new"))));
    assert_eq!(verdict(UNMARKED), (Status::NeedsOperator, None));
}

#[test]
fn the_mark_tells_ours_from_a_newer_one_in_tosss_answer() {
    let answer = done(reading_with_reasons(
        9_000,
        &[
            ("ours", 3_000, Done, MARKED),
            ("console", 3_000, Done, UNMARKED),
        ],
    ));
    let event = Event::Answered {
        attempt: 1,
        answer: &answer,
        seen: None,
    };
    let change = step(&sent(1), event, situation()).unwrap().change;
    assert_eq!(change.transaction_key, Some(key("ours")));
}

#[test]
fn a_marked_cancel_of_an_overseas_method_is_followed_to_its_end() {
    let status = |progress| {
        let now = reading_with_reasons(12_000, &[("new", 3_000, progress, MARKED)]);
        due(&unknown(), Some(&now)).change.status
    };
    assert_eq!(status(InProgress), Status::Unknown);
    assert_eq!(status(Aborted), Status::Rejected);
    assert_eq!(status(Done), Status::Succeeded);
}

#[test]
fn a_cancel_that_toss_has_named_is_not_named_anew_by_a_mark() {
    let named = CancelRequest {
        transaction_key: Some(key("named")),
        ..unknown()
    };
    let now = reading_with_reasons(12_000, &[("copied", 3_000, Done, MARKED)]);
    assert_eq!(due(&named, Some(&now)).effect, Effect::ReadPayment);
}
