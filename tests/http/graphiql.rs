//! `GraphiQL` comes from this server alone.

use std::{fmt::Write as _, fs, path::Path, process::Stdio};

use reqwest::{Method, Response, StatusCode};
use sha2::{Digest as _, Sha256};
use tokio::{io::AsyncWriteExt as _, process::Command};

use crate::support::TestServer;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn page(server: &TestServer) -> Response {
    let request = server.bare(Method::GET).header("accept", BROWSER);
    request.send().await.expect("an answer")
}

/// The values of the attributes by which a page loads something.
fn references(html: &str) -> Vec<&str> {
    ["href=\"", "src=\""]
        .iter()
        .flat_map(|attribute| html.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[actix_web::test]
async fn a_browser_gets_the_page_without_a_token() {
    let server = TestServer::start();
    let response = page(&server).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=utf-8"
    );
    assert_eq!(response.headers()["cache-control"], "no-store");
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    for directive in [
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(
            policy.split(';').any(|part| part.trim() == directive),
            "{directive} in {policy}"
        );
    }
    assert!(
        !policy.contains("http") && !policy.contains('*'),
        "{policy}"
    );
}

#[actix_web::test]
async fn the_page_loads_only_our_own_files_and_each_is_served() {
    let server = TestServer::start();
    let html = page(&server).await.text().await.expect("text");
    assert!(!html.contains("://") && !html.contains("{{"), "{html}");
    assert!(
        !html.contains("<style") && !html.contains(" onload="),
        "{html}"
    );
    assert_eq!(
        html.matches("<script").count(),
        html.matches("<script defer src=\"/").count()
    );
    let references = references(&html);
    assert_eq!(references.len(), 7, "{references:?}");
    for reference in references {
        assert!(reference.starts_with("/graphql/assets/"), "{reference}");
        let response = server.get(reference).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{reference}");
        assert_eq!(
            response.headers()["cache-control"],
            "public, max-age=31536000, immutable"
        );
        assert_eq!(response.headers().get("content-encoding"), None);
        let served = response.bytes().await.expect("a body");
        let name = reference.rsplit('/').next().expect("a name");
        let file = fs::read(folder().join(name)).expect("the file");
        assert!(served == file, "{name} differs from the file");
    }
}

#[actix_web::test]
async fn files_are_compressed_for_who_accepts_it() {
    let server = TestServer::start();
    let html = page(&server).await.text().await.expect("text");
    for reference in references(&html)
        .into_iter()
        .filter(|reference| reference.contains(".min."))
    {
        let response = server
            .get(reference)
            .header("accept-encoding", "br, gzip;q=0.8")
            .send()
            .await
            .expect("an answer");
        assert_eq!(
            response.headers()["content-encoding"],
            "gzip",
            "{reference}"
        );
        assert_eq!(response.headers()["vary"], "Accept-Encoding");
        let name = reference.rsplit('/').next().expect("a name");
        let unpacked = gunzip(&response.bytes().await.expect("a body")).await;
        assert!(
            unpacked == fs::read(folder().join(name)).expect("the file"),
            "{name}.gz is out of date: `gzip -9nk {name}`"
        );
    }
}

#[actix_web::test]
async fn other_paths_below_the_files_are_not_found() {
    let server = TestServer::start();
    let html = page(&server).await.text().await.expect("text");
    let good = references(&html)
        .into_iter()
        .find(|reference| reference.ends_with("page.js"))
        .expect("page.js");
    let hash = good.split('/').nth(3).expect("a hash");
    for path in [
        "/graphql/assets/0000000000000000/page.js".to_owned(),
        format!("/graphql/assets/{hash}/page.css"),
        format!("/graphql/assets/{hash}/README"),
        format!("/graphql/assets/{hash}/..%2f..%2fCargo.toml"),
        "/graphql/assets/".to_owned(),
    ] {
        assert_eq!(
            server.get(&path).send().await.expect("an answer").status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[test]
fn the_files_of_others_are_those_that_the_readme_names() {
    let readme = fs::read_to_string(folder().join("README")).expect("the README");
    for name in [
        "graphiql.min.js",
        "graphiql.min.css",
        "react.production.min.js",
        "react-dom.production.min.js",
    ] {
        let content = fs::read(folder().join(name)).expect("the file");
        let mut sha256 = String::new();
        for byte in Sha256::digest(content) {
            write!(sha256, "{byte:02x}").expect("writes to a string");
        }
        assert!(
            readme.contains(&format!("{sha256}  {name}")),
            "{name} is {sha256}"
        );
    }
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/graphiql"))
}

pub(crate) async fn gunzip(packed: &[u8]) -> Vec<u8> {
    let mut gzip = Command::new("gzip")
        .arg("-dc")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("gzip");
    let mut input = gzip.stdin.take().expect("its input");
    let write = async {
        input.write_all(packed).await.expect("takes the bytes");
        drop(input);
    };
    let ((), output) = tokio::join!(write, gzip.wait_with_output());
    output.expect("its output").stdout
}
