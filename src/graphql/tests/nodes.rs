//! Things that are found by their id alone.

use async_graphql::Value;
use reconciliation::TransactionKey;
use serde_json::json;

use super::books::{REQUEST_ID, TestBooks, key, shop};
use super::{Interpretation, answer, assert_same, node};
use crate::graphql::node_id::{NodeId, TransactionId};
use crate::store::{CancelRequestId, SettlementId};

fn transaction_id(payment: &str, transaction: &str) -> String {
    NodeId::Transaction(TransactionId {
        payment_key: key(payment),
        transaction_key: TransactionKey::parse(transaction).unwrap(),
        mid: shop(),
    })
    .to_id()
    .0
}

/// The ids of the elements of a payment's list.
async fn ids_of(books: &TestBooks, payment: &str, list: &str) -> Vec<String> {
    let query = format!("{{ payment(key: \"{payment}\") {{ rows: {list} {{ id }} }} }}");
    let answer = answer(books, Interpretation::default(), &query).await;
    let rows = serde_json::to_value(answer).unwrap();
    let rows = rows["payment"]["rows"].as_array().unwrap().clone();
    rows.iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_transaction_is_found_by_its_id_with_the_effect_that_its_payments_history_gives_it() {
    let books = TestBooks::open().await;
    let ids = ids_of(&books, "void", "history").await;
    assert_eq!(ids[1], transaction_id("void", "void-2"));
    let selection = "id ... on Transaction { transactionKey paymentKey effect }";
    assert_same(
        &node(&books, &ids[1], selection).await,
        &json!({ "node": { "__typename": "Transaction", "id": ids[1], "transactionKey": "void-2",
                           "paymentKey": "void", "effect": "VOIDED" } }),
    );
}

#[tokio::test]
async fn every_settlement_is_found_by_its_id_and_matched_as_within_its_payment() {
    let books = TestBooks::open().await;
    let ids = ids_of(&books, "drained", "settlements").await;
    let mut matches = Vec::new();
    for id in &ids {
        let found = node(&books, id, "id ... on Settlement { match matchCandidates }").await;
        let found = serde_json::to_value(found).unwrap();
        assert_eq!(found["node"]["id"], json!(id));
        matches.push((
            found["node"]["match"].clone(),
            found["node"]["matchCandidates"][0].clone(),
        ));
    }
    // The last row names neither payment nor transaction, and its order only behind a prefix.
    assert_eq!(
        matches[..2],
        [
            (json!("EXACT"), json!("drained-1")),
            (json!("EXACT"), json!("drained-2"))
        ]
    );
    assert_eq!(matches[2], (json!("WEAK"), json!("drained-3")));
}

#[tokio::test]
async fn a_cancel_request_is_found_by_its_id() {
    let books = TestBooks::open().await;
    let id = NodeId::CancelRequest(CancelRequestId::new(REQUEST_ID))
        .to_id()
        .0;
    let selection = "... on CancelRequest { status amount { amount } reason transactionKey requestedAt resolvedAt }";
    assert_same(
        &node(&books, &id, selection).await,
        &json!({ "node": {
            "__typename": "CancelRequest", "status": "SUCCEEDED", "amount": { "amount": "3000" }, "reason": "too small",
            "transactionKey": "drained-2", "requestedAt": "2026-03-04T09:59:59+09:00",
            "resolvedAt": "2026-03-04T10:00:01+09:00",
        } }),
    );
}

#[tokio::test]
async fn what_does_not_exist_is_null() {
    let books = TestBooks::open().await;
    for id in [
        transaction_id("void", "void-9"),
        transaction_id("void", "drained-1"),
        transaction_id("nobody", "void-1"),
        NodeId::Settlement(SettlementId::new("none.1")).to_id().0,
        NodeId::CancelRequest(CancelRequestId::new("none"))
            .to_id()
            .0,
    ] {
        let found = node(&books, &id, "id").await;
        assert_eq!(
            found,
            async_graphql::value!({ "node": Value::Null }),
            "{id}"
        );
    }
}
