//! Who is let in, and that nobody else learns why not.

use std::{sync::atomic::Ordering, time::Duration};

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Answer, IntoAnswer as _, SECRET_CAUSE, TestServer};

async fn with_header(server: &TestServer, authorization: Option<&str>) -> Answer {
    let mut request = server
        .bare(Method::POST)
        .json(&json!({ "query": "mutation { bump }" }));
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    request.send().await.into_answer().await
}

#[actix_web::test]
async fn without_a_token_in_force_nothing_runs_and_all_reasons_look_alike() {
    let server = TestServer::start();
    let admin = &server.tokens.admin;
    let flipped = if admin.ends_with('A') { "E" } else { "A" };
    let wrong_secret = format!("{}{flipped}", &admin[..admin.len() - 1]);
    let unknown_id = format!("trc_0000000000{}", &admin[14..]);
    let cases = [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer nonsense".to_owned()),
        Some(format!("Basic {admin}")),
        Some(admin.clone()),
        Some(format!("Bearer {admin} {admin}")),
        Some(format!("Bearer {admin}x")),
        Some(format!("Bearer {wrong_secret}")),
        Some(format!("Bearer {unknown_id}")),
        Some(format!("Bearer {}", server.tokens.revoked)),
    ];
    let mut bodies = Vec::new();
    for authorization in &cases {
        let answer = with_header(&server, authorization.as_deref()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{authorization:?}");
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer"),
            "{authorization:?}"
        );
        assert_eq!(
            answer.header("content-type"),
            Some("application/json; charset=utf-8")
        );
        assert_eq!(answer.code(), Some("UNAUTHENTICATED"));
        bodies.push(answer.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!(server.mutations(), 0);
}

#[actix_web::test]
async fn a_refusal_has_the_media_type_that_is_asked_for() {
    let server = TestServer::start();
    let request = server.bare(Method::GET).query(&[("query", "{ hello }")]);
    let answer = request
        .header("accept", "application/graphql-response+json")
        .send()
        .await
        .into_answer()
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        answer.header("content-type"),
        Some("application/graphql-response+json; charset=utf-8")
    );
}

#[actix_web::test]
async fn resolvers_know_who_asks() {
    let server = TestServer::start();
    for (token, who) in [
        (&server.tokens.viewer, "books viewer"),
        (&server.tokens.admin, "till admin"),
    ] {
        for scheme in ["Bearer", "bearer"] {
            let request = server
                .bare(Method::POST)
                .header("authorization", format!("{scheme} {token}"));
            let answer = request
                .json(&json!({ "query": "{ me }" }))
                .send()
                .await
                .into_answer()
                .await;
            assert_eq!(answer.body, json!({ "data": { "me": who } }));
        }
    }
}

#[actix_web::test]
async fn two_authorization_headers_are_none() {
    let server = TestServer::start();
    let header = format!("Bearer {}", server.tokens.admin);
    let request = server
        .bare(Method::POST)
        .header("authorization", &header)
        .header("authorization", &header);
    let answer = request
        .json(&json!({ "query": "{ me }" }))
        .send()
        .await
        .into_answer()
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn unreadable_tokens_let_nobody_in_and_say_nothing() {
    let server = TestServer::start();
    server
        .switches
        .tokens_unreadable
        .store(true, Ordering::SeqCst);
    let answer = with_header(&server, Some(&format!("Bearer {}", server.tokens.admin))).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.code(), Some("INTERNAL"));
    assert_eq!(
        answer.body["errors"][0]["extensions"]["requestId"].as_str(),
        answer.header("x-request-id")
    );
    assert!(!answer.body.to_string().contains(SECRET_CAUSE));
    // Who has no token at all is told so: that needs no look-up.
    assert_eq!(
        with_header(&server, None).await.status,
        StatusCode::UNAUTHORIZED
    );
    server
        .switches
        .tokens_unreadable
        .store(false, Ordering::SeqCst);
    assert_eq!(server.ask("{ me }").await["data"]["me"], "till admin");
}

#[actix_web::test]
async fn an_accepted_token_is_looked_up_once_while_it_is_trusted() {
    let server = TestServer::start();
    for _ in 0..5 {
        server.ask("{ me }").await;
    }
    assert_eq!(server.switches.lookups.load(Ordering::SeqCst), 1);
}

#[actix_web::test]
async fn a_revoked_token_stops_working_when_the_trust_ends() {
    let server = TestServer::start_with(Duration::from_secs(30), Duration::from_millis(20));
    let authorization = format!("Bearer {}", server.tokens.viewer);
    assert_eq!(
        with_header(&server, Some(&authorization)).await.status,
        StatusCode::OK
    );
    server.switches.viewer_revoked.store(true, Ordering::SeqCst);
    let refused = async {
        while with_header(&server, Some(&authorization)).await.status != StatusCode::UNAUTHORIZED {}
    };
    let patience = Duration::from_secs(10);
    actix_web::rt::time::timeout(patience, refused)
        .await
        .expect("the trust ends");
}
