//! Rows that could not be read: named once, and not told again as what their being missing looks like.

use reconciliation::{
    Language, ListedUnreadable, PaymentKey, Source, TransactionKey, UnreadableRow, Verdict,
};

use crate::made::{krw, walk};
use crate::made_books::{card_rows, classes, day, former, in_order, result};

fn unreadable(source: Source, transaction_key: Option<&str>) -> ListedUnreadable {
    ListedUnreadable {
        source,
        day: day("2026-03-03"),
        row: UnreadableRow {
            mid: None,
            payment_key: PaymentKey::parse("pay").ok(),
            transaction_key: transaction_key.and_then(|key| TransactionKey::parse(key).ok()),
            order_id: None,
            day: None,
            field: "paidOutDate".to_owned(),
            reason: "is missing".to_owned(),
        },
    }
}

#[test]
fn a_settlement_row_that_could_not_be_read_is_named_instead_of_missed() {
    let mut books = in_order();
    assert_eq!(classes(&books), [] as [&str; 0]);
    books.settlements.remove(1);
    assert_eq!(classes(&books), ["SETTLEMENT_MISSING"]);
    books.unreadable = vec![unreadable(Source::Settlements, Some("t1"))];
    assert_eq!(classes(&books), ["UNREADABLE_ROW"]);
    let result = result(&books);
    assert_eq!(result.verdict, Verdict::Discrepant);
    let found = &result.discrepancies[0];
    assert_eq!(found.transaction_key.as_ref().unwrap().as_str(), "t1");
    assert_eq!(
        found.explanation(Language::English),
        "A row of the list of settlements of 2026-03-03 could not be read: paidOutDate is missing. What it says is in no amount."
    );
    assert_eq!((found.expected(), found.observed()), (None, None));
}

#[test]
fn a_row_that_can_be_read_no_more_was_not_withdrawn() {
    let mut books = in_order();
    let row = books.settlements.remove(1).settlement;
    books.former_settlements = vec![former(row)];
    books.unreadable = vec![unreadable(Source::Settlements, Some("t1"))];
    assert_eq!(classes(&books), ["UNREADABLE_ROW"]);
}

#[test]
fn half_of_a_settlement_is_no_wrong_amount_while_the_other_half_could_not_be_read() {
    let mut books = in_order();
    let row = &mut books.settlements[1].settlement;
    row.amount = krw(-2_000);
    let fee = row.fee.unwrap();
    row.pay_out_amount = row.amount.minus(fee).unwrap();
    assert_eq!(classes(&books), ["AMOUNT_MISMATCH"]);
    books.unreadable = vec![unreadable(Source::Settlements, Some("t1"))];
    assert_eq!(classes(&books), ["UNREADABLE_ROW"]);
}

#[test]
fn a_transaction_row_that_could_not_be_read_explains_what_the_history_lacks() {
    let mut books = in_order();
    books.history = walk(card_rows().into_iter().take(1).collect());
    books.unreadable = vec![unreadable(Source::Transactions, Some("t1"))];
    assert_eq!(classes(&books), ["UNREADABLE_ROW"]);
    // A row of another event explains neither the settlement row nor the gap in the history that it is of.
    books.unreadable = vec![unreadable(Source::Transactions, Some("t9"))];
    assert_eq!(classes(&books), ["SETTLEMENT_ORPHAN", "UNREADABLE_ROW"]);
    // One that names no event may be about this one.
    books.unreadable = vec![unreadable(Source::Transactions, None)];
    assert_eq!(classes(&books), ["UNREADABLE_ROW"]);
    // A settlement row is none of the history.
    books.unreadable = vec![unreadable(Source::Settlements, Some("t1"))];
    assert_eq!(classes(&books), ["SETTLEMENT_ORPHAN", "UNREADABLE_ROW"]);
}

#[test]
fn each_row_is_named_in_an_order_of_its_own_and_hides_nothing_else() {
    let mut books = in_order();
    let rows = [
        unreadable(Source::Transactions, Some("t2")),
        unreadable(Source::Settlements, Some("t1")),
        unreadable(Source::Settlements, None),
    ];
    books.unreadable = rows.to_vec();
    let row = &mut books.settlements[0].settlement;
    row.pay_out_amount = krw(row.pay_out_amount.minor() + 1);
    let found = classes(&books);
    let three = ["UNREADABLE_ROW"; 3];
    assert_eq!(found, [&three[..], &["FEE_ARITHMETIC"]].concat());
    let in_one_order = result(&books).discrepancies;
    books.unreadable.reverse();
    assert_eq!(result(&books).discrepancies, in_one_order);
}
