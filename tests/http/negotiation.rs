//! The media type of the answer, and the headers that come with it.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{IntoAnswer as _, TestServer};

const JSON: &str = "application/json; charset=utf-8";
const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";

#[actix_web::test]
async fn the_answer_has_the_media_type_that_is_asked_for() {
    let server = TestServer::start();
    for (accept, expected) in [
        ("*/*", JSON),
        ("application/json", JSON),
        ("application/graphql-response+json", GRAPHQL),
        (
            "application/graphql-response+json, application/json;q=0.9",
            GRAPHQL,
        ),
        (
            "application/graphql-response+json;q=0.5, application/json",
            JSON,
        ),
        ("text/html;q=0.1, application/json", JSON),
    ] {
        for method in [Method::GET, Method::POST] {
            let request = server
                .bare(method.clone())
                .bearer_auth(&server.tokens.viewer)
                .header("accept", accept);
            let request = if method == Method::GET {
                request.query(&[("query", "{ hello }")])
            } else {
                request.json(&json!({ "query": "{ hello }" }))
            };
            let answer = request.send().await.into_answer().await;
            assert_eq!(
                answer.header("content-type"),
                Some(expected),
                "{method} {accept}"
            );
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.body["data"]["hello"], "안녕");
        }
    }
}

#[actix_web::test]
async fn who_accepts_neither_media_type_gets_nothing_executed() {
    let server = TestServer::start();
    for accept in [
        "text/html",
        "image/png",
        "application/json;q=0",
        "application/xml, text/plain",
    ] {
        let request = server
            .post()
            .header("accept", accept)
            .json(&json!({ "query": "mutation { bump }" }));
        let answer = request.send().await.into_answer().await;
        assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE, "{accept}");
        assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{accept}");
    }
    assert_eq!(server.mutations(), 0);
}

#[actix_web::test]
async fn a_refused_document_is_400_only_for_who_can_read_it() {
    let server = TestServer::start();
    for query in [
        "{",
        "{ hello",
        "{ nowhere }",
        "{ echo }",
        "{ echo(text: 7) }",
        "{ ...Nowhere }",
        "query($t: String!) { echo(text: $t) }",
        "query($t: Nowhere = 7) { echo(text: $t) }",
        "query($t: String) { hello }",
        "{ again }",
        "{ hello hello: echo(text: \"\") }",
        "{ a b: hello c: \"\"\"unending }",
    ] {
        for (accept, status) in [
            ("application/json", StatusCode::OK),
            ("application/graphql-response+json", StatusCode::BAD_REQUEST),
        ] {
            let request = server
                .post()
                .header("accept", accept)
                .json(&json!({ "query": query }));
            let answer = request.send().await.into_answer().await;
            assert_eq!(answer.status, status, "{query}: {}", answer.body);
            assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{query}");
            assert!(!answer.has_data(), "{query}");
        }
    }
}

#[actix_web::test]
async fn every_answer_has_a_request_id_and_the_headers_of_safety() {
    let server = TestServer::start();
    for path in ["/graphql", "/healthz", "/readyz", "/nowhere"] {
        let answer = server.get(path).send().await.expect("an answer");
        let headers = answer.headers();
        let id = headers
            .get("x-request-id")
            .expect("an id")
            .to_str()
            .expect("text");
        assert_eq!(
            uuid::Uuid::parse_str(id).expect("a UUID").get_version_num(),
            7,
            "{path}"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
    }
}

#[actix_web::test]
async fn resolvers_see_the_id_that_the_answer_carries() {
    let server = TestServer::start();
    let ask = || server.post().json(&json!({ "query": "{ requestId }" }));
    let own = ask().send().await.into_answer().await;
    assert_eq!(
        own.body["data"]["requestId"].as_str(),
        own.header("x-request-id")
    );
    let given = "0198f6c2-7d1e-7cc3-98d3-1f0f5a4f2b6e";
    let adopted = ask()
        .header("x-request-id", given)
        .send()
        .await
        .into_answer()
        .await;
    assert_eq!(adopted.header("x-request-id"), Some(given));
    let odd = ask()
        .header("x-request-id", "forged; id=1")
        .send()
        .await
        .into_answer()
        .await;
    assert_ne!(odd.header("x-request-id"), Some("forged; id=1"));
    assert_eq!(odd.status, StatusCode::OK);
}

#[actix_web::test]
async fn an_unknown_path_is_answered_in_json() {
    let server = TestServer::start();
    let answer = server
        .get("/nowhere?token=x")
        .send()
        .await
        .into_answer()
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(
        answer.body,
        json!({ "error": "nothing is served at this path" })
    );
}
