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

#[tokio::test]
async fn each_request_has_a_line_with_who_asked_for_what_and_what_it_cost() {
    let sim = shop("month").await;
    let place = place_before(&sim).set("LOG_FORMAT", "json");
    let server = Running::serve(&place, &["--no-sync"]).await;
    let viewer = token(&place, "front-end", "viewer").await;
    let key = sim.console().payment_keys()[0].clone();
    let asked = async |token: &str, query: &str, variables: Value| {
        let answer = server.post(token, query, variables).await;
        let id = answer.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        (
            answer.json::<Value>().await.unwrap(),
            line(&server, &id).await,
        )
    };

    let query = "query Screen($by: PaymentBy!) { payment(by: $by) { orderId status } }";
    let (answer, read) = asked(&viewer, query, json!({ "by": { "paymentKey": key } })).await;
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
    assert_eq!(
        (
            &read["operation"],
            &read["owner"],
            &read["outcome"],
            &read["payments"],
            &read["cost"]
        ),
        (
            &json!("Screen"),
            &json!("front-end"),
            &json!("ok"),
            &json!(key),
            &json!(3)
        )
    );
    assert!(
        read["toss_calls"].as_u64().unwrap() >= 2,
        "the payment and a list: {read}"
    );
    let (_, again) = asked(&viewer, query, json!({ "by": { "paymentKey": key } })).await;
    assert_eq!(
        again["toss_calls"], 0,
        "it is answered from the store: {again}"
    );

    let cancel = r#"mutation { cancelPayment(input: {paymentKey: "p", idempotencyKey: "marked-key-1", reason: "marked-reason"}) { error { code } } }"#;
    let (_, forbidden) = asked(&viewer, cancel, Value::Null).await;
    assert_eq!(
        (
            &forbidden["operation"],
            &forbidden["outcome"],
            &forbidden["toss_calls"]
        ),
        (&json!("cancelPayment"), &json!("FORBIDDEN"), &json!(0))
    );
    let (_, wrong) = asked(&viewer, "{ viewer { nothing } }", Value::Null).await;
    assert_eq!(
        (&wrong["owner"], &wrong["outcome"]),
        (&json!("front-end"), &json!("refused"))
    );
    let (_, nobody) = asked("trc_nobody", "{ viewer { name } }", Value::Null).await;
    assert_eq!(
        (&nobody["owner"], &nobody["outcome"]),
        (&json!("-"), &json!("refused"))
    );
    let (_, partly) = asked(
        &viewer,
        "{ viewer { name } auditLog { nodes { actor } } tokens { name } }",
        Value::Null,
    )
    .await;
    assert_eq!(partly["outcome"], "FORBIDDEN", "each code once");

    let signing_in = client()
        .post(server.url("/session"))
        .json(&json!({ "token": viewer }))
        .send()
        .await
        .unwrap();
    assert_eq!(signing_in.status(), 204);
    let id = signing_in.headers()["x-request-id"].to_str().unwrap();
    let signed_in = line(&server, id).await;
    assert_eq!(
        (&signed_in["operation"], &signed_in["owner"]),
        (&json!("session"), &json!("front-end"))
    );

    for line in lines(&server) {
        let text = line.to_string();
        for never in [order, "marked", "trc_", "paymentKey"] {
            assert!(!text.contains(never), "{never} in {text}");
        }
    }
    let home = client()
        .get(server.url("/"))
        .header("accept", "text/html")
        .send()
        .await
        .unwrap();
    assert!(home.url().path() == "/graphql" && home.status() == 200);
    server.stop("TERM").await;
}
