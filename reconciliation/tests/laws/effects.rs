//! What each row does to the money held: every line of the table of effects, with its near misses.

use reconciliation::Effect::{Paid, PaymentReversed, Refunded, Voided};
use reconciliation::{Currency, Effect, PaymentStatus};

use crate::made::{
    CARD, VIRTUAL_ACCOUNT, effects, history, krw, published_unpaid_account, rows, walk,
};

const NOTHING: Effect = Effect::None;

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
