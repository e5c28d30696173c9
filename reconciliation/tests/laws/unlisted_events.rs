//! What the payment itself shows counts in the sums before any row lists it, and once only when one does.

use reconciliation::{CancelStatus, Currency, Payment};

use crate::made::{CARD, VIRTUAL_ACCOUNT, cancel, history, krw, payment, second};

fn approved(method: &str, status: &str, balance: i64) -> Payment {
    Payment {
        approved_at: Some(second(0)),
        ..payment(method, status, balance)
    }
}

/// The sums `(paid, refunded, voided)` of these rows, `(status, second, amount)`, beside the payment with these cancels.
fn sums(
    payment: &Payment,
    rows: &[(&str, i64, i64)],
    cancels: &[reconciliation::Cancel],
) -> (i64, i64, i64) {
    let method = payment.method_label.as_deref().unwrap();
    let history = history(method, rows);
    let events = history.events().len();
    let completed = history.completed_by(payment, cancels).unwrap();
    assert_eq!(
        completed.events().len(),
        events,
        "events are those of the rows"
    );
    let totals = completed.totals(Currency::KRW);
    (
        totals.paid.minor(),
        totals.effective_refund.minor(),
        totals.voided.minor(),
    )
}

#[test]
fn an_approval_and_a_cancel_that_no_row_lists_yet_count_and_a_listed_one_counts_once() {
    let partly = approved(CARD, "PARTIAL_CANCELED", 7_000);
    let cancelled = [cancel("t1", 60, 3_000)];
    assert_eq!(sums(&partly, &[], &cancelled), (10_000, 3_000, 0));
    let paid = ("DONE", 0, 10_000);
    assert_eq!(sums(&partly, &[paid], &cancelled), (10_000, 3_000, 0));
    let refunded = ("PARTIAL_CANCELED", 60, 3_000);
    assert_eq!(
        sums(&partly, &[paid, refunded], &cancelled),
        (10_000, 3_000, 0)
    );
    let another = [cancel("t1", 60, 3_000), cancel("t9", 90, 2_000)];
    assert_eq!(
        sums(&partly, &[paid, refunded], &another),
        (10_000, 5_000, 0)
    );
}

#[test]
fn what_is_not_done_has_moved_no_money() {
    let done = approved(CARD, "DONE", 10_000);
    for status in [
        CancelStatus::InProgress,
        CancelStatus::Aborted,
        CancelStatus::Other("LATER".to_owned()),
    ] {
        let under_way = [reconciliation::Cancel {
            status,
            ..cancel("t1", 60, 3_000)
        }];
        assert_eq!(sums(&done, &[], &under_way), (10_000, 0, 0));
    }
    for status in ["READY", "WAITING_FOR_DEPOSIT", "ABORTED", "EXPIRED"] {
        assert_eq!(
            sums(&approved(CARD, status, 0), &[], &[]),
            (0, 0, 0),
            "{status}"
        );
    }
    assert_eq!(
        sums(&payment(CARD, "DONE", 10_000), &[], &[]),
        (0, 0, 0),
        "not approved"
    );
}

#[test]
fn an_account_that_nobody_paid_into_is_voided_and_one_that_was_paid_into_refunded() {
    let cancelled = [cancel("t9", 60, 10_000)];
    let void = payment(VIRTUAL_ACCOUNT, "CANCELED", 0);
    assert_eq!(
        sums(&void, &[("WAITING_FOR_DEPOSIT", 0, 10_000)], &cancelled),
        (0, 0, 10_000)
    );
    let deposited = approved(VIRTUAL_ACCOUNT, "CANCELED", 0);
    let rows = [("WAITING_FOR_DEPOSIT", 0, 10_000), ("DONE", 30, 10_000)];
    assert_eq!(sums(&deposited, &rows, &cancelled), (10_000, 10_000, 0));
}

#[test]
fn a_row_of_a_status_that_nobody_knows_lists_its_cancel_and_moves_no_money() {
    let partly = approved(CARD, "PARTIAL_CANCELED", 7_000);
    let rows = [("DONE", 0, 10_000), ("UNDER_REVIEW", 60, 3_000)];
    assert_eq!(
        sums(&partly, &rows, &[cancel("t1", 60, 3_000)]),
        (10_000, 0, 0)
    );
}

#[test]
fn rows_that_tell_of_a_void_know_better_than_an_approval_that_outlives_a_bounce() {
    let bounced = approved(VIRTUAL_ACCOUNT, "CANCELED", 0);
    let cancelled = [cancel("t0", 60, 10_000)];
    assert_eq!(
        sums(&bounced, &[("CANCELED", 60, 10_000)], &cancelled),
        (0, 0, 10_000)
    );
}

#[test]
fn a_sum_of_nothing_is_no_currency() {
    let history = history(CARD, &[])
        .completed_by(&payment(CARD, "READY", 0), &[])
        .unwrap();
    assert_eq!(history.currencies().count(), 0);
    assert_eq!(history.totals(Currency::KRW).net(), krw(0));
}
