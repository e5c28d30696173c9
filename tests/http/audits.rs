//! The audits of `graphql-http`, the reference implementation's own suite for GraphQL over HTTP.

use std::path::Path;

use tokio::process::Command;

use crate::support::TestServer;

#[actix_web::test]
async fn every_graphql_http_audit_answers_ok() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audits");
    assert!(
        folder.join("node_modules/graphql-http").is_dir(),
        "the audits are not installed: run `npm ci --prefix tests/audits` (`./test` does)"
    );
    let server = TestServer::start();
    let audits = Command::new("node")
        .arg("audit.mjs")
        .current_dir(&folder)
        .env("AUDIT_URL", server.url("/graphql"))
        .env("AUDIT_TOKEN", &server.tokens.admin)
        .output()
        .await
        .expect("node 20 or newer must be on the PATH (on Debian: `apt-get install nodejs npm`)");
    let said = String::from_utf8_lossy(&audits.stdout);
    assert!(
        audits.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&audits.stderr)
    );
    assert_eq!(said.trim(), "61 of 61 audits ok");
}
