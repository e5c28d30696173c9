//! A failed field is null; when it may not be null, the nearest thing around it that may be is.

use serde_json::{Value, json};

use crate::support::TestServer;

#[actix_web::test]
async fn a_null_goes_up_to_the_nearest_place_that_allows_it() {
    let server = TestServer::start();
    let cases: [(&str, Value); 16] = [
        ("{ uncoded }", json!({ "uncoded": null })),
        (
            "{ hello uncoded }",
            json!({ "hello": "안녕", "uncoded": null }),
        ),
        (
            "{ hello x: uncoded }",
            json!({ "hello": "안녕", "x": null }),
        ),
        ("{ uncodedNonNull }", Value::Null),
        ("{ hello uncodedNonNull }", Value::Null),
        ("{ hello again { uncodedNonNull } }", Value::Null),
        (
            "{ again { uncoded } }",
            json!({ "again": { "uncoded": null } }),
        ),
        (
            "{ hello maybe { uncodedNonNull } }",
            json!({ "hello": "안녕", "maybe": null }),
        ),
        (
            "{ hello maybe { hello again { uncodedNonNull } } }",
            json!({ "hello": "안녕", "maybe": null }),
        ),
        (
            "{ hello maybe { hello uncoded uncodedNonNull } }",
            json!({ "hello": "안녕", "maybe": null }),
        ),
        (
            "{ maybeMany { hello uncoded } }",
            json!({ "maybeMany": [{ "hello": "안녕", "uncoded": null }, null, { "hello": "안녕", "uncoded": null }] }),
        ),
        (
            "{ maybeMany { hello uncodedNonNull } }",
            json!({ "maybeMany": [null, null, null] }),
        ),
        (
            "{ maybe { many(count: 2) { hello uncodedNonNull } } }",
            json!({ "maybe": null }),
        ),
        (
            "{ a: maybe { ...F } b: maybe { hello } } fragment F on Query { ... on Query { c: uncodedNonNull } }",
            json!({ "a": null, "b": { "hello": "안녕" } }),
        ),
        (
            "query($no: Boolean = false) { hello uncodedNonNull @include(if: $no) }",
            json!({ "hello": "안녕" }),
        ),
        (
            "{ maybe { hello } maybe { uncodedNonNull } }",
            json!({ "maybe": null }),
        ),
    ];
    for (query, data) in cases {
        let body = server.ask(query).await;
        assert_eq!(body.get("data"), Some(&data), "{query}");
        assert_eq!(
            body.get("errors").is_some(),
            query.contains("ncoded") && !query.contains("$no"),
            "{query}"
        );
    }
}

#[actix_web::test]
async fn a_failed_mutation_is_null_too() {
    let server = TestServer::start();
    let body = server.ask("mutation { bump refused done: bump }").await;
    assert_eq!(
        body["data"],
        json!({ "bump": 1, "refused": null, "done": 2 })
    );
    assert_eq!(body["errors"][0]["path"], json!(["refused"]));
}
