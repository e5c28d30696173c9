//! Overseas methods take a cancel on and carry it out later, or give it up: until then nothing has been given back.

use serde_json::{Value, json};
use toss_sim::{Amount, CancelByHand, NewPayment};

use crate::shop::{As, Shop, on_both_databases, told};

on_both_databases!(
    nothing_is_sent_while_toss_works_on_a_cancel_that_somebody_else_made,
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

async fn nothing_is_sent_while_toss_works_on_a_cancel_that_somebody_else_made(shop: Shop) {
    let method = serde_json::from_value(json!({ "overseasEasyPay": { "asynchronous": true } }));
    let new = NewPayment::new("order-async", method.unwrap(), Amount::usd_cents(12_000));
    let payment = shop.pay(new);
    let by_hand = CancelByHand::part(Amount::usd_cents(1_000), "console");
    shop.sim.console().cancel(&payment, &by_hand).unwrap();
    let refused = shop
        .cancel(As::Kim, &payment, "key-beside", json!({}))
        .await;
    assert_eq!(told(&refused), ("REJECTED", "CANCEL_IN_FLIGHT", "WAIT"));
    let tried = shop
        .cancel_or_try(As::Kim, &payment, "key-tried", json!({}), true)
        .await;
    assert_eq!(told(&tried), ("none", "CANCEL_IN_FLIGHT", "WAIT"));
    let query = "query ($key: String!) { payment(by: { paymentKey: $key }) \
         { viewerCanCancel { allowed reasons { code } } } }";
    let offered = shop.ask(As::Kim, query, json!({ "key": payment })).await;
    let offered = &offered["payment"]["viewerCanCancel"];
    assert_eq!(offered["allowed"], false);
    assert_eq!(offered["reasons"], json!([{ "code": "CANCEL_IN_FLIGHT" }]));
    assert_eq!(shop.sendings(&payment), 0);
    shop.sim
        .console()
        .finish_cancel(&payment, false, None)
        .unwrap();
    let next = shop.cancel(As::Kim, &payment, "key-next", json!({})).await;
    assert_eq!(next["request"]["status"], "UNKNOWN", "taken on: {next:#}");
    assert_eq!(shop.sendings(&payment), 1);
}
