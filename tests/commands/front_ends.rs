//! What front-ends find, as the settings say it: documents by id, pages of other origins.

use reqwest::Method;
use serde_json::{Value, json};

use crate::program::Place;
use crate::server::{Running, client, token};

const DOCUMENTS: &str = r#"{
    "who": "query Who { viewer { name } }",
    "page": "query Page($first: Int!) { payments(first: $first) { nodes { orderId } } }"
}"#;

#[tokio::test]
async fn documents_and_origins_are_those_of_the_settings() {
    let place = Place::with_key()
        .set("TRUSTED_DOCUMENTS", "persisted-documents.json")
        .set("TRUSTED_DOCUMENTS_ONLY", "on")
        .set("ALLOWED_ORIGINS", "https://shop.example")
        .write("persisted-documents.json", DOCUMENTS);
    let viewer = token(&place, "front-end", "viewer").await;
    let server = Running::serve(&place, &["--no-sync"]).await;
    let asked = |request: Value| {
        let request = client()
            .post(server.url("/graphql"))
            .bearer_auth(&viewer)
            .header("origin", "https://shop.example")
            .json(&request);
        async move {
            let response = request.send().await.unwrap();
            let origin = &response.headers()["access-control-allow-origin"];
            assert_eq!(origin, "https://shop.example");
            response.json::<Value>().await.unwrap()
        }
    };
    let who = asked(json!({ "documentId": "who" })).await;
    assert_eq!(who["data"]["viewer"]["name"], "front-end", "{who}");
    let page = json!({ "documentId": "page", "variables": { "first": 1 } });
    assert_eq!(asked(page).await["data"]["payments"]["nodes"], json!([]));
    let text = asked(json!({ "query": "query Who { viewer { name } }" })).await;
    let code = &text["errors"][0]["extensions"]["code"];
    assert_eq!(code, "PERSISTED_QUERY_NOT_FOUND");
    let preflight = client()
        .request(Method::OPTIONS, server.url("/graphql"))
        .header("origin", "https://shop.example")
        .header("access-control-request-method", "POST");
    let preflight = preflight.send().await.unwrap();
    assert_eq!(preflight.status(), 200);
    server.stop("TERM").await;
}

#[tokio::test]
async fn every_document_that_does_not_fit_the_schema_is_named_before_anything_is_made() {
    let documents = json!({
        "good": "query Who { viewer { name } }",
        "misspelt": "{ viewer { nam } }",
        "broken": "{ viewer {",
        "deep": format!("{{ {} }}", "a { ".repeat(60)),
        "twice": "{ viewer { nme rol } }",
    });
    let place = Place::with_key()
        .set("TRUSTED_DOCUMENTS", "documents.json")
        .write("documents.json", documents.to_string());
    for command in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["config", "check"],
    ] {
        let ended = place.run(command).await;
        assert_eq!(
            (ended.status, ended.stdout.as_str()),
            (2, ""),
            "{}",
            ended.stderr
        );
        let lines: Vec<&str> = ended.stderr.lines().collect();
        assert_eq!(lines.len(), 5, "{lines:#?}");
        for (line, (id, word)) in lines.iter().zip([
            ("broken", "expected"),
            ("deep", "bracket"),
            ("misspelt", "Did you mean \"name\"?"),
            ("twice", "nme"),
            ("twice", "rol"),
        ]) {
            let begins = format!("toss-recon: TRUSTED_DOCUMENTS: document {id:?}: ");
            assert!(line.starts_with(&begins) && line.contains(word), "{line}");
        }
        assert!(!place.path("toss-recon.db").exists());
    }
}

#[tokio::test]
async fn a_check_names_keys_and_secrets_that_others_have() {
    let place = Place::new()
        .set("TOSS_SECRET_KEY_FILE", "key")
        .set("WEBHOOK_SECRET", "webhook-secret-1")
        .set("ALLOWED_ORIGINS", "https://shop.example/, *")
        .set("TRUSTED_DOCUMENTS_ONLY", "on")
        .write("key", crate::program::SECRET_KEY);
    let ended = place.run(&["config", "check"]).await;
    assert_eq!(ended.status, 2);
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!(lines.len(), 5, "{lines:#?}");
    for (line, word) in lines.iter().zip([
        "ALLOWED_ORIGINS holds \"https://shop.example/\"",
        "ALLOWED_ORIGINS holds \"*\"",
        "TRUSTED_DOCUMENTS_ONLY is on",
        "TOSS_SECRET_KEY_FILE: \"key\" can be read by everybody",
        "WEBHOOK_SECRET can be guessed",
    ]) {
        assert!(line.contains(word), "{line}\n{word}");
    }
    // Whoever closes the key file and makes up a secret has nothing to mend.
    let place = Place::new()
        .set("TOSS_SECRET_KEY_FILE", "key")
        .set("WEBHOOK_SECRET", "9f86d081884c7d659a2feaa0c55ad015")
        .write("key", crate::program::SECRET_KEY);
    let closed = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(place.path("key"), closed).unwrap();
    place.succeeds(&["config", "check"]).await;
}
