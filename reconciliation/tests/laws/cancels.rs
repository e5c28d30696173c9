//! Cancels put together from the payment and its rows: whether money went back.

use reconciliation::{CancelEvent, CancelStatus, History, TransactionKey, cancel_events};

use crate::made::{CARD, VIRTUAL_ACCOUNT, cancel, history, key, krw, payment, second};

fn refunded(events: &[CancelEvent]) -> Vec<bool> {
    events.iter().map(|event| event.refunded).collect()
}

#[test]
fn the_row_says_whether_money_went_back_and_the_payment_says_why() {
    let unpaid = history(
        VIRTUAL_ACCOUNT,
        &[("WAITING_FOR_DEPOSIT", 0, 0), ("CANCELED", 1, 22_400)],
    );
    let found = cancel_events(
        &payment(VIRTUAL_ACCOUNT, "CANCELED", 0),
        &[cancel("t1", 1, 22_400)],
        &unpaid,
    );
    assert_eq!(
        found,
        [CancelEvent {
            transaction_key: Some(key("t1")),
            amount: krw(22_400),
            reason: Some("changed my mind".to_owned()),
            canceled_at: Some(second(1)),
            refunded: false,
        }]
    );
    let deposited = history(
        VIRTUAL_ACCOUNT,
        &[("DONE", 0, 22_400), ("CANCELED", 1, 22_400)],
    );
    let found = cancel_events(
        &payment(VIRTUAL_ACCOUNT, "CANCELED", 0),
        &[cancel("t1", 1, 22_400)],
        &deposited,
    );
    assert_eq!(refunded(&found), [true]);
}

#[test]
fn a_cancel_that_only_its_row_knows_has_no_reason_and_a_positive_amount() {
    let rows = history(CARD, &[("DONE", 0, 10_000), ("CANCELED", 1, -10_000)]);
    let found = cancel_events(&payment(CARD, "CANCELED", 0), &[], &rows);
    assert_eq!(
        found,
        [CancelEvent {
            transaction_key: Some(key("t1")),
            amount: krw(10_000),
            reason: None,
            canceled_at: Some(second(1)),
            refunded: true,
        }]
    );
}

#[test]
fn a_cancel_is_listed_once_when_both_sources_know_it_and_the_oldest_comes_first() {
    let rows = history(
        CARD,
        &[
            ("DONE", 0, 10_000),
            ("PARTIAL_CANCELED", 1, 1_000),
            ("PARTIAL_CANCELED", 2, 2_000),
        ],
    );
    let cancels = [cancel("t9", 3, 3_000), cancel("t1", 1, 1_000)];
    let found = cancel_events(&payment(CARD, "PARTIAL_CANCELED", 4_000), &cancels, &rows);
    let keys: Vec<_> = found
        .iter()
        .filter_map(|found| found.transaction_key.as_ref())
        .map(TransactionKey::as_str)
        .collect();
    assert_eq!(keys, ["t1", "t2", "t9"]);
}

#[test]
fn an_unlisted_cancel_of_a_virtual_account_is_judged_by_the_last_deposit_or_bounce() {
    let waiting = ("WAITING_FOR_DEPOSIT", 0, 0);
    let paid = ("DONE", 10, 22_400);
    let bounced = ("WAITING_FOR_DEPOSIT", 20, 0);
    let paid_again = ("DONE", 30, 22_400);
    let later_cancel = ("PARTIAL_CANCELED", 40, 400);
    // (rows, approvedAt, refunded)
    let cases = [
        (vec![], None, false),
        (vec![], Some(10), true),
        (vec![], Some(51), false),
        (vec![waiting], None, false),
        (vec![waiting, paid], None, true),
        (vec![waiting, paid], Some(10), true),
        (vec![waiting, paid, bounced], Some(10), false),
        (vec![waiting, paid, bounced, paid_again], Some(30), true),
        (vec![waiting, paid, later_cancel], Some(10), true),
        (vec![waiting, ("DONE", 51, 22_400)], None, false),
    ];
    for (rows, approved, expected) in cases {
        let history = history(VIRTUAL_ACCOUNT, &rows);
        let mut payment = payment(VIRTUAL_ACCOUNT, "CANCELED", 0);
        payment.approved_at = approved.map(second);
        let found = cancel_events(&payment, &[cancel("t9", 50, 22_000)], &history);
        let unlisted = found
            .iter()
            .find(|found| found.transaction_key == Some(key("t9")))
            .unwrap();
        assert_eq!(unlisted.refunded, expected, "{rows:?} {approved:?}");
    }
}

#[test]
fn an_unlisted_cancel_of_another_method_gave_money_back_once_it_is_done() {
    let cases = [
        (CancelStatus::Done, true),
        (CancelStatus::InProgress, false),
        (CancelStatus::Aborted, false),
        (CancelStatus::from_toss("PAUSED"), false),
    ];
    for (status, expected) in cases {
        for method in [CARD, "계좌이체", "해외간편결제"] {
            let mut cancel = cancel("t9", 5, 100);
            cancel.status = status.clone();
            let found = cancel_events(
                &payment(method, "PARTIAL_CANCELED", 9_900),
                &[cancel],
                &History::default(),
            );
            assert_eq!(refunded(&found), [expected], "{status:?} {method}");
        }
    }
}

#[test]
fn a_row_that_is_no_cancel_says_nothing_of_a_cancel_under_its_key() {
    let paid = history(CARD, &[("DONE", 0, 10_000)]);
    let found = cancel_events(
        &payment(CARD, "CANCELED", 0),
        &[cancel("t0", 1, 10_000)],
        &paid,
    );
    assert_eq!(refunded(&found), [true]);
}
