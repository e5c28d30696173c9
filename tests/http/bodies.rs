//! What is taken for the body of a request, and what is not.

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Answer, IntoAnswer as _, TestServer};

const LIMIT: usize = 256 * 1024;

async fn post(
    server: &TestServer,
    content_type: Option<&str>,
    body: impl Into<reqwest::Body>,
) -> Answer {
    let mut request = server.post().body(body);
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    request.send().await.into_answer().await
}

/// A query of which the whole body is `length` bytes.
fn body_of(length: usize) -> String {
    let body = |padding: usize| {
        format!(
            r#"{{"query":"{{ hello }}","padding":"{}"}}"#,
            "p".repeat(padding)
        )
    };
    let text = body(length - body(0).len());
    assert_eq!(text.len(), length);
    text
}

#[actix_web::test]
async fn a_body_may_be_256_kib_and_not_a_byte_more() {
    let server = TestServer::start();
    let json = Some("application/json");
    assert_eq!(
        post(&server, json, body_of(LIMIT)).await.status,
        StatusCode::OK
    );
    let answer = post(&server, json, body_of(LIMIT + 1)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.code(), Some("BAD_USER_INPUT"));
    // Nothing is announced when the body comes in chunks.
    for (length, status) in [(LIMIT, "200"), (LIMIT + 1, "413")] {
        let mut body = String::new();
        for chunk in body_of(length).as_bytes().chunks(10_000) {
            let text = String::from_utf8_lossy(chunk);
            write!(body, "{:x}\r\n{text}\r\n", chunk.len()).expect("writes to a string");
        }
        body.push_str("0\r\n\r\n");
        let answer = raw_post(&server, "Transfer-Encoding: chunked", body).await;
        assert_eq!(answer, format!("HTTP/1.1 {status}"));
    }
}

#[actix_web::test]
async fn a_huge_body_is_refused_before_it_is_sent() {
    let server = TestServer::start();
    let answer = raw_post(&server, "Content-Length: 1000000000", String::new()).await;
    assert_eq!(answer, "HTTP/1.1 413");
}

/// The beginning of the answer to bytes written by hand.
async fn raw_post(server: &TestServer, header: &str, body: String) -> String {
    let (address, token) = (server.address, &server.tokens.admin);
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n{header}\r\n\r\n{body}"
    );
    let answer = actix_web::rt::task::spawn_blocking(move || {
        let mut connection = TcpStream::connect(address).expect("connects");
        connection.write_all(request.as_bytes()).expect("writes");
        let mut answer = [0; 12];
        connection.read_exact(&mut answer).expect("reads");
        String::from_utf8_lossy(&answer).into_owned()
    });
    answer.await.expect("no panic")
}

#[actix_web::test]
async fn only_json_in_utf8_is_read() {
    let server = TestServer::start();
    let body = r#"{"query":"mutation { bump }"}"#;
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/graphql"),
        Some("application/json; charset=utf-16"),
        Some("application/jsonx"),
        Some("json"),
    ] {
        let answer = post(&server, content_type, body).await;
        assert_eq!(
            answer.status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{content_type:?}"
        );
        assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{content_type:?}");
    }
    let encoded = server
        .post()
        .header("content-type", "application/json")
        .header("content-encoding", "gzip")
        .body(body);
    assert_eq!(
        encoded.send().await.into_answer().await.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    assert_eq!(server.mutations(), 0);
    for content_type in [
        "application/json",
        "Application/JSON",
        "application/json;charset=UTF-8",
        "application/json; charset=\"utf-8\"",
    ] {
        assert_eq!(
            post(&server, Some(content_type), body).await.status,
            StatusCode::OK,
            "{content_type}"
        );
    }
    assert_eq!(server.mutations(), 4);
}

#[actix_web::test]
async fn a_body_that_is_no_request_is_refused_in_json() {
    let server = TestServer::start();
    let bodies: [&[u8]; 20] = [
        b"",
        b"   ",
        br#"{"query":"mutation { bu"#,
        b"\xef\xbb\xbf{\"query\":\"mutation { bump }\"}",
        b"{\"query\":\"mutation { bump } # \xff\"}",
        br#"[{"query":"mutation { bump }"}]"#,
        b"[]",
        b"null",
        b"7",
        br#""mutation { bump }""#,
        b"{}",
        br#"{"query":null}"#,
        br#"{"query":7}"#,
        br#"{"query":["mutation { bump }"]}"#,
        br#"{"query":"mutation { bump }","variables":[]}"#,
        br#"{"query":"mutation { bump }","variables":"{}"}"#,
        br#"{"query":"mutation { bump }","operationName":7}"#,
        br#"{"query":"mutation { bump }","extensions":[]}"#,
        br#"{"query":"mutation { bump }"} {}"#,
        br#"{"query":"mutation { bump }","query":"mutation { bump }"}"#,
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(body).into_owned();
        let answer = post(&server, Some("application/json"), body.to_vec()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{shown}");
        assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{shown}");
        assert!(!answer.has_data(), "{shown}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/json; charset=utf-8")
        );
    }
    let deep = format!(
        r#"{{"query":"{{ hello }}","variables":{{"a":{}{}}}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(
        post(&server, Some("application/json"), deep).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(server.mutations(), 0);
}

#[actix_web::test]
async fn nulls_and_unknown_parameters_are_as_good_as_absent_ones() {
    let server = TestServer::start();
    let request = json!({ "query": "{ hello }", "variables": null, "operationName": null, "extensions": null, "id": 7 });
    assert_eq!(
        server.ask_strictly(&request).await.body,
        json!({ "data": { "hello": "안녕" } })
    );
    let request =
        json!({ "query": "{ hello }", "extensions": { "persistedQuery": { "version": 1 } } });
    assert_eq!(server.ask_strictly(&request).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_connection_serves_on_after_a_refused_body() {
    let server = TestServer::start();
    for _ in 0..3 {
        assert_eq!(
            post(&server, Some("text/plain"), "x".repeat(LIMIT))
                .await
                .status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
        assert_eq!(server.ask("{ hello }").await["data"]["hello"], "안녕");
    }
}
