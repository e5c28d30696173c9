//! What a client sees when a resolver fails, and what it must not see.

use std::time::Duration;

use actix_web::rt::time::{sleep, timeout};
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{SECRET_CAUSE, TestServer};

#[actix_web::test]
async fn a_panic_is_an_internal_error_and_the_server_lives() {
    let server = TestServer::start();
    for query in [
        "{ panics }",
        "mutation { panics }",
        "{ hello again { panics } }",
    ] {
        for _ in 0..3 {
            let answer = server.ask_strictly(&json!({ "query": query })).await;
            assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(answer.code(), Some("INTERNAL"));
            let told = &answer.body["errors"][0]["extensions"]["requestId"];
            assert_eq!(told.as_str(), answer.header("x-request-id"));
            assert!(!answer.has_data() && !answer.body.to_string().contains(SECRET_CAUSE));
            assert_eq!(server.ask("{ hello }").await["data"]["hello"], "안녕");
        }
    }
}

#[actix_web::test]
async fn an_error_without_a_code_is_masked() {
    let server = TestServer::start();
    for query in [
        "{ uncoded }",
        "{ uncodedText }",
        "{ uncodedNonNull }",
        "{ hello again { uncoded } }",
        "{ hello again { uncodedNonNull } }",
    ] {
        let answer = server.ask_strictly(&json!({ "query": query })).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}");
        assert_eq!(answer.code(), Some("INTERNAL"), "{query}");
        assert!(answer.has_data(), "{query}");
        assert_eq!(
            answer.body["errors"][0]["extensions"]["requestId"].as_str(),
            answer.header("x-request-id")
        );
        assert!(answer.body["errors"][0]["path"].is_array(), "{query}");
        assert!(
            !answer.body.to_string().contains("secret_column"),
            "{query}"
        );
    }
}

#[actix_web::test]
async fn only_codes_of_the_closed_list_reach_the_client() {
    let server = TestServer::start();
    for (code, is_told) in [
        ("UNAUTHENTICATED", true),
        ("FORBIDDEN", true),
        ("BAD_USER_INPUT", true),
        ("TOO_COMPLEX", true),
        ("UPSTREAM_UNAVAILABLE", true),
        ("RATE_LIMITED", true),
        ("INTERNAL", false),
        ("NOT_FOUND", false),
        ("forbidden", false),
        ("", false),
    ] {
        let answer = server
            .ask_strictly(&json!({ "query": format!("{{ hello coded(code: \"{code}\") }}") }))
            .await;
        assert_eq!(answer.code(), Some(if is_told { code } else { "INTERNAL" }));
        let message = answer.body["errors"][0]["message"]
            .as_str()
            .expect("a message");
        assert_eq!(message == format!("as it is: {code}"), is_told, "{message}");
        assert_eq!(
            answer.body["data"],
            json!({ "hello": "안녕", "coded": null })
        );
    }
}

#[actix_web::test]
async fn an_argument_that_only_its_type_can_refuse_is_the_clients_mistake() {
    let server = TestServer::start();
    for number in ["3", "\"text\"", "4.5"] {
        let answer = server
            .ask_strictly(&json!({ "query": format!("{{ even(number: {number}) }}") }))
            .await;
        assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{}", answer.body);
    }
    assert_eq!(
        server.ask("{ even(number: 4) }").await,
        json!({ "data": { "even": 4 } })
    );
}

#[actix_web::test]
async fn many_and_long_errors_are_cut() {
    let server = TestServer::start();
    let fields = (0..30)
        .map(|i| format!("e{i}: longError"))
        .collect::<Vec<_>>()
        .join(" ");
    let body = server.ask(&format!("{{ {fields} }}")).await;
    let errors = body["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 10);
    for error in errors {
        assert_eq!(
            error["message"].as_str().expect("text").chars().count(),
            200
        );
    }
    let parser = server
        .ask_strictly(&json!({ "query": format!("{{ hello {} \\ }}", "a ".repeat(3_000)) }))
        .await;
    assert!(
        parser.body["errors"][0]["message"]
            .as_str()
            .expect("text")
            .chars()
            .count()
            <= 200
    );
    assert_eq!(parser.code(), Some("BAD_USER_INPUT"));
}

#[actix_web::test]
async fn a_slow_query_is_given_up_as_an_overload_and_as_toss_being_slow_only_where_toss_was_waited_for()
 {
    let server = TestServer::start_with(Duration::from_millis(50), Duration::ZERO);
    for (query, status, code, may_repeat) in [
        ("{ slow(millis: 60000) }", 503, "OVERLOADED", true),
        ("{ slowToss }", 504, "UPSTREAM_UNAVAILABLE", false),
        ("{ slowTossOfOthers }", 504, "UPSTREAM_UNAVAILABLE", false),
    ] {
        let answer = server.ask_strictly(&json!({ "query": query })).await;
        assert_eq!(answer.status, status, "{query}");
        assert_eq!(answer.code(), Some(code), "{query}");
        assert_eq!(
            answer.header("retry-after").is_some(),
            may_repeat,
            "{query}"
        );
    }
    assert_eq!(server.ask("{ slow(millis: 1) }").await["data"]["slow"], 1);
}

#[actix_web::test]
async fn a_slow_mutation_goes_on_after_its_client_is_answered() {
    let server = TestServer::start_with(Duration::from_millis(50), Duration::ZERO);
    let answer = server
        .ask_strictly(&json!({ "query": "mutation { bump(millis: 200) }" }))
        .await;
    assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT);
    until_bumped(&server).await;
}

#[actix_web::test]
async fn a_mutation_goes_on_when_its_client_is_gone() {
    let server = TestServer::start();
    let request = server
        .post()
        .json(&json!({ "query": "mutation { bump(millis: 300) }" }));
    assert!(
        request
            .timeout(Duration::from_millis(100))
            .send()
            .await
            .is_err()
    );
    until_bumped(&server).await;
}

async fn until_bumped(server: &TestServer) {
    let bumped = async {
        while server.mutations() == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), bumped)
        .await
        .expect("the mutation ends");
}
