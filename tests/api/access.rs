//! Who may ask, and what a role may do.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use toss_recon::access::{Role, TOKEN_TRUST};
use toss_sim::NewPayment;

use crate::cancel::CANCEL;
use crate::support::{Shop, code, instant, on_both_databases};

on_both_databases!(
    nobody_asks_without_a_token_or_with_a_wrong_one,
    whoever_asks_is_told_their_name_and_role,
    a_viewer_cannot_cancel,
    a_revoked_token_stops_working_within_its_trust,
    a_mutation_in_the_address_is_refused_and_cancels_nothing,
);

async fn nobody_asks_without_a_token_or_with_a_wrong_one(shop: Shop) {
    let wrong = [
        None,
        Some(String::new()),
        Some("nonsense".to_owned()),
        Some(altered(&shop.admin)),
        Some(format!("{}0", shop.admin)),
    ];
    let queries = [
        "{ viewer { name } }",
        "{ __schema { queryType { name } } }",
        "{ __typename }",
    ];
    for token in wrong {
        for query in queries {
            let mut request = shop
                .client()
                .post(shop.url("/graphql"))
                .json(&json!({ "query": query }));
            if let Some(token) = &token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(
                answer.status(),
                StatusCode::UNAUTHORIZED,
                "{token:?} {query}"
            );
            let body: Value = answer.json().await.unwrap();
            assert_eq!(code(&body), "UNAUTHENTICATED");
            assert!(body.get("data").is_none_or(Value::is_null), "{body}");
        }
    }
    assert!(shop.calls().is_empty());
}

/// The token with another last character.
fn altered(token: &str) -> String {
    let (head, last) = token.split_at(token.len() - 1);
    format!("{head}{}", if last == "0" { "1" } else { "0" })
}

async fn whoever_asks_is_told_their_name_and_role(shop: Shop) {
    let query = "{ viewer { name role } }";
    let as_admin = shop.post(&shop.admin, query, Value::Null).await;
    assert_eq!(
        as_admin["data"]["viewer"],
        json!({ "name": "test-admin", "role": "ADMIN" })
    );
    let as_viewer = shop.post(&shop.viewer, query, Value::Null).await;
    assert_eq!(
        as_viewer["data"]["viewer"],
        json!({ "name": "test-viewer", "role": "VIEWER" })
    );
}

async fn a_viewer_cannot_cancel(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 1_000));
    let input = json!({ "paymentKey": key, "idempotencyKey": "access-00001", "reason": "r" });
    let answer = shop
        .post(&shop.viewer, CANCEL, json!({ "input": input }))
        .await;
    assert_eq!(code(&answer), "FORBIDDEN");
    assert!(shop.calls().is_empty(), "{:?}", shop.calls());
    assert!(shop.sim.executed_cancels(&key).is_empty());
}

async fn a_revoked_token_stops_working_within_its_trust(shop: Shop) {
    let token = shop.new_token("leaver", Role::Viewer).await;
    let query = "{ viewer { name } }";
    assert_eq!(
        shop.post(&token, query, Value::Null).await["data"]["viewer"]["name"],
        "leaver"
    );
    let store = shop.store().await;
    assert!(
        store
            .revoke_token("leaver", instant("2026-03-20T12:00:00+09:00"))
            .await
            .unwrap()
    );
    store.close().await.unwrap();
    let stops = async {
        loop {
            let answer = shop.post(&token, query, Value::Null).await;
            if answer.get("errors").is_some() {
                return code(&answer);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    // A second more for the question itself.
    let stopped = tokio::time::timeout(TOKEN_TRUST + Duration::from_secs(1), stops).await;
    assert_eq!(stopped.as_deref(), Ok("UNAUTHENTICATED"));
    // Its role's other holders are untouched.
    shop.ask(query).await;
}

async fn a_mutation_in_the_address_is_refused_and_cancels_nothing(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 1_000));
    let input = json!({ "paymentKey": key, "idempotencyKey": "access-00002", "reason": "r" });
    let variables = json!({ "input": input }).to_string();
    let answer = shop
        .client()
        .get(shop.url("/graphql"))
        .query(&[("query", CANCEL), ("variables", &variables)])
        .header("accept", "application/graphql-response+json")
        .bearer_auth(&shop.admin)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(shop.calls().is_empty(), "{:?}", shop.calls());
    assert!(shop.sim.executed_cancels(&key).is_empty());
}
