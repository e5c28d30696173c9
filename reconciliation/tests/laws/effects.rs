//! What each row does to the money held: every line of the table of effects, with its near misses.

use reconciliation::Effect::{Paid, PaymentReversed, Refunded, Voided};
use reconciliation::{
    CancelRowAmounts, Currency, Effect, History, MId, Money, MoneyError, OrderId, PaymentKey,
    PaymentStatus, Transaction,
};

use crate::made::{
    CARD, VIRTUAL_ACCOUNT, cancel, history, key, krw, payment, row, rows, second, walk,
};

const NOTHING: Effect = Effect::None;

fn effects(history: &History) -> Vec<Effect> {
    history.events().iter().map(|event| event.effect).collect()
}

/// Walks `(status, second, amount, expected effect)` and compares the sums `(paid, refunded, voided)`.
#[track_caller]
fn assert_walk(method: &str, listed: &[(&str, i64, i64, Effect)], sums: (i64, i64, i64)) {
    let given: Vec<_> = listed
        .iter()
        .map(|(status, at, won, _)| (*status, *at, *won))
        .collect();
    let expected: Vec<_> = listed.iter().map(|(_, _, _, effect)| *effect).collect();
    let history = history(method, &given);
    assert_eq!(effects(&history), expected);
    let totals = history.totals(Currency::KRW);
    let found = (totals.paid, totals.effective_refund, totals.voided);
    assert_eq!(found, (krw(sums.0), krw(sums.1), krw(sums.2)));
    assert_eq!(totals.net(), krw(sums.0 - sums.1));
}

/// The rows of a real merchant's virtual account that nobody paid, as Toss listed them.
fn published_unpaid_account() -> Vec<Transaction> {
    let listed = |place, transaction, status, at: &str, won| Transaction {
        mid: MId::parse("estagehwpp").unwrap(),
        transaction_key: key(transaction),
        payment_key: PaymentKey::parse("estag20240807160826ZKQT3").unwrap(),
        order_id: OrderId::parse("LIVE-V20240807160726-PAY_6367_3859").unwrap(),
        method_label: Some("가상계좌".to_owned()),
        status: PaymentStatus::from_toss(status),
        transaction_at: at.parse().unwrap(),
        amount: krw(won),
        listed_position: place,
    };
    vec![
        listed(
            0,
            "5D7E71D2182344A179FC6B9E045E0CBA",
            "WAITING_FOR_DEPOSIT",
            "2024-08-07T16:08:45+09:00",
            0,
        ),
        listed(
            1,
            "0D67751A1B6DD08DB9FB75F41B1D2F9F",
            "CANCELED",
            "2024-08-07T16:10:40+09:00",
            22_400,
        ),
    ]
}

#[test]
fn a_real_virtual_account_cancelled_unpaid_is_a_void_and_refunds_nothing() {
    let history = walk(published_unpaid_account());
    assert_eq!(effects(&history), [NOTHING, Voided]);
    let totals = history.totals(Currency::KRW);
    assert_eq!(totals.effective_refund, krw(0));
    assert_eq!(totals.paid, krw(0));
    assert_eq!(totals.voided, krw(22_400));
    assert!(
        history
            .events()
            .iter()
            .all(|event| event.effective_amount == krw(0))
    );
}

#[test]
fn the_same_account_without_its_first_row_is_a_void_too() {
    let history = walk(published_unpaid_account().split_off(1));
    assert_eq!(effects(&history), [Voided]);
}

#[test]
fn a_deposited_virtual_account_cancelled_is_refunded() {
    assert_walk(
        VIRTUAL_ACCOUNT,
        &[
            ("WAITING_FOR_DEPOSIT", 0, 0, NOTHING),
            ("DONE", 60, 22_400, Paid),
            ("CANCELED", 120, 22_400, Refunded),
        ],
        (22_400, 22_400, 0),
    );
}

#[test]
fn a_cancel_after_a_bounced_deposit_is_a_void_whatever_amount_the_bounce_lists() {
    for listed_with_the_bounce in [0, 22_400, 9] {
        assert_walk(
            VIRTUAL_ACCOUNT,
            &[
                ("WAITING_FOR_DEPOSIT", 0, 0, NOTHING),
                ("DONE", 60, 22_400, Paid),
                (
                    "WAITING_FOR_DEPOSIT",
                    90,
                    listed_with_the_bounce,
                    PaymentReversed,
                ),
                ("CANCELED", 120, 22_400, Voided),
            ],
            (0, 0, 22_400),
        );
    }
}

