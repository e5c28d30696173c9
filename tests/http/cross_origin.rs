//! Pages of other origins: those on the list may ask, and nobody else is told so.

use reqwest::{Method, RequestBuilder, Response, StatusCode, header::HeaderMap};
use toss_recon::http::TrustedDocuments;

use crate::support::TestServer;

const OURS: &str = "https://books.example";
const ALSO_OURS: &str = "http://localhost:5173";

fn server() -> TestServer {
    TestServer::start_for(&[OURS, ALSO_OURS], TrustedDocuments::default())
}

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer")
}

fn preflight(server: &TestServer, origin: &str) -> RequestBuilder {
    server
        .bare(Method::OPTIONS)
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type",
        )
}

fn words(headers: &HeaderMap, name: &str) -> Vec<String> {
    let text = headers
        .get(name)
        .map_or("", |value| value.to_str().expect("text"));
    let words = text.split(',').map(|word| word.trim().to_ascii_lowercase());
    words.collect()
}

fn has_no_cors_header(headers: &HeaderMap) -> bool {
    let of_cors = "access-control-";
    !headers
        .keys()
        .any(|name| name.as_str().starts_with(of_cors))
}

#[actix_web::test]
async fn a_page_of_ours_may_ask_with_a_token_and_read_what_helps_it() {
    let server = server();
    for origin in [OURS, ALSO_OURS] {
        let asked = sent(preflight(&server, origin)).await;
        assert_eq!(asked.status(), StatusCode::OK, "without any token");
        let headers = asked.headers();
        assert_eq!(headers["access-control-allow-origin"], origin);
        let methods = words(headers, "access-control-allow-methods");
        assert!(methods.contains(&"post".to_owned()), "{methods:?}");
        let named = words(headers, "access-control-allow-headers");
        for name in ["authorization", "content-type", "x-toss-recon"] {
            assert!(named.contains(&name.to_owned()), "{named:?}");
        }
        assert!(!headers.contains_key("access-control-allow-credentials"));

        let query = serde_json::json!({ "query": "{ hello }" });
        let request = server.post().header("origin", origin).json(&query);
        let answer = sent(request).await;
        let headers = answer.headers();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(headers["access-control-allow-origin"], origin);
        assert!(!headers.contains_key("access-control-allow-credentials"));
        let exposed = words(headers, "access-control-expose-headers");
        for name in ["x-request-id", "retry-after"] {
            assert!(exposed.contains(&name.to_owned()), "{exposed:?}");
        }
        let vary = words(headers, "vary");
        for name in ["origin", "accept", "authorization"] {
            assert!(vary.contains(&name.to_owned()), "{vary:?}");
        }
    }
    // A refusal is to be read too.
    let refused = sent(server.bare(Method::POST).header("origin", OURS)).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(refused.headers()["access-control-allow-origin"], OURS);
}

#[actix_web::test]
async fn other_origins_are_told_nothing() {
    let server = server();
    for origin in [
        "https://evil.example",
        "https://books.example.evil.example",
        "http://books.example",
        "https://books.example:8443",
        "https://BOOKS.example",
        "null",
        "*",
    ] {
        let asked = sent(preflight(&server, origin)).await;
        assert!(has_no_cors_header(asked.headers()), "{origin}: {asked:?}");
        let query = serde_json::json!({ "query": "{ hello }" });
        let answer = sent(server.post().header("origin", origin).json(&query)).await;
        assert!(has_no_cors_header(answer.headers()), "{origin}: {answer:?}");
    }
}

#[actix_web::test]
async fn a_preflight_for_more_than_there_is_allows_nothing() {
    let server = server();
    for (name, value) in [
        ("access-control-request-method", "DELETE"),
        ("access-control-request-headers", "cookie"),
    ] {
        let mut request = preflight(&server, OURS).build().expect("a request");
        request
            .headers_mut()
            .insert(name, value.parse().expect("text"));
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let asked = client.execute(request).await.expect("an answer");
        assert!(has_no_cors_header(asked.headers()), "{name}: {asked:?}");
    }
}

#[actix_web::test]
async fn without_a_list_no_origin_is_allowed() {
    let server = TestServer::start();
    let asked = sent(preflight(&server, OURS)).await;
    assert_eq!(asked.status(), StatusCode::NO_CONTENT);
    assert!(has_no_cors_header(asked.headers()), "{asked:?}");
    let answer = sent(server.get("/healthz").header("origin", OURS)).await;
    assert!(has_no_cors_header(answer.headers()), "{answer:?}");
    assert!(!answer.headers().contains_key("vary"));
}
