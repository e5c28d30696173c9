//! Rows whose fee no rounding of the usual rate gives.

use proptest::prelude::*;
use reconciliation::{
    FeeOutlier, FeeSample, MId, PaymentMethod, fee_at, fee_outliers, usual_fee_rate,
};
use rust_decimal::Decimal;

use crate::made::krw;
use crate::made_books::day;

fn sample(amount: i64, fee: i64) -> FeeSample {
    FeeSample {
        mid: MId::parse("shop").unwrap(),
        transaction_key: None,
        method: PaymentMethod::Card,
        provider: Some("31".to_owned()),
        sold_date: day("2026-03-03"),
        amount: krw(amount),
        fee: krw(fee),
    }
}

/// Rows at 2.31 %, rounded down and up in turn.
fn at_the_usual_rate(count: i64) -> Vec<FeeSample> {
    (0..count)
        .map(|n| {
            let amount = 1_000_000 + 13_737 * n;
            let fee = (amount * 231 + if n % 2 == 0 { 0 } else { 9_999 }) / 10_000;
            sample(amount, fee)
        })
        .collect()
}

#[test]
fn the_usual_rate_is_that_of_more_than_half_of_thirty_rows_and_estimates_a_fee() {
    let rate = Decimal::new(231, 4);
    assert_eq!(usual_fee_rate(&at_the_usual_rate(30)), Some(rate));
    assert_eq!(usual_fee_rate(&at_the_usual_rate(29)), None);
    let mut half = at_the_usual_rate(30);
    half.extend((0..30).map(|n| sample(1_000_000 + n, 30_000 + 1_000 * n)));
    assert_eq!(usual_fee_rate(&half), None);
    half.pop();
    assert_eq!(usual_fee_rate(&half), Some(rate));
    assert_eq!(fee_at(rate, krw(64_601)), Some(krw(1_492)));
    assert_eq!(fee_at(rate, krw(-64_601)), Some(krw(-1_492)));
    assert_eq!(fee_at(Decimal::new(5, 1), krw(1)), Some(krw(1)));
}

#[test]
fn roundings_of_the_rate_are_usual_and_one_won_more_is_not() {
    assert_eq!(fee_outliers(&at_the_usual_rate(30)), []);
    // 2.31 % of 64,601 is 1,492.28.
    for (fee, usual) in [(1_491, false), (1_492, true), (1_493, true), (1_494, false)] {
        let mut samples = at_the_usual_rate(40);
        samples.push(sample(64_601, fee));
        let found = fee_outliers(&samples);
        assert_eq!(found.is_empty(), usual, "{fee}");
        if let Some(outlier) = found.first() {
            let expected = FeeOutlier {
                sample: sample(64_601, fee),
                usual_rate: Decimal::new(231, 4),
                rows: 41,
                agreeing: 40,
            };
            assert_eq!(*outlier, expected);
        }
    }
}

#[test]
fn a_cancel_is_held_to_the_same_rate() {
    let mut samples = at_the_usual_rate(40);
    samples.push(sample(-64_601, -1_492));
    assert_eq!(fee_outliers(&samples), []);
    samples.push(sample(-64_601, 0));
    assert_eq!(fee_outliers(&samples).len(), 1, "a fee that was kept");
}

#[test]
fn thirty_rows_have_a_usual_rate_and_twenty_nine_have_none() {
    for (count, outliers) in [(29, 1), (28, 0)] {
        let mut samples = at_the_usual_rate(count);
        samples.push(sample(50_000, 13_000));
        assert_eq!(fee_outliers(&samples).len(), outliers, "{count} and one");
    }
}

#[test]
fn merchants_methods_providers_and_months_are_kept_apart() {
    let differing: [fn(&mut FeeSample); 4] = [
        |row| row.mid = MId::parse("another").unwrap(),
        |row| row.method = PaymentMethod::EasyPay,
        |row| row.provider = None,
        |row| row.sold_date = day("2026-04-01"),
    ];
    for differ in differing {
        let mut samples = at_the_usual_rate(30);
        let mut other = sample(50_000, 13_000);
        differ(&mut other);
        samples.push(other);
        assert_eq!(fee_outliers(&samples), []);
    }
}

#[test]
fn rows_without_a_common_rate_have_no_outliers() {
    // A flat fee is another share of every amount.
    let flat: Vec<_> = (1..=60).map(|n| sample(n * 10_000, 330)).collect();
    assert_eq!(fee_outliers(&flat), []);
    let mut with_free_rows = at_the_usual_rate(30);
    with_free_rows.push(sample(0, 500));
    assert_eq!(fee_outliers(&with_free_rows), [], "no rate of nothing");
}

proptest! {
    #[test]
    fn the_order_of_the_rows_changes_nothing_found(
        fees in prop::collection::vec((1_i64..100_000, 0_i64..40), 30..60),
        rate in 1_i64..1_000,
    ) {
        let mut samples: Vec<_> = fees
            .iter()
            .map(|(amount, off)| {
                let shift = if *off == 0 { 7 } else { 0 };
                sample(*amount, amount * rate / 10_000 + shift)
            })
            .collect();
        let sorted = |samples: &[FeeSample]| {
            let mut found: Vec<_> = fee_outliers(samples).iter().map(|f| format!("{f:?}")).collect();
            found.sort();
            found
        };
        let found = sorted(&samples);
        samples.reverse();
        prop_assert_eq!(sorted(&samples), found);
    }

    #[test]
    fn rows_rounded_down_from_one_rate_are_never_outliers(
        amounts in prop::collection::vec(1_i64..10_000_000, 30..80),
        rate in 0_i64..3_000,
    ) {
        let samples: Vec<_> = amounts.iter().map(|a| sample(*a, a * rate / 10_000)).collect();
        prop_assert_eq!(fee_outliers(&samples), []);
    }
}
