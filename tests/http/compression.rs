//! Long answers are compressed for who accepts it, and the answers of mutations never are.

use std::io::Read as _;

use flate2::read::GzDecoder;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::TestServer;

/// A query whose answer has so many letters, and more.
fn large(letters: usize) -> Value {
    json!({ "query": format!("{{ large(bytes: {letters}) }}") })
}

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer")
}

fn header(response: &Response, name: &str) -> String {
    let value = response.headers().get(name);
    value
        .map_or("", |value| value.to_str().expect("text"))
        .to_owned()
}

async fn unpacked(response: Response) -> (usize, Vec<u8>) {
    assert_eq!(header(&response, "content-encoding"), "gzip");
    let packed = response.bytes().await.expect("a body");
    let mut text = Vec::new();
    let mut decoder = GzDecoder::new(&packed[..]);
    decoder.read_to_end(&mut text).expect("gzip");
    (packed.len(), text)
}

#[actix_web::test]
async fn a_long_answer_is_compressed_and_is_the_same() {
    let server = TestServer::start();
    // On the spot, and on a thread of its own.
    for letters in [2_000, 3_000_000] {
        let query = server.post().json(&large(letters));
        let answer = sent(query.header("accept-encoding", "gzip, br")).await;
        assert_eq!(
            header(&answer, "vary"),
            "Accept, Authorization, Accept-Encoding"
        );
        let length: usize = header(&answer, "content-length").parse().expect("a number");
        let (packed, text) = unpacked(answer).await;
        assert_eq!(packed, length);
        assert!(packed < letters / 10, "{packed}");
        let plain = sent(server.post().json(&large(letters))).await;
        assert_eq!(header(&plain, "content-encoding"), "");
        assert_eq!(
            header(&plain, "vary"),
            "Accept, Authorization, Accept-Encoding"
        );
        assert!(plain.bytes().await.expect("a body") == text);
    }
}

#[actix_web::test]
async fn whoever_does_not_take_gzip_and_what_is_short_is_sent_plain() {
    let server = TestServer::start();
    for accepted in ["", "br", "identity", "gzip;q=0", "gzip;q=0.1, identity"] {
        let query = server.post().json(&large(2_000));
        let answer = sent(query.header("accept-encoding", accepted)).await;
        assert_eq!(header(&answer, "content-encoding"), "", "{accepted}");
    }
    let frame = json!({ "data": { "large": "" } }).to_string().len();
    for (letters, encoding) in [(1_023 - frame, ""), (1_024 - frame, "gzip")] {
        let query = server.post().json(&large(letters));
        let answer = sent(query.header("accept-encoding", "gzip")).await;
        assert_eq!(header(&answer, "content-encoding"), encoding, "{letters}");
    }
}

#[actix_web::test]
async fn pages_and_the_schema_are_compressed_as_well() {
    let server = TestServer::start();
    let schema = server
        .get("/schema.graphql")
        .bearer_auth(&server.tokens.viewer);
    let (_, text) = unpacked(sent(schema.header("accept-encoding", "gzip")).await).await;
    assert!(
        String::from_utf8(text)
            .expect("text")
            .contains("type Query")
    );
    let page = server.bare(Method::GET).header("accept", "text/html");
    let page = sent(page.header("accept-encoding", "gzip")).await;
    assert_eq!(header(&page, "vary"), "Accept, Accept-Encoding");
    let (_, html) = unpacked(page).await;
    let html = String::from_utf8(html).expect("text");
    let script = html.split("src=\"").find(|rest| rest.contains("page.js\""));
    let script = script
        .and_then(|rest| rest.split('"').next())
        .expect("page.js");
    let script = sent(server.get(script).header("accept-encoding", "gzip")).await;
    assert_eq!(header(&script, "vary"), "Accept-Encoding");
    unpacked(script).await;
}

#[actix_web::test]
async fn the_answer_of_a_mutation_is_never_compressed() {
    let server = TestServer::start();
    let fields: Vec<String> = (10..40)
        .map(|n| format!("{}{n}: bump", "b".repeat(60)))
        .collect();
    let fields = fields.join(" ");
    for document in [
        format!("mutation {{ {fields} }}"),
        format!("mutation {{ {fields} panics }}"),
    ] {
        let mutation = server.post().json(&json!({ "query": document }));
        let answer = sent(mutation.header("accept-encoding", "gzip")).await;
        assert_eq!(header(&answer, "content-encoding"), "");
    }
}
