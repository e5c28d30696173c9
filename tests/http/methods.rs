//! Which method may do what, and what a GET's parameters mean.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Answer, IntoAnswer as _, TestServer};

async fn get(server: &TestServer, params: &[(&str, &str)]) -> Answer {
    let request = server
        .bare(Method::GET)
        .bearer_auth(&server.tokens.admin)
        .query(params);
    request.send().await.into_answer().await
}

#[actix_web::test]
async fn a_mutation_over_get_runs_nothing() {
    let server = TestServer::start();
    for params in [
        &[("query", "mutation { bump }")][..],
        &[
            ("query", "query Q { hello } mutation M { bump }"),
            ("operationName", "M"),
        ],
    ] {
        for accept in ["application/json", "application/graphql-response+json"] {
            let request = server
                .bare(Method::GET)
                .bearer_auth(&server.tokens.admin)
                .query(params);
            let answer = request
                .header("accept", accept)
                .send()
                .await
                .into_answer()
                .await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(answer.header("allow"), Some("POST"));
            assert_eq!(answer.code(), Some("BAD_USER_INPUT"));
            assert!(!answer.has_data());
        }
    }
    assert_eq!(server.mutations(), 0);
    // The near miss: the same by POST, and the query beside a mutation by GET.
    assert_eq!(server.ask("mutation { bump }").await["data"]["bump"], 1);
    let beside = [
        ("query", "query Q { hello } mutation M { bump }"),
        ("operationName", "Q"),
    ];
    assert_eq!(get(&server, &beside).await.body["data"]["hello"], "안녕");
    assert_eq!(server.mutations(), 1);
}

#[actix_web::test]
async fn a_get_honours_operation_name_and_variables() {
    let server = TestServer::start();
    let query = "query A($t: String!) { echo(text: $t) } query B { hello }";
    let answer = get(
        &server,
        &[
            ("query", query),
            ("operationName", "A"),
            ("variables", r#"{"t":"가 & +"}"#),
            ("extensions", "{}"),
        ],
    )
    .await;
    assert_eq!(answer.body, json!({ "data": { "echo": "가 & +" } }));
    let answer = get(
        &server,
        &[
            ("query", "{ hello }"),
            ("operationName", ""),
            ("variables", ""),
        ],
    )
    .await;
    assert_eq!(answer.body, json!({ "data": { "hello": "안녕" } }));
}

#[actix_web::test]
async fn a_get_with_wrong_parameters_is_refused() {
    let server = TestServer::start();
    for params in [
        &[][..],
        &[("query", "")],
        &[("operationName", "A")],
        &[("query", "{ hello }"), ("variables", "[]")],
        &[("query", "{ hello }"), ("variables", "{")],
        &[("query", "{ hello }"), ("variables", "1")],
        &[("query", "{ hello }"), ("extensions", "[]")],
        &[("query", "{ hello }"), ("query", "{ hello }")],
    ] {
        let answer = get(&server, params).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{params:?}");
        assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{params:?}");
    }
}

#[actix_web::test]
async fn other_methods_are_told_which_are_served() {
    let server = TestServer::start();
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let request = server
            .bare(method.clone())
            .bearer_auth(&server.tokens.admin);
        let answer = request
            .json(&json!({ "query": "mutation { bump }" }))
            .send()
            .await
            .into_answer()
            .await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        let allowed: Vec<_> = answer.headers.get_all("allow").iter().collect();
        assert_eq!(allowed, ["GET, HEAD, POST, OPTIONS"], "{method}");
    }
    assert_eq!(server.mutations(), 0);
}

/// The status, what is allowed, and the length of the body.
async fn asked_by(server: &TestServer, method: Method, path: &str) -> (u16, String, usize) {
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let request = client.request(method, server.url(path));
    let request = request.bearer_auth(&server.tokens.viewer);
    let response = request.send().await.expect("an answer");
    let allowed = response.headers().get("allow");
    let allowed = allowed
        .map_or("", |value| value.to_str().expect("text"))
        .to_owned();
    let status = response.status().as_u16();
    (
        status,
        allowed,
        response.bytes().await.expect("a body").len(),
    )
}

