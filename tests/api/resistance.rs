//! Questions that are meant to harm, put to the real server.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use toss_sim::NewPayment;

use crate::support::{Choices, Engine, Shop, code, data, on_both_databases, until};

on_both_databases!(
    what_is_meant_to_harm_is_refused_at_once,
    a_cancel_goes_before_the_questions_of_a_viewer_who_has_gone,
);

async fn what_is_meant_to_harm_is_refused_at_once(shop: Shop) {
    let begun = Instant::now();
    let aliases = (0..40).map(|i| format!("d{i}: description"));
    let aliases = aliases.collect::<Vec<_>>().join(" ");
    let (open, close) = ("possibleTypes { interfaces { ".repeat(3), "} } ".repeat(3));
    let turns = |turns: usize| {
        let back = "reconciliation { discrepancies { explanation payment { id ";
        let (open, close) = (back.repeat(turns), "} } } ".repeat(turns));
        format!("{{ discrepancies(first: 200) {{ nodes {{ payment {{ {open} {close} }} }} }} }}")
    };
    let lists = format!(
        "{{ __schema {{ types {{ fields {{ type {{ fields {{ name {aliases} }} }} }} }} }} }}"
    );
    let bomb = format!("{{ __schema {{ types {{ {open} {aliases} {close} }} }} }}");
    for too_complex in [bomb, turns(2)] {
        assert_eq!(shop.refusal(&too_complex).await, "TOO_COMPLEX");
    }
    for near in [lists, turns(1)] {
        shop.ask(&near).await;
    }
    for (query, variables) in [
        (
            r#"{ payments(filter: {mId: ["a\u0000b"]}) { nodes { id } } }"#,
            Value::Null,
        ),
        (
            "query($f: SettlementFilter) { settlements(filter: $f) { nodes { id } } }",
            json!({ "f": { "mId": ["a\0b"] } }),
        ),
        (
            "query($o: String) { payment(by: {orderId: $o}) { id } }",
            json!({ "o": "order\0-1" }),
        ),
    ] {
        let answer = shop.post(&shop.viewer, query, variables).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{query}");
    }
    let near = shop.post(
        &shop.viewer,
        "query($m: [String!]) { payments(filter: {mId: $m}) { nodes { id } } }",
        json!({ "m": ["u0000"] }),
    );
    data(near.await);
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "{:?}",
        begun.elapsed()
    );
    for _ in 0..3 {
        let wrong = shop
            .client()
            .post(shop.url("/graphql"))
            .bearer_auth("wrong");
        assert_eq!(
            wrong.send().await.unwrap().status(),
            StatusCode::UNAUTHORIZED
        );
    }
    let metrics = shop
        .client()
        .get(shop.url("/metrics"))
        .send()
        .await
        .unwrap();
    let text = metrics.text().await.unwrap();
    assert!(
        text.contains("\ntoss_recon_unauthenticated_requests_total 3\n"),
        "{text}"
    );
}

async fn a_cancel_goes_before_the_questions_of_a_viewer_who_has_gone(engine: Engine) {
    let shop = Shop::open_with(
        engine,
        Choices {
            calls_per_minute: Some(60),
            ..Choices::default()
        },
    )
    .await;
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let many = |request: usize| {
        let fields = (0..10).map(|i| {
            format!("p{i}: payment(by: {{paymentKey: \"unknown{request}x{i}\"}}) {{ id }} ")
        });
        let fields = fields.collect::<Vec<_>>().join(" ");
        format!("{{ {fields} }}")
    };
    let requests = join_all((0..5).map(|request| {
        let request = shop
            .client()
            .post(shop.url("/graphql"))
            .bearer_auth(&shop.viewer)
            .json(&json!({ "query": many(request) }))
            .timeout(Duration::from_millis(500));
        async move { request.send().await.is_err() }
    }));
    assert!(requests.await.contains(&true), "some are abandoned");
    let begun = Instant::now();
    let payload = shop
        .cancel(&json!({
            "paymentKey": key, "idempotencyKey": "resistance-0001", "reason": "고객 요청",
        }))
        .await;
    assert_eq!(payload["request"]["status"], "SUCCEEDED", "{payload}");
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(shop.executed(&key), 1);
    // What would wait too long is told so, and when to ask again.
    let refused = until(async || {
        let answer = shop.post(&shop.viewer, &many(9), Value::Null).await;
        let message = answer["errors"][0]["message"].as_str()?.to_owned();
        Some((code(&answer), message))
    });
    let (code, message) = refused.await;
    assert_eq!(code, "UPSTREAM_UNAVAILABLE");
    assert!(message.contains("ask again in"), "{message}");
}
