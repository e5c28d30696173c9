//! Documents that are named by their ids, as clients of persisted queries do.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use toss_recon::http::TrustedDocuments;

use crate::support::{Answer, IntoAnswer as _, TestServer};

const HASH: &str = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";

fn server(only: bool) -> TestServer {
    let documents = [
        (HASH.to_owned(), "query Hello { hello }".to_owned()),
        (
            "echo".to_owned(),
            "query Echo($t: String!) { echo(text: $t) }".to_owned(),
        ),
        ("bump".to_owned(), "mutation Bump { bump }".to_owned()),
    ];
    TestServer::start_for(&[], TrustedDocuments::new(documents, only))
}

fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

async fn get(server: &TestServer, params: &[(&str, &str)]) -> Answer {
    let request = server.bare(Method::GET).bearer_auth(&server.tokens.viewer);
    request.query(params).send().await.into_answer().await
}

#[actix_web::test]
async fn a_document_is_answered_by_its_id_in_every_form() {
    for only in [false, true] {
        let server = server(only);
        for request in [
            json!({ "extensions": persisted(HASH) }),
            json!({ "documentId": HASH }),
            json!({ "documentId": format!("sha256:{HASH}"), "operationName": "Hello" }),
            json!({ "query": "query Hello { hello }", "extensions": persisted(HASH) }),
            json!({ "query": null, "documentId": HASH, "extensions": {} }),
        ] {
            let answer = server.ask_strictly(&request).await;
            assert_eq!(
                answer.body,
                json!({ "data": { "hello": "안녕" } }),
                "{request}"
            );
        }
        let variables = json!({ "documentId": "echo", "variables": { "t": "가" } });
        let answer = server.ask_strictly(&variables).await;
        assert_eq!(answer.body["data"]["echo"], "가");
        let extensions = persisted(HASH).to_string();
        for params in [
            &[("documentId", HASH)][..],
            &[("extensions", extensions.as_str())],
        ] {
            assert_eq!(get(&server, params).await.body["data"]["hello"], "안녕");
        }
        // The method's rule holds of them too.
        let answer = get(&server, &[("documentId", "bump")]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(server.mutations(), 0);
    }
}

#[actix_web::test]
async fn an_id_that_is_not_there_is_told_in_the_words_that_clients_look_for() {
    let server = server(false);
    let requests = [
        json!({ "extensions": persisted("0123") }),
        json!({ "documentId": "sha256:0123" }),
    ];
    for request in requests {
        let answer = server.ask_strictly(&request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{request}");
        assert_eq!(answer.code(), Some("PERSISTED_QUERY_NOT_FOUND"));
        assert_eq!(
            answer.body["errors"][0]["message"],
            "PersistedQueryNotFound"
        );
        assert!(!answer.has_data());
        let loosely = server
            .post()
            .json(&request)
            .send()
            .await
            .into_answer()
            .await;
        assert_eq!(loosely.status, StatusCode::OK, "as application/json");
    }
    // What clients send then: the text beside the hash. It is answered, and not remembered.
    let both = json!({ "query": "{ hello }", "extensions": persisted("0123") });
    assert_eq!(
        server.ask_strictly(&both).await.body["data"]["hello"],
        "안녕"
    );
    let again = json!({ "extensions": persisted("0123") });
    let code = server.ask_strictly(&again).await;
    assert_eq!(code.code(), Some("PERSISTED_QUERY_NOT_FOUND"));
    // A text that is not the document of its id is a mistake, whoever made it.
    let other = json!({ "query": "{ sum(numbers: []) }", "documentId": HASH });
    assert_eq!(
        server.ask_strictly(&other).await.code(),
        Some("BAD_USER_INPUT")
    );
}

#[actix_web::test]
async fn where_only_trusted_documents_are_answered_no_text_is() {
    let server = server(true);
    for request in [
        json!({ "query": "{ hello }" }),
        json!({ "query": "query Hello { hello }" }),
        json!({ "query": "{ __schema { types { name } } }" }),
        json!({ "query": "{ hello }", "extensions": persisted("0123") }),
        json!({ "query": "no document" }),
    ] {
        let answer = server.ask_strictly(&request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{request}");
        assert_eq!(
            answer.code(),
            Some("PERSISTED_QUERY_NOT_FOUND"),
            "{request}"
        );
        assert!(!answer.has_data(), "{request}");
    }
    let nothing = server.ask_strictly(&json!({})).await;
    assert_eq!(nothing.code(), Some("BAD_USER_INPUT"));
}

#[actix_web::test]
async fn the_schema_is_shown_unless_only_trusted_documents_are_answered() {
    for (only, status) in [(false, StatusCode::OK), (true, StatusCode::FORBIDDEN)] {
        let server = server(only);
        let with_token = server.get("/schema.graphql");
        let with_token = with_token.bearer_auth(&server.tokens.admin).send().await;
        assert_eq!(with_token.expect("an answer").status(), status);
        let without = server
            .get("/schema.graphql")
            .send()
            .await
            .into_answer()
            .await;
        assert_eq!(without.status, StatusCode::UNAUTHORIZED);
        assert_eq!(without.code(), Some("UNAUTHENTICATED"));
    }
}

#[actix_web::test]
async fn without_documents_persisted_queries_are_not_supported_and_texts_are_answered() {
    let server = TestServer::start();
    for request in [
        json!({ "extensions": persisted(HASH) }),
        json!({ "documentId": HASH }),
    ] {
        let answer = server.ask_strictly(&request).await;
        assert_eq!(answer.code(), Some("PERSISTED_QUERY_NOT_SUPPORTED"));
        let message = &answer.body["errors"][0]["message"];
        assert_eq!(message, "PersistedQueryNotSupported");
    }
    let both = json!({ "query": "{ hello }", "extensions": persisted(HASH) });
    assert_eq!(
        server.ask_strictly(&both).await.body["data"]["hello"],
        "안녕"
    );
    // Whoever has no token is told of that alone.
    let request = json!({ "extensions": persisted(HASH) });
    let stranger = server.bare(Method::POST).json(&request);
    let answer = stranger.send().await.into_answer().await;
    assert_eq!(answer.code(), Some("UNAUTHENTICATED"));
}
