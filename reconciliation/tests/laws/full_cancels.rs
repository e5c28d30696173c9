//! When a payment counts as fully cancelled.

use reconciliation::History;

use crate::made::{CARD, VIRTUAL_ACCOUNT, history, krw, payment, published_unpaid_account, walk};

#[test]
fn fully_cancelled_is_said_by_the_balance_and_not_by_the_status() {
    let drained = history(
        CARD,
        &[("DONE", 0, 10_000), ("PARTIAL_CANCELED", 1, 10_000)],
    );
    let partly = history(CARD, &[("DONE", 0, 10_000), ("PARTIAL_CANCELED", 1, 9_999)]);
    let paid = history(CARD, &[("DONE", 0, 10_000)]);
    let without_its_done_row = history(CARD, &[("CANCELED", 1, 10_000)]);
    let cases = [
        ("PARTIAL_CANCELED", Some(0), &drained, true),
        ("PARTIAL_CANCELED", Some(1), &partly, false),
        ("PARTIAL_CANCELED", Some(1), &drained, false),
        ("CANCELED", Some(0), &drained, true),
        ("CANCELED", Some(1), &partly, false),
        ("DONE", Some(0), &paid, false),
        ("DONE", Some(10_000), &paid, false),
        ("EXPIRED", Some(0), &History::default(), false),
        ("PARTIAL_CANCELED", None, &drained, true),
        ("PARTIAL_CANCELED", None, &partly, false),
        ("CANCELED", None, &without_its_done_row, true),
        ("PARTIAL_CANCELED", None, &without_its_done_row, false),
        ("DONE", None, &paid, false),
        ("EXPIRED", None, &History::default(), false),
    ];
    for (status, balance, history, expected) in cases {
        let mut payment = payment(CARD, status, 0);
        payment.balance_amount = balance.map(krw);
        assert_eq!(
            payment.is_fully_canceled(history),
            expected,
            "{status} {balance:?}"
        );
    }
}

#[test]
fn a_void_cancels_a_payment_fully() {
    let history = walk(published_unpaid_account());
    let mut payment = payment(VIRTUAL_ACCOUNT, "CANCELED", 0);
    assert!(payment.is_fully_canceled(&history));
    payment.balance_amount = None;
    assert!(payment.is_fully_canceled(&history));
}
