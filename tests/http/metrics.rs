//! `/metrics`: who may see it. What it shows is the server's own.

use std::{sync::atomic::Ordering, time::Duration};

use reqwest::{RequestBuilder, StatusCode};
use toss_recon::http::DoorSettings;

use crate::support::{IntoAnswer as _, SECRET_CAUSE, TestServer};

/// What only a proxy sends.
const OF_A_PROXY: [(&str, &str); 8] = [
    ("forwarded", "for=203.0.113.7"),
    ("x-forwarded-for", "127.0.0.1"),
    ("X-Forwarded-Proto", "https"),
    ("x-forwarded-host", "books.example"),
    ("x-real-ip", "127.0.0.1"),
    ("via", "1.1 proxy"),
    ("cf-connecting-ip", "203.0.113.7"),
    ("X-Client-IP", "203.0.113.7"),
];

async fn shown(request: RequestBuilder) -> (StatusCode, Option<String>, String) {
    let response = request.send().await.expect("an answer");
    let content_type = response.headers().get("content-type");
    (
        response.status(),
        content_type.map(|value| value.to_str().expect("text").to_owned()),
        response.text().await.expect("text"),
    )
}

#[actix_web::test]
async fn whoever_asks_from_this_machine_sees_it_as_text_for_prometheus() {
    let server = TestServer::start();
    let (status, content_type, text) = shown(server.get("/metrics")).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "measured 1\n"));
    assert_eq!(
        content_type.as_deref(),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    assert_eq!(server.switches.lookups.load(Ordering::SeqCst), 0);
}

#[actix_web::test]
async fn where_a_token_is_always_needed_this_machine_needs_one_too() {
    let patience = Duration::from_secs(5);
    let server = TestServer::start_behind(DoorSettings::default(), true, patience, patience);
    let answer = server.get("/metrics").send().await.into_answer().await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let with_token = server.get("/metrics").bearer_auth(&server.tokens.viewer);
    assert_eq!(shown(with_token).await.0, StatusCode::OK);
}

#[actix_web::test]
async fn behind_a_proxy_on_this_machine_a_token_is_needed() {
    let server = TestServer::start();
    let revoked = server.tokens.revoked.clone();
    for (name, value) in OF_A_PROXY {
        let forwarded = || server.get("/metrics").header(name, value);
        for refused in [
            forwarded(),
            forwarded().bearer_auth("nonsense"),
            forwarded().bearer_auth(&revoked),
        ] {
            let answer = refused.send().await.into_answer().await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{name}");
            assert_eq!(answer.code(), Some("UNAUTHENTICATED"), "{name}");
        }
        for token in [&server.tokens.viewer, &server.tokens.admin] {
            let (status, _, text) = shown(forwarded().bearer_auth(token)).await;
            assert_eq!((status, text.as_str()), (StatusCode::OK, "measured 1\n"));
        }
    }
}

#[actix_web::test]
async fn under_another_name_of_this_machine_a_token_is_needed() {
    let server = TestServer::start();
    let port = server.address.port();
    let named = |host: &str| server.get("/metrics").header("host", host);
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
        "127.8.8.8".to_owned(),
    ] {
        assert_eq!(shown(named(&host)).await.0, StatusCode::OK, "{host}");
    }
    for host in [
        "books.example",
        "localhost.books.example",
        "127.0.0.1.books.example",
        "10.0.0.7:8080",
        "0.0.0.0",
    ] {
        let answer = named(host).send().await.into_answer().await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{host}");
        let with_token = named(host).bearer_auth(&server.tokens.viewer);
        assert_eq!(shown(with_token).await.0, StatusCode::OK, "{host}");
    }
}

#[actix_web::test]
async fn a_token_of_some_merchants_does_not_see_what_is_measured_of_all() {
    let server = TestServer::start();
    let scoped = server.get("/metrics").header("via", "1.1 proxy");
    let answer = scoped.bearer_auth(&server.tokens.scoped);
    let answer = answer.send().await.into_answer().await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.code(), Some("FORBIDDEN"));
    // It is let in elsewhere.
    let schema = server.get("/schema.graphql");
    let schema = schema.bearer_auth(&server.tokens.scoped).send().await;
    assert_eq!(schema.expect("an answer").status(), StatusCode::OK);
}

#[actix_web::test]
async fn unreadable_tokens_let_nobody_in_from_elsewhere_and_keep_nobody_out_who_is_here() {
    let server = TestServer::start();
    let unreadable = &server.switches.tokens_unreadable;
    unreadable.store(true, Ordering::SeqCst);
    let forwarded = server
        .get("/metrics")
        .header("x-forwarded-for", "203.0.113.7")
        .bearer_auth(&server.tokens.admin);
    let answer = forwarded.send().await.into_answer().await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.code(), Some("INTERNAL"));
    assert!(!answer.body.to_string().contains(SECRET_CAUSE));
    assert_eq!(shown(server.get("/metrics")).await.0, StatusCode::OK);
}
