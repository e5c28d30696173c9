//! The two readings of a cancel row's amount.

use reconciliation::{CancelRowAmounts, Currency, History, Money};

use crate::made::{CARD, cancel, krw, rows, walk};

#[test]
fn a_partial_cancels_amount_is_read_as_the_setting_says() {
    let of_the_cancel = rows(
        CARD,
        &[
            ("DONE", 0, 10_000),
            ("PARTIAL_CANCELED", 1, 3_000),
            ("PARTIAL_CANCELED", 2, 7_000),
        ],
    );
    let of_the_payment = rows(
        CARD,
        &[
            ("DONE", 0, 10_000),
            ("PARTIAL_CANCELED", 1, 10_000),
            ("PARTIAL_CANCELED", 2, 10_000),
        ],
    );
    let cancels = [cancel("t1", 1, 3_000), cancel("t2", 2, 7_000)];
    let as_payment = CancelRowAmounts::OfThePayment(&cancels);
    for history in [
        walk(of_the_cancel.clone()),
        History::of(of_the_payment, as_payment).unwrap(),
        History::of(of_the_cancel, as_payment).unwrap(),
    ] {
        let moved: Vec<_> = history
            .events()
            .iter()
            .map(|event| event.effective_amount)
            .collect();
        assert_eq!(moved, [krw(10_000), krw(-3_000), krw(-7_000)]);
        assert_eq!(history.totals(Currency::KRW).net(), krw(0));
    }
}

#[test]
fn a_cancel_in_another_currency_or_under_another_key_lends_no_row_its_amount() {
    let mut foreign = cancel("t1", 1, 3_000);
    foreign.amount = Money::from_minor(3_000, Currency::USD);
    for cancels in [[foreign], [cancel("t9", 1, 3_000)]] {
        let listed = rows(CARD, &[("DONE", 0, 10_000), ("CANCELED", 1, 10_000)]);
        let history = History::of(listed, CancelRowAmounts::OfThePayment(&cancels)).unwrap();
        assert_eq!(history.totals(Currency::KRW).effective_refund, krw(10_000));
    }
}
