//! Several servers on one database, not all with the same limits: the one whose limits are weaker is not ready and cancels
//! nothing, until those that are stricter have stopped or their leases have run out.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use reconciliation::{CancelPolicy, Ceilings, Currency, Money};
use serde_json::{Value, json};
use toss_recon::store::Store;

use crate::shop::{As, Shop, on_both_databases, told, won};

on_both_databases!(
    a_server_with_a_weaker_limit_cancels_nothing_until_the_stricter_one_stops,
    a_server_beside_which_a_stricter_one_starts_cancels_nothing_any_more,
    a_weaker_server_approves_nothing_and_answers_what_was_answered_before,
    servers_with_the_same_limits_and_other_hours_and_marks_all_cancel,
    the_limits_of_a_server_that_died_count_until_its_lease_runs_out,
    a_change_of_limits_stands_in_the_audit_log,
);

/// Longer than a lease lasts.
const PATIENCE: Duration = Duration::from_mins(1);
const DIFFER: (&str, &str, &str) = ("none", "LIMITS_DIFFER", "NEEDS_PERSON");

fn krw(most: i64) -> Ceilings {
    [Money::from_minor(most, Currency::KRW)]
        .into_iter()
        .collect()
}

fn per_request(most: i64) -> CancelPolicy {
    CancelPolicy {
        per_request: krw(most),
        ..CancelPolicy::default()
    }
}

/// The status and the reason that `/readyz` gives.
async fn readiness(address: SocketAddr) -> (u16, Value) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("http://{address}/readyz")).send().await;
    let answer = answer.unwrap();
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    (status, body["reason"].clone())
}

fn weaker() -> (u16, Value) {
    (503, json!("weaker_limits"))
}