#[actix_web::test]
async fn every_address_says_which_methods_it_answers() {
    let server = TestServer::start();
    for (path, allowed) in [
        ("/", "GET, HEAD, OPTIONS"),
        ("/healthz", "GET, HEAD, OPTIONS"),
        ("/readyz", "GET, HEAD, OPTIONS"),
        ("/metrics", "GET, HEAD, OPTIONS"),
        ("/schema.graphql", "GET, HEAD, OPTIONS"),
        ("/reports/2026-03-01..2026-03-31.zip", "GET, HEAD, OPTIONS"),
        ("/graphql/assets/x/page.js", "GET, HEAD, OPTIONS"),
        ("/console", "GET, HEAD, OPTIONS"),
        ("/console/payments/x", "GET, HEAD, OPTIONS"),
        ("/console/assets/x/index.js", "GET, HEAD, OPTIONS"),
        ("/session", "POST, DELETE, OPTIONS"),
        ("/graphql", "GET, HEAD, POST, OPTIONS"),
    ] {
        let (status, told, body) = asked_by(&server, Method::OPTIONS, path).await;
        assert_eq!((status, told.as_str(), body), (204, allowed, 0), "{path}");
        let (status, told, _) = asked_by(&server, Method::PUT, path).await;
        assert_eq!(status, 405, "{path}");
        assert_eq!(told, allowed, "{path}");
    }
    // What is not there answers nothing, and an address without webhooks is not there.
    for path in ["/nothing", "/webhooks/toss/x"] {
        for method in [Method::OPTIONS, Method::PUT, Method::GET] {
            let (status, told, _) = asked_by(&server, method, path).await;
            assert_eq!((status, told.as_str()), (404, ""), "{path}");
        }
    }
}

#[actix_web::test]
async fn a_head_is_answered_as_a_get_without_its_body() {
    let server = TestServer::start();
    for path in [
        "/healthz",
        "/readyz",
        "/metrics",
        "/schema.graphql",
        "/reports/2026-03-01..2026-03-31.xlsx",
        "/graphql?query={hello}",
    ] {
        let (status, _, body) = asked_by(&server, Method::HEAD, path).await;
        assert_eq!((status, body), (200, 0), "{path}");
    }
    let page = server.bare(Method::HEAD).header("accept", "text/html");
    let page = page.send().await.expect("an answer");
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let (status, ..) = asked_by(&server, Method::HEAD, "/graphql?query=mutation{bump}").await;
    assert_eq!((status, server.mutations()), (405, 0));
}

#[actix_web::test]
async fn an_operation_is_chosen_by_its_name() {
    let server = TestServer::start();
    let two = "query A { hello } query B { echo(text: \"b\") }";
    let cases = [
        (
            json!({ "query": two, "operationName": "B" }),
            Some(json!({ "echo": "b" })),
        ),
        (json!({ "query": two, "operationName": "C" }), None),
        (json!({ "query": two }), None),
        (
            json!({ "query": "query A { hello }" }),
            Some(json!({ "hello": "안녕" })),
        ),
        (
            json!({ "query": "query A { hello }", "operationName": null }),
            Some(json!({ "hello": "안녕" })),
        ),
        (json!({ "query": "{ hello }", "operationName": "A" }), None),
    ];
    for (request, data) in cases {
        let answer = server.ask_strictly(&request).await;
        if let Some(data) = data {
            assert_eq!(answer.body, json!({ "data": data }), "{request}");
        } else {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{request}");
            assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{request}");
            assert!(!answer.has_data(), "{request}");
        }
    }
    // Its answer cannot be had in this media type.
    let subscription = json!({ "query": "subscription { large(bytes: 1) }" });
    let answer = server.ask_strictly(&subscription).await;
    assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE);
    assert_eq!(answer.code(), Some("BAD_USER_INPUT"));
}
