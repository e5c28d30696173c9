//! The merchant's own limits on cancels: what just fits, what is one won too much, and one rule for offer and cancel.

use proptest::prelude::*;
use reconciliation::{CancelOptions, CancelPolicy, Ceilings, Currency, Money, RetryAdvice};

use crate::made::krw;

fn ceiling(minor: Option<i64>) -> Ceilings {
    minor.map(krw).into_iter().collect()
}

fn policy(per_request: Option<i64>, per_day: Option<i64>) -> CancelPolicy {
    CancelPolicy {
        per_request: ceiling(per_request),
        per_day: ceiling(per_day),
        ..CancelPolicy::default()
    }
}

fn options(max: i64, partial_allowed: bool) -> CancelOptions {
    CancelOptions {
        max_amount: krw(max),
        partial_allowed,
        needs_refund_account: false,
        voids: false,
    }
}

#[test]
fn by_default_everything_is_permitted_and_nobody_is_asked() {
    let none = CancelPolicy::default();
    let huge = krw(i64::MAX);
    assert!(!none.limits(Currency::KRW));
    assert!(none.permit_request(huge).is_ok() && none.permit_day(huge, huge).is_ok());
    assert!(!none.needs_approval(huge, huge) && !none.marks_reasons);
    assert_eq!(none.offer(options(9, false), huge), Ok(options(9, false)));
}

#[test]
fn a_limit_lets_its_own_amount_through_and_one_won_more_not() {
    let policy = policy(Some(1_000), Some(1_500));
    assert!(policy.limits(Currency::KRW) && !policy.limits(Currency::USD));
    assert_eq!(policy.permit_request(krw(1_000)), Ok(()));
    assert_eq!(policy.permit_day(krw(1_000), krw(500)), Ok(()));
    let refusal = policy.permit_request(krw(1_001)).unwrap_err();
    assert_eq!(
        (refusal.code, refusal.advice, refusal.field),
        ("LIMIT_EXCEEDED", RetryAdvice::NeedsPerson, Some("amount"))
    );
    assert_eq!(
        refusal.message,
        "This cancels 1001 KRW, and one request may cancel 1000 KRW at most."
    );
    assert_eq!(
        policy.permit_day(krw(1_000), krw(501)).unwrap_err().message,
        "This cancels 1000 KRW, and one admin may cancel 1500 KRW in a day at most: you have asked for 501 KRW today."
    );
}

#[test]
fn a_limit_in_one_currency_is_none_in_another() {
    let policy = CancelPolicy {
        approval_above: ceiling(Some(1)),
        ..policy(Some(1), Some(1))
    };
    let dollars = Money::from_minor(1_000_000, Currency::USD);
    assert_eq!(policy.permit_request(dollars), Ok(()));
    assert_eq!(policy.permit_day(dollars, dollars), Ok(()));
    assert!(!policy.needs_approval(dollars, dollars));
}

#[test]
fn a_second_person_is_needed_above_the_threshold_and_not_at_it() {
    let policy = CancelPolicy {
        approval_above: ceiling(Some(1_000)),
        ..CancelPolicy::default()
    };
    let needs = |amount, asked| policy.needs_approval(krw(amount), krw(asked));
    assert!(!needs(1_000, 0));
    assert!(needs(1_001, 0));
    assert!(!needs(400, 600), "together not above it");
    assert!(needs(401, 600), "split");
}

#[test]
fn an_offer_shrinks_to_what_the_limits_leave_unless_only_the_whole_can_be_cancelled() {
    let policy = policy(Some(1_000), Some(1_500));
    let offer = |max, partial, asked| {
        let offer = policy.offer(options(max, partial), krw(asked));
        offer.map(|options| options.max_amount).map_err(|r| r.code)
    };
    assert_eq!(offer(800, false, 0), Ok(krw(800)));
    assert_eq!(offer(5_000, true, 0), Ok(krw(1_000)));
    assert_eq!(offer(5_000, true, 900), Ok(krw(600)));
    assert_eq!(offer(5_000, true, 1_499), Ok(krw(1)));
    assert_eq!(offer(5_000, true, 1_500), Err("LIMIT_EXCEEDED"));
    assert_eq!(offer(5_000, true, 9_999), Err("LIMIT_EXCEEDED"));
    assert_eq!(offer(1_001, false, 0), Err("LIMIT_EXCEEDED"));
}

proptest! {
    #[test]
    fn what_is_offered_is_permitted_and_one_won_more_is_not(
        per_request in proptest::option::of(0_i64..2_000),
        per_day in proptest::option::of(0_i64..2_000),
        asked in 0_i64..3_000,
        balance in 1_i64..3_000,
    ) {
        let policy = policy(per_request, per_day);
        let permits = |minor| {
            policy.permit_request(krw(minor)).is_ok() && policy.permit_day(krw(minor), krw(asked)).is_ok()
        };
        match policy.offer(options(balance, true), krw(asked)) {
            Ok(offer) => {
                let most = offer.max_amount.minor();
                prop_assert!((1..=balance).contains(&most) && permits(most));
                prop_assert!(most == balance || !permits(most + 1));
            }
            Err(_) => prop_assert!(!permits(1)),
        }
        prop_assert_eq!(policy.offer(options(balance, false), krw(asked)).is_ok(), permits(balance));
    }
}
