//! What a cancel says to Toss, to the last byte.

use std::collections::BTreeMap;

use reconciliation::{Currency, Money, RefundAccount};
use secrecy::ExposeSecret;
use serde_json::Value;
use toss_recon::toss::{CancelBody, MusdAmounts, cancel_body};

use crate::fixtures::{fixture, names};

const MUSD: MusdAmounts = MusdAmounts::Millionths;

fn krw(won: i64) -> Money {
    Money::from_minor(won, Currency::KRW)
}

fn usd(cents: i64) -> Money {
    Money::from_minor(cents, Currency::USD)
}

#[test]
fn bodies_of_cancels_say_what_the_documented_ones_say() {
    let account = RefundAccount {
        bank: "20".to_owned(),
        account_number: "1002123456789".to_owned(),
        holder_name: "김토스".to_owned(),
    };
    let cases: [(&str, CancelBody<'_>); 4] = [
        (
            "cancel_request_full.json",
            CancelBody {
                reason: "고객 변심",
                amount: None,
                refund_account: None,
                tax_free_amount: None,
                refundable_amount: krw(15_000),
                cancel_request_id: None,
            },
        ),
        (
            "cancel_request_partial_locked.json",
            CancelBody {
                reason: "일부 품절",
                amount: Some(krw(3_000)),
                refund_account: None,
                tax_free_amount: None,
                refundable_amount: krw(15_000),
                cancel_request_id: None,
            },
        ),
        (
            "cancel_request_va_after_deposit.json",
            CancelBody {
                reason: "부분 환불",
                amount: Some(krw(5_000)),
                refund_account: Some(&account),
                tax_free_amount: None,
                refundable_amount: krw(22_400),
                cancel_request_id: None,
            },
        ),
        (
            "cancel_request_overseas_async.json",
            CancelBody {
                reason: "Customer request",
                amount: Some(usd(18_156)),
                refund_account: None,
                tax_free_amount: None,
                refundable_amount: usd(72_624),
                cancel_request_id: None,
            },
        ),
    ];
    assert_eq!(names("cancel_request_").len(), cases.len());
    for (name, body) in cases {
        let written = cancel_body(&body, MUSD).expect(name);
        let ours: BTreeMap<String, Value> =
            serde_json::from_str(written.expose_secret()).expect(name);
        let mut documented: BTreeMap<String, Value> =
            serde_json::from_str(&fixture(&format!("toss/{name}"))).expect(name);
        // Sent always, so that Toss refuses a cancel of a balance that has changed; the documented bodies leave it out.
        let refundable = ours["refundableAmount"].clone();
        documented
            .entry("refundableAmount".to_owned())
            .or_insert(refundable);
        // Names an asynchronous cancel of some overseas wallets, none of which this program serves.
        documented.remove("cancelRequestId");
        assert_eq!(ours, documented, "{name}");
    }
}

#[test]
fn bodies_are_written_in_one_order_with_exact_amounts() {
    let account = RefundAccount {
        bank: "88".to_owned(),
        account_number: "110123456789".to_owned(),
        holder_name: "김\"토스".to_owned(),
    };
    let musd = |millionths| Money::from_minor(millionths, Currency::MUSD);
    let plain = |amount, refundable_amount| CancelBody {
        reason: "고객 변심",
        amount,
        refund_account: None,
        tax_free_amount: None,
        refundable_amount,
        cancel_request_id: None,
    };
    let everything = CancelBody {
        refund_account: Some(&account),
        tax_free_amount: Some(krw(0)),
        ..plain(Some(krw(5_000)), krw(22_400))
    };
    let (millionths, dollars) = (MusdAmounts::Millionths, MusdAmounts::Dollars);
    for (body, setting, written) in [
        (
            plain(None, krw(15_000)),
            millionths,
            r#"{"cancelReason":"고객 변심","refundableAmount":15000}"#,
        ),
        (
            everything,
            millionths,
            r#"{"cancelReason":"고객 변심","cancelAmount":5000,"refundReceiveAccount":{"bank":"88","accountNumber":"110123456789","holderName":"김\"토스"},"taxFreeAmount":0,"refundableAmount":22400}"#,
        ),
        (
            plain(Some(usd(18_156)), usd(72_600)),
            millionths,
            r#"{"cancelReason":"고객 변심","cancelAmount":181.56,"refundableAmount":726,"currency":"USD"}"#,
        ),
        (
            plain(Some(usd(10)), usd(9_007_199_254_740_991)),
            millionths,
            r#"{"cancelReason":"고객 변심","cancelAmount":0.1,"refundableAmount":90071992547409.91,"currency":"USD"}"#,
        ),
        (
            plain(Some(musd(181_560_000)), musd(726_240_000)),
            millionths,
            r#"{"cancelReason":"고객 변심","cancelAmount":181560000,"refundableAmount":726240000,"currency":"MUSD"}"#,
        ),
        (
            plain(Some(musd(181_560_000)), musd(726_240_000)),
            dollars,
            r#"{"cancelReason":"고객 변심","cancelAmount":181.560000,"refundableAmount":726.240000,"currency":"MUSD"}"#,
        ),
    ] {
        let secret = cancel_body(&body, setting).expect("a body");
        assert_eq!(secret.expose_secret(), written);
        let shown = format!("{secret:?}");
        assert!(
            !shown.contains("110123456789") && !shown.contains("토스"),
            "{shown}"
        );
    }
}

#[test]
fn an_overseas_cancel_has_a_name_of_its_own() {
    let cents = Money::from_minor(18_156, Currency::USD);
    let body = CancelBody {
        reason: "r",
        amount: Some(cents),
        refund_account: None,
        tax_free_amount: None,
        refundable_amount: cents,
        cancel_request_id: Some("cr-0193-ab"),
    };
    let written = cancel_body(&body, MusdAmounts::default()).expect("a body");
    assert_eq!(
        written.expose_secret(),
        r#"{"cancelReason":"r","cancelAmount":181.56,"refundableAmount":181.56,"currency":"USD","cancelRequestId":"cr-0193-ab"}"#
    );
}
