//! Tokens over the API: made, listed, used and taken back.

use std::time::Duration;

use serde_json::{Value, json};
use toss_recon::access::Role;
use toss_sim::NewPayment;

use crate::cancel::CANCEL;
use crate::support::{Shop, code, data, on_both_databases, until};

on_both_databases!(
    an_admin_makes_a_token_that_works_until_it_is_taken_back,
    an_accountant_reads_everything_and_cancels_nothing,
    what_is_wrong_with_a_new_token_is_data,
    a_token_ends_by_itself,
);

const CREATE: &str = "mutation ($input: CreateTokenInput!) { createToken(input: $input) {
    secret token { name owner role merchants createdAt expiresAt lastUsedAt revokedAt } error { code field message }
} }";

impl Shop {
    async fn create_token(&self, input: Value) -> Value {
        let answer = self
            .post(&self.admin, CREATE, json!({ "input": input }))
            .await;
        data(answer)["createToken"].clone()
    }

    /// A token as an admin sees it.
    async fn token_named(&self, name: &str) -> Value {
        let query = "{ tokens { name owner role merchants expiresAt lastUsedAt revokedAt } }";
        let answer = data(self.post(&self.admin, query, Value::Null).await);
        let tokens = answer["tokens"].as_array().unwrap();
        let found = tokens.iter().find(|token| token["name"] == name);
        found.cloned().unwrap_or(Value::Null)
    }
}

async fn an_admin_makes_a_token_that_works_until_it_is_taken_back(shop: Shop) {
    let input = json!({ "name": "fe-1", "role": "VIEWER", "owner": "fe", "merchants": ["shop-a", "shop-b"], "expiresInDays": 30 });
    let made = shop.create_token(input).await;
    assert_eq!(made["error"], Value::Null, "{made:#}");
    let token = json!({
        "name": "fe-1", "owner": "fe", "role": "VIEWER", "merchants": ["shop-a", "shop-b"],
        "createdAt": "2026-03-20T12:00:00+09:00", "expiresAt": "2026-04-19T12:00:00+09:00", "lastUsedAt": null, "revokedAt": null,
    });
    assert_eq!(made["token"], token);
    let secret = made["secret"].as_str().unwrap();
    let viewer = "{ viewer { name owner role merchants } }";
    let seen = data(shop.post(secret, viewer, Value::Null).await);
    let expected = json!({ "name": "fe-1", "owner": "fe", "role": "VIEWER", "merchants": ["shop-a", "shop-b"] });
    assert_eq!(seen["viewer"], expected);
    let all = data(shop.post(&shop.viewer, viewer, Value::Null).await);
    assert_eq!(all["viewer"]["merchants"], Value::Null);
    until(async || {
        let used = shop.token_named("fe-1").await["lastUsedAt"].clone();
        (used == "2026-03-20T12:00:00+09:00").then_some(())
    })
    .await;

    let revoking = r#"mutation { revokeToken(name: "fe-1") { name revokedAt } }"#;
    let revoked = data(shop.post(&shop.admin, revoking, Value::Null).await);
    let gone = json!({ "name": "fe-1", "revokedAt": "2026-03-20T12:00:00+09:00" });
    assert_eq!(revoked["revokeToken"], gone);
    until(async || {
        let answer = shop.post(secret, viewer, Value::Null).await;
        answer
            .get("errors")
            .map(|_| assert_eq!(code(&answer), "UNAUTHENTICATED"))
    })
    .await;
    let nobody = r#"mutation { revokeToken(name: "nobody") { name } }"#;
    assert_eq!(
        data(shop.post(&shop.admin, nobody, Value::Null).await),
        json!({ "revokeToken": null })
    );
    let log = "{ auditLog(first: 2) { nodes { actor action subject } } }";
    let entries = data(shop.post(&shop.admin, log, Value::Null).await);
    let expected = json!([
        { "actor": "test-admin", "action": "TOKEN_REVOKED", "subject": "fe-1" },
        { "actor": "test-admin", "action": "TOKEN_CREATED", "subject": "fe-1" },
    ]);
    assert_eq!(entries["auditLog"]["nodes"], expected);
}

