//! Which events wait for their settlement row.

use std::sync::Arc;

use proptest::prelude::*;
use reconciliation::{Books, PayoutBasis, SettlementKind, reconcile, unsettled};

use crate::made::{CARD, VIRTUAL_ACCOUNT, krw, rows, second, walk};
use crate::made_books::{day, everything_read, in_order, later, terms, void_in_order};
use crate::reconcile_properties::any_known;

fn keys(books: &Books) -> Vec<String> {
    let found = unsettled(books, terms());
    found
        .iter()
        .map(|event| event.transaction_key.to_string())
        .collect()
}

#[test]
fn an_event_waits_until_its_row_is_there() {
    let mut books = in_order();
    assert!(keys(&books).is_empty());
    books.settlements.pop();
    let [event] = &unsettled(&books, terms())[..] else {
        panic!("one event waits");
    };
    assert_eq!(event.transaction_key.as_str(), "t1");
    assert_eq!(event.kind, SettlementKind::Cancel);
    assert_eq!(event.amount, krw(-3_000));
    assert_eq!(event.sold_date, day("2026-03-03"));
}

#[test]
fn a_void_and_a_bounced_deposit_wait_for_nothing() {
    assert!(keys(&void_in_order()).is_empty());
    let bounced = [
        ("WAITING_FOR_DEPOSIT", 0, 0),
        ("DONE", 60, 10_000),
        ("WAITING_FOR_DEPOSIT", 120, 0),
    ];
    let books = Books {
        history: walk(rows(VIRTUAL_ACCOUNT, &bounced)),
        coverage: everything_read(later()),
        ..Books::default()
    };
    assert!(keys(&books).is_empty());
}

#[test]
fn of_two_equal_cancels_with_one_row_that_names_neither_one_waits() {
    let mut books = in_order();
    let twice = [
        ("DONE", 0, 10_000),
        ("PARTIAL_CANCELED", 86_400, 3_000),
        ("PARTIAL_CANCELED", 86_460, 3_000),
    ];
    books.history = walk(rows(CARD, &twice));
    books.settlements[1].settlement.transaction_key = None;
    assert_eq!(keys(&books), ["t2"]);
    let mut second_row = books.settlements[1].clone();
    second_row.place = 1;
    books.settlements.push(second_row);
    assert!(keys(&books).is_empty());
}

#[test]
fn nothing_waits_where_settlements_cannot_be_had() {
    let mut books = in_order();
    books.settlements.clear();
    assert_eq!(keys(&books), ["t0", "t1"]);
    books.coverage = Arc::new((*books.coverage).clone().without_settlements());
    assert!(keys(&books).is_empty());
}

proptest! {
    #[test]
    fn what_waits_has_no_row_to_be_paid_out_by(known in any_known()) {
        let books = known.books();
        let payouts = reconcile(&books, terms(), second(0)).payouts;
        for event in unsettled(&books, terms()) {
            let payout = payouts.iter().find(|payout| payout.transaction_key == event.transaction_key);
            let payout = payout.unwrap();
            prop_assert_eq!(payout.basis, PayoutBasis::Forecast);
            prop_assert_eq!((payout.kind, payout.amount, payout.sold_date), (event.kind, event.amount, Some(event.sold_date)));
        }
    }
}
