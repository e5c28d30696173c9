//! One cause, one discrepancy: what follows from it is left out, and what does not follow is not.

use std::sync::Arc;

use chrono::TimeDelta;
use reconciliation::{Books, CancelRequestStatus, Coverage, PaymentStatus, Stretch};

use crate::made::{VIRTUAL_ACCOUNT, history, key, krw, second, walk};
use crate::made_books::{
    DAY, card_rows, classes, day, former, in_order, later, listed, request, settled,
    settled_history, void_in_order,
};

/// Only the days of the events of [`in_order`], without the second.
fn first_day_read() -> Arc<Coverage> {
    let stretch = Stretch {
        from: second(-DAY),
        until: second(DAY / 2),
    };
    let days = ["2026-03-02", "2026-03-03"].map(|text| (day(text), later()));
    Arc::new(Coverage::new([stretch], days))
}

#[test]
fn a_gap_in_the_transactions_hides_what_the_missing_rows_would_settle() {
    let mut books = in_order();
    books.history = walk(card_rows().into_iter().take(1).collect());
    // Read completely, the cancel's row has no event; that the payment counts the cancel too follows from the same.
    assert_eq!(classes(&books), ["SETTLEMENT_ORPHAN"]);
    let row_of_cancel = books.settlements.remove(1);
    assert_eq!(classes(&books), ["BALANCE_MISMATCH"]);
    books.settlements.push(row_of_cancel);
    books.coverage = first_day_read();
    assert_eq!(classes(&books), ["SOURCE_GAP"]);
    // What a row says of itself is no consequence of the gap.
    let row = &mut books.settlements[0].settlement;
    row.pay_out_amount = krw(row.pay_out_amount.minor() + 1);
    assert_eq!(classes(&books), ["SOURCE_GAP", "FEE_ARITHMETIC"]);
}

#[test]
fn a_gap_in_the_settlements_hides_missing_rows_only() {
    let mut books = in_order();
    books.settlements.remove(1);
    let all = Stretch {
        from: second(-DAY),
        until: later(),
    };
    let read = |days: &[&str]| {
        let days: Vec<_> = days.iter().map(|text| (day(text), later())).collect();
        Arc::new(Coverage::new([all], days))
    };
    books.coverage = read(&["2026-03-02", "2026-03-03"]);
    assert_eq!(classes(&books), ["SETTLEMENT_MISSING"]);
    books.coverage = read(&["2026-03-02"]);
    assert_eq!(classes(&books), ["SOURCE_GAP"]);
    books.payment.as_mut().unwrap().payment.balance_amount = Some(krw(6_999));
    assert_eq!(classes(&books), ["SOURCE_GAP", "BALANCE_MISMATCH"]);
}

#[test]
fn a_gap_hides_that_an_account_seems_void() {
    let mut books = void_in_order();
    books.settlements = vec![listed(
        0,
        settled("t1", -10_000, "2026-03-02", "2026-03-09"),
    )];
    assert_eq!(classes(&books), ["SETTLED_VOID"]);
    books.payment.as_mut().unwrap().payment.approved_at = Some(second(-2 * DAY));
    let stretch = Stretch {
        from: second(-60),
        until: later(),
    };
    books.coverage = Arc::new(Coverage::new([stretch], [(day("2026-03-02"), later())]));
    assert_eq!(classes(&books), ["SOURCE_GAP"]);
}

#[test]
fn an_unknown_status_hides_balance_and_status() {
    let mut listed = card_rows();
    listed[1].status = PaymentStatus::from_toss("CHARGED_BACK");
    let mut books = in_order();
    books.history = walk(listed);
    let payment = &mut books.payment.as_mut().unwrap().payment;
    payment.status = PaymentStatus::from_toss("CHARGED_BACK");
    assert_eq!(classes(&books), ["UNKNOWN_STATUS"]);
}

#[test]
fn a_duplicate_hides_what_is_wrong_with_the_surplus_row() {
    let mut books = in_order();
    let mut wrong = settled("t1", -2_999, "2026-03-03", "2026-03-10");
    wrong.vat = Some(krw(-1));
    books.settlements.push(listed(1, wrong.clone()));
    assert_eq!(classes(&books), ["SETTLEMENT_DUPLICATED"]);
    // The row that fits is the one that is checked, wherever it stands.
    books.settlements.reverse();
    assert_eq!(classes(&books), ["SETTLEMENT_DUPLICATED"]);
    // With no row that fits, that is still all that is said of them.
    books
        .settlements
        .retain(|row| row.settlement.amount != krw(-3_000));
    let second = settled("t1", -2_999, "2026-03-03", "2026-03-10");
    books.settlements.push(listed(2, second));
    assert_eq!(classes(&books), ["SETTLEMENT_DUPLICATED"]);
}

#[test]
fn of_two_rows_the_one_with_the_right_amount_is_checked_whatever_their_order() {
    for surplus in [-3_001, -2_999] {
        let mut books = in_order();
        let row = settled("t1", surplus, "2026-03-03", "2026-03-10");
        books.settlements.push(listed(1, row));
        assert_eq!(classes(&books), ["SETTLEMENT_DUPLICATED"], "{surplus}");
    }
}

#[test]
fn an_unknown_status_hides_a_row_without_a_key_that_may_be_its_own() {
    let mut listed_rows = card_rows();
    listed_rows[1].status = PaymentStatus::from_toss("CHARGED_BACK");
    let mut books = in_order();
    books.payment = None;
    books.history = walk(listed_rows);
    books.settlements[1].settlement.transaction_key = None;
    assert_eq!(classes(&books), ["UNKNOWN_STATUS"]);
    // A row that names an event which is not there is an orphan whatever the others mean.
    books.settlements[1].settlement.transaction_key = Some(key("t9"));
    assert_eq!(classes(&books), ["UNKNOWN_STATUS", "SETTLEMENT_ORPHAN"]);
}

