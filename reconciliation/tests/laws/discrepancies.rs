//! Settlement rows against events: for each class a case that gives exactly it, and a near miss that gives nothing.

use chrono::TimeDelta;
use reconciliation::{Books, Currency, Discrepancy, Language, Money, PaymentKey, PaymentStatus};

use crate::made::{CARD, VIRTUAL_ACCOUNT, history, key, krw, rows, settlement, walk};
use crate::made_books::{
    DAY, at, classes, classes_as_of, day, everything_read, in_order, later, listed, result,
    settled, settled_history, void_in_order,
};

#[track_caller]
pub(crate) fn only(books: &Books) -> Discrepancy {
    let mut found = result(books).discrepancies;
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

#[test]
fn books_in_order_give_nothing() {
    assert_eq!(classes(&in_order()), [""; 0]);
    assert_eq!(classes(&void_in_order()), [""; 0]);
}

#[test]
fn settlement_duplicated_by_a_second_row_for_one_event_and_not_by_one_row_given_twice() {
    let mut books = in_order();
    let again = books.settlements[1].clone();
    books.settlements.push(again.clone());
    assert_eq!(classes(&books), [""; 0]);
    books.settlements.push(listed(1, again.settlement));
    let found = only(&books);
    assert_eq!(found.class().as_str(), "SETTLEMENT_DUPLICATED");
    assert_eq!(found.transaction_key, Some(key("t1")));
    assert_eq!(found.delta(), Some(krw(-3_000)));
    assert_eq!(
        found.explanation(Language::English),
        "2 settlement rows (-3000 KRW, -3000 KRW) stand for 1 event."
    );
}

#[test]
fn settled_void_by_a_row_for_an_account_handed_back_unpaid() {
    let mut books = void_in_order();
    books.settlements = vec![listed(
        0,
        settled("t1", -10_000, "2026-03-02", "2026-03-09"),
    )];
    let found = only(&books);
    assert_eq!(found.class().as_str(), "SETTLED_VOID");
    assert_eq!(
        (found.expected(), found.observed()),
        (Some(krw(0)), Some(krw(-10_000)))
    );
    // Had the deposit come, the same row would be right.
    books.payment = None;
    books.history = history(
        VIRTUAL_ACCOUNT,
        &[("DONE", 0, 10_000), ("CANCELED", 60, 10_000)],
    );
    books
        .settlements
        .push(listed(0, settled("t0", 10_000, "2026-03-02", "2026-03-09")));
    assert_eq!(classes(&books), [""; 0]);
}

#[test]
fn settlement_orphan_by_a_row_without_an_event() {
    let mut books = in_order();
    let mut row = settled("t9", 500, "2026-03-04", "2026-03-11");
    row.approved_at = None;
    books.settlements.push(listed(0, row.clone()));
    let found = only(&books);
    assert_eq!(found.class().as_str(), "SETTLEMENT_ORPHAN");
    assert_eq!(found.transaction_key, Some(key("t9")));
    assert_eq!(
        (found.delta(), found.payment_key.is_some()),
        (Some(krw(500)), true)
    );
    // The same row of another payment is that payment's affair.
    let another = PaymentKey::parse("another").unwrap();
    books.settlements[2].settlement.payment_key = Some(another);
    assert_eq!(classes(&books), [""; 0]);
    // A row of this payment whose day of transactions has not been read is a gap.
    row.sold_date = day("2026-05-04");
    books.settlements[2] = listed(0, row);
    assert_eq!(classes(&books), ["SOURCE_GAP"]);
}

#[test]
fn settlement_orphan_of_a_payment_of_which_nothing_else_is_known() {
    let mut row = settlement(500);
    row.transaction_key = Some(key("t9"));
    let books = Books {
        settlements: vec![listed(0, row.clone()), listed(1, row)],
        coverage: everything_read(later()),
        ..Books::default()
    };
    let found = only(&books);
    assert_eq!(
        found.class().as_str(),
        "SETTLEMENT_ORPHAN",
        "one cause, though listed twice"
    );
    assert_eq!(found.payment_key.unwrap().as_str(), "pay");
    let mut keyless = books;
    for row in &mut keyless.settlements {
        row.settlement.transaction_key = None;
    }
    assert_eq!(
        classes(&keyless),
        ["SETTLEMENT_ORPHAN"; 2],
        "nothing makes them one"
    );
}

#[test]
fn amount_mismatch_by_one_won() {
    let mut books = in_order();
    books.settlements[1].settlement = settled("t1", -3_001, "2026-03-03", "2026-03-10");
    let found = only(&books);
    assert_eq!(found.class().as_str(), "AMOUNT_MISMATCH");
    assert_eq!(found.delta(), Some(krw(-1)));
    assert_eq!(
        found.explanation(Language::English),
        "The history has -3000 KRW, but the settlement row has -3001 KRW (-1 KRW)."
    );
}

#[test]
fn amount_mismatch_between_a_cancel_and_its_transaction() {
    let mut books = in_order();
    books.payment.as_mut().unwrap().cancels[0].amount = krw(2_999);
    books.payment.as_mut().unwrap().payment.balance_amount = Some(krw(7_001));
    let found = only(&books);
    assert_eq!(found.class().as_str(), "AMOUNT_MISMATCH");
    assert!(
        found
            .explanation(Language::English)
            .contains("the payment itself has 2999 KRW (-1 KRW)")
    );
}

#[test]
fn amount_mismatch_by_a_row_for_an_event_that_moved_no_money() {
    let mut books = settled_history(history(VIRTUAL_ACCOUNT, &[("WAITING_FOR_DEPOSIT", 0, 0)]));
    assert_eq!(classes(&books), [""; 0]);
    books.settlements = vec![listed(0, settled("t0", 10_000, "2026-03-02", "2026-03-09"))];
    let found = only(&books);
    assert_eq!(
        (found.class().as_str(), found.expected()),
        ("AMOUNT_MISMATCH", Some(krw(0)))
    );
}

#[test]
fn currency_mismatch_has_no_delta() {
    let mut books = in_order();
    books.settlements[0].settlement.amount = Money::from_minor(10_000, Currency::JPY);
    // Fee and payout in the same currency, so that the row agrees with itself.
    let yen = |money: Option<Money>| money.map(|m| Money::from_minor(m.minor(), Currency::JPY));
    let row = &mut books.settlements[0].settlement;
    (row.fee, row.supply_amount, row.vat) = (yen(row.fee), yen(row.supply_amount), yen(row.vat));
    row.pay_out_amount = yen(Some(row.pay_out_amount)).unwrap();
    row.fees = None;
    let found = only(&books);
    assert_eq!(
        (found.class().as_str(), found.delta()),
        ("CURRENCY_MISMATCH", None)
    );
    assert_eq!(
        found.explanation(Language::English),
        "The history has 10000 KRW, but the settlement row has 10000 JPY: another currency."
    );
}

#[test]
fn currency_mismatch_between_the_payment_and_its_history() {
    let mut books = in_order();
    let payment = &mut books.payment.as_mut().unwrap().payment;
    payment.currency = Currency::USD;
    payment.total_amount = Some(Money::from_minor(10_000, Currency::USD));
    payment.balance_amount = Some(Money::from_minor(7_000, Currency::USD));
    assert_eq!(classes(&books), ["CURRENCY_MISMATCH"]);
}

#[test]
fn fee_arithmetic_by_one_won() {
    let mut books = in_order();
    let row = &mut books.settlements[0].settlement;
    row.vat = row.vat.map(|vat| krw(vat.minor() + 1));
    let found = only(&books);
    assert_eq!(found.class().as_str(), "FEE_ARITHMETIC");
    assert_eq!(found.delta(), Some(krw(-1)));
    assert_eq!(
        found.explanation(Language::English),
        "The settlement row of 10000 KRW does not add up: fee 231 KRW is not supply amount 210 + VAT 22 = 232 KRW."
    );
}

#[test]
fn settlement_missing_from_the_instant_at_which_the_grace_ends() {
    let mut books = in_order();
    books.settlements.remove(0);
    let late = at("2026-03-05T00:00:00+09:00");
    assert_eq!(classes_as_of(&books, late - TimeDelta::seconds(1)), [""; 0]);
    assert_eq!(classes_as_of(&books, late), ["SETTLEMENT_MISSING"]);
    let found = only(&books);
    assert_eq!(found.transaction_key, Some(key("t0")));
    assert_eq!(found.delta(), Some(krw(-10_000)));
    assert_eq!(
        found.explanation(Language::English),
        "The settlement row of 10000 KRW, to be sold on 2026-03-02, is late since 2026-03-05 00:00:00 KST."
    );
}

#[test]
fn a_deposit_that_bounced_is_due_no_row_and_its_bounce_is_due_one_when_it_has_one() {
    let listed_rows = [
        ("WAITING_FOR_DEPOSIT", 0, 0),
        ("DONE", 60, 10_000),
        ("WAITING_FOR_DEPOSIT", 180, 10_000),
    ];
    let mut books = settled_history(history(VIRTUAL_ACCOUNT, &listed_rows));
    let settled_deposit = std::mem::take(&mut books.settlements);
    assert_eq!(classes(&books), [""; 0]);
    books.settlements = settled_deposit;
    let found = only(&books);
    assert_eq!(found.class().as_str(), "SETTLEMENT_MISSING");
    assert_eq!(found.transaction_key, Some(key("t2")));
    let bounce = settled("t2", -10_000, "2026-03-02", "2026-03-09");
    books.settlements.push(listed(0, bounce));
    assert_eq!(classes(&books), [""; 0]);
}

#[test]
fn unknown_status_of_a_row_and_none_of_a_row_that_moves_no_money() {
    let listed = |status| {
        let mut listed = rows(CARD, &[("DONE", 0, 10_000), ("DONE", DAY, 0)]);
        listed[1].status = PaymentStatus::from_toss(status);
        settled_history(walk(listed))
    };
    assert_eq!(classes(&listed("ABORTED")), [""; 0]);
    let found = only(&listed("FROZEN"));
    assert_eq!(
        found.explanation(Language::English),
        "A transaction has the status \"FROZEN\", which is not known here: what it did to the money cannot be told."
    );
}
