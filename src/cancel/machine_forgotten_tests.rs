//! What is so of a request when the record may be an older copy of itself: nothing is called unsent without a look at the
//! payment, an answer that Toss repeats is believed only where it is proof, and an approval is not lost.

use std::collections::HashSet;

use chrono::TimeDelta;
use reconciliation::{CancelMark, CancelRequestStatus as Status, CancelStatus, RetryAdvice};

use super::machine::{Effect, Event, Prepared, Situation, Step, step};
use super::machine_samples::{
    done, key, lease, long_ago, reading, reading_with_reasons, refused, request, sent, situation,
    won,
};
use super::proof::could_be_ours;
use crate::store::{Approval, CancelRequest, ContentDigest, LeaseChange, SecretBody};
use crate::toss::PaymentReading;

use CancelStatus::Done;

const OURS: Option<&str> = Some("reason");
const CONSOLE: Option<&str> = Some("console");

/// Asked for 3,000 won when 15,000 were left.
fn recorded() -> CancelRequest {
    CancelRequest {
        baseline_balance: Some(won(15_000)),
        content: Some(ContentDigest {
            key: "k1".to_owned(),
            digest: [0; 32],
        }),
        ..request(Some(won(3_000)))
    }
}

fn approved() -> CancelRequest {
    CancelRequest {
        body: Some(SecretBody::new("sealed".to_owned())),
        approval: Some(Approval {
            by: "other".to_owned(),
            at: long_ago(),
        }),
        ..recorded()
    }
}

fn abandoned(request: &CancelRequest, seen: Option<&PaymentReading>) -> Step {
    let lease = lease();
    step(request, Event::Abandoned { seen, lease }, situation()).unwrap()
}

fn told(request: &CancelRequest, step: &Step) -> (Status, String, RetryAdvice) {
    let error = request.after(step.change.clone()).error.unwrap();
    (step.change.status, error.code, error.advice)
}

fn prepared(balance: i64) -> Prepared {
    Prepared {
        body: SecretBody::new("sealed".to_owned()),
        balance: won(balance),
        cancels: Vec::new(),
        api_key: "k1".to_owned(),
        lease: lease(),
        needs_approval: None,
        may_repeat: true,
    }
}

#[test]
fn what_was_asked_for_and_abandoned_was_never_sent_only_when_the_payment_says_nothing_else() {
    let never = (
        Status::Rejected,
        "NEVER_SENT".to_owned(),
        RetryAdvice::Retry,
    );
    let waits = (
        Status::Unknown,
        "OUTCOME_UNKNOWN".to_owned(),
        RetryAdvice::Wait,
    );
    let seen = |balance, cancels: &[_]| {
        let reading = reading_with_reasons(balance, cancels);
        told(&recorded(), &abandoned(&recorded(), Some(&reading)))
    };
    assert_eq!(seen(15_000, &[]), never);
    assert_eq!(seen(12_000, &[("new", 3_000, Done, OURS)]), waits);
    assert_eq!(
        seen(14_000, &[("console", 1_000, Done, CONSOLE)]),
        waits,
        "less is left"
    );
    assert_eq!(
        seen(15_000, &[("old", 3_000, Done, CONSOLE)]),
        never,
        "another's words"
    );
    assert_eq!(
        seen(15_000, &[("old", 3_000, Done, None)]),
        waits,
        "words that Toss does not show"
    );
    assert_eq!(
        seen(15_000, &[("gave-up", 3_000, CancelStatus::Aborted, OURS)]),
        never
    );
    let unseen = abandoned(&recorded(), None);
    assert_eq!(
        told(&recorded(), &unseen).0,
        Status::Requested,
        "it is looked at again"
    );
    assert_eq!(unseen.change.lease, LeaseChange::Take(lease()));
}

#[test]
fn what_cannot_be_looked_at_for_a_day_needs_an_operator() {
    let after = |hours| {
        let now = Situation {
            now: long_ago() + TimeDelta::hours(hours),
            ..situation()
        };
        let event = Event::Abandoned {
            seen: None,
            lease: lease(),
        };
        step(&recorded(), event, now).unwrap().change.status
    };
    assert_eq!(
        (after(23), after(24)),
        (Status::Requested, Status::NeedsOperator)
    );
}

