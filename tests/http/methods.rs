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
    for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
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
        assert_eq!(allowed, ["GET", "POST"], "{method}");
    }
    assert_eq!(server.mutations(), 0);
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
