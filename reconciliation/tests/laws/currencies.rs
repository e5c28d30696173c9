//! Sums are exact, and each currency keeps its own.

use reconciliation::Effect::{Paid, Voided};
use reconciliation::{CancelRowAmounts, Currency, History, Money, MoneyError};

use crate::made::{CARD, VIRTUAL_ACCOUNT, effects, krw, row, walk};

#[test]
fn minor_units_are_exact_in_currencies_with_and_without_decimals() {
    let cases = [
        (Currency::USD, "726.24", "181.56", "544.68"),
        (Currency::JPY, "72624", "18156", "54468"),
        (Currency::MUSD, "726.240000", "181.560000", "544.680000"),
    ];
    for (currency, paid, refunded, left) in cases {
        let money = |text| Money::parse(text, currency).unwrap();
        let history = walk(vec![
            row(0, "해외간편결제", "DONE", 0, money(paid)),
            row(1, "해외간편결제", "PARTIAL_CANCELED", 1, money(refunded)),
        ]);
        assert_eq!(history.totals(currency).net(), money(left));
        assert_eq!(history.totals(currency).net().to_decimal_text(), left);
    }
}

#[test]
fn two_currencies_are_never_added() {
    let usd = |cents| Money::from_minor(cents, Currency::USD);
    let history = walk(vec![
        row(0, CARD, "DONE", 0, krw(10_000)),
        row(1, CARD, "DONE", 1, usd(500)),
        row(2, CARD, "CANCELED", 2, usd(500)),
        row(3, CARD, "PARTIAL_CANCELED", 3, krw(1_000)),
    ]);
    assert_eq!(
        history.currencies().collect::<Vec<_>>(),
        [Currency::KRW, Currency::USD]
    );
    assert_eq!(history.totals(Currency::KRW).net(), krw(9_000));
    assert_eq!(history.totals(Currency::USD).net(), usd(0));
    assert_eq!(
        history.totals(Currency::JPY).net(),
        Money::zero(Currency::JPY)
    );
}

#[test]
fn money_held_in_one_currency_makes_no_refund_of_a_cancel_in_another() {
    let history = walk(vec![
        row(0, VIRTUAL_ACCOUNT, "DONE", 0, krw(10_000)),
        row(
            1,
            VIRTUAL_ACCOUNT,
            "CANCELED",
            1,
            Money::from_minor(500, Currency::USD),
        ),
    ]);
    assert_eq!(effects(&history), [Paid, Voided]);
}

#[test]
fn a_sum_that_does_not_fit_is_refused() {
    let huge = Money::from_minor(i64::MAX, Currency::KRW);
    let too_much = vec![row(0, CARD, "DONE", 0, huge), row(1, CARD, "DONE", 1, huge)];
    assert_eq!(
        History::of(too_much, CancelRowAmounts::OfTheCancel),
        Err(MoneyError::TooLarge)
    );
}

#[test]
fn a_payment_without_rows_holds_nothing() {
    let nothing = walk(Vec::new());
    assert_eq!(nothing, History::default());
    assert_eq!(nothing.totals(Currency::KRW).net(), krw(0));
}
