//! Words of Toss that no documentation knows, and failures that say why: they reach whoever asked, and whoever can find out
//! more may end what they leave open.

use serde_json::{Value, json};
use toss_sim::FaultKind;

use crate::shop::{As, Shop, on_both_databases, told, won};

on_both_databases!(
    a_refusal_in_a_word_that_nobody_knows_ends_the_request_and_the_next_one_runs,
    a_failure_that_says_why_is_told_and_taken_over_by_an_admin,
);

const REQUEST: &str = "query ($id: ID!) { cancelRequest(id: $id) \
     { status tossCode tossMessage error { code message advice } } }";

async fn shown(shop: &Shop, request: &Value) -> Value {
    let asked = shop.ask(As::Viewer, REQUEST, json!({ "id": request["id"] }));
    asked.await["cancelRequest"].clone()
}

async fn a_refusal_in_a_word_that_nobody_knows_ends_the_request_and_the_next_one_runs(shop: Shop) {
    let payment = shop.card(10_000);
    let word = "NOT_ALLOWED_CANCEL_BY_POLICY";
    shop.next_cancels(1, FaultKind::Refusal(word.to_owned()));
    let input = json!({ "amount": won(4_000) });
    let answer = shop.cancel(As::Kim, &payment, "key-policy", input).await;
    assert_eq!(told(&answer), ("REJECTED", word, "NEEDS_PERSON"));
    let shown = shown(&shop, &answer["request"]).await;
    assert_eq!(shown["tossCode"], word);
    let words = shown["tossMessage"].as_str().unwrap();
    let message = shown["error"]["message"].as_str().unwrap();
    assert!(!words.is_empty() && message.contains(words), "{message}");
    let next = shop.cancel(
        As::Kim,
        &payment,
        "key-next",
        json!({ "amount": won(1_000) }),
    );
    assert_eq!(told(&next.await), ("SUCCEEDED", "none", "none"));
    assert_eq!(shop.executed(&payment).len(), 1);
}

async fn a_failure_that_says_why_is_told_and_taken_over_by_an_admin(shop: Shop) {
    let payment = shop.card(10_000);
    let word = "FAILED_INTERNAL_SYSTEM_PROCESSING";
    shop.next_cancels(100, FaultKind::Refusal(word.to_owned()));
    let input = json!({ "amount": won(4_000) });
    let answer = shop.cancel(As::Kim, &payment, "key-escrow", input).await;
    assert_eq!(told(&answer), ("UNKNOWN", "OUTCOME_UNKNOWN", "WAIT"));
    let unknown = shown(&shop, &answer["request"]).await;
    assert_eq!(unknown["tossCode"], word);
    let words = unknown["tossMessage"].as_str().unwrap();
    let message = unknown["error"]["message"].as_str().unwrap();
    assert!(
        message.contains(word) && message.contains(words),
        "{message}"
    );

    let take_over = "mutation ($id: ID!) { takeOverCancelRequest(id: $id) \
         { request { id status } error { code advice } } }";
    let id = json!({ "id": answer["request"]["id"] });
    let early = shop.ask(As::Lee, take_over, id.clone()).await;
    let early = &early["takeOverCancelRequest"];
    assert_eq!(told(early), ("UNKNOWN", "TOO_YOUNG", "WAIT"));
    shop.sim.clock().advance(chrono::TimeDelta::seconds(61));
    let taken = shop.ask(As::Lee, take_over, id.clone()).await;
    let taken = &taken["takeOverCancelRequest"];
    assert_eq!(
        told(taken),
        ("NEEDS_OPERATOR", "OUTCOME_UNKNOWN", "NEEDS_PERSON")
    );
    let again = shop.ask(As::Lee, take_over, id).await;
    let again = &again["takeOverCancelRequest"];
    assert_eq!(
        told(again),
        ("NEEDS_OPERATOR", "NOT_UNDECIDED", "FIX_INPUT")
    );

    let log = "{ auditLog(first: 20) { nodes { actor action detail } } }";
    let log = shop.ask(As::Lee, log, json!({})).await;
    let entries = log["auditLog"]["nodes"].as_array().unwrap();
    let entry = |action| {
        entries
            .iter()
            .find(|entry| entry["action"] == action)
            .unwrap()
    };
    assert_eq!(entry("CANCEL_NEEDS_OPERATOR")["actor"], "lee");
    let detail = entry("CANCEL_UNKNOWN")["detail"].as_str().unwrap();
    assert!(
        detail.contains(word) && detail.contains("tossMessage"),
        "{detail}"
    );

    let ended = shop
        .resolve(&answer["request"], "NOT_EXECUTED", "escrow")
        .await;
    assert_eq!(ended["request"]["status"], "REJECTED");
    shop.sim.faults().clear();
    let next = shop.cancel(
        As::Kim,
        &payment,
        "key-next",
        json!({ "amount": won(1_000) }),
    );
    assert_eq!(told(&next.await), ("SUCCEEDED", "none", "none"));
}
