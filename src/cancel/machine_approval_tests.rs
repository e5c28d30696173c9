//! The machine's rules of approval one by one: what triggers each, and what nearly does.

use chrono::TimeDelta;
use reconciliation::{CancelRequestStatus as Status, Money, RetryAdvice};

use super::machine::{Effect, Event, Prepared, Situation, Step, step};
use super::machine_samples::{
    admin_named, key, lease, long_ago, reading, request, sent, situation, won,
};
use crate::store::{Approval, CancelRequest, LeaseChange, SecretBody};

const DAY: TimeDelta = TimeDelta::hours(24);

fn prepared(balance: Money, needs_approval: Option<TimeDelta>) -> Event<'static> {
    Event::Prepared(Prepared {
        body: SecretBody::new("sealed".to_owned()),
        balance,
        cancels: vec![key("before")],
        api_key: "k1".to_owned(),
        lease: lease(),
        needs_approval,
        may_repeat: false,
    })
}

fn after(request: &CancelRequest, step: &Step) -> CancelRequest {
    request.after(step.change.clone())
}

/// A request of `admin` for 3,000 of 15,000 won that waits since long ago.
fn waiting() -> CancelRequest {
    let recorded = request(Some(won(3_000)));
    let waits = step(&recorded, prepared(won(15_000), Some(DAY)), situation()).unwrap();
    assert_eq!(waits.effect, Effect::Nothing);
    after(&recorded, &waits)
}

fn approved_by(admin: &str, late: TimeDelta) -> Option<Step> {
    let now = long_ago() + late;
    let untouched = reading(15_000, &[]);
    let event = Event::Approved {
        admin: admin_named(admin),
        lease: lease(),
        seen: Some(&untouched),
    };
    step(&waiting(), event, Situation { now, ..situation() })
}

fn code(request: &CancelRequest) -> Option<(&str, RetryAdvice)> {
    let error = request.error.as_ref();
    error.map(|error| (error.code.as_str(), error.advice))
}

#[test]
fn what_needs_approval_waits_with_everything_that_will_be_sent_and_nothing_is_sent() {
    let waiting = waiting();
    assert_eq!(waiting.status, Status::AwaitingApproval);
    assert_eq!(
        code(&waiting),
        Some(("APPROVAL_REQUIRED", RetryAdvice::NeedsPerson))
    );
    assert_eq!((waiting.attempts, waiting.first_sent_at), (0, None));
    assert_eq!(waiting.body, Some(SecretBody::new("sealed".to_owned())));
    assert_eq!(waiting.baseline_balance, Some(won(15_000)));
    assert_eq!(waiting.expires_at(), Some(long_ago() + DAY));
    assert_eq!((waiting.lease, waiting.api_key), (None, None));
}

#[test]
fn what_needs_no_approval_is_sent_at_once() {
    let recorded = request(Some(won(3_000)));
    let sent = step(&recorded, prepared(won(15_000), None), situation()).unwrap();
    assert_eq!(
        (sent.change.status, sent.effect),
        (Status::Sent, Effect::Send)
    );
}

#[test]
fn another_admins_approval_has_it_prepared_again_and_the_requesters_has_not() {
    assert!(approved_by("admin", TimeDelta::zero()).is_none());
    let step = approved_by("other", TimeDelta::zero()).unwrap();
    assert_eq!(step.effect, Effect::Prepare);
    let approved = after(&waiting(), &step);
    assert_eq!(approved.status, Status::Requested);
    assert_eq!(
        approved.approval,
        Some(Approval {
            by: "other".to_owned(),
            at: long_ago()
        })
    );
    assert_eq!(step.change.lease, LeaseChange::Take(lease()));
    assert_eq!((approved.expires_at(), approved.next_at), (None, None));
    assert_eq!(approved.body, waiting().body, "what is approved is kept");
}