#[test]
fn what_may_have_been_sent_is_looked_for_and_given_to_a_person_after_ten_minutes() {
    let new = reading_with_reasons(12_000, &[("new", 3_000, Done, OURS)]);
    let open = recorded().after(abandoned(&recorded(), Some(&new)).change);
    let due = Event::Due {
        api_key: Some("k1".to_owned()),
        lease: lease(),
        seen: None,
    };
    let look = step(&open, due, situation()).unwrap();
    assert_eq!(
        (look.change.status, look.effect),
        (Status::Unknown, Effect::ReadPayment)
    );
    let seen = |reading: Option<&PaymentReading>, minutes| {
        let now = Situation {
            now: long_ago() + TimeDelta::minutes(minutes),
            ..situation()
        };
        step(&open, Event::Seen(reading), now)
            .unwrap()
            .change
            .status
    };
    assert_eq!(seen(Some(&new), 9), Status::Unknown);
    assert_eq!(seen(Some(&new), 10), Status::NeedsOperator);
    assert_eq!(seen(None, 9), Status::Unknown);
    // Less was left because of something else.
    let console = reading_with_reasons(14_000, &[("console", 1_000, Done, CONSOLE)]);
    assert_eq!(seen(Some(&console), 1), Status::Rejected);
    // It was sent after all: what was seen before says nothing.
    let sent_meanwhile = CancelRequest {
        attempts: 1,
        ..open.clone()
    };
    assert!(step(&sent_meanwhile, Event::Seen(Some(&console)), situation()).is_none());
}

#[test]
fn its_caller_who_asks_again_has_it_sent_under_the_same_key_and_no_other() {
    let new = reading_with_reasons(12_000, &[("new", 3_000, Done, OURS)]);
    let open = recorded().after(abandoned(&recorded(), Some(&new)).change);
    let again = step(&open, Event::Prepared(prepared(12_000)), situation()).unwrap();
    assert_eq!(
        (again.change.status, again.effect),
        (Status::Sent, Effect::Send)
    );
    let of_new_key = Prepared {
        api_key: "k2".to_owned(),
        ..prepared(12_000)
    };
    assert!(step(&open, Event::Prepared(of_new_key), situation()).is_none());
    let sent_before = CancelRequest {
        status: Status::Unknown,
        ..sent(1)
    };
    assert!(step(&sent_before, Event::Prepared(prepared(12_000)), situation()).is_none());
    // Toss keeps keys for 15 days.
    let late = Situation {
        now: long_ago() + TimeDelta::days(14),
        ..situation()
    };
    let too_late = step(&open, Event::Prepared(prepared(12_000)), late).unwrap();
    assert_eq!(
        (too_late.change.status, too_late.effect),
        (Status::NeedsOperator, Effect::Nothing)
    );
    // What it does not know to be the first sending is not believed to be refused at once.
    let first = open.after(again.change);
    assert!(first.may_repeat && first.attempts == 1);
    let refusal = refused("PROVIDER_ERROR");
    let untouched = reading(15_000, &[]);
    let answered = Event::Answered {
        attempt: 1,
        answer: &refusal,
        seen: Some(&untouched),
    };
    assert_eq!(
        step(&first, answered, situation()).unwrap().change.status,
        Status::Unknown
    );
}

#[test]
fn an_approval_that_was_given_is_carried_out_after_a_death_and_what_may_have_run_is_asked_about() {
    let untouched = reading(15_000, &[]);
    let goes_on = abandoned(&approved(), Some(&untouched));
    assert_eq!(
        (goes_on.change.status, goes_on.effect),
        (Status::Requested, Effect::Prepare)
    );
    let ran = reading_with_reasons(12_000, &[("new", 3_000, Done, OURS)]);
    let unknown = abandoned(&approved(), Some(&ran));
    assert_eq!(
        (unknown.change.status, unknown.effect),
        (Status::Unknown, Effect::Nothing)
    );
    let open = approved().after(unknown.change);
    let due = Event::Due {
        api_key: Some("k1".to_owned()),
        lease: lease(),
        seen: None,
    };
    let asks = step(&open, due, situation()).unwrap();
    assert_eq!(
        (asks.change.status, asks.effect),
        (Status::Sent, Effect::Send)
    );
    assert_eq!(asks.change.api_key.as_deref(), Some("k1"));
}

#[test]
fn what_waited_for_approval_ends_only_after_a_look_at_the_payment() {
    let waiting = CancelRequest {
        status: Status::AwaitingApproval,
        approval: None,
        next_at: Some(long_ago()),
        ..approved()
    };
    let ended = |seen: Option<&PaymentReading>| {
        let step = step(&waiting, Event::Expired(seen), situation())?;
        Some(step.change.status)
    };
    assert_eq!(ended(None), None);
    assert_eq!(ended(Some(&reading(15_000, &[]))), Some(Status::Rejected));
    let ran = reading_with_reasons(12_000, &[("new", 3_000, Done, OURS)]);
    assert_eq!(ended(Some(&ran)), Some(Status::NeedsOperator));
    let console = reading_with_reasons(14_000, &[("console", 1_000, Done, CONSOLE)]);
    assert_eq!(ended(Some(&console)), Some(Status::Rejected));
}

