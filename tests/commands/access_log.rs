//! The access log of a server that runs: a line for each request, and nothing of what was asked but the payments.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::server::{Running, client, place_before, shop, token};

/// The lines of the access log so far, each without what every line of the log has.
fn lines(server: &Running) -> Vec<Value> {
    server
        .stderr()
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["target"] == "toss_recon::access")
        .map(|line| {
            assert_eq!(line["level"], "INFO");
            assert_eq!(line.get("span"), None, "{line}");
            line["fields"].clone()
        })
        .collect()
}

/// Waits for the line with this request id.
async fn line(server: &Running, request_id: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let found = lines(server)
            .into_iter()
            .find(|line| line["request_id"] == request_id);
        if let Some(line) = found {
            return line;
        }
        assert!(Instant::now() < deadline, "no line: {}", server.stderr());
        sleep(Duration::from_millis(20)).await;
    }
}

/// A server with somebody who asks.
struct Scene {
    server: Running,
    viewer: String,
}

impl Scene {
    /// The answer to a query, and its line.
    async fn asked(&self, token: &str, query: &str, variables: Value) -> (Value, Value) {
        let answer = self.server.post(token, query, variables).await;
        let id = answer.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        (answer.json().await.unwrap(), line(&self.server, &id).await)
    }

    /// Holds a line against what is expected of some of its fields.
    async fn is_told(&self, token: &str, query: &str, expected: Value) {
        let (_, line) = self.asked(token, query, Value::Null).await;
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&line[field], value, "{field} of {query}: {line}");
        }
    }
}

#[tokio::test]
async fn each_request_has_a_line_with_who_asked_for_what_and_what_it_cost() {
    let sim = shop("month").await;
    let place = place_before(&sim).set("LOG_FORMAT", "json");
    let server = Running::serve(&place, &["--no-sync"]).await;
    let viewer = token(&place, "front-end", "viewer").await;
    let scene = Scene { server, viewer };
    let key = sim.console().payment_keys()[0].clone();

    let query = "query Screen($by: PaymentBy!) { payment(by: $by) { orderId status } }";
    let by = json!({ "by": { "paymentKey": key } });
    let (answer, read) = scene.asked(&scene.viewer, query, by.clone()).await;
    let order = answer["data"]["payment"]["orderId"].as_str().unwrap();
    let mut names: Vec<&str> = read
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    let expected = [
        "cost",
        "duration_ms",
        "operation",
        "outcome",
        "owner",
        "payments",
        "request_id",
        "toss_calls",
    ];
    assert_eq!(names, expected);
    for (field, value) in [
        ("operation", "Screen"),
        ("owner", "front-end"),
        ("outcome", "ok"),
        ("payments", &key),
    ] {
        assert_eq!(read[field], value, "{read}");
    }
    assert!(read["cost"].as_u64().unwrap() > 0, "{read}");
    assert!(
        read["toss_calls"].as_u64().unwrap() >= 2,
        "the payment and a list: {read}"
    );
    let (_, again) = scene.asked(&scene.viewer, query, by).await;
    assert_eq!(
        again["toss_calls"], 0,
        "it is answered from the store: {again}"
    );

    a_subscription_is_told_at_its_end(&scene, &key).await;
    what_is_refused_is_told(&scene).await;
    who_signs_in_is_told(&scene).await;
    for line in lines(&scene.server) {
        let text = line.to_string();
        for never in [order, "marked", "trc_", "paymentKey"] {
            assert!(!text.contains(never), "{never} in {text}");
        }
    }
    let home = client()
        .get(scene.server.url("/"))
        .header("accept", "text/html")
        .send()
        .await
        .unwrap();
    assert!(home.url().path() == "/console/" && home.status() == 200);
    scene.server.stop("TERM").await;
}

async fn a_subscription_is_told_at_its_end(scene: &Scene, key: &str) {
    let query =
        "subscription Watched($key: String!) { paymentChanged(paymentKey: $key) { status } }";
    let request = client()
        .post(scene.server.url("/graphql"))
        .bearer_auth(&scene.viewer)
        .header("accept", "text/event-stream")
        .json(&json!({ "query": query, "variables": { "key": key } }));
    let mut answer = request.send().await.unwrap();
    let id = answer.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let event = answer.chunk().await.unwrap().unwrap();
    assert!(event.starts_with(b"event: next\ndata: {"), "{event:?}");
    sleep(Duration::from_millis(100)).await;
    let so_far = lines(&scene.server);
    assert!(so_far.iter().all(|line| line["request_id"] != id));
    drop(answer);
    let told = line(&scene.server, &id).await;
    for (field, value) in [
        ("operation", "Watched"),
        ("owner", "front-end"),
        ("outcome", "ok"),
        ("payments", key),
    ] {
        assert_eq!(told[field], value, "{told}");
    }
    assert!(told["cost"].as_u64().unwrap() > 0, "{told}");
    assert!(told["duration_ms"].as_u64().unwrap() >= 100, "{told}");
}

async fn what_is_refused_is_told(scene: &Scene) {
    let cancel = r#"mutation { cancelPayment(input: {paymentKey: "p", idempotencyKey: "marked-key-1", reason: "marked-reason"}) { error { code } } }"#;
    let forbidden = json!({ "operation": "cancelPayment", "owner": "front-end", "outcome": "FORBIDDEN", "toss_calls": 0 });
    scene.is_told(&scene.viewer, cancel, forbidden).await;
    let twice = "{ viewer { name } auditLog { nodes { actor } } tokens { name } }";
    scene
        .is_told(&scene.viewer, twice, json!({ "outcome": "FORBIDDEN" }))
        .await;
    let wrong = json!({ "owner": "front-end", "outcome": "refused" });
    scene
        .is_told(&scene.viewer, "{ viewer { nothing } }", wrong)
        .await;
    let nobody = json!({ "operation": "-", "owner": "-", "outcome": "refused" });
    scene
        .is_told("trc_nobody", "{ viewer { name } }", nobody)
        .await;
}

async fn who_signs_in_is_told(scene: &Scene) {
    let url = scene.server.url("/session");
    let answer = client()
        .post(url)
        .json(&json!({ "token": scene.viewer }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 204);
    let id = answer.headers()["x-request-id"].to_str().unwrap();
    let line = line(&scene.server, id).await;
    assert_eq!(
        (&line["operation"], &line["owner"]),
        (&json!("session"), &json!("front-end"))
    );
}