async fn an_accountant_reads_everything_and_cancels_nothing(shop: Shop) {
    let accountant = shop.new_token("books", Role::Accountant).await;
    let reading = "{ viewer { role } auditLog { nodes { action } } tokens { name } payments { nodes { id } } }";
    let read = data(shop.post(&accountant, reading, Value::Null).await);
    assert_eq!(read["viewer"]["role"], "ACCOUNTANT");
    let key = shop.sim.console().pay(NewPayment::card("order-1", 1_000));
    let input = json!({ "paymentKey": key, "idempotencyKey": "accountant-1", "reason": "r" });
    let refused = shop
        .post(&accountant, CANCEL, json!({ "input": input }))
        .await;
    assert_eq!(code(&refused), "FORBIDDEN");
    let making = r#"mutation { createToken(input: {name: "x", role: ADMIN}) { secret } }"#;
    assert_eq!(
        code(&shop.post(&accountant, making, Value::Null).await),
        "FORBIDDEN"
    );
    assert!(shop.sim.executed_cancels(&key).is_empty());

    // For who may not see it, it is null; the rest of the answer stands.
    let answer = shop.post(&shop.viewer, reading, Value::Null).await;
    let codes: Vec<_> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["extensions"]["code"])
        .collect();
    assert_eq!(codes, ["FORBIDDEN", "FORBIDDEN"], "{answer:#}");
    assert_eq!(answer["data"]["auditLog"], Value::Null);
    assert_eq!(answer["data"]["tokens"], Value::Null);
    assert_eq!(answer["data"]["viewer"]["role"], "VIEWER");
}

async fn what_is_wrong_with_a_new_token_is_data(shop: Shop) {
    shop.new_token("kim", Role::Viewer).await;
    for (input, code, field) in [
        (
            json!({ "name": "Kim", "role": "ADMIN" }),
            "INVALID_INPUT",
            "name",
        ),
        (
            json!({ "name": "a", "role": "ADMIN", "owner": "b c" }),
            "INVALID_INPUT",
            "owner",
        ),
        (
            json!({ "name": "a", "role": "ADMIN", "expiresInDays": 0 }),
            "INVALID_INPUT",
            "expiresInDays",
        ),
        (
            json!({ "name": "a", "role": "ADMIN", "merchants": [] }),
            "INVALID_INPUT",
            "merchants",
        ),
        (
            json!({ "name": "k1m", "role": "ADMIN" }),
            "NAME_REFUSED",
            "name",
        ),
        (
            json!({ "name": "a", "role": "ADMIN", "owner": "toss-recon" }),
            "NAME_REFUSED",
            "owner",
        ),
        (
            json!({ "name": "kim", "role": "ADMIN" }),
            "NAME_TAKEN",
            "name",
        ),
    ] {
        let payload = shop.create_token(input.clone()).await;
        let error = &payload["error"];
        assert_eq!(
            (error["code"].as_str(), error["field"].as_str()),
            (Some(code), Some(field)),
            "{input} {payload:#}"
        );
        assert_eq!(
            (&payload["secret"], &payload["token"]),
            (&Value::Null, &Value::Null)
        );
        assert!(
            !error["message"].as_str().unwrap().contains("--"),
            "{payload:#}"
        );
    }
}

async fn a_token_ends_by_itself(shop: Shop) {
    let input = json!({ "name": "short", "role": "VIEWER", "expiresInDays": 1 });
    let secret = shop.create_token(input).await["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    shop.pass(chrono::Duration::hours(23));
    data(shop.post(&secret, "{ viewer { name } }", Value::Null).await);
    shop.pass(chrono::Duration::hours(1));
    // It may be believed for as long as any token is.
    let ends = until(async || {
        let answer = shop.post(&secret, "{ viewer { name } }", Value::Null).await;
        answer.get("errors").map(|_| code(&answer))
    });
    let ended = tokio::time::timeout(Duration::from_secs(10), ends).await;
    assert_eq!(ended.as_deref(), Ok("UNAUTHENTICATED"));
}