#[test]
fn an_approval_of_the_last_second_counts_and_one_after_it_ends_the_request() {
    let second = TimeDelta::seconds(1);
    let in_time = approved_by("other", DAY - second).unwrap();
    assert_eq!(in_time.effect, Effect::Prepare);
    let late = approved_by("other", DAY).unwrap();
    assert_eq!(late.effect, Effect::Nothing);
    let ended = after(&waiting(), &late);
    assert_eq!(
        (ended.status, code(&ended)),
        (
            Status::Rejected,
            Some(("APPROVAL_EXPIRED", RetryAdvice::Retry))
        )
    );
    assert_eq!((ended.body, ended.approval), (None, None));
}

#[test]
fn a_waiting_request_expires_at_its_time_and_not_before() {
    let expires = |after| {
        let now = long_ago() + after;
        step(
            &waiting(),
            Event::Expired(Some(&reading(15_000, &[]))),
            Situation { now, ..situation() },
        )
    };
    assert!(expires(DAY - TimeDelta::milliseconds(1)).is_none());
    assert_eq!(expires(DAY).unwrap().change.status, Status::Rejected);
}

#[test]
fn what_is_approved_is_sent_only_while_the_balance_is_what_it_was() {
    let step_of = |balance, needs_approval| {
        let approved = after(
            &waiting(),
            &approved_by("other", TimeDelta::zero()).unwrap(),
        );
        let next = step(&approved, prepared(balance, needs_approval), situation()).unwrap();
        (next.effect, after(&approved, &next))
    };
    for needs_approval in [Some(DAY), None] {
        let (effect, sent) = step_of(won(15_000), needs_approval);
        assert_eq!((effect, sent.status), (Effect::Send, Status::Sent));
        for balance in [won(14_999), won(15_001)] {
            let (effect, ended) = step_of(balance, needs_approval);
            assert_eq!((effect, ended.status), (Effect::Nothing, Status::Rejected));
            assert_eq!(
                code(&ended),
                Some(("BALANCE_CHANGED", RetryAdvice::FixInput))
            );
        }
    }
}

#[test]
fn an_approval_by_the_requester_that_stands_in_the_record_all_the_same_sends_nothing() {
    let forged = CancelRequest {
        status: Status::Requested,
        approval: Some(Approval {
            by: "admin".to_owned(),
            at: long_ago(),
        }),
        ..waiting()
    };
    let next = step(&forged, prepared(won(15_000), Some(DAY)), situation()).unwrap();
    assert_eq!(
        (next.effect, next.change.status),
        (Effect::Nothing, Status::Rejected)
    );
}

#[test]
fn requester_and_others_may_withdraw_what_waits_and_nothing_else() {
    for admin in ["admin", "other"] {
        let untouched = reading(15_000, &[]);
        let event = || Event::Withdrawn {
            admin: admin_named(admin),
            seen: Some(&untouched),
        };
        let withdrawn = after(&waiting(), &step(&waiting(), event(), situation()).unwrap());
        assert_eq!(
            (withdrawn.status, code(&withdrawn)),
            (Status::Rejected, Some(("WITHDRAWN", RetryAdvice::Retry)))
        );
        assert_eq!(withdrawn.decision.unwrap().by, admin);
        let recorded = request(Some(won(3_000)));
        let unknown = CancelRequest {
            status: Status::Unknown,
            ..sent(1)
        };
        for request in [&recorded, &sent(1), &unknown] {
            assert!(step(request, event(), situation()).is_none());
        }
    }
}

#[test]
fn what_does_not_wait_is_neither_approved_nor_expired() {
    let recorded = request(Some(won(3_000)));
    for request in [&recorded, &sent(1)] {
        let approved = Event::Approved {
            admin: admin_named("other"),
            lease: lease(),
            seen: None,
        };
        assert!(step(request, approved, situation()).is_none());
        assert!(step(request, Event::Expired(None), situation()).is_none());
    }
    assert!(
        step(
            &waiting(),
            Event::Abandoned {
                seen: None,
                lease: lease(),
            },
            situation()
        )
        .is_none()
    );
    assert!(step(&waiting(), Event::CallerLeft, situation()).is_none());
}
