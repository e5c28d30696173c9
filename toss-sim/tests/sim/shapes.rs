//! Every body has the fields, in the order and of the JSON kinds, of the documented example beside it.

use std::collections::BTreeMap;

use chrono::Duration;
use serde_json::Value;
use toss_sim::{Amount, CancelByHand, Method, NewPayment, Outcome};

use crate::shop::{Shop, noon, seoul};

fn example(name: &str) -> (String, Value) {
    let path = format!(
        "{}/../tests/fixtures/toss/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

/// A value's kind; for an object, the kind of each field, and of lists that of each element.
fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "flag".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "text".into(),
        Value::Array(list) => format!("[{}]", list.iter().map(kind).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, String> = fields
                .iter()
                .map(|(name, value)| (name, kind(value)))
                .collect();
            format!("{sorted:?}")
        }
    }
}

/// The names of a text's fields, as they come.
fn field_order(json: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = json;
    while let Some(start) = rest.find('"') {
        let after = &rest[start + 1..];
        let Some(end) = after.find('"') else { break };
        rest = &after[end + 1..];
        if rest.trim_start().starts_with(':') {
            names.push(&after[..end]);
        }
    }
    names
}

/// Payments brought to the state of each example.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
#[tokio::test]
async fn payments_have_the_shape_of_the_examples() {
    let card_wallet = Method::EasyPay {
        provider: "네이버페이".into(),
        money: 0,
        points: 1_500,
    };
    let money_wallet = Method::EasyPay {
        provider: "토스페이".into(),
        money: 18_000,
        points: 2_000,
    };
    let wallet = |method| NewPayment::new("order-shape", method, Amount::won(20_000));
    let card = || NewPayment::card("order-shape", 15_000);
    let account = || NewPayment::virtual_account("order-shape", 22_400);
    let won = Amount::won;
    // Example, payment, whether it is deposited, the amounts cancelled.
    let cases: Vec<(&str, NewPayment, bool, Vec<Amount>)> = vec![
        ("payment_card_done", card(), false, vec![]),
        ("payment_card_canceled", card(), false, vec![won(15_000)]),
        (
            "payment_card_partial_cancel_x2",
            card(),
            false,
            vec![won(3_000), won(5_000)],
        ),
        (
            "payment_card_partial_then_drained",
            card(),
            false,
            vec![won(3_000), won(5_000), won(7_000)],
        ),
        (
            "payment_easypay_card_plus_point_done",
            wallet(card_wallet),
            false,
            vec![],
        ),
        (
            "payment_easypay_money_plus_point_done",
            wallet(money_wallet),
            false,
            vec![],
        ),
        ("payment_va_waiting", account(), false, vec![]),
        ("payment_va_done", account(), true, vec![]),
        (
            "payment_va_partial_refund",
            account(),
            true,
            vec![won(5_000)],
        ),
        (
            "payment_va_canceled_before_deposit",
            account(),
            false,
            vec![won(22_400)],
        ),
        (
            "payment_aborted",
            card().ending(Outcome::Aborted),
            false,
            vec![],
        ),
        (
            "payment_expired",
            card().ending(Outcome::Expired),
            false,
            vec![],
        ),
        (
            "payment_paypal_usd_partial",
            NewPayment::overseas("order-shape", 72_624),
            false,
            vec![Amount::usd_cents(18_156)],
        ),
    ];
    let shop = Shop::open().await;
    let console = shop.sim.console();
    for (name, payment, deposited, cancels) in cases {
        let key = console.pay(payment);
        if deposited {
            console.deposit(&key, None).unwrap();
        }
        for amount in cancels {
            console
                .cancel(&key, &CancelByHand::part(amount, "부분 취소"))
                .unwrap();
        }
        let (text, documented) = example(name);
        let answer = shop.get(&format!("/v1/payments/{key}")).await;
        assert_eq!(kind(&answer.json()), kind(&documented), "{name}");
        assert_eq!(field_order(&answer.text), field_order(&text), "{name}");
        for field in [
            "status",
            "method",
            "currency",
            "totalAmount",
            "balanceAmount",
            "vat",
            "suppliedAmount",
        ] {
            if name != "payment_card_canceled"
                && !name.contains("aborted")
                && !name.contains("expired")
                && !name.contains("before_deposit")
            {
                assert_eq!(answer.json()[field], documented[field], "{name}: {field}");
            }
        }
    }
}

#[tokio::test]
async fn an_asynchronous_cancel_has_the_shape_of_the_example() {
    let shop = Shop::open().await;
    let method = Method::OverseasEasyPay { asynchronous: true };
    let key = shop.sim.console().pay(NewPayment {
        method,
        ..NewPayment::overseas("order-shape", 72_624)
    });
    let (request, _) = example("cancel_request_overseas_async");
    let answer = shop.cancel(&key, &request).await;
    let (_, documented) = example("payment_overseas_cancel_in_progress");
    assert_eq!(kind(&answer.json()), kind(&documented));
    assert_eq!(answer.json()["balanceAmount"], documented["balanceAmount"]);
}

