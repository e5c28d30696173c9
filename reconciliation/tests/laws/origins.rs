//! Who caused a cancel, and the states of a request.

use CancelOrigin::{Elsewhere, Ours, Uncertain};
use CancelRequestStatus::{
    AwaitingApproval, NeedsOperator, Rejected, Requested, Sent, Succeeded, Unknown,
};
use reconciliation::{
    CancelEvent, CancelMark, CancelOrigin, CancelRequestFacts, CancelRequestStatus, Currency,
    Money, OriginFound, cancel_origin,
};

use crate::made::{key, krw, second};

const TOLERANCE: i64 = 5 * 60;

fn event() -> CancelEvent {
    CancelEvent {
        transaction_key: Some(key("c1")),
        amount: krw(3_000),
        reason: None,
        canceled_at: Some(second(0)),
        refunded: true,
    }
}

fn request(status: CancelRequestStatus) -> CancelRequestFacts {
    CancelRequestFacts {
        status,
        amount: Some(krw(3_000)),
        first_sent_at: Some(second(0)),
        transaction_key: None,
        mark: CancelMark::of_request("00000001"),
    }
}

fn origin(requests: &[CancelRequestFacts]) -> CancelOrigin {
    cancel_origin(&event(), requests).origin
}

#[test]
fn a_cancel_without_requests_was_made_elsewhere() {
    assert_eq!(origin(&[]), Elsewhere);
}

#[test]
fn the_key_in_the_answer_to_a_request_proves_it_ours_and_names_the_request() {
    let mut ours = request(Succeeded);
    ours.transaction_key = Some(key("c1"));
    // Neither amount nor time can take the proof away.
    ours.amount = Some(krw(1));
    ours.first_sent_at = Some(second(9_999));
    assert_eq!(
        cancel_origin(&event(), &[request(Unknown), ours]),
        OriginFound {
            origin: Ours,
            request: Some(1)
        }
    );
}

#[test]
fn a_key_that_toss_has_named_is_proof_also_while_the_request_is_still_open() {
    for status in [Unknown, NeedsOperator, Sent] {
        let mut named = request(status);
        named.transaction_key = Some(key("c1"));
        assert_eq!(origin(&[named]), Ours, "{status:?}");
        let mut other = request(status);
        other.transaction_key = Some(key("c2"));
        assert_eq!(origin(&[other]), Uncertain, "{status:?}");
    }
}

#[test]
fn equal_amount_and_time_prove_nothing() {
    let mut another = request(Succeeded);
    another.transaction_key = Some(key("c2"));
    assert_eq!(origin(&[another]), Elsewhere);
    assert_eq!(
        cancel_origin(&event(), &[request(Unknown)]),
        OriginFound {
            origin: Uncertain,
            request: None
        }
    );
}

#[test]
fn a_requests_mark_on_a_cancel_proves_it_ours_until_the_request_is_known_for_another() {
    let marked = |reason: &str, status, named: Option<&str>| {
        let event = CancelEvent {
            reason: Some(reason.to_owned()),
            // Neither amount nor time can take the proof away.
            amount: krw(1),
            ..event()
        };
        let request = CancelRequestFacts {
            transaction_key: named.map(key),
            first_sent_at: Some(second(9_999)),
            ..request(status)
        };
        cancel_origin(&event, &[request])
    };
    let proven = OriginFound {
        origin: Ours,
        request: Some(0),
    };
    for status in [Sent, Unknown, Rejected] {
        assert_eq!(
            marked("r [CR:00000001]", status, None),
            proven,
            "{status:?}"
        );
        let other = marked("r [CR:00000002]", status, None);
        assert_eq!(other.origin, Elsewhere, "{status:?}");
    }
    let copied = marked("r [CR:00000001]", Succeeded, Some("c2"));
    assert_eq!((copied.origin, copied.request), (Uncertain, None));
    let several = marked("r [CR:00000001]", NeedsOperator, None);
    assert_eq!((several.origin, several.request), (Uncertain, None));
}

#[test]
fn only_a_request_that_may_have_run_makes_it_uncertain() {
    let cases = [
        (Requested, Elsewhere),
        (AwaitingApproval, Elsewhere),
        (Sent, Uncertain),
        (Succeeded, Elsewhere),
        (Rejected, Elsewhere),
        (Unknown, Uncertain),
        (NeedsOperator, Uncertain),
    ];
    for (status, expected) in cases {
        assert_eq!(origin(&[request(status)]), expected, "{status:?}");
    }
}

#[test]
fn a_request_sent_after_the_cancel_cannot_have_caused_it_beyond_the_clocks_difference() {
    let cases = [
        (-86_400, Uncertain),
        (0, Uncertain),
        (TOLERANCE - 1, Uncertain),
        (TOLERANCE, Uncertain),
        (TOLERANCE + 1, Elsewhere),
    ];
    for (sent, expected) in cases {
        let mut request = request(Unknown);
        request.first_sent_at = Some(second(sent));
        assert_eq!(origin(&[request]), expected, "sent at {sent}");
    }
    let mut unrecorded = request(Unknown);
    unrecorded.first_sent_at = None;
    assert_eq!(origin(&[unrecorded]), Uncertain);
}

#[test]
fn a_request_for_another_amount_cannot_have_caused_it() {
    let cases = [
        (Some(krw(3_000)), Uncertain),
        (Some(krw(2_999)), Elsewhere),
        (Some(Money::from_minor(3_000, Currency::USD)), Elsewhere),
        // Everything that was left: it may have been just this.
        (None, Uncertain),
    ];
    for (amount, expected) in cases {
        let mut request = request(Unknown);
        request.amount = amount;
        assert_eq!(origin(&[request]), expected, "{amount:?}");
    }
}

#[test]
fn a_requests_state_survives_its_spelling_and_only_proof_is_final() {
    for status in CancelRequestStatus::ALL {
        assert_eq!(CancelRequestStatus::parse(status.as_str()), Some(status));
        assert_eq!(
            status.is_final(),
            matches!(status, Succeeded | Rejected),
            "{status:?}"
        );
    }
    assert_eq!(CancelRequestStatus::parse("requested"), None);
}
