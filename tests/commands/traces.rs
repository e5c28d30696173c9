//! Spans by OpenTelemetry, as a collector gets them: within the trace of whoever asked, through to Toss and the database, with
//! nothing secret or personal in them, and never in the way of a request.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};
use toss_sim::NewPayment;

use crate::collector::{Collector, Told, Wire};
use crate::program::{PATIENCE, Place, SECRET_KEY};
use crate::server::{Running, client, place_before, shop, token};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";
/// OpenTelemetry's numbers of the kinds.
const SERVER: i32 = 2;
const CLIENT: i32 = 3;

const CANCEL: &str = "mutation Refund($input: CancelPaymentInput!) {
    cancelPayment(input: $input) { request { status } error { code message } }
}";

/// The answer to somebody who is within a span of a trace already.
async fn asked_within(server: &Running, token: &str, query: &str, variables: Value) -> Value {
    let answer = client()
        .post(server.url("/graphql"))
        .bearer_auth(token)
        .header("traceparent", format!("00-{TRACE}-{CALLER}-01"))
        .header("tracestate", "vendor=0pa9ue")
        .json(&json!({ "query": query, "variables": variables }));
    let answer: Value = answer.send().await.unwrap().json().await.unwrap();
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"].clone()
}

/// The spans of the caller's trace once the collector has them, by the name of the last.
async fn spans_up_to(collector: &Collector, last: &str) -> Vec<Told> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (spans, _) = collector.spans();
        if spans.iter().any(|span| span.name == last) {
            return spans
                .into_iter()
                .filter(|span| span.trace == TRACE)
                .collect();
        }
        assert!(Instant::now() < deadline, "no {last}: {spans:#?}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Whether a span is within another.
fn is_within(spans: &[Told], span: &Told, outer: &Told) -> bool {
    span.parent == outer.id
        || spans
            .iter()
            .any(|parent| parent.id == span.parent && is_within(spans, parent, outer))
}

fn named<'s>(spans: &'s [Told], name: &str) -> &'s Told {
    let found = spans.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no {name}: {spans:#?}"))
}

