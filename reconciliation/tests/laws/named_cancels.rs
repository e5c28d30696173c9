//! Cancels without a key: which row is theirs, and that what was cancelled once never counts twice.

use reconciliation::{Cancel, CancelStatus, Currency, Payment, cancel_events, named_cancels};

use crate::made::{CARD, cancel, history, payment, second};
use crate::made_books::{classes, in_order};

fn keyless(at: i64, amount: i64) -> Cancel {
    Cancel {
        transaction_key: None,
        ..cancel("t", at, amount)
    }
}

/// The keys that cancels have once they are held against these rows, `t0`, `t1` and so on: `(status, second, amount)`; `-`
/// where there is none.
fn keys(cancels: &[Cancel], rows: &[(&str, i64, i64)]) -> Vec<String> {
    let history = history(CARD, rows);
    let rows = history.events().iter().map(|event| &event.transaction);
    // However often they are listed.
    let named = named_cancels(cancels, rows.clone().chain(rows));
    let key = |cancel: &Cancel| {
        let key = cancel.transaction_key.as_ref();
        key.map_or_else(|| "-".to_owned(), ToString::to_string)
    };
    named.iter().map(key).collect()
}

const PAID: (&str, i64, i64) = ("DONE", 0, 10_000);

#[test]
fn a_cancel_without_a_key_is_that_of_the_only_row_of_its_amount_and_second() {
    let refunded = ("PARTIAL_CANCELED", 60, 3_000);
    assert_eq!(keys(&[keyless(60, 3_000)], &[PAID, refunded]), ["t1"]);
    let listed_negative = ("PARTIAL_CANCELED", 60, -3_000);
    assert_eq!(
        keys(&[keyless(60, 3_000)], &[PAID, listed_negative]),
        ["t1"]
    );
    let both = [keyless(60, 3_000), keyless(90, 3_000)];
    let again = ("PARTIAL_CANCELED", 90, 3_000);
    assert_eq!(keys(&both, &[PAID, refunded, again]), ["t1", "t2"]);
}

#[test]
fn what_cannot_be_told_apart_stays_without_a_key() {
    let refunded = ("PARTIAL_CANCELED", 60, 3_000);
    for (cancels, rows) in [
        // Another amount, another second, another kind of row.
        (vec![keyless(60, 3_001)], vec![PAID, refunded]),
        (vec![keyless(61, 3_000)], vec![PAID, refunded]),
        (vec![keyless(0, 10_000)], vec![PAID]),
        // Two of the same, on either side.
        (
            vec![keyless(60, 3_000)],
            vec![PAID, refunded, ("PARTIAL_CANCELED", 60, 3_000)],
        ),
    ] {
        assert_eq!(keys(&cancels, &rows), ["-"], "{rows:?}");
    }
    let twins = [keyless(60, 3_000), keyless(60, 3_000)];
    assert_eq!(keys(&twins, &[PAID, refunded]), ["-", "-"]);
    // The row is the other cancel's.
    let other = [cancel("t1", 60, 3_000), keyless(60, 3_000)];
    assert_eq!(keys(&other, &[PAID, refunded]), ["t1", "-"]);
}

#[test]
fn the_key_of_the_approval_is_no_cancels() {
    let refunded = ("PARTIAL_CANCELED", 60, 3_000);
    let misnamed = [cancel("t0", 60, 3_000)];
    assert_eq!(keys(&misnamed, &[PAID, refunded]), ["t1"]);
    assert_eq!(keys(&misnamed, &[PAID]), ["-"]);
    // A key of which no row is known is believed.
    assert_eq!(keys(&misnamed, &[]), ["t0"]);
}

/// What went back, and how many cancels are shown.
fn refunded(cancels: &[Cancel], rows: &[(&str, i64, i64)]) -> (i64, usize) {
    let payment = Payment {
        approved_at: Some(second(0)),
        ..payment(CARD, "PARTIAL_CANCELED", 7_000)
    };
    let history = history(CARD, rows).completed_by(&payment, cancels).unwrap();
    let shown = cancel_events(&payment, cancels, &history).len();
    let totals = history.totals(Currency::KRW);
    (totals.effective_refund.minor(), shown)
}

#[test]
fn a_cancel_without_a_key_counts_once_whether_a_row_tells_of_it_or_not() {
    let once = [keyless(60, 3_000)];
    let row = ("PARTIAL_CANCELED", 60, 3_000);
    assert_eq!(refunded(&once, &[PAID]), (3_000, 1), "no row yet");
    assert_eq!(refunded(&once, &[PAID, row]), (3_000, 1));
    let elsewhen = ("PARTIAL_CANCELED", 63, 3_000);
    assert_eq!(refunded(&once, &[PAID, elsewhen]), (3_000, 1));
    let twins = [keyless(60, 3_000), keyless(60, 3_000)];
    assert_eq!(refunded(&twins, &[PAID, row, row]), (6_000, 2));
    assert_eq!(refunded(&twins, &[PAID, row]), (6_000, 2), "one row yet");
    let other = ("PARTIAL_CANCELED", 60, 1_000);
    assert_eq!(refunded(&once, &[PAID, other]), (4_000, 2));
    let under_way = [Cancel {
        status: CancelStatus::InProgress,
        canceled_at: None,
        ..keyless(60, 3_000)
    }];
    assert_eq!(refunded(&under_way, &[PAID]), (0, 1));
}

#[test]
fn a_cancel_that_is_being_worked_on_without_an_instant_is_nobodys_yet() {
    let mut books = in_order();
    books.requests.clear();
    assert_eq!(classes(&books), ["CANCELED_ELSEWHERE"]);
    let read = books.payment.as_mut().unwrap();
    read.cancels.push(Cancel {
        status: CancelStatus::InProgress,
        canceled_at: None,
        ..keyless(0, 1_000)
    });
    assert_eq!(classes(&books), ["CANCELED_ELSEWHERE"]);
}
