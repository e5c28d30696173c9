//! Overseas methods take a cancel on and carry it out later, or give it up: until then nothing has been given back.

use serde_json::{Value, json};
use toss_sim::{Amount, NewPayment};

use crate::shop::{As, Shop, on_both_databases, told};

on_both_databases!(
    an_overseas_cancel_is_followed_until_it_is_granted,
    an_overseas_cancel_is_followed_until_it_is_refused,
);

/// Asks for a cancel of an overseas method that takes its time.
async fn taken_on(shop: &Shop) -> (String, Value) {
    let method = serde_json::from_value(json!({ "overseasEasyPay": { "asynchronous": true } }));
    let new = NewPayment::new("order-async", method.unwrap(), Amount::usd_cents(12_000));
    let payment = shop.pay(new);
    let amount = json!({ "amount": "30.50", "currency": "USD" });
    let answer = shop
        .cancel(As::Kim, &payment, "key-async", json!({ "amount": amount }))
        .await;
    assert_eq!(
        told(&answer),
        ("UNKNOWN", "OUTCOME_UNKNOWN", "WAIT"),
        "{answer:#}"
    );
    let query = r"query ($key: String!) { payment(by: { paymentKey: $key }, maxAgeSeconds: 0)
        { effectiveRefund { amount } cancels { refunded origin request { id } } } }";
    let shown = shop.ask(As::Viewer, query, json!({ "key": payment })).await;
    assert_eq!(shown["payment"]["effectiveRefund"]["amount"], "0.00");
    let cancel = &shown["payment"]["cancels"][0];
    assert_eq!(
        (&cancel["refunded"], &cancel["origin"]),
        (&json!(false), &json!("OURS"))
    );
    assert_eq!(cancel["request"]["id"], answer["request"]["id"]);
    (payment, answer["request"].clone())
}

async fn an_overseas_cancel_is_followed_until_it_is_granted(shop: Shop) {
    let (payment, request) = taken_on(&shop).await;
    shop.sim
        .console()
        .finish_cancel(&payment, false, None)
        .unwrap();
    shop.becomes(&request, "SUCCEEDED").await;
    assert_eq!(shop.sendings(&payment), 1, "it is read, not sent again");
}

async fn an_overseas_cancel_is_followed_until_it_is_refused(shop: Shop) {
    let (payment, request) = taken_on(&shop).await;
    shop.sim
        .console()
        .finish_cancel(&payment, true, None)
        .unwrap();
    let ended = shop.becomes(&request, "REJECTED").await;
    assert_eq!(ended["error"]["code"], "CANCEL_ABORTED");
    assert_eq!(shop.sendings(&payment), 1);
}
