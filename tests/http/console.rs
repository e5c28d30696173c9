//! The console comes from this server alone, and asks nothing that this server would refuse.

use std::{collections::BTreeSet, fs, path::Path};

use reqwest::{Response, StatusCode};
use toss_recon::{graphql::DocumentCheck, http::check_document};

use crate::support::TestServer;

async fn page(server: &TestServer, path: &str) -> Response {
    let response = server.get(path).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().expect("text"))
}

/// What stands behind each of these in a text, up to the next quote.
fn quoted<'t>(text: &'t str, before: &str) -> Vec<&'t str> {
    text.split(before)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// The addresses of the files that a page loads.
fn references(html: &str) -> Vec<&str> {
    [quoted(html, "href=\""), quoted(html, "src=\"")].concat()
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/console"))
}

#[actix_web::test]
async fn every_address_below_is_the_page_under_a_policy_of_its_own() {
    let server = TestServer::start();
    let mut nonces = BTreeSet::new();
    for path in [
        "/console/",
        "/console/payments/tviva20261118abc",
        "/console/no/such/page?m=x",
    ] {
        let response = page(&server, path).await;
        assert_eq!(
            header(&response, "content-type"),
            "text/html; charset=utf-8"
        );
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(header(&response, name), value, "{path} {name}");
        }
        assert!(header(&response, "permissions-policy").contains("camera=()"));
        let policy = header(&response, "content-security-policy").to_owned();
        let html = response.text().await.expect("text");
        let nonce = quoted(&html, "nonce=\"").concat();
        assert_eq!(
            policy,
            format!(
                "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
                 font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                 require-trusted-types-for 'script'; trusted-types 'none'"
            )
        );
        assert!(nonce.len() >= 22, "{nonce} can be guessed");
        assert!(nonces.insert(nonce), "a nonce came twice");
        assert!(html.len() < 1024, "{} bytes", html.len());
        assert!(!html.contains("{{") && !html.contains("://"), "{html}");
        assert!(html.contains("&quot;demo&quot;:false"), "{html}");
        assert!(html.contains("&quot;reasonLength&quot;:200"), "{html}");
    }
}

#[actix_web::test]
async fn the_addresses_of_people_lead_to_the_page() {
    let server = TestServer::start();
    for path in ["/", "/console"] {
        let response = unfollowed(&server, path).await;
        assert_eq!(response.status(), StatusCode::FOUND, "{path}");
        assert_eq!(header(&response, "location"), "/console/", "{path}");
    }
}

#[actix_web::test]
async fn where_it_is_switched_off_there_is_no_such_address() {
    let server = TestServer::start_without_console();
    let response = unfollowed(&server, "/").await;
    assert_eq!(header(&response, "location"), "/graphql");
    for path in ["/console", "/console/", "/console/assets/x/index.js"] {
        let response = unfollowed(&server, path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

/// The answer itself, also where it leads elsewhere.
async fn unfollowed(server: &TestServer, path: &str) -> Response {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let response = client.get(server.url(path)).send().await;
    response.expect("an answer")
}

#[actix_web::test]
async fn the_files_are_those_of_the_folder_and_may_be_kept_for_ever() {
    let server = TestServer::start();
    let html = page(&server, "/console/").await.text().await.expect("text");
    let references = references(&html);
    let loaded: BTreeSet<_> = references
        .iter()
        .filter_map(|address| address.rsplit('/').next())
        .collect();
    assert_eq!(
        loaded,
        BTreeSet::from(["console.css", "icon.svg", "index.js"])
    );
    let (below, _) = references[0].rsplit_once('/').expect("a folder");
    for entry in fs::read_dir(folder()).expect("the folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.expect("a name");
        if name == "index.html" {
            continue;
        }
        let address = format!("{below}/{name}");
        let plain = page(&server, &address).await;
        assert_eq!(
            header(&plain, "cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(header(&plain, "x-content-type-options"), "nosniff");
        assert_eq!(header(&plain, "vary"), "Accept-Encoding");
        assert_eq!(header(&plain, "content-encoding"), "");
        let tag = header(&plain, "etag").to_owned();
        let served = plain.bytes().await.expect("a body");
        let file = fs::read(&path).expect("the file");
        assert!(served == file, "{name} differs from the file");

        let known = server.get(&address).header("if-none-match", &tag);
        let known = known.send().await.expect("an answer");
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED, "{name}");
        assert_eq!(header(&known, "etag"), tag);

        let packed = server.get(&address).header("accept-encoding", "gzip");
        let packed = packed.send().await.expect("an answer");
        if header(&packed, "content-encoding") == "gzip" {
            assert_ne!(header(&packed, "etag"), tag, "{name}");
            let packed = packed.bytes().await.expect("a body");
            assert!(packed.len() < file.len(), "{name}");
            assert!(crate::graphiql::gunzip(&packed).await == file, "{name}");
        }
    }
}

#[actix_web::test]
async fn files_of_another_build_and_files_that_are_none_are_not_found() {
    let server = TestServer::start();
    let html = page(&server, "/console/").await.text().await.expect("text");
    let good = references(&html)[0];
    let hash = good.split('/').nth(3).expect("a hash");
    for path in [
        "/console/assets/0000000000000000/index.js".to_owned(),
        format!("/console/assets/{hash}/index.html"),
        format!("/console/assets/{hash}/no-such.js"),
        format!("/console/assets/{hash}/..%2f..%2fCargo.toml"),
    ] {
        let response = server.get(&path).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_ne!(
            header(&response, "cache-control"),
            "public, max-age=31536000, immutable"
        );
    }
}

#[test]
fn nothing_in_the_files_speaks_of_another_host_to_load_from() {
    for name in ["index.html", "console.css"] {
        let text = fs::read_to_string(folder().join(name)).expect("the file");
        for word in ["http:", "https:", "url(//", "@import"] {
            assert!(!text.contains(word), "{word} in {name}");
        }
    }
}

/// The documents of the pages, as (path, text).
fn documents() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("console/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "graphql") {
                let text = fs::read_to_string(&path).expect("text");
                found.push((path.display().to_string(), text));
            }
        }
    }
    found
}

#[actix_web::test]
async fn every_document_of_a_page_fits_the_schema_and_the_limits_of_this_server() {
    let documents = documents();
    assert!(documents.len() >= 3, "{documents:?}");
    let schema = DocumentCheck::new();
    for (path, text) in documents {
        check_document(&text).unwrap_or_else(|message| panic!("{path}: {message}"));
        assert_eq!(schema.faults(&text).await, [""; 0], "{path}");
    }
}
