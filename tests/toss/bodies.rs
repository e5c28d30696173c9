//! Every payment that Toss documents is read, with its important values; what is no answer is refused.

use reconciliation::{CancelStatus, Currency, Money, RefundStatus};
use serde_json::Value;
use toss_recon::toss::{
    AccountNumber, MusdAmounts, PaymentReading, read_payment, read_settlements, read_transactions,
};

use crate::fixtures::{fixture, names};

const MUSD: MusdAmounts = MusdAmounts::Millionths;

fn payment(name: &str) -> PaymentReading {
    read_payment(&fixture(&format!("toss/{name}")), MUSD)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn krw(won: i64) -> Money {
    Money::from_minor(won, Currency::KRW)
}

fn usd(cents: i64) -> Money {
    Money::from_minor(cents, Currency::USD)
}

/// File, status, currency, total and balance in its own unit, number of cancels, approval, virtual account.
const PAYMENTS: &str = "
payment_aborted                      ABORTED             KRW 9000   9000   0 -                    -
payment_card_canceled                CANCELED            KRW 22000  0      1 2026-03-03T00:30:18Z -
payment_card_done                    DONE                KRW 15000  15000  0 2026-03-03T01:15:21Z -
payment_card_partial_cancel_x2       PARTIAL_CANCELED    KRW 15000  7000   2 2026-03-03T01:15:21Z -
payment_card_partial_then_drained    PARTIAL_CANCELED    KRW 15000  0      3 2026-03-03T01:15:21Z -
payment_easypay_card_plus_point_done DONE                KRW 20000  20000  0 2026-03-03T05:10:33Z -
payment_easypay_money_plus_point_done DONE               KRW 20000  20000  0 2026-03-03T05:00:33Z -
payment_expired                      EXPIRED             KRW 9000   9000   0 -                    -
payment_overseas_cancel_in_progress  PARTIAL_CANCELED    USD 726.24 544.68 1 2026-03-03T07:10:20Z -
payment_paypal_usd_partial           PARTIAL_CANCELED    USD 726.24 544.68 1 2026-03-03T07:00:20Z -
payment_va_canceled_before_deposit   CANCELED            KRW 31000  0      1 -                    X6505636518309
payment_va_deadline_passed           WAITING_FOR_DEPOSIT KRW 8000   8000   0 -                    X6505636518310
payment_va_done                      DONE                KRW 22400  22400  0 2026-03-03T23:12:45Z X6505636518308
payment_va_partial_refund            PARTIAL_CANCELED    KRW 22400  17400  1 2026-03-03T23:12:45Z X6505636518308
payment_va_waiting                   WAITING_FOR_DEPOSIT KRW 22400  22400  0 -                    X6505636518308
";

#[test]
fn every_documented_payment_is_read_with_its_amounts_and_instants() {
    let rows: Vec<Vec<&str>> = PAYMENTS
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<&str>>())
        .filter(|row| !row.is_empty())
        .collect();
    let listed: Vec<String> = rows.iter().map(|row| format!("{}.json", row[0])).collect();
    assert_eq!(names("payment_"), listed, "a body is not in the table");
    for row in rows {
        let [
            name,
            status,
            currency,
            total,
            balance,
            cancels,
            approved_at,
            account,
        ] = row[..]
        else {
            panic!("{row:?} lacks a column");
        };
        let read = payment(&format!("{name}.json"));
        let text = fixture(&format!("toss/{name}.json"));
        let shown = |amount: Option<Money>| amount.expect("an amount").to_decimal_text();
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let account_number = read.account_number.as_ref().map(AccountNumber::expose);
        let approval = read
            .payment
            .approved_at
            .map(|at| at.format("%FT%TZ").to_string());
        assert_eq!(read.payment.status.as_str(), status, "{name}");
        assert_eq!(read.payment.currency.code(), currency, "{name}");
        assert_eq!(shown(read.payment.total_amount), total, "{name}");
        assert_eq!(shown(read.payment.balance_amount), balance, "{name}");
        assert_eq!(read.cancels.len().to_string(), cancels, "{name}");
        assert_eq!(or_dash(approval), approved_at, "{name}");
        assert_eq!(account_number.unwrap_or("-"), account, "{name}");
        assert_eq!(read.payment.mid.as_str(), "tdemoshop01", "{name}");
        assert_eq!(read.version.as_deref(), Some("2022-11-16"), "{name}");
        assert_eq!(read.payment.is_partial_cancelable, Some(true), "{name}");
        assert_eq!(read.raw.as_str(), text, "{name}: not the text as it came");
    }
}