/// A request that was just sent, when these cancels were there already.
fn sent_beside(before: &[&str]) -> CancelRequest {
    CancelRequest {
        baseline_cancel_keys: before.iter().map(|text| key(text)).collect(),
        ..sent(1)
    }
}

fn answered(request: &CancelRequest, answer: PaymentReading) -> (Status, Option<String>, bool) {
    let answer = done(answer);
    let event = Event::Answered {
        attempt: 1,
        answer: &answer,
        seen: None,
    };
    let step = step(request, event, situation()).unwrap();
    let named = step.change.transaction_key.map(|key| key.to_string());
    (step.change.status, named, step.forgotten.is_some())
}

#[test]
fn an_answer_that_toss_repeats_succeeds_where_it_proves_which_cancel_it_was_about() {
    let one = |reason| reading_with_reasons(12_000, &[("first", 3_000, Done, reason)]);
    let ours = (Status::Succeeded, Some("first".to_owned()), true);
    let unproved = (Status::NeedsOperator, None, true);
    assert_eq!(answered(&sent_beside(&["first"]), one(OURS)), ours);
    assert_eq!(answered(&sent_beside(&["first"]), one(CONSOLE)), unproved);
    assert_eq!(answered(&sent_beside(&["first"]), one(None)), unproved);
    // The kept answer, from before the second cancel of the same content.
    assert_eq!(
        answered(&sent_beside(&["first", "second"]), one(OURS)),
        ours
    );
    let both = [("first", 3_000, Done, OURS), ("second", 3_000, Done, OURS)];
    let two = reading_with_reasons(9_000, &both);
    assert_eq!(
        answered(&sent_beside(&["first", "second"]), two.clone()),
        unproved
    );
    // One more came later: the answer is a kept one, and ours is the newest in it.
    let second = (Status::Succeeded, Some("second".to_owned()), true);
    assert_eq!(
        answered(&sent_beside(&["first", "second", "third"]), two),
        second
    );
    // Nothing is forgotten when the cancel is new.
    let new = (Status::Succeeded, Some("first".to_owned()), false);
    assert_eq!(answered(&sent_beside(&[]), one(OURS)), new);
}

#[test]
fn a_mark_that_is_there_before_anything_was_sent_is_the_requests_own() {
    let mark = CancelMark::of_digests(&[1; 32], &[2; 32]);
    let reason = mark.appended_to("reason");
    let marked = CancelRequest {
        mark: Some(mark),
        ..recorded()
    };
    let there = reading_with_reasons(12_000, &[("new", 3_000, Done, Some(&reason))]);
    let found = step(&marked, Event::FoundMarked(&there), situation()).unwrap();
    assert_eq!(found.change.status, Status::Succeeded);
    assert_eq!(found.forgotten, Some(key("new")));
    let without = reading_with_reasons(12_000, &[("new", 3_000, Done, OURS)]);
    assert!(step(&marked, Event::FoundMarked(&without), situation()).is_none());
}

#[test]
fn cancels_of_other_requests_and_those_without_a_mark_that_was_sent_are_no_candidates() {
    let shown = reading_with_reasons(
        9_000,
        &[("mine", 3_000, Done, OURS), ("others", 3_000, Done, OURS)],
    );
    let nobody = HashSet::new();
    let keys = |request: &CancelRequest, owned: &HashSet<_>| -> Vec<String> {
        let could_be = could_be_ours(request, &shown, owned);
        could_be
            .iter()
            .filter_map(|cancel| cancel.transaction_key.as_ref())
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(keys(&sent(1), &nobody), ["mine", "others"]);
    let owned = HashSet::from([key("others")]);
    assert_eq!(keys(&sent(1), &owned), ["mine"]);
    let marked = CancelRequest {
        mark: Some(CancelMark::of_digests(&[1; 32], &[2; 32])),
        ..sent(1)
    };
    assert!(keys(&marked, &nobody).is_empty());
    let refusal = refused("NOT_CANCELABLE_AMOUNT");
    let event = Event::Answered {
        attempt: 1,
        answer: &refusal,
        seen: Some(&shown),
    };
    assert_eq!(
        step(&marked, event, situation()).unwrap().change.status,
        Status::Rejected
    );
}
