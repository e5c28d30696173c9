//! By what things are asked for: keys, orders and ids, and the texts that are none.

use serde_json::{Value, json};
use toss_sim::{NewPayment, Outcome};

use crate::support::{Shop, code, on_both_databases};

on_both_databases!(
    a_payment_is_the_same_by_its_order_its_key_and_its_id,
    of_several_attempts_to_pay_an_order_the_newest_is_answered,
    a_newer_attempt_replaces_the_one_that_is_stored,
    every_kind_of_thing_is_found_by_its_id,
    an_id_of_another_kind_and_garbage_are_refused_and_an_unknown_one_is_null,
    a_payment_that_toss_does_not_know_is_null,
    a_text_that_cannot_be_a_key_is_refused_and_toss_is_not_asked,
    a_negative_age_is_refused,
);

const EVERYTHING: &str = "
    id mId paymentKey orderId method methodLabel status statusLabel currency asOf stale
    totalAmount { amount } balanceAmount { amount } fullyCanceled requestedAt approvedAt
    history { id transactionKey status transactionAt amount { amount } effect }
    settlements { id transactionKey amount { amount } soldDate paidOutDate match }
    cancels { transactionKey amount { amount } reason canceledAt origin refunded }";

async fn a_payment_is_the_same_by_its_order_its_key_and_its_id(shop: Shop) {
    shop.play("partial_cancels", "2026-03-03");
    let by_order = shop.payment("order-partial-cancels", EVERYTHING).await;
    for by in [
        format!("paymentKey: {}", by_order["paymentKey"]),
        format!("id: {}", by_order["id"]),
    ] {
        let query = format!("{{ payment(by: {{{by}}}, maxAgeSeconds: 0) {{ {EVERYTHING} }} }}");
        assert_eq!(shop.ask(&query).await["payment"], by_order, "{by}");
    }
}

async fn of_several_attempts_to_pay_an_order_the_newest_is_answered(shop: Shop) {
    let console = shop.sim.console();
    let at = crate::support::instant("2026-03-20T10:00:00+09:00");
    let failed = NewPayment::card("order-twice", 9_000)
        .at(at)
        .ending(Outcome::Aborted);
    let first = console.pay(failed);
    let second = console.pay(NewPayment::card("order-twice", 9_000));
    let payment = shop.payment("order-twice", "paymentKey status").await;
    assert_eq!(payment, json!({ "paymentKey": second, "status": "DONE" }));
    // Asking for the older one by its key does not make it the order's.
    let query = format!(r#"{{ payment(by: {{paymentKey: "{first}"}}) {{ status }} }}"#);
    assert_eq!(shop.ask(&query).await["payment"]["status"], "ABORTED");
    let query = r#"{ payment(by: {orderId: "order-twice"}, maxAgeSeconds: 60) { paymentKey } }"#;
    assert_eq!(shop.ask(query).await["payment"]["paymentKey"], second);
}

async fn a_newer_attempt_replaces_the_one_that_is_stored(shop: Shop) {
    let console = shop.sim.console();
    console.pay(NewPayment::card("order-twice", 9_000).ending(Outcome::Aborted));
    assert_eq!(
        shop.payment("order-twice", "status").await["status"],
        "ABORTED"
    );
    shop.pass(chrono::Duration::minutes(1));
    let second = console.pay(NewPayment::card("order-twice", 9_000));
    let payment = shop.payment("order-twice", "paymentKey status").await;
    assert_eq!(payment, json!({ "paymentKey": second, "status": "DONE" }));
}

async fn every_kind_of_thing_is_found_by_its_id(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 10_000));
    let input = json!({ "paymentKey": key, "idempotencyKey": "ids-00000001", "reason": "r",
                        "amount": { "amount": "3000", "currency": "KRW" } });
    let request = shop.cancel(&input).await["request"].clone();
    shop.pass(chrono::Duration::days(1));
    let payment = shop.payment("order-1", EVERYTHING).await;
    let find = async |id: &Value, selection: &str| {
        let query = format!("{{ node(id: {id}) {{ __typename id {selection} }} }}");
        let node = shop.ask(&query).await["node"].clone();
        assert_eq!(&node["id"], id);
        node
    };
    let found = find(&payment["id"], "... on Payment { orderId }").await;
    assert_eq!(
        (&found["__typename"], &found["orderId"]),
        (&json!("Payment"), &json!("order-1"))
    );
    for (place, kind) in [("history", "Transaction"), ("settlements", "Settlement")] {
        let rows = payment[place].as_array().unwrap();
        assert_eq!(rows.len(), 2, "{payment:#}");
        for row in rows {
            let selection = format!("... on {kind} {{ transactionKey }}");
            let found = find(&row["id"], &selection).await;
            assert_eq!(found["__typename"], kind);
            assert_eq!(found["transactionKey"], row["transactionKey"]);
        }
    }
    let found = find(
        &request["id"],
        "... on CancelRequest { status transactionKey }",
    )
    .await;
    assert_eq!(found["__typename"], "CancelRequest");
    assert_eq!(found["transactionKey"], request["transactionKey"]);
}