/// Waits until `/readyz` answers so.
async fn becomes(address: SocketAddr, expected: (u16, Value)) {
    let started = Instant::now();
    loop {
        let found = readiness(address).await;
        if found == expected {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "{found:?}, not {expected:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

const READY: (u16, Value) = (200, Value::Null);

async fn a_server_with_a_weaker_limit_cancels_nothing_until_the_stricter_one_stops(mut shop: Shop) {
    shop.restart_under(per_request(3_000)).await;
    let strict = shop.address();
    let weak = shop.another_under(CancelPolicy::default()).await;
    assert_eq!(readiness(strict).await, READY);
    // From its first answer on, not some seconds later.
    assert_eq!(readiness(weak.address).await, weaker());
    let payment = shop.card(10_000);
    let part = || json!({ "amount": won(1_000) });
    let done = shop.cancel(As::Kim, &payment, "key-strict", part()).await;
    assert_eq!(done["request"]["status"], "SUCCEEDED");

    let strict = shop.answers_from(weak);
    for dry_run in [true, false] {
        let asked = shop
            .cancel_or_try(As::Kim, &payment, "key-weak", part(), dry_run)
            .await;
        assert_eq!(told(&asked), DIFFER, "{dry_run}");
    }
    let query = "query ($key: String!) { payment(by: { paymentKey: $key }) \
         { viewerCanCancel { allowed reasons { code message } } } }";
    let offered =
        shop.ask(As::Kim, query, json!({ "key": payment })).await["payment"]["viewerCanCancel"]
            .clone();
    assert_eq!(offered["allowed"], false);
    assert_eq!(offered["reasons"][0]["code"], "LIMITS_DIFFER");
    let message = offered["reasons"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("CANCEL_LIMIT_PER_REQUEST") && message.contains("3000 KRW"),
        "{message}"
    );
    assert_eq!(shop.sendings(&payment), 1);
    assert_eq!(shop.requests_for(&payment).await.len(), 1);

    drop(strict);
    becomes(shop.address(), READY).await;
    let done = shop.cancel(As::Kim, &payment, "key-weak", part()).await;
    assert_eq!(done["request"]["status"], "SUCCEEDED");
    assert_eq!(shop.executed(&payment).len(), 2);
}

async fn a_server_beside_which_a_stricter_one_starts_cancels_nothing_any_more(shop: Shop) {
    assert_eq!(readiness(shop.address()).await, READY);
    let above = CancelPolicy {
        approval_above: krw(0),
        ..CancelPolicy::default()
    };
    let strict = shop.another_under(above).await;
    assert_eq!(readiness(strict.address).await, READY);
    becomes(shop.address(), weaker()).await;
    let payment = shop.card(10_000);
    let refused = shop.cancel(As::Kim, &payment, "key-first", json!({})).await;
    assert_eq!(told(&refused), DIFFER);
    assert_eq!(shop.sendings(&payment), 0);
    drop(strict);
    becomes(shop.address(), READY).await;
}

async fn a_weaker_server_approves_nothing_and_answers_what_was_answered_before(mut shop: Shop) {
    let above = |most| CancelPolicy {
        approval_above: krw(most),
        ..CancelPolicy::default()
    };
    shop.restart_under(above(1_000)).await;
    let (payment, other) = (shop.card(10_000), shop.card(10_000));
    let waiting = shop.cancel(As::Kim, &payment, "key-wait", json!({})).await;
    assert_eq!(waiting["request"]["status"], "AWAITING_APPROVAL");
    let little = || json!({ "amount": won(500) });
    let done = shop.cancel(As::Kim, &other, "key-done", little()).await;
    assert_eq!(done["request"]["status"], "SUCCEEDED");

    let weak = shop.another_under(above(1_001)).await;
    let strict = shop.answers_from(weak);
    let approve = async |shop: &Shop| {
        let query = "mutation ($id: ID!) { approveCancelRequest(id: $id) \
             { request { id status transactionKey requestedBy } error { code advice } } }";
        let variables = json!({ "id": waiting["request"]["id"] });
        shop.ask(As::Lee, query, variables).await["approveCancelRequest"].clone()
    };
    let refused = approve(&shop).await;
    let (waits, code, advice) = ("AWAITING_APPROVAL", "LIMITS_DIFFER", "NEEDS_PERSON");
    assert_eq!(told(&refused), (waits, code, advice));
    assert_eq!(shop.sendings(&payment), 0);
    // What has been done is told all the same.
    let again = shop.cancel(As::Kim, &other, "key-done", little()).await;
    assert_eq!(again["request"], done["request"]);

    drop(strict);
    becomes(shop.address(), READY).await;
    let approved = approve(&shop).await;
    assert_eq!(approved["request"]["status"], "SUCCEEDED", "{approved:#}");
}

async fn servers_with_the_same_limits_and_other_hours_and_marks_all_cancel(mut shop: Shop) {
    shop.restart_under(per_request(3_000)).await;
    let marked = CancelPolicy {
        approval_lives: chrono::TimeDelta::hours(1),
        marks_reasons: true,
        ..per_request(3_000)
    };
    let other = shop.another_under(marked).await;
    assert_eq!(readiness(other.address).await, READY);
    let of_one = shop.card(3_000);
    let done = shop.cancel(As::Kim, &of_one, "key-one1", json!({})).await;
    assert_eq!(done["request"]["status"], "SUCCEEDED");
    let _first = shop.answers_from(other);
    let of_other = shop.card(3_000);
    let done = shop.cancel(As::Kim, &of_other, "key-two2", json!({})).await;
    assert_eq!(done["request"]["status"], "SUCCEEDED");
}

async fn the_limits_of_a_server_that_died_count_until_its_lease_runs_out(mut shop: Shop) {
    shop.stop();
    hold(&shop.store, &per_request(3_000), Duration::from_secs(6)).await;
    let alone = shop.another_under(CancelPolicy::default()).await;
    shop.answers_from(alone);
    assert_eq!(readiness(shop.address()).await, weaker());
    becomes(shop.address(), READY).await;
    let payment = shop.card(10_000);
    let done = shop.cancel(As::Kim, &payment, "key-first", json!({})).await;
    assert_eq!(done["request"]["status"], "SUCCEEDED");
}

/// What a process that is gone has left.
async fn hold(store: &Store, limits: &CancelPolicy, lasts: Duration) {
    store.hold_limits("gone", limits, lasts).await.unwrap();
}

async fn a_change_of_limits_stands_in_the_audit_log(mut shop: Shop) {
    for _ in 0..2 {
        shop.restart_under(per_request(3_000)).await;
    }
    shop.restart_under(per_request(9_000)).await;
    let query = "{ auditLog(first: 10) { nodes { actor action detail } } }";
    let log = shop.ask(As::Kim, query, Value::Null).await;
    let entries = log["auditLog"]["nodes"].as_array().unwrap();
    let entries: Vec<&Value> = entries
        .iter()
        .filter(|entry| entry["action"] == "LIMITS_CHANGED")
        .collect();
    assert_eq!(entries.len(), 2, "{entries:#?}");
    let limit = |entry: &Value, which: &str| {
        assert_eq!(entry["actor"], "toss-recon");
        let detail: Value = serde_json::from_str(entry["detail"].as_str().unwrap()).unwrap();
        detail[which]["CANCEL_LIMIT_PER_REQUEST"].clone()
    };
    // The newest first.
    assert_eq!(limit(entries[0], "old"), json!(["3000 KRW"]));
    assert_eq!(limit(entries[0], "new"), json!(["9000 KRW"]));
    assert_eq!(limit(entries[1], "old"), json!([]));
}
