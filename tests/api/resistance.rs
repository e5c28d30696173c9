//! Questions that are meant to harm, put to the real server.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use toss_recon::access::Role;
use toss_sim::{Endpoint, NewPayment};

use crate::support::{Choices, Engine, Shop, code, data, on_both_databases, until};

on_both_databases!(
    what_is_meant_to_harm_is_refused_at_once,
    a_cancel_goes_before_the_questions_of_a_viewer_who_has_gone,
    questions_that_nobody_waits_for_any_more_are_not_asked,
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
    let many =
        |request: usize| payments((0..39).map(move |number| format!("unknown{request}x{number}")));
    let requests = (0..5).map(|request| shop.abandons(many(request), Duration::from_millis(500)));
    assert!(join_all(requests).await.contains(&true));
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
        answer["errors"].is_array().then_some(answer)
    });
    let answer = refused.await;
    assert_eq!(code(&answer), "RATE_LIMITED");
    let error = &answer["errors"][0];
    let message = error["message"].as_str().unwrap();
    let shared = "all who ask here share the calls that Toss may be asked";
    assert!(
        message.contains(shared) && message.contains("ask again in"),
        "{message}"
    );
    assert!(error["extensions"]["retryAfterSeconds"].as_u64() >= Some(1));
}

async fn questions_that_nobody_waits_for_any_more_are_not_asked(engine: Engine) {
    let choices = Choices {
        // Sixteen at once is all that holds questions back.
        calls_per_minute: Some(60_000),
        timeout: Duration::from_mins(1),
        ..Choices::default()
    };
    let shop = Shop::open_with(engine, choices).await;
    let pay = |number| {
        let order = format!("order-{number}");
        shop.sim.console().pay(NewPayment::card(order, 15_000))
    };
    let key = pay(0);
    let slow: Vec<String> = (1..=16).map(pay).collect();
    for key in &slow {
        shop.sim.faults().hold(key);
    }
    let of_another = shop.new_token("another", Role::Viewer).await;
    let slowly = payments(slow.iter().cloned());
    let answered = shop.post(&of_another, &slowly, Value::Null);
    let meanwhile = async {
        shop.until_called(Endpoint::Payment, 16).await;
        let many = |request: usize| {
            payments((0..39).map(move |number| format!("unknown{request}x{number}")))
        };
        let requests = (0..5).map(|request| shop.abandons(many(request), Duration::from_secs(3)));
        assert_eq!(join_all(requests).await, [true; 5]);
        shop.until_ended(5).await;
        let begun = Instant::now();
        let input = json!({ "paymentKey": key, "idempotencyKey": "resistance-0002", "reason": "고객 요청" });
        let payload = shop.cancel(&input).await;
        assert_eq!(payload["request"]["status"], "SUCCEEDED", "{payload}");
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(5), "{took:?}");
        for key in &slow {
            shop.sim.faults().release(key);
        }
    };
    let (answer, ()) = tokio::join!(answered, meanwhile);
    // Who has waited all the time is answered, and so is the next.
    assert!(data(answer)["p15"]["id"].is_string());
    let next = shop.ask(&payments([slow[0].clone()])).await;
    assert!(next["p0"]["id"].is_string());
    let calls = shop.calls();
    let abandoned = calls.iter().filter(|call| call.contains("unknown"));
    assert_eq!(abandoned.count(), 0, "{calls:?}");
}

/// A query for payments of these keys, each under an alias with its number.
fn payments(keys: impl IntoIterator<Item = String>) -> String {
    let fields = keys.into_iter().enumerate();
    let fields = fields.map(|(number, key)| {
        format!("p{number}: payment(by: {{paymentKey: \"{key}\"}}, maxAgeSeconds: 0) {{ id }}")
    });
    format!("{{ {} }}", fields.collect::<Vec<_>>().join(" "))
}

impl Shop {
    /// Asks as a viewer, and hangs up after that time; whether it was before the answer.
    async fn abandons(&self, query: String, after: Duration) -> bool {
        let request = self
            .client()
            .post(self.url("/graphql"))
            .bearer_auth(&self.viewer)
            .json(&json!({ "query": query }))
            .timeout(after);
        request.send().await.is_err()
    }

    /// Waits until the server has done with so many queries, answered or not.
    async fn until_ended(&self, queries: usize) {
        let line = format!(
            r#"toss_recon_graphql_request_duration_seconds_count{{operation="query"}} {queries}"#
        );
        until(async || {
            let request = self.client().get(self.url("/metrics"));
            let text = request.send().await.ok()?.text().await.ok()?;
            text.lines().any(|found| found == line).then_some(())
        })
        .await;
    }
}