#[test]
fn a_settled_void_hides_everything_else_about_its_row() {
    let mut books = void_in_order();
    let mut row = settled("t1", -9_000, "2026-03-02", "2026-03-09");
    row.vat = Some(krw(5));
    books.settlements = vec![listed(0, row)];
    assert_eq!(classes(&books), ["SETTLED_VOID"]);
}

#[test]
fn an_orphan_hides_the_missing_event_that_it_may_be_and_no_other() {
    let mut books = in_order();
    books.settlements[1].settlement = settled("t9", -2_999, "2026-03-03", "2026-03-10");
    assert_eq!(classes(&books), ["SETTLEMENT_ORPHAN"]);
    let row = &mut books.settlements[1].settlement;
    *row = settled("t9", 2_999, "2026-03-03", "2026-03-10");
    row.approved_at = None;
    assert_eq!(classes(&books), ["SETTLEMENT_ORPHAN", "SETTLEMENT_MISSING"]);
}

#[test]
fn an_orphan_that_a_gap_hides_still_may_be_the_missing_event() {
    let mut books = in_order();
    let row = &mut books.settlements[0].settlement;
    *row = settled("t9", 9_999, "2026-03-02", "2026-03-09");
    row.approved_at = Some(second(-10 * DAY));
    assert_eq!(classes(&books), ["SETTLEMENT_ORPHAN"]);
    books.settlements[0].settlement.approved_at = Some(second(-40 * DAY));
    assert_eq!(classes(&books), ["SOURCE_GAP"]);
}

#[test]
fn a_row_of_an_event_not_listed_is_not_a_second_row_of_one_that_looks_alike() {
    // Two equal refunds, of which the second is not in the history.
    let mut books = in_order();
    books
        .settlements
        .push(listed(0, settled("t2", -3_000, "2026-03-03", "2026-03-10")));
    assert_eq!(classes(&books), ["SETTLEMENT_ORPHAN"]);
}

#[test]
fn a_wrong_amount_hides_the_arithmetic_that_the_right_one_mends() {
    let mut books = in_order();
    books.settlements[0].settlement.amount = krw(10_001);
    assert_eq!(classes(&books), ["AMOUNT_MISMATCH"]);
    let row = &mut books.settlements[0].settlement;
    row.pay_out_amount = krw(row.pay_out_amount.minor() - 5);
    assert_eq!(classes(&books), ["AMOUNT_MISMATCH", "FEE_ARITHMETIC"]);
}

#[test]
fn what_a_row_was_restated_to_hides_that_it_was() {
    let mut books = in_order();
    books.former_settlements = vec![former(books.settlements[0].settlement.clone())];
    books.settlements[0].settlement = settled("t0", 9_999, "2026-03-02", "2026-03-09");
    assert_eq!(classes(&books), ["AMOUNT_MISMATCH"]);
    // The way back is news of its own.
    let wrong = books.settlements[0].settlement.clone();
    books.settlements[0].settlement = in_order().settlements[0].settlement.clone();
    books.former_settlements = vec![former(wrong)];
    assert_eq!(classes(&books), ["SETTLEMENT_RESTATED"]);
}

#[test]
fn a_wrong_balance_hides_a_wrong_status() {
    let mut books = in_order();
    let payment = &mut books.payment.as_mut().unwrap().payment;
    payment.status = PaymentStatus::Canceled;
    payment.balance_amount = Some(krw(0));
    assert_eq!(classes(&books), ["BALANCE_MISMATCH"]);
}

#[test]
fn a_request_without_an_outcome_hides_that_its_cancel_may_be_anothers() {
    let mut books = in_order();
    let asked = second(DAY) - TimeDelta::seconds(5);
    books.requests = vec![request("r1", CancelRequestStatus::Unknown, asked, None)];
    assert_eq!(classes(&books), ["CANCEL_UNRESOLVED"]);
    // One that asked for another amount could not have caused it.
    books.requests[0].facts.amount = Some(krw(2_999));
    assert_eq!(classes(&books), ["CANCELED_ELSEWHERE", "CANCEL_UNRESOLVED"]);
}

#[test]
fn causes_that_do_not_follow_from_each_other_are_all_named() {
    let mut books = Books {
        requests: Vec::new(),
        ..in_order()
    };
    books.settlements[0].settlement.vat = Some(krw(99));
    books.settlements[1].settlement.amount = krw(-2_000);
    books.payment.as_mut().unwrap().payment.balance_amount = Some(krw(1));
    assert_eq!(
        classes(&books),
        [
            "AMOUNT_MISMATCH",
            "FEE_ARITHMETIC",
            "BALANCE_MISMATCH",
            "CANCELED_ELSEWHERE"
        ]
    );
}

#[test]
fn a_settlement_of_a_bounced_account_that_was_handed_back_is_one_cause() {
    let listed_rows = [
        ("WAITING_FOR_DEPOSIT", 0, 0),
        ("DONE", 60, 10_000),
        ("WAITING_FOR_DEPOSIT", 180, 0),
        ("CANCELED", 240, 10_000),
    ];
    let mut books = settled_history(history(VIRTUAL_ACCOUNT, &listed_rows));
    books.settlements = vec![listed(
        0,
        settled("t3", -10_000, "2026-03-02", "2026-03-09"),
    )];
    assert_eq!(classes(&books), ["SETTLED_VOID", "CANCELED_ELSEWHERE"]);
}
