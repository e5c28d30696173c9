//! The checks before a cancel: every refusal with its near miss, in the order of the checks.

use chrono::{DateTime, Utc};
use reconciliation::RetryAdvice::{AlreadyDone, FixInput, NeedsPerson, Wait};
use reconciliation::{
    Cancel, CancelIntent, CancelOptions, CancelStatus, Currency, Money, Payment, PermittedCancel,
    RefundAccount, RetryAdvice, cancel_options, permit_beside, permit_cancel,
};

use crate::made::{CARD, VIRTUAL_ACCOUNT, cancel, krw, payment};

type Refusal = (&'static str, RetryAdvice, Option<&'static str>);

const ALREADY: Refusal = ("ALREADY_CANCELED_PAYMENT", AlreadyDone, None);
const NOT_CANCELABLE: Refusal = ("NOT_CANCELABLE_PAYMENT", NeedsPerson, None);
const BALANCE_CHANGED: Refusal = ("BALANCE_CHANGED", FixInput, Some("expectedBalance"));
const TOO_MUCH: Refusal = ("NOT_CANCELABLE_AMOUNT", FixInput, Some("amount"));
const NO_PARTIAL: Refusal = ("NOT_ALLOWED_PARTIAL_REFUND", FixInput, Some("amount"));
const NO_PARTIAL_UNPAID: Refusal = (
    "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT",
    FixInput,
    Some("amount"),
);
const VOID_NOT_CONFIRMED: Refusal = ("VOID_NOT_CONFIRMED", FixInput, Some("voidUnpaid"));
const ACCOUNT_REQUIRED: Refusal = ("REFUND_ACCOUNT_REQUIRED", FixInput, Some("refundAccount"));

fn invalid(field: &'static str) -> Refusal {
    ("INVALID_INPUT", FixInput, Some(field))
}

fn everything() -> CancelIntent {
    CancelIntent {
        amount: None,
        tax_free_amount: None,
        expected_balance: None,
        refund_account: None,
        void_unpaid: false,
    }
}

fn part(won: i64) -> CancelIntent {
    CancelIntent {
        amount: Some(krw(won)),
        ..everything()
    }
}

fn account() -> RefundAccount {
    RefundAccount {
        bank: "88".to_owned(),
        account_number: "12345678901234567890".to_owned(),
        holder_name: "김토스".to_owned(),
    }
}

fn into_account(account: RefundAccount) -> CancelIntent {
    CancelIntent {
        refund_account: Some(account),
        ..everything()
    }
}

fn void() -> CancelIntent {
    CancelIntent {
        void_unpaid: true,
        ..everything()
    }
}

fn usd(cents: i64) -> Money {
    Money::from_minor(cents, Currency::USD)
}