async fn an_id_of_another_kind_and_garbage_are_refused_and_an_unknown_one_is_null(shop: Shop) {
    shop.play("partial_cancels", "2026-03-03");
    let payment = shop
        .payment("order-partial-cancels", "id history { id }")
        .await;
    shop.sim.clear_requests();
    let foreign = &payment["history"][0]["id"];
    let query = format!("{{ payment(by: {{id: {foreign}}}) {{ id }} }}");
    assert_eq!(shop.refusal(&query).await, "BAD_USER_INPUT");
    let query = format!("{{ cancelRequest(id: {}) {{ id }} }}", payment["id"]);
    assert_eq!(shop.refusal(&query).await, "BAD_USER_INPUT");
    for garbage in [
        "",
        "x",
        "UGF5bWVudA",
        "UGF5bWVudDo",
        "UGF5bWVudDouLg",
        "@@@@",
    ] {
        let query = format!(r#"{{ node(id: "{garbage}") {{ id }} }}"#);
        assert_eq!(shop.refusal(&query).await, "BAD_USER_INPUT", "{garbage:?}");
    }
    assert!(shop.calls().is_empty(), "{:?}", shop.calls());
    // Payment:unknown, Transaction:unknown:t:m and CancelRequest:unknown
    for unknown in [
        "UGF5bWVudDp1bmtub3du",
        "VHJhbnNhY3Rpb246dW5rbm93bjp0Om0",
        "Q2FuY2VsUmVxdWVzdDp1bmtub3du",
    ] {
        let query = format!(r#"{{ node(id: "{unknown}") {{ id }} }}"#);
        assert_eq!(shop.ask(&query).await, json!({ "node": null }), "{unknown}");
    }
    let query = r#"{ cancelRequest(id: "Q2FuY2VsUmVxdWVzdDp1bmtub3du") { id } }"#;
    assert_eq!(shop.ask(query).await, json!({ "cancelRequest": null }));
}

async fn a_payment_that_toss_does_not_know_is_null(shop: Shop) {
    for by in [r#"orderId: "nobody""#, r#"paymentKey: "nobody""#] {
        let query = format!("{{ payment(by: {{{by}}}) {{ id }} }}");
        assert_eq!(shop.ask(&query).await, json!({ "payment": null }));
    }
    assert_eq!(shop.calls().len(), 2, "not asked again: {:?}", shop.calls());
}

async fn a_text_that_cannot_be_a_key_is_refused_and_toss_is_not_asked(shop: Shop) {
    let long = "k".repeat(201);
    let query = "query ($by: PaymentBy!) { payment(by: $by) { id } }";
    let keys = [
        "", "/", "..", ".", "%2e", "a/b", "a\\b", "a?b", "a#b", "a b", "a\nb", "a\0b", "\u{202e}",
        "가", &long,
    ];
    let orders = [
        "", "/", "..", ".", "%2e", "a/b", "a\\b", "a?b", "a#b", "a b", "a\nb", "a\0b", &long,
    ];
    let cases = keys.iter().map(|key| json!({ "paymentKey": key }));
    let cases = cases.chain(orders.iter().map(|order| json!({ "orderId": order })));
    for by in cases {
        let answer = shop.post(&shop.viewer, query, json!({ "by": by })).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{by}");
        if let Some(key) = by.get("paymentKey") {
            let input = json!({ "paymentKey": key, "idempotencyKey": "12345678", "reason": "r" });
            let answer = shop
                .post(
                    &shop.admin,
                    crate::cancel::CANCEL,
                    json!({ "input": input }),
                )
                .await;
            assert_eq!(code(&answer), "BAD_USER_INPUT", "cancel of {key}");
        }
    }
    assert!(shop.calls().is_empty(), "{:?}", shop.calls());
}

async fn a_negative_age_is_refused(shop: Shop) {
    let of =
        |age: i64| format!(r#"{{ payment(by: {{orderId: "o"}}, maxAgeSeconds: {age}) {{ id }} }}"#);
    assert_eq!(shop.refusal(&of(-1)).await, "BAD_USER_INPUT");
    assert_eq!(shop.refusal(&of(2_147_483_648)).await, "BAD_USER_INPUT");
    assert!(shop.calls().is_empty());
    assert_eq!(
        shop.ask(&of(2_147_483_647)).await,
        json!({ "payment": null })
    );
}
