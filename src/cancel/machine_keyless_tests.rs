//! Cancels that Toss gives without a key: candidates that nothing identifies, and so never proved to be a request's.

use std::collections::HashSet;

use reconciliation::{Cancel, CancelRequestStatus as Status, CancelStatus, TransactionKey};

use super::machine::{Event, step};
use super::machine_samples::{done, key, reading_with_reasons, refused, sent, situation};
use super::proof::{cancel_keys, could_be_of_the_unsent, could_be_ours};
use crate::store::CancelRequest;
use crate::toss::PaymentReading;

use CancelStatus::{Aborted, Done, InProgress};

/// The mark of the requests of these tests, whose id is `id`.
const MARKED: Option<&str> = Some("reason [CR:0000000d]");

/// The payment with these cancels; one without a name has no key.
fn shown(cancels: &[(&str, i64, CancelStatus, Option<&str>)]) -> PaymentReading {
    let mut reading = reading_with_reasons(12_000, &named(cancels));
    for (cancel, (name, ..)) in reading.cancels.iter_mut().zip(cancels) {
        cancel.transaction_key = TransactionKey::parse(name).ok();
    }
    reading
}

fn named<'a>(
    cancels: &[(&'a str, i64, CancelStatus, Option<&'a str>)],
) -> Vec<(&'a str, i64, CancelStatus, Option<&'a str>)> {
    let stand_in = |name: &'a str| if name.is_empty() { "none" } else { name };
    let cancels = cancels.iter().cloned();
    cancels
        .map(|(name, amount, status, reason)| (stand_in(name), amount, status, reason))
        .collect()
}

fn answered(cancels: &[(&str, i64, CancelStatus, Option<&str>)]) -> (Status, Option<String>) {
    let answer = done(shown(cancels));
    let event = Event::Answered {
        attempt: 1,
        answer: &answer,
        seen: None,
    };
    let step = step(&sent(1), event, situation()).unwrap();
    let key = step.change.transaction_key;
    (step.change.status, key.map(|key| key.to_string()))
}

const BEFORE: (&str, i64, CancelStatus, Option<&str>) = ("before", 3_000, Done, None);

#[test]
fn an_accepted_cancel_without_a_key_is_for_a_person_and_under_way_it_is_waited_for() {
    for reason in [None, MARKED] {
        for (status, expected) in [
            (Done, Status::NeedsOperator),
            (Aborted, Status::NeedsOperator),
            (InProgress, Status::Unknown),
        ] {
            let outcome = answered(&[BEFORE, ("", 3_000, status.clone(), reason)]);
            assert_eq!(outcome, (expected, None), "{status:?} {reason:?}");
        }
    }
}

#[test]
fn one_without_a_key_from_before_does_not_hide_the_newest_that_has_one() {
    let before = ("", 3_000, Done, None);
    let outcome = answered(&[before.clone(), ("ours", 3_000, Done, None)]);
    assert_eq!(outcome, (Status::Succeeded, Some("ours".to_owned())));
    // Nothing tells whether it was there before: no answer is a repetition while it is shown.
    let outcome = answered(&[BEFORE, before]);
    assert_eq!(outcome, (Status::NeedsOperator, None));
}

#[test]
fn a_refusal_proves_nothing_beside_a_cancel_that_could_be_ours_and_has_no_key() {
    let outcome = |amount| {
        let reading = shown(&[BEFORE, ("", amount, Done, None)]);
        let refusal = refused("NOT_CANCELABLE_AMOUNT");
        let event = Event::Answered {
            attempt: 1,
            answer: &refusal,
            seen: Some(&reading),
        };
        step(&sent(1), event, situation()).unwrap().change.status
    };
    assert_ne!(outcome(3_000), Status::Rejected);
    assert_eq!(outcome(2_999), Status::Rejected, "of another amount");
}

#[test]
fn without_a_key_a_cancel_is_a_candidate_whatever_is_known_of_others() {
    let reading = shown(&[BEFORE, ("", 3_000, Done, None)]);
    assert_eq!(cancel_keys(&reading), [key("before")]);
    let owned = HashSet::from([key("before")]);
    let are_keyless = |cancels: Vec<&Cancel>| -> Vec<bool> {
        let keyless = |cancel: &&Cancel| cancel.transaction_key.is_none();
        cancels.iter().map(keyless).collect()
    };
    assert_eq!(
        are_keyless(could_be_ours(&sent(1), &reading, &owned)),
        [true]
    );
    let never_sent = CancelRequest {
        status: Status::Requested,
        ..sent(0)
    };
    assert_eq!(
        are_keyless(could_be_of_the_unsent(&never_sent, &reading, &owned)),
        [true]
    );
}
