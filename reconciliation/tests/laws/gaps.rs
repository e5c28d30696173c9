//! What a verdict depends on and has not been read; each with the reading that fills it.

use std::sync::Arc;

use chrono::TimeDelta;
use reconciliation::{Coverage, Language, Stretch};

use crate::discrepancies::only;
use crate::made::{second, walk};
use crate::made_books::{
    DAY, at, card_rows, classes, classes_as_of, day, everything_read, in_order, later,
    settled_history, void_in_order,
};

#[test]
fn source_gap_of_the_transactions_up_to_the_instant_of_an_event() {
    let read_to = |until| {
        let stretch = Stretch {
            from: second(-DAY),
            until,
        };
        let days = ["2026-03-02", "2026-03-03"].map(|text| (day(text), later()));
        Arc::new(Coverage::new([stretch], days))
    };
    let mut books = in_order();
    books.coverage = read_to(second(DAY + 1));
    assert_eq!(classes(&books), [""; 0]);
    books.coverage = read_to(second(DAY));
    assert_eq!(classes(&books), [""; 0], "the payment was read later");
    // Read before its cancel, it does not vouch for it.
    books.payment.as_mut().unwrap().read_at = second(DAY - 1);
    let found = only(&books);
    assert_eq!(found.class().as_str(), "SOURCE_GAP");
    assert_eq!(
        found.explanation(Language::English),
        "The list of transactions has not been read completely: 2026-03-03 is missing; `toss-recon sync --from 2026-03-03 --to 2026-03-03 --only transactions` reads it."
    );
}

#[test]
fn source_gap_between_the_events_unless_the_payment_was_read_later() {
    let hole = |from, until| {
        let all = [
            Stretch {
                from: second(-DAY),
                until: from,
            },
            Stretch {
                from: until,
                until: later(),
            },
        ];
        let days = ["2026-03-02", "2026-03-03"].map(|text| (day(text), later()));
        Arc::new(Coverage::new(all, days))
    };
    let mut books = in_order();
    books.coverage = hole(second(5 * DAY), second(6 * DAY));
    assert_eq!(classes(&books), [""; 0]);
    books.payment.as_mut().unwrap().read_at = second(6 * DAY);
    assert_eq!(classes(&books), [""; 0]);
    books.payment.as_mut().unwrap().read_at = second(6 * DAY - 1);
    assert_eq!(classes(&books), ["SOURCE_GAP"]);
    books.payment = None;
    assert_eq!(classes(&books), ["SOURCE_GAP"]);
    books.coverage = hole(second(5 * DAY), second(5 * DAY));
    assert_eq!(classes(&books), [""; 0]);
}

#[test]
fn source_gap_before_a_history_that_begins_with_a_cancel() {
    let mut books = settled_history(walk(card_rows().split_off(1)));
    books.requests = in_order().requests;
    assert_eq!(
        only(&books).explanation(Language::English),
        "The list of transactions has not been read completely: what came before 2026-03-03 is missing; `toss-recon sync --from yyyy-MM-dd --to 2026-03-02 --only transactions` reads it."
    );
    books.history = walk(card_rows());
    books.settlements = in_order().settlements;
    assert_eq!(classes(&books), [""; 0]);
}

#[test]
fn source_gap_of_the_settlements_not_read_since_a_row_became_late() {
    // Sold on 2 March, a holiday; published on the 3rd, the 4th is the grace.
    let late = at("2026-03-05T00:00:00+09:00");
    let mut books = in_order();
    books.settlements.remove(0);
    books.coverage = everything_read(late - TimeDelta::seconds(1));
    assert_eq!(classes(&books), ["SOURCE_GAP"]);
    assert_eq!(classes_as_of(&books, late - TimeDelta::seconds(1)), [""; 0]);
    books.coverage = everything_read(late);
    assert_eq!(classes(&books), ["SETTLEMENT_MISSING"]);
}

#[test]
fn source_gap_when_settlements_cannot_be_had() {
    let mut books = in_order();
    let coverage = Arc::unwrap_or_clone(books.coverage).without_settlements();
    books.coverage = Arc::new(coverage);
    assert_eq!(
        only(&books).explanation(Language::English),
        "A test key has no settlements at Toss: whether this money is paid out cannot be told.",
        "rows that came all the same are samples"
    );
    books.settlements.clear();
    assert_eq!(classes(&books), ["SOURCE_GAP"]);
    let mut void = void_in_order();
    void.coverage = books.coverage;
    assert_eq!(classes(&void), [""; 0], "a void has nothing to settle");
}