#[test]
fn a_bounced_deposit_reverses_what_was_paid() {
    let history = history(
        VIRTUAL_ACCOUNT,
        &[("DONE", 60, 22_400), ("WAITING_FOR_DEPOSIT", 90, 0)],
    );
    let bounce = history.events().last().unwrap();
    assert_eq!(bounce.effective_amount, krw(-22_400));
    assert_eq!(bounce.amount(), krw(22_400));
}

#[test]
fn a_deposit_made_again_after_a_bounce_is_refunded_by_a_cancel() {
    assert_walk(
        VIRTUAL_ACCOUNT,
        &[
            ("WAITING_FOR_DEPOSIT", 0, 0, NOTHING),
            ("DONE", 60, 22_400, Paid),
            ("WAITING_FOR_DEPOSIT", 90, 0, PaymentReversed),
            ("DONE", 600, 22_400, Paid),
            ("CANCELED", 900, 22_400, Refunded),
        ],
        (22_400, 22_400, 0),
    );
}

#[test]
fn a_bounce_reverses_only_what_is_still_held() {
    assert_walk(
        VIRTUAL_ACCOUNT,
        &[
            ("DONE", 0, 10_000, Paid),
            ("PARTIAL_CANCELED", 60, 3_000, Refunded),
            ("WAITING_FOR_DEPOSIT", 90, 0, PaymentReversed),
            ("CANCELED", 120, 7_000, Voided),
        ],
        (3_000, 3_000, 7_000),
    );
}

#[test]
fn waiting_does_nothing_while_no_money_is_held() {
    assert_walk(
        VIRTUAL_ACCOUNT,
        &[
            ("WAITING_FOR_DEPOSIT", 0, 0, NOTHING),
            ("WAITING_FOR_DEPOSIT", 1, 22_400, NOTHING),
            ("DONE", 2, 22_400, Paid),
            ("CANCELED", 3, 22_400, Refunded),
            ("WAITING_FOR_DEPOSIT", 4, 22_400, NOTHING),
        ],
        (22_400, 22_400, 0),
    );
}

#[test]
fn waiting_reverses_nothing_of_a_method_that_cannot_bounce() {
    for method in [CARD, "계좌이체", "새로운결제"] {
        assert_walk(
            method,
            &[
                ("WAITING_FOR_DEPOSIT", 0, 0, NOTHING),
                ("DONE", 60, 22_400, Paid),
                ("WAITING_FOR_DEPOSIT", 90, 0, NOTHING),
                ("CANCELED", 120, 22_400, Refunded),
            ],
            (22_400, 22_400, 0),
        );
    }
}

#[test]
fn only_a_virtual_account_without_its_done_row_is_a_void() {
    let cases = [
        ("가상계좌", Voided),
        ("VIRTUAL_ACCOUNT", Voided),
        ("카드", Refunded),
        ("CARD", Refunded),
        ("간편결제", Refunded),
        ("EASY_PAY", Refunded),
        ("휴대폰", Refunded),
        ("MOBILE_PHONE", Refunded),
        ("계좌이체", Refunded),
        ("TRANSFER", Refunded),
        ("문화상품권", Refunded),
        ("CULTURE_GIFT_CERTIFICATE", Refunded),
        ("도서문화상품권", Refunded),
        ("BOOK_GIFT_CERTIFICATE", Refunded),
        ("게임문화상품권", Refunded),
        ("GAME_GIFT_CERTIFICATE", Refunded),
        ("해외간편결제", Refunded),
        ("FOREIGN_EASY_PAY", Refunded),
        ("새로운결제", Refunded),
        ("가상 계좌", Refunded),
        ("", Refunded),
    ];
    for (method, expected) in cases {
        for status in ["CANCELED", "PARTIAL_CANCELED"] {
            let history = history(method, &[(status, 0, 500)]);
            assert_eq!(effects(&history), [expected], "{method} {status}");
        }
    }
    let mut unnamed = rows(CARD, &[("CANCELED", 0, 500)]);
    unnamed[0].method_label = None;
    assert_eq!(effects(&walk(unnamed)), [Refunded]);
}

#[test]
fn a_refund_whose_done_row_was_not_read_still_counts_in_full() {
    assert_walk(
        "계좌이체",
        &[("PARTIAL_CANCELED", 0, 3_000, Refunded)],
        (0, 3_000, 0),
    );
}

#[test]
fn draining_by_partial_cancels_refunds_everything() {
    let listed = [
        ("DONE", 0, 10_000, Paid),
        ("PARTIAL_CANCELED", 1, 4_000, Refunded),
        ("PARTIAL_CANCELED", 2, 4_000, Refunded),
        ("PARTIAL_CANCELED", 3, 2_000, Refunded),
    ];
    for method in [CARD, VIRTUAL_ACCOUNT] {
        assert_walk(method, &listed, (10_000, 10_000, 0));
    }
}