/// Noon in Seoul on the last day of March.
fn now() -> DateTime<Utc> {
    at("2026-03-31T12:00:00+09:00")
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

#[track_caller]
fn refused(payment: &Payment, intent: &CancelIntent, expected: Refusal) {
    let refusal = permit_cancel(payment, intent, now()).unwrap_err();
    assert_eq!(
        (refusal.code, refusal.advice, refusal.field),
        expected,
        "{}",
        refusal.message
    );
}

#[track_caller]
fn permitted(payment: &Payment, intent: &CancelIntent, voids: bool) {
    let balance = payment.balance_amount.unwrap();
    assert_eq!(
        permit_cancel(payment, intent, now()),
        Ok(PermittedCancel { balance, voids })
    );
}

#[test]
fn a_payment_must_be_in_a_state_that_can_be_cancelled() {
    for status in ["DONE", "PARTIAL_CANCELED"] {
        permitted(&payment(CARD, status, 5_000), &everything(), false);
    }
    for status in [
        "READY",
        "IN_PROGRESS",
        "ABORTED",
        "EXPIRED",
        "FROZEN",
        "WAITING_FOR_DEPOSIT",
    ] {
        refused(&payment(CARD, status, 5_000), &everything(), NOT_CANCELABLE);
        refused(&payment(CARD, status, 0), &everything(), NOT_CANCELABLE);
    }
    permitted(
        &payment(VIRTUAL_ACCOUNT, "WAITING_FOR_DEPOSIT", 5_000),
        &void(),
        true,
    );
    refused(
        &payment("계좌이체", "WAITING_FOR_DEPOSIT", 5_000),
        &void(),
        NOT_CANCELABLE,
    );
}

#[test]
fn a_payment_of_which_nothing_is_left_is_already_cancelled_whatever_its_status_is_called() {
    for status in ["CANCELED", "PARTIAL_CANCELED"] {
        refused(&payment(CARD, status, 0), &everything(), ALREADY);
    }
    permitted(&payment(CARD, "PARTIAL_CANCELED", 1), &everything(), false);
    refused(&payment(CARD, "CANCELED", 1), &everything(), NOT_CANCELABLE);
}

#[test]
fn a_balance_must_be_known_and_above_nothing() {
    permitted(&payment(CARD, "DONE", 1), &everything(), false);
    refused(&payment(CARD, "DONE", 0), &everything(), ALREADY);
    refused(&payment(CARD, "DONE", -1), &everything(), NOT_CANCELABLE);
    let mut unknown = payment(CARD, "DONE", 1);
    unknown.balance_amount = None;
    refused(&unknown, &everything(), NOT_CANCELABLE);
}

#[test]
fn a_balance_other_than_the_one_that_the_caller_saw_refuses() {
    let seen = |balance| CancelIntent {
        expected_balance: balance,
        ..part(1_000)
    };
    let paid = payment(CARD, "DONE", 5_000);
    permitted(&paid, &seen(Some(krw(5_000))), false);
    refused(&paid, &seen(Some(krw(4_999))), BALANCE_CHANGED);
    refused(&paid, &seen(Some(krw(5_001))), BALANCE_CHANGED);
    refused(&paid, &seen(Some(usd(5_000))), invalid("expectedBalance"));
}

#[test]
fn an_amount_is_in_the_payments_currency_above_nothing_and_within_the_balance() {
    let paid = payment(CARD, "DONE", 5_000);
    permitted(&paid, &part(1), false);
    permitted(&paid, &part(5_000), false);
    refused(&paid, &part(0), invalid("amount"));
    refused(&paid, &part(-1), invalid("amount"));
    refused(&paid, &part(5_001), TOO_MUCH);
    let mut dollars = everything();
    dollars.amount = Some(usd(1_000));
    refused(&paid, &dollars, invalid("amount"));
}

#[test]
fn a_tax_free_part_lies_within_what_is_cancelled() {
    let paid = payment(CARD, "DONE", 5_000);
    let tax_free = |amount: Option<i64>, tax_free| CancelIntent {
        amount: amount.map(krw),
        tax_free_amount: tax_free,
        ..everything()
    };
    permitted(&paid, &tax_free(Some(1_000), Some(krw(0))), false);
    permitted(&paid, &tax_free(Some(1_000), Some(krw(1_000))), false);
    permitted(&paid, &tax_free(None, Some(krw(5_000))), false);
    for (amount, part) in [
        (Some(1_000), Some(krw(1_001))),
        (Some(1_000), Some(krw(-1))),
        (None, Some(krw(5_001))),
        (None, Some(usd(1))),
    ] {
        refused(&paid, &tax_free(amount, part), invalid("taxFreeAmount"));
    }
}

#[test]
fn a_part_of_an_unpaid_virtual_account_cannot_be_cancelled() {
    let waiting = payment(VIRTUAL_ACCOUNT, "WAITING_FOR_DEPOSIT", 5_000);
    let part_of_void = |won| CancelIntent {
        void_unpaid: true,
        ..part(won)
    };
    refused(&waiting, &part_of_void(4_999), NO_PARTIAL_UNPAID);
    permitted(&waiting, &part_of_void(5_000), true);
}

#[test]
fn a_payment_that_can_only_be_cancelled_as_a_whole_is_not_cancelled_in_part() {
    let mut whole = payment(CARD, "DONE", 5_000);
    whole.is_partial_cancelable = Some(false);
    refused(&whole, &part(4_999), NO_PARTIAL);
    permitted(&whole, &part(5_000), false);
    permitted(&whole, &everything(), false);
    for says in [Some(true), None] {
        whole.is_partial_cancelable = says;
        permitted(&whole, &part(4_999), false);
    }
}

#[test]
fn a_void_is_made_only_when_it_is_meant() {
    let waiting = payment(VIRTUAL_ACCOUNT, "WAITING_FOR_DEPOSIT", 5_000);
    refused(&waiting, &everything(), VOID_NOT_CONFIRMED);
    permitted(&waiting, &void(), true);
    // Meant for an unpaid account, it refunds no deposit that came in between.
    refused(
        &payment(VIRTUAL_ACCOUNT, "DONE", 5_000),
        &void(),
        ACCOUNT_REQUIRED,
    );
}

#[test]
fn a_refund_account_is_given_exactly_for_a_deposited_virtual_account() {
    for status in ["DONE", "PARTIAL_CANCELED"] {
        let deposited = payment(VIRTUAL_ACCOUNT, status, 5_000);
        refused(&deposited, &everything(), ACCOUNT_REQUIRED);
        permitted(&deposited, &into_account(account()), false);
    }
    for method in [CARD, "계좌이체", "새로운결제"] {
        refused(
            &payment(method, "DONE", 5_000),
            &into_account(account()),
            invalid("refundAccount"),
        );
    }
    let mut void_into_account = void();
    void_into_account.refund_account = Some(account());
    refused(
        &payment(VIRTUAL_ACCOUNT, "WAITING_FOR_DEPOSIT", 5_000),
        &void_into_account,
        invalid("refundAccount"),
    );
}

#[test]
fn a_refund_account_must_be_well_formed() {
    let deposited = payment(VIRTUAL_ACCOUNT, "DONE", 5_000);
    let changed = |change: &dyn Fn(&mut RefundAccount)| {
        let mut account = account();
        change(&mut account);
        into_account(account)
    };
    let numbers = [
        ("1", true),
        ("", false),
        ("123456789012345678901", false),
        ("110-123", false),
        ("X12", false),
        ("１２", false),
    ];
    for (number, fine) in numbers {
        let intent = changed(&|account| number.clone_into(&mut account.account_number));
        if fine {
            permitted(&deposited, &intent, false);
        } else {
            refused(
                &deposited,
                &intent,
                (
                    "INVALID_REFUND_ACCOUNT_NUMBER",
                    FixInput,
                    Some("refundAccount"),
                ),
            );
        }
    }
    let banks = [
        ("S0", true),
        ("03", true),
        ("", false),
        ("8", false),
        ("088", false),
        ("s0", false),
        ("가", false),
    ];
    for (bank, fine) in banks {
        let intent = changed(&|account| bank.clone_into(&mut account.bank));
        if fine {
            permitted(&deposited, &intent, false);
        } else {
            refused(
                &deposited,
                &intent,
                ("INVALID_BANK", FixInput, Some("refundAccount")),
            );
        }
    }
    let names = [
        ("가".repeat(60), true),
        ("가".repeat(61), false),
        (String::new(), false),
        ("  ".to_owned(), false),
    ];
    for (name, fine) in names {
        let intent = changed(&|account| account.holder_name.clone_from(&name));
        if fine {
            permitted(&deposited, &intent, false);
        } else {
            refused(
                &deposited,
                &intent,
                (
                    "INVALID_REFUND_ACCOUNT_INFO",
                    FixInput,
                    Some("refundAccount"),
                ),
            );
        }
    }
}

#[test]
fn an_account_shows_nothing_of_itself() {
    let shown = format!("{:?}", into_account(account()));
    for secret in ["12345", "김토스", "88"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let mut bad = account();
    bad.account_number = "110-987-654".to_owned();
    let refusal = permit_cancel(
        &payment(VIRTUAL_ACCOUNT, "DONE", 5_000),
        &into_account(bad),
        now(),
    )
    .unwrap_err();
    assert!(!format!("{refusal:?}").contains("987"));
}

#[test]
fn the_first_refusal_that_applies_is_the_answer() {
    // Everything is wrong at once; each step puts right what was refused.
    let mut payment = payment(VIRTUAL_ACCOUNT, "READY", 0);
    payment.is_partial_cancelable = Some(false);
    let mut intent = CancelIntent {
        amount: Some(usd(1)),
        tax_free_amount: Some(usd(1)),
        expected_balance: Some(usd(1)),
        refund_account: Some(account()),
        void_unpaid: false,
    };
    refused(&payment, &intent, NOT_CANCELABLE);
    payment.status = reconciliation::PaymentStatus::WaitingForDeposit;
    refused(&payment, &intent, NOT_CANCELABLE);
    payment.balance_amount = Some(krw(5_000));
    refused(&payment, &intent, invalid("expectedBalance"));
    intent.expected_balance = Some(krw(4_000));
    refused(&payment, &intent, BALANCE_CHANGED);
    intent.expected_balance = Some(krw(5_000));
    refused(&payment, &intent, invalid("amount"));
    intent.amount = Some(krw(6_000));
    refused(&payment, &intent, invalid("taxFreeAmount"));
    intent.tax_free_amount = Some(krw(4_001));
    refused(&payment, &intent, TOO_MUCH);
    intent.amount = Some(krw(4_000));
    refused(&payment, &intent, invalid("taxFreeAmount"));
    intent.tax_free_amount = Some(krw(0));
    refused(&payment, &intent, NO_PARTIAL_UNPAID);
    intent.amount = None;
    refused(&payment, &intent, VOID_NOT_CONFIRMED);
    intent.void_unpaid = true;
    refused(&payment, &intent, invalid("refundAccount"));
    intent.refund_account = None;
    permitted(&payment, &intent, true);
}

#[test]
fn each_method_has_its_own_time_for_cancels() {
    let late = ("EXCEED_MAX_REFUND_DUE", NeedsPerson, None);
    let paid = |method, approved: &str| {
        let mut payment = payment(method, "DONE", 5_000);
        payment.approved_at = Some(at(approved));
        payment
    };
    // Mobile phone: the calendar month in Seoul, whose first minutes are still the month before in UTC.
    permitted(
        &paid("휴대폰", "2026-03-01T00:00:00+09:00"),
        &everything(),
        false,
    );
    refused(
        &paid("휴대폰", "2026-02-28T23:59:59+09:00"),
        &everything(),
        late,
    );
    refused(
        &paid("휴대폰", "2025-03-31T12:00:00+09:00"),
        &everything(),
        late,
    );
    // Transfer: 180 days.
    permitted(
        &paid("계좌이체", "2025-10-02T12:00:00+09:00"),
        &everything(),
        false,
    );
    refused(
        &paid("계좌이체", "2025-10-02T11:59:59+09:00"),
        &everything(),
        late,
    );
    // Virtual account: 365 days, and no time at all while nobody has paid.
    permitted(
        &paid(VIRTUAL_ACCOUNT, "2025-03-31T12:00:00+09:00"),
        &into_account(account()),
        false,
    );
    refused(
        &paid(VIRTUAL_ACCOUNT, "2025-03-31T11:59:59+09:00"),
        &into_account(account()),
        late,
    );
    let mut unpaid = paid(VIRTUAL_ACCOUNT, "2020-01-01T00:00:00+09:00");
    unpaid.status = reconciliation::PaymentStatus::from_toss("WAITING_FOR_DEPOSIT");
    permitted(&unpaid, &void(), true);
    // Card: none.
    permitted(
        &paid(CARD, "2020-01-01T00:00:00+09:00"),
        &everything(),
        false,
    );
}

#[test]
fn a_bank_that_toss_has_no_code_for_is_refused() {
    let paid = payment(VIRTUAL_ACCOUNT, "DONE", 5_000);
    for (bank, known) in [
        ("88", true),
        ("S0", true),
        ("92", true),
        ("99", false),
        ("S1", false),
        ("s0", false),
    ] {
        let account = RefundAccount {
            bank: bank.to_owned(),
            ..account()
        };
        let outcome = permit_cancel(&paid, &into_account(account), now());
        assert_eq!(outcome.is_ok(), known, "{bank}");
    }
}

#[test]
fn what_is_offered_is_what_would_be_permitted() {
    for method in [CARD, VIRTUAL_ACCOUNT, "계좌이체"] {
        for status in [
            "DONE",
            "PARTIAL_CANCELED",
            "WAITING_FOR_DEPOSIT",
            "EXPIRED",
            "CANCELED",
        ] {
            for balance in [0, 5_000] {
                for partial in [None, Some(true), Some(false)] {
                    let mut payment = payment(method, status, balance);
                    payment.is_partial_cancelable = partial;
                    let Ok(CancelOptions {
                        max_amount,
                        partial_allowed,
                        needs_refund_account,
                        voids,
                    }) = cancel_options(&payment, now())
                    else {
                        assert!(permit_cancel(&payment, &everything(), now()).is_err());
                        continue;
                    };
                    let intent = |amount| CancelIntent {
                        amount,
                        refund_account: needs_refund_account.then(account),
                        void_unpaid: voids,
                        ..everything()
                    };
                    assert_eq!(max_amount, krw(balance));
                    assert!(permit_cancel(&payment, &intent(Some(max_amount)), now()).is_ok());
                    let part = permit_cancel(&payment, &intent(Some(krw(balance - 1))), now());
                    assert_eq!(
                        part.is_ok(),
                        partial_allowed,
                        "{method} {status} {partial:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn while_toss_works_on_another_cancel_nothing_is_permitted_beside_it() {
    let of = |status| Cancel {
        status,
        ..cancel("t1", 60, 3_000)
    };
    let refusal = permit_beside(&[of(CancelStatus::Done), of(CancelStatus::InProgress)]);
    let refusal = refusal.unwrap_err();
    assert_eq!((refusal.code, refusal.advice), ("CANCEL_IN_FLIGHT", Wait));
    for ended in [
        CancelStatus::Done,
        CancelStatus::Aborted,
        CancelStatus::Other("LATER".to_owned()),
    ] {
        assert_eq!(permit_beside(&[of(ended)]), Ok(()));
    }
    assert_eq!(permit_beside(&[]), Ok(()));
}