#[tokio::test]
async fn an_expired_account_has_the_shape_of_the_example() {
    let shop = Shop::open().await;
    let key = shop
        .sim
        .console()
        .pay(NewPayment::virtual_account("order-shape", 8_000));
    shop.pass_days(8);
    let (_, documented) = example("payment_va_deadline_passed");
    assert_eq!(kind(&shop.payment(&key).await), kind(&documented));
    assert_eq!(
        shop.payment(&key).await["virtualAccount"]["expired"],
        documented["virtualAccount"]["expired"]
    );
}

#[tokio::test]
async fn payment_keys_are_of_the_newer_shape() {
    let shop = Shop::open().await;
    let key = shop
        .sim
        .console()
        .pay(NewPayment::card("order-shape", 1_000).at(seoul("2026-03-03T10:15:21")));
    let (head, tail) = key.split_at(key.len() - 5);
    assert_eq!(head, "tdemo20260303101500");
    assert!(tail.bytes().all(|byte| byte.is_ascii_alphanumeric()));
}

/// Rows of a mirrored month against one documented row of each kind, customerKey apart: it may be null.
#[tokio::test]
async fn list_rows_have_the_shape_of_the_examples() {
    let shop = Shop::open().await;
    let console = shop.sim.console();
    console.pay(NewPayment::card("order-card", 15_000));
    console
        .cancel(
            "order-card",
            &CancelByHand::part(Amount::won(3_000), "일부 품절"),
        )
        .unwrap();
    console.pay(NewPayment::virtual_account("order-account", 22_400));
    console.deposit("order-account", None).unwrap();
    shop.sim.clock().advance(Duration::days(1));
    let (text, transactions) = example("transactions_page");
    let rows = shop
        .get("/v1/transactions?startDate=2026-03-01&endDate=2026-03-05")
        .await;
    let documented = kind(&transactions[0]);
    assert_eq!(rows.json().as_array().unwrap().len(), 4);
    for row in rows.json().as_array().unwrap() {
        assert_eq!(kind(row), documented);
    }
    assert_eq!(field_order(&rows.text)[..12], field_order(&text)[..12]);

    let (text, settlements) = example("settlements_page");
    let find = |method: &str, cancel: bool| {
        let all = settlements.as_array().unwrap();
        kind(
            all.iter()
                .find(|row| row["method"] == method && row["cancel"].is_object() == cancel)
                .unwrap(),
        )
    };
    let rows = shop
        .get("/v1/settlements?startDate=2026-03-01&endDate=2026-03-05")
        .await;
    let settled = rows.json();
    let kinds: Vec<String> = settled.as_array().unwrap().iter().map(kind).collect();
    assert_eq!(
        kinds,
        [
            find("카드", false),
            find("카드", true),
            find("가상계좌", false)
        ]
    );
    let one_row = 7;
    assert_eq!(
        field_order(&rows.text)[..one_row],
        field_order(&text)[..one_row]
    );
}

/// The methods without an example: exactly their own object is not null.
#[tokio::test]
async fn each_method_fills_its_own_object() {
    let objects = [
        "card",
        "virtualAccount",
        "transfer",
        "mobilePhone",
        "giftCertificate",
        "easyPay",
    ];
    let shop = Shop::open().await;
    for (method, filled) in [
        (Method::Transfer, "transfer"),
        (Method::MobilePhone, "mobilePhone"),
        (
            Method::GiftCertificate(toss_sim::Gift::Book),
            "giftCertificate",
        ),
    ] {
        let key = shop.sim.console().pay(NewPayment::new(
            "order-shape",
            method.clone(),
            Amount::won(10_000),
        ));
        let body = shop.payment(&key).await;
        let there: Vec<&str> = objects
            .into_iter()
            .filter(|name| !body[*name].is_null())
            .collect();
        assert_eq!(
            (there, body["method"].as_str()),
            (vec![filled], Some(method.literal()))
        );
    }
    assert_eq!(shop.sim.clock().now(), noon());
}

#[tokio::test]
async fn refusals_are_the_documented_ones_to_the_letter() {
    let shop = Shop::open().await;
    let key = shop
        .sim
        .console()
        .pay(NewPayment::card("order-shape", 15_000));
    for name in [
        "error_400_already_canceled_payment",
        "error_400_invalid_date",
        "error_400_invalid_idempotency_key",
        "error_400_invalid_transaction_key",
        "error_400_not_matches_refundable_amount",
        "error_400_provider_error",
        "error_401_unauthorized_key",
        "error_403_exceed_max_refund_due",
        "error_403_forbidden_consecutive_request",
        "error_403_incorrect_basic_auth_format",
        "error_403_not_allowed_partial_refund_waiting_deposit",
        "error_403_not_cancelable_amount",
        "error_404_not_found_payment",
        "error_409_idempotent_request_processing",
        "error_500_failed_internal_system_processing",
    ] {
        let (_, documented) = example(name);
        let code = documented["code"].as_str().unwrap().to_owned();
        shop.sim.faults().add(toss_sim::Fault::next(
            toss_sim::Endpoint::Cancel,
            toss_sim::FaultKind::Refusal(code),
        ));
        let answer = shop.cancel(&key, r#"{"cancelReason":"x"}"#).await;
        assert_eq!(answer.json(), documented);
        assert_eq!(
            answer.status.as_str(),
            &name["error_".len()..][..3],
            "{name}"
        );
    }
}
