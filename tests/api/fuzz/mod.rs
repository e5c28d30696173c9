//! Queries made at random out of the schema, and bodies damaged at random: whatever comes, nothing fails on our side.

mod bodies;
mod queries;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use futures_util::{StreamExt as _, stream};
use rand::{SeedableRng as _, rngs::StdRng};
use reqwest::{RequestBuilder, header::CONTENT_TYPE};
use serde_json::{Value, json};
use toss_recon::access::Role;

use self::queries::{Good, Queries};
use crate::cancel::CANCEL;
use crate::mirrored::Month;
use crate::support::on_both_databases;

on_both_databases!(whatever_is_asked_nothing_fails_on_our_side);

/// Half of all; the other half is asked of the other database.
const QUERIES: usize = 1_000;
const BODIES: usize = 1_500;
/// Requests under way at once.
const AT_ONCE: usize = 8;
/// What one token is sent stays below what it may ask in a minute.
const TOKENS: usize = 4;

/// Operations that were answered with data.
static ANSWERED: AtomicUsize = AtomicUsize::new(0);

/// Where the code under test panicked. A test that fails says so by itself.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn note_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        let place = place.unwrap_or_default();
        if !place.starts_with("tests/") {
            PANICS.lock().unwrap().push(place);
        }
        usual(panic);
    }));
}

/// `FUZZ_SEED`, for other questions than the usual ones.
fn seed(database_url: &str) -> u64 {
    let given = std::env::var_os("FUZZ_SEED").and_then(|seed| seed.to_str()?.parse().ok());
    // The two databases are asked different things.
    given.unwrap_or(20_260_320) + u64::from(database_url.starts_with("postgres"))
}

async fn whatever_is_asked_nothing_fails_on_our_side(Month(shop): Month) {
    note_panics();
    let seed = seed(&shop.database_url);
    let mut random = StdRng::seed_from_u64(seed);
    let mut tokens = Vec::new();
    for number in 0..TOKENS {
        let role = if number == 0 {
            Role::Admin
        } else {
            Role::Viewer
        };
        tokens.push(shop.new_token(&format!("fuzz-{number}"), role).await);
    }
    let found = shop
        .ask("{ payments(first: 3) { nodes { id paymentKey orderId history { id } settlements { id } } } \
             discrepancies(first: 2) { nodes { id } } }")
        .await;
    let good = Good::of(&found);
    let queries = Queries::of(&toss_recon::graphql::sdl(), good);
    let mut requests = Vec::new();
    for _ in 0..QUERIES {
        requests.push(queries.body(&mut random).to_string().into_bytes());
    }
    let payment = found["payments"]["nodes"][0]["paymentKey"].clone();
    let whole = [
        json!({ "query": CANCEL, "operationName": null, "variables": { "input": {
            "paymentKey": payment, "idempotencyKey": "fuzz-0001", "reason": "고객 요청",
            "amount": { "amount": "100", "currency": "KRW" } } } }),
        json!({ "query": "query Q($by: PaymentBy!, $age: Int! = 30) { payment(by: $by, maxAgeSeconds: $age) { id ...F } } \
            fragment F on Payment { history { id effect } }", "operationName": "Q",
            "variables": { "by": { "paymentKey": payment }, "age": 60 }, "extensions": { "cost": true } }),
        json!({ "query": "{ payments(first: 2, filter: {transactionDate: {from: \"2026-03-01\", to: \"2026-03-09\"}}) { nodes { id } } }" }),
    ];
    for _ in 0..BODIES {
        requests.push(bodies::damaged(&whole, &mut random));
    }
    let failures: Vec<String> = stream::iter(requests.into_iter().enumerate())
        .map(async |(number, body)| {
            let request = shop.client().post(shop.url("/graphql"));
            let request = request.bearer_auth(&tokens[number % TOKENS]);
            fault(request, body).await
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    assert!(
        failures.is_empty(),
        "FUZZ_SEED={seed}: {} failures, such as {:#?}",
        failures.len(),
        &failures[..failures.len().min(5)]
    );
    // What is all refused tries out nothing.
    let answered = ANSWERED.load(Relaxed);
    assert!(answered > QUERIES / 4, "FUZZ_SEED={seed}: {answered}");
    let panics = PANICS.lock().unwrap();
    assert!(panics.is_empty(), "FUZZ_SEED={seed}: {panics:?}");
}

/// What is wrong with the answer.
async fn fault(request: RequestBuilder, body: Vec<u8>) -> Option<String> {
    let asked = String::from_utf8_lossy(&body).into_owned();
    let request = request.header(CONTENT_TYPE, "application/json").body(body);
    let told = |what: &str| Some(format!("{what}\n{asked}"));
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => return told(&error.to_string()),
    };
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    if status.is_server_error() || text.contains("\"INTERNAL\"") {
        return told(&format!("{status} {text}"));
    }
    match serde_json::from_str::<Value>(&text) {
        Ok(answer) if answer.get("data").or(answer.get("errors")).is_some() => {
            ANSWERED.fetch_add(usize::from(answer["data"].is_object()), Relaxed);
            None
        }
        _ => told(&format!("no answer of GraphQL: {status} {text}")),
    }
}
