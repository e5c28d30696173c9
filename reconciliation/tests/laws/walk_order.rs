//! The order in which rows are walked, and that a key counts once.

use reconciliation::Effect::{Paid, PaymentReversed, Refunded, Voided};
use reconciliation::{Currency, Effect, MId};

use crate::made::{CARD, VIRTUAL_ACCOUNT, effects, krw, row, rows, second, walk};

const NOTHING: Effect = Effect::None;

#[test]
fn rows_of_one_second_follow_the_life_cycle_in_whatever_order_they_came() {
    let in_order = rows(
        VIRTUAL_ACCOUNT,
        &[
            ("WAITING_FOR_DEPOSIT", 0, 0),
            ("DONE", 0, 10_000),
            ("PARTIAL_CANCELED", 0, 4_000),
            ("CANCELED", 0, 6_000),
        ],
    );
    let expected = walk(in_order.clone());
    assert_eq!(effects(&expected), [NOTHING, Paid, Refunded, Refunded]);
    for turn in 0..4 {
        let mut turned = in_order.clone();
        turned.rotate_left(turn);
        assert_eq!(walk(turned.clone()), expected);
        turned.reverse();
        assert_eq!(walk(turned), expected);
    }
}

#[test]
fn a_bounce_in_the_second_of_its_deposit_follows_the_deposit() {
    let bounced = |issued, at| {
        rows(
            VIRTUAL_ACCOUNT,
            &[
                ("WAITING_FOR_DEPOSIT", issued, 0),
                ("DONE", 60, 10_000),
                ("WAITING_FOR_DEPOSIT", at, 10_000),
                ("CANCELED", 90, 10_000),
            ],
        )
    };
    for in_order in [bounced(0, 60), bounced(60, 60)] {
        let expected = [NOTHING, Paid, PaymentReversed, Voided];
        for turn in 0..4 {
            let mut turned = in_order.clone();
            turned.rotate_left(turn);
            assert_eq!(effects(&walk(turned)), expected);
        }
        assert_eq!(walk(in_order).totals(Currency::KRW).paid, krw(0));
    }
    // Without an earlier row it is the account's issue, whose deposit came at once.
    let issue = bounced(60, 60).into_iter().skip(1).collect();
    assert_eq!(effects(&walk(issue)), [NOTHING, Paid, Refunded]);
    // A second too early it says that the account waits for its deposit, still or again.
    assert_eq!(
        effects(&walk(bounced(0, 59))),
        [NOTHING, NOTHING, Paid, Refunded]
    );
}

#[test]
fn rows_of_one_second_and_status_follow_the_listing() {
    let mut equal = rows(
        CARD,
        &[("PARTIAL_CANCELED", 0, 1), ("PARTIAL_CANCELED", 0, 2)],
    );
    equal[0].listed_position = 8;
    equal[1].listed_position = 7;
    let keys: Vec<_> = walk(equal)
        .events()
        .iter()
        .map(|event| event.transaction.transaction_key.to_string())
        .collect();
    assert_eq!(keys, ["t1", "t0"]);
}

#[test]
fn a_key_counts_once_per_merchant_and_the_earlier_of_two_rows_stands() {
    let once = row(0, CARD, "DONE", 0, krw(10_000));
    let mut restated = once.clone();
    restated.transaction_at = second(5);
    restated.amount = krw(9_000);
    for both in [
        vec![once.clone(), restated.clone()],
        vec![restated.clone(), once.clone(), restated],
    ] {
        assert_eq!(walk(both), walk(vec![once.clone()]));
    }
    let mut of_another_merchant = once.clone();
    of_another_merchant.mid = MId::parse("shop2").unwrap();
    let both = walk(vec![once, of_another_merchant]);
    assert_eq!(both.totals(Currency::KRW).paid, krw(20_000));
}

#[test]
fn a_key_counts_once_in_a_long_history_too() {
    let long: Vec<_> = (0..50).map(|n| row(n, CARD, "DONE", 0, krw(1))).collect();
    let twice = [long.clone(), long].concat();
    assert_eq!(walk(twice).totals(Currency::KRW).paid, krw(50));
}
