//! What is written to the log, and what never is.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use reqwest::Method;
use serde_json::json;

use crate::support::{IntoAnswer as _, SECRET_CAUSE, TestServer};

/// The log of the whole test binary, of which a test looks for its own words.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn the_log_has_the_cause_and_the_request_id_but_no_variable_token_or_address() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_env_filter(
            "toss_recon=trace,actix_web=trace,actix_http=trace,async_graphql=trace,info",
        )
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let server = TestServer::start();

    let marked = "query Marked($t: String!) { echo(text: $t) again { uncoded } b: echo(text: \"marked-literal\") }";
    let variables = json!({ "t": "marked-variable" });
    let by_get = server
        .bare(Method::GET)
        .bearer_auth(&server.tokens.admin)
        .query(&[("query", marked), ("variables", &variables.to_string())]);
    let by_post = server
        .post()
        .json(&json!({ "query": marked, "variables": variables }));
    let unknown = server.get("/webhooks/marked-path?marked-query");
    let mut ids = Vec::new();
    for request in [by_get, by_post, unknown] {
        let answer = request.send().await.into_answer().await;
        ids.push(answer.header("x-request-id").expect("an id").to_owned());
    }

    let text = log.text();
    for id in &ids[..2] {
        let line = text
            .lines()
            .find(|line| line.contains(id) && line.contains("a resolver failed"));
        let line = line.unwrap_or_else(|| panic!("no line for {id} in {text}"));
        assert!(
            line.contains(SECRET_CAUSE) && line.contains("http.route=\"/graphql\""),
            "{line}"
        );
    }
    assert!(text.contains(&ids[2]), "{text}");
    for never in ["marked-", "trc_", "127.0.0.1:"] {
        let found = text
            .lines()
            .find(|line| line.contains(never) && ids.iter().any(|id| line.contains(id)));
        assert_eq!(found, None, "{never}");
    }
    assert!(
        !text.contains("marked-") && !text.contains("trc_"),
        "{text}"
    );
}