#[tokio::test]
async fn a_callers_trace_goes_through_to_toss_and_the_database_without_a_secret_in_it() {
    let sim = shop("account_never_paid").await;
    let order = "order-t0-ref5nd";
    let key = sim.console().pay(NewPayment::virtual_account(order, 9_900));
    sim.console().deposit(&key, None).unwrap();
    let (collector, wire) = (Collector::start().await, Wire::to(sim.base_url()).await);
    let hook = "h00k5ecretOfTheAddress";
    let place = place_before(&sim)
        .set("TOSS_BASE_URL", &wire.address)
        .set("WEBHOOK_SECRET", hook)
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address)
        .set("OTEL_BSP_SCHEDULE_DELAY", "50")
        // The log says little, and of spans nothing.
        .set("LOG", "warn,toss_recon=trace");
    let admin = token(&place, "admin", "admin").await;
    let server = Running::serve(&place, &["--no-sync"]).await;
    let (account, holder, wish, reason) = (
        "90817263544550",
        "홍길동무명",
        "refund-wi5h-0001",
        "은밀한 사유",
    );
    let by_order = format!("query Screen {{ payment(by: {{orderId: \"{order}\"}}) {{ status }} }}");
    asked_within(&server, &admin, &by_order, Value::Null).await;
    let input = json!({
        "paymentKey": key, "idempotencyKey": wish, "reason": reason,
        "refundAccount": { "bank": "88", "accountNumber": account, "holderName": holder },
    });
    let done = asked_within(&server, &admin, CANCEL, json!({ "input": input })).await;
    let status = &done["cancelPayment"]["request"]["status"];
    assert_eq!(status, "SUCCEEDED", "{done}");
    let hooked = client().post(server.url(&format!("/webhooks/toss/{hook}")));
    assert_eq!(hooked.body("{}").send().await.unwrap().status(), 200);

    let spans = spans_up_to(&collector, "POST /webhooks/toss/{secret}").await;
    let requests: Vec<&Told> = spans.iter().filter(|span| span.parent == CALLER).collect();
    assert_eq!(requests.len(), 2, "{spans:#?}");
    for (request, operation, call) in [
        (
            requests[0],
            "query Screen",
            "Toss GET /v1/payments/orders/{orderId}",
        ),
        (
            requests[1],
            "mutation Refund",
            "Toss POST /v1/payments/{paymentKey}/cancel",
        ),
    ] {
        assert_eq!(
            (request.name.as_str(), request.kind),
            ("POST /graphql", SERVER)
        );
        assert_eq!(request.says["http.response.status_code"], "200");
        let operation = named(&spans, operation);
        assert_eq!(operation.parent, request.id);
        let call = named(&spans, call);
        assert!(is_within(&spans, call, operation), "{spans:#?}");
        assert_eq!(
            (call.kind, call.says["http.response.status_code"].as_str()),
            (CLIENT, "200")
        );
        let told = format!("00-{TRACE}-{}-01", call.id);
        assert!(wire.values("traceparent").contains(&told), "{told}");
        let written = spans
            .iter()
            .filter(|span| span.says.contains_key("db.system.name"));
        let committed = written
            .filter(|span| is_within(&spans, span, operation))
            .filter(|span| span.says["outcome"] == "committed")
            .map(|span| span.says["statements"].parse::<u32>().unwrap());
        assert!(committed.max() > Some(0), "{spans:#?}");
    }
    assert_eq!(wire.values("tracestate"), Vec::<String>::new());
    let (_, stderr) = server.stop("TERM").await;
    assert!(
        !stderr.contains("toss call") && !stderr.contains("otel."),
        "{stderr}"
    );

    let (_, of_program) = collector.spans();
    assert_eq!(of_program["service.name"], "toss-recon");
    let (_, token_secret) = admin.split_at("trc_0123456789_".len());
    let basic = STANDARD.encode(format!("{SECRET_KEY}:"));
    let sent = collector.bytes();
    for secret in [
        SECRET_KEY,
        &basic,
        &admin,
        token_secret,
        account,
        holder,
        wish,
        reason,
        hook,
        order,
        &key,
        "9900",
    ] {
        let leak = sent
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!leak, "{secret}");
    }
}

#[tokio::test]
async fn a_collector_that_never_answers_holds_up_neither_requests_nor_the_end() {
    let sim = shop("account_never_paid").await;
    // Connections are made, and nobody reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://user:pa55w0rd@{}", silent.local_addr().unwrap());
    let place = place_before(&sim)
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", &address)
        .set("OTEL_EXPORTER_OTLP_TIMEOUT", "400")
        .set("OTEL_BSP_SCHEDULE_DELAY", "20")
        .set("OTEL_BSP_MAX_QUEUE_SIZE", "4");
    let viewer = token(&place, "viewer", "viewer").await;
    let server = Running::serve(&place, &["--no-sync"]).await;
    let (client, began) = (client(), Instant::now());
    for _ in 0..100 {
        let asked = client.post(server.url("/graphql")).bearer_auth(&viewer);
        let asked = asked.json(&json!({ "query": "{ viewer { name } }" }));
        assert_eq!(asked.send().await.unwrap().status(), 200);
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    server.says("spans cannot be handed to the collector").await;
    let (_, stderr) = server.stop("TERM").await;
    assert_eq!(
        stderr.matches("spans cannot be handed").count(),
        1,
        "{stderr}"
    );
    assert!(!stderr.contains("pa55w0rd"), "{stderr}");
}

#[tokio::test]
async fn variables_that_ask_for_what_cannot_be_done_are_refused() {
    let at = |name, value: &str| {
        Place::with_key()
            .set("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
            .set(name, value)
    };
    for (place, word) in [
        (at("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), "http/protobuf"),
        (
            at("OTEL_EXPORTER_OTLP_ENDPOINT", "collector pa55"),
            "http://127.0.0.1:4318",
        ),
    ] {
        let serve = place
            .refuses(2, &["serve", "--listen", "127.0.0.1:0"])
            .await;
        let check = place.refuses(2, &["config", "check"]).await;
        for told in [serve, check] {
            assert!(told.contains(word) && !told.contains("pa55"), "{told}");
        }
    }
}
