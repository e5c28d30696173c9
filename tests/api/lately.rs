//! Payments that were asked for lately are answered from memory, and never as they were: two servers on one database, one of
//! which writes what the other has just answered.

use serde_json::{Value, json};
use toss_sim::NewPayment;

use crate::merchants::{SECOND, two_merchants};
use crate::running::{self, RunningServer};
use crate::support::{Engine, MERCHANT, SECRET_KEY, Shop, data, instant, on_both_databases};

on_both_databases!(
    what_another_server_has_written_is_told_at_once,
    what_is_in_memory_is_shown_to_nobody_who_may_not_see_it,
);

const SELECTION: &str = "paymentKey status asOf balanceAmount { amount } effectiveRefund { amount } \
    history { status transactionKey } settlements { soldDate payOutAmount { amount } }";

async fn what_another_server_has_written_is_told_at_once(shop: Shop) {
    shop.play("partial_cancels", "2026-03-03");
    let merchants = vec![running::merchant(MERCHANT, SECRET_KEY)];
    let config = running::config(&shop.sim, &shop.database_url, merchants);
    let other = RunningServer::start(config, &shop.sim, std::convert::identity).await;
    let ask_other = async |query: &str, token: &str, variables: Value| {
        let answer = shop
            .client()
            .post(format!("http://{}/graphql", other.address))
            .bearer_auth(token)
            .json(&json!({ "query": query, "variables": variables }))
            .send();
        data(answer.await.unwrap().json().await.unwrap())
    };
    let key = shop.payment_key("order-partial-cancels").await;
    let one = format!(
        r#"{{ payment(by: {{paymentKey: "{key}"}}, maxAgeSeconds: 86400) {{ {SELECTION} }} }}"#
    );
    let page = format!("{{ payments {{ nodes {{ {SELECTION} }} }} }}");
    // From memory, and as a page tells it.
    let told = async || {
        shop.sim.clear_requests();
        let first = shop.ask(&one).await["payment"].clone();
        assert_eq!(shop.ask(&one).await["payment"], first);
        assert_eq!(shop.ask(&page).await["payments"]["nodes"][0], first);
        assert!(shop.calls().is_empty(), "Toss is not asked");
        first
    };
    let before = told().await;
    assert_eq!(before["effectiveRefund"], json!({ "amount": "8000" }));
    assert_eq!(before["settlements"].as_array().unwrap().len(), 3);

    for (left, refunded) in [("5000", "10000"), ("0", "15000")] {
        let cancel = "mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) { request { status } error { code message } } }";
        let amount = if left == "0" { "5000" } else { "2000" };
        let input = json!({
            "paymentKey": key, "idempotencyKey": format!("what-is-left-{left}"), "reason": "고객 요청",
            "amount": { "amount": amount, "currency": "KRW" },
        });
        shop.pass(chrono::Duration::seconds(2));
        let payload = ask_other(cancel, &shop.admin, json!({ "input": input })).await;
        let status = &payload["cancelPayment"]["request"]["status"];
        assert_eq!(status, "SUCCEEDED", "{payload:#}");
        let after = told().await;
        assert_eq!(after["balanceAmount"], json!({ "amount": left }));
        assert_eq!(after["effectiveRefund"], json!({ "amount": refunded }));
    }

    // A reading that finds nothing new: only its instant has changed.
    let before = told().await;
    shop.pass(chrono::Duration::seconds(60));
    let anew = format!(
        r#"{{ payment(by: {{paymentKey: "{key}"}}, maxAgeSeconds: 0) {{ {SELECTION} }} }}"#
    );
    let read = ask_other(&anew, &shop.viewer, Value::Null).await["payment"].clone();
    assert_ne!(read["asOf"], before["asOf"]);
    assert_eq!(told().await["asOf"], read["asOf"]);
}

async fn what_is_in_memory_is_shown_to_nobody_who_may_not_see_it(engine: Engine) {
    let shop = two_merchants(engine).await;
    let at = instant("2026-03-17T09:00:00+09:00");
    let payment = NewPayment::card("order-of-one", 10_000)
        .for_mid(MERCHANT)
        .at(at);
    shop.sim.console().pay(payment);
    let key = shop.payment_key("order-of-one").await;
    let query = format!(
        r#"{{ payment(by: {{paymentKey: "{key}"}}, maxAgeSeconds: 86400) {{ {SELECTION} }}
             payments {{ nodes {{ {SELECTION} }} }} }}"#
    );
    for _ in 0..2 {
        let seen = shop.ask(&query).await;
        assert_eq!(seen["payment"]["paymentKey"], key.as_str());
        assert_eq!(seen["payments"]["nodes"][0], seen["payment"]);
    }
    let scoped = shop
        .post(
            &shop.admin,
            "mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret } }",
            json!({ "input": { "name": "of-second", "role": "VIEWER", "merchants": [SECOND] } }),
        )
        .await;
    let scoped = data(scoped)["createToken"]["secret"].clone();
    let shown = data(
        shop.post(scoped.as_str().unwrap(), &query, Value::Null)
            .await,
    );
    assert_eq!(
        shown,
        json!({ "payment": null, "payments": { "nodes": [] } })
    );
}