#[test]
fn a_cancel_after_everything_was_refunded_is_shown_as_giving_back_too_much_and_never_as_a_void() {
    for method in [CARD, VIRTUAL_ACCOUNT] {
        assert_walk(
            method,
            &[
                ("DONE", 0, 10_000, Paid),
                ("PARTIAL_CANCELED", 1, 10_000, Refunded),
                ("CANCELED", 2, 500, Refunded),
            ],
            (10_000, 10_500, 0),
        );
    }
}

#[test]
fn a_deposit_of_nothing_is_no_money_held() {
    assert_walk(
        VIRTUAL_ACCOUNT,
        &[("DONE", 0, 0, Paid), ("CANCELED", 1, 500, Voided)],
        (0, 0, 500),
    );
}

#[test]
fn the_status_tells_the_direction_and_the_sign_does_not() {
    assert_walk(
        CARD,
        &[
            ("DONE", 0, -10_000, Paid),
            ("PARTIAL_CANCELED", 1, -3_000, Refunded),
            ("CANCELED", 2, 7_000, Refunded),
        ],
        (10_000, 10_000, 0),
    );
    assert_walk(
        VIRTUAL_ACCOUNT,
        &[("CANCELED", 0, -22_400, Voided)],
        (0, 0, 22_400),
    );
}

#[test]
fn states_that_move_no_money_and_unknown_ones_change_nothing() {
    for status in ["READY", "IN_PROGRESS", "ABORTED", "EXPIRED", "FROZEN", ""] {
        for method in [CARD, VIRTUAL_ACCOUNT] {
            assert_walk(
                method,
                &[
                    (status, 0, 777, NOTHING),
                    ("DONE", 1, 10_000, Paid),
                    (status, 2, 777, NOTHING),
                    ("CANCELED", 3, 10_000, Refunded),
                ],
                (10_000, 10_000, 0),
            );
            assert_walk(method, &[(status, 0, 777, NOTHING)], (0, 0, 0));
        }
        let unpaid = history(VIRTUAL_ACCOUNT, &[(status, 0, 777), ("CANCELED", 1, 777)]);
        assert_eq!(effects(&unpaid), [NOTHING, Voided]);
    }
}

#[test]
fn an_unknown_status_keeps_its_spelling() {
    let history = history(CARD, &[("FROZEN", 0, 0)]);
    let status = &history.events()[0].transaction.status;
    assert_eq!(status, &PaymentStatus::Other("FROZEN".to_owned()));
    assert_eq!(status.as_str(), "FROZEN");
}

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

#[test]
fn fully_cancelled_is_said_by_the_balance_and_not_by_the_status() {
    let drained = history(
        CARD,
        &[("DONE", 0, 10_000), ("PARTIAL_CANCELED", 1, 10_000)],
    );
    let partly = history(CARD, &[("DONE", 0, 10_000), ("PARTIAL_CANCELED", 1, 9_999)]);
    let paid = history(CARD, &[("DONE", 0, 10_000)]);
    let without_its_done_row = history(CARD, &[("CANCELED", 1, 10_000)]);
    let cases = [
        ("PARTIAL_CANCELED", Some(0), &drained, true),
        ("PARTIAL_CANCELED", Some(1), &partly, false),
        ("PARTIAL_CANCELED", Some(1), &drained, false),
        ("CANCELED", Some(0), &drained, true),
        ("CANCELED", Some(1), &partly, false),
        ("DONE", Some(0), &paid, false),
        ("DONE", Some(10_000), &paid, false),
        ("EXPIRED", Some(0), &History::default(), false),
        ("PARTIAL_CANCELED", None, &drained, true),
        ("PARTIAL_CANCELED", None, &partly, false),
        ("CANCELED", None, &without_its_done_row, true),
        ("PARTIAL_CANCELED", None, &without_its_done_row, false),
        ("DONE", None, &paid, false),
        ("EXPIRED", None, &History::default(), false),
    ];
    for (status, balance, history, expected) in cases {
        let mut payment = payment(CARD, status, 0);
        payment.balance_amount = balance.map(krw);
        assert_eq!(
            payment.is_fully_canceled(history),
            expected,
            "{status} {balance:?}"
        );
    }
}

#[test]
fn a_void_cancels_a_payment_fully() {
    let history = walk(published_unpaid_account());
    let mut payment = payment(VIRTUAL_ACCOUNT, "CANCELED", 0);
    assert!(payment.is_fully_canceled(&history));
    payment.balance_amount = None;
    assert!(payment.is_fully_canceled(&history));
}

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