#[test]
fn what_differs_between_methods_survives() {
    let expired = payment("payment_expired.json").payment;
    assert_eq!(
        (expired.method_label, expired.last_transaction_key),
        (None, None)
    );
    let overseas = payment("payment_overseas_cancel_in_progress.json");
    assert_eq!(
        overseas.payment.method_label.as_deref(),
        Some("해외간편결제")
    );
    let cancel = &overseas.cancels[0];
    assert_eq!(cancel.status, CancelStatus::InProgress);
    assert_eq!(cancel.amount, usd(18_156));
    assert_eq!(cancel.refundable_amount, Some(usd(54_468)));
    assert!(
        payment("payment_va_waiting.json")
            .payment
            .is_virtual_account()
    );
}

#[test]
fn cancels_keep_their_order_reason_instant_and_balance() {
    let read = payment("payment_card_partial_then_drained.json");
    let found: Vec<_> = read
        .cancels
        .iter()
        .map(|cancel| {
            (
                cancel.amount,
                cancel.refundable_amount,
                cancel.reason.as_deref(),
                cancel.canceled_at.expect("an instant").to_rfc3339(),
                &cancel.status,
            )
        })
        .collect();
    let done = &CancelStatus::Done;
    assert_eq!(
        found,
        [
            (
                krw(3_000),
                Some(krw(12_000)),
                Some("일부 품절"),
                "2026-03-04T05:02:11+00:00".to_owned(),
                done
            ),
            (
                krw(5_000),
                Some(krw(7_000)),
                Some("고객 요청 부분 취소"),
                "2026-03-05T00:40:37+00:00".to_owned(),
                done
            ),
            (
                krw(7_000),
                Some(krw(0)),
                Some("잔액 전액 취소"),
                "2026-03-06T07:20:00+00:00".to_owned(),
                done
            ),
        ]
    );
    let last = read.payment.last_transaction_key.expect("a key");
    assert_eq!(read.cancels[2].transaction_key, Some(last));
}

#[test]
fn what_is_no_answer_of_these_calls_is_refused_by_every_reader() {
    let strangers = [
        "webhook_",
        "settlement_manual_",
        "cancel_request_",
        "index",
        "error_",
    ];
    for name in strangers.into_iter().flat_map(names) {
        let text = fixture(&format!("toss/{name}"));
        assert!(read_payment(&text, MUSD).is_err(), "{name}");
        assert!(read_transactions(&text, 0, MUSD).is_err(), "{name}");
        assert!(read_settlements(&text, MUSD).is_err(), "{name}");
    }
}

#[test]
fn the_payment_within_a_webhook_reads_like_the_payment_itself() {
    for (webhook, answer) in [
        (
            "webhook_payment_status_changed.json",
            "payment_card_done.json",
        ),
        (
            "webhook_payment_status_changed_partial_cancel.json",
            "payment_card_partial_cancel_x2.json",
        ),
    ] {
        let envelope: Value =
            serde_json::from_str(&fixture(&format!("toss/{webhook}"))).expect("JSON");
        let within = read_payment(&envelope["data"].to_string(), MUSD).expect(webhook);
        let alone = payment(answer);
        assert_eq!(
            (within.payment, within.cancels),
            (alone.payment, alone.cancels),
            "{webhook}"
        );
    }
}

#[test]
fn every_file_is_read_by_some_test() {
    let read_here = [
        "payment_",
        "transactions_",
        "settlements_",
        "settlement_manual_",
        "cancel_request_",
        "error_",
        "webhook_",
        "index",
    ];
    for name in names("") {
        assert!(
            read_here.iter().any(|prefix| name.starts_with(prefix)),
            "{name} is read by no test"
        );
    }
}

#[test]
fn a_virtual_account_is_read_with_its_number_masked_and_its_refund_in_tosss_word() {
    let done = payment("payment_va_done.json");
    let account = done.payment.virtual_account.clone().expect("an account");
    assert_eq!(account.bank.as_deref(), Some("20"));
    assert_eq!(
        account.masked_account_number.as_deref(),
        Some("**********8308")
    );
    assert_eq!(account.due_at, "2026-03-10T23:59:59+09:00".parse().ok());
    assert_eq!(account.refund_status, Some(RefundStatus::None));
    assert!(!format!("{done:?}").contains("X6505636518308"));
    assert_eq!(
        payment("payment_card_done.json").payment.virtual_account,
        None
    );
}

#[test]
fn a_part_of_a_virtual_account_that_only_informs_never_makes_the_payment_unreadable() {
    let mut body: Value =
        serde_json::from_str(&fixture("toss/payment_va_done.json")).expect("JSON");
    let account = &mut body["virtualAccount"];
    account["refundStatus"] = Value::from(7);
    account["dueDate"] = Value::from("soon");
    account["bankCode"] = Value::Null;
    account["bank"] = Value::from("우리");
    let read = read_payment(&body.to_string(), MUSD).expect("a payment");
    let account = read.payment.virtual_account.expect("an account");
    assert_eq!(account.bank.as_deref(), Some("우리"));
    assert_eq!((account.due_at, account.refund_status), (None, None));
}
