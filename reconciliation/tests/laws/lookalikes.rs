//! Events that only a transaction key could tell apart, and rows that carry none: counted together, never guessed.

use reconciliation::{Language, Verdict};

use crate::made::{CARD, history};
use crate::made_books::{
    DAY, at, classes, classes_as_of, everything_read, in_order, listed, result, settled,
};

#[test]
fn settlement_duplicated_among_events_that_nothing_tells_apart() {
    let mut books = in_order();
    books.payment = None;
    books.requests.clear();
    books.history = history(
        CARD,
        &[
            ("DONE", 0, 10_000),
            ("PARTIAL_CANCELED", DAY, 3_000),
            ("PARTIAL_CANCELED", DAY, 3_000),
        ],
    );
    let mut keyless = settled("t1", -3_000, "2026-03-03", "2026-03-10");
    keyless.transaction_key = None;
    books.settlements.truncate(1);
    for place in 0..2 {
        books.settlements.push(listed(place, keyless.clone()));
    }
    let elsewhere = ["CANCELED_ELSEWHERE"; 2];
    assert_eq!(classes(&books), elsewhere);
    books.settlements.push(listed(2, keyless));
    assert_eq!(
        classes(&books),
        [&["SETTLEMENT_DUPLICATED"][..], &elsewhere].concat()
    );
    books.settlements.truncate(2);
    let found = result(&books).discrepancies.remove(0);
    assert_eq!(
        found.explanation(Language::English),
        "1 of 2 settlement rows of -3000 KRW is late since 2026-03-06 00:00:00 KST; which cannot be told."
    );
}

#[test]
fn among_events_that_nothing_tells_apart_only_late_ones_can_miss_a_row() {
    let mut books = in_order();
    books.payment = None;
    // The second refund is of the day before.
    books.history = history(
        CARD,
        &[
            ("DONE", 0, 10_000),
            ("PARTIAL_CANCELED", DAY, 3_000),
            ("PARTIAL_CANCELED", 17 * DAY, 3_000),
        ],
    );
    books.settlements[1].settlement.transaction_key = None;
    assert_eq!(classes(&books), ["CANCELED_ELSEWHERE"]);
    assert_eq!(result(&books).verdict, Verdict::Pending);
    let late = at("2026-03-24T00:00:00+09:00");
    books.coverage = everything_read(late);
    assert_eq!(
        classes_as_of(&books, late),
        ["SETTLEMENT_MISSING", "CANCELED_ELSEWHERE"]
    );
}
