//! Several merchants, each with a key of its own.

use serde_json::json;
use toss_sim::{Endpoint, Fault, FaultKind, Merchant, NewPayment};

use crate::support::{Choices, Engine, MERCHANT, SECRET_KEY, Shop, on_both_databases};

on_both_databases!(
    an_unseen_payment_is_found_at_the_merchant_that_has_it,
    a_known_payment_is_asked_of_its_own_merchant_alone,
    a_payment_may_be_missing_only_when_every_merchant_has_answered,
    a_cancel_goes_out_with_the_key_of_the_payments_merchant,
);

pub(crate) const SECOND: &str = "tdemoshop09";
pub(crate) const SECOND_KEY: &str = "live_sk_stand1n0000000000000009";

pub(crate) async fn two_merchants(engine: Engine) -> Shop {
    let choices = Choices {
        merchants: vec![
            (Merchant::live(MERCHANT, SECRET_KEY), SECRET_KEY),
            (Merchant::live(SECOND, SECOND_KEY), SECOND_KEY),
        ],
        ..Choices::default()
    };
    Shop::open_with(engine, choices).await
}

async fn an_unseen_payment_is_found_at_the_merchant_that_has_it(engine: Engine) {
    let shop = two_merchants(engine).await;
    let console = shop.sim.console();
    let first = console.pay(NewPayment::card("order-1", 1_000));
    let second = console.pay(NewPayment::card("order-2", 2_000).for_mid(SECOND));
    for (key, mid) in [(first, MERCHANT), (second, SECOND)] {
        let query =
            format!(r#"{{ payment(by: {{paymentKey: "{key}"}}) {{ mId history {{ status }} }} }}"#);
        let payment = &shop.ask(&query).await["payment"];
        assert_eq!(
            payment,
            &json!({ "mId": mid, "history": [{ "status": "DONE" }] })
        );
    }
}

async fn a_known_payment_is_asked_of_its_own_merchant_alone(engine: Engine) {
    let shop = two_merchants(engine).await;
    shop.sim
        .console()
        .pay(NewPayment::card("order-2", 2_000).for_mid(SECOND));
    shop.payment("order-2", "id").await;
    shop.sim.clear_requests();
    shop.payment("order-2", "id").await;
    let asked = shop.sim.requests();
    assert!(!asked.is_empty());
    assert!(
        asked
            .iter()
            .all(|request| request.mid.as_deref() == Some(SECOND)),
        "{asked:?}"
    );
}

async fn a_payment_may_be_missing_only_when_every_merchant_has_answered(engine: Engine) {
    let shop = two_merchants(engine).await;
    shop.sim.faults().add(Fault::next(
        Endpoint::PaymentByOrder,
        FaultKind::Status(400),
    ));
    let query = r#"{ payment(by: {orderId: "nobody"}) { id } }"#;
    assert_eq!(shop.refusal(query).await, "UPSTREAM_UNAVAILABLE");
    assert_eq!(shop.ask(query).await, json!({ "payment": null }));
}

async fn a_cancel_goes_out_with_the_key_of_the_payments_merchant(engine: Engine) {
    let shop = two_merchants(engine).await;
    let key = shop
        .sim
        .console()
        .pay(NewPayment::card("order-2", 2_000).for_mid(SECOND));
    let input = json!({ "paymentKey": key, "idempotencyKey": "merchants-1", "reason": "r" });
    let payload = shop.cancel(&input).await;
    assert_eq!(payload["request"]["status"], "SUCCEEDED", "{payload:#}");
    let sent = shop.sim.requests();
    let cancel = sent
        .iter()
        .find(|request| request.endpoint == Endpoint::Cancel)
        .unwrap();
    assert_eq!(cancel.mid.as_deref(), Some(SECOND));
}
