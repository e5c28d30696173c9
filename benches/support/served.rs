//! The real server, asked over HTTP.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::SECRET_KEY;
use crate::server::{ServerProcess, create_token};

/// A server with somebody who may query it.
pub(crate) struct Served {
    server: ServerProcess,
    token: String,
    client: reqwest::Client,
}

impl Served {
    pub(crate) fn begin(database_url: &str, toss: &str) -> Self {
        Self {
            token: create_token(database_url, "viewer"),
            server: ServerProcess::serve(database_url, toss, SECRET_KEY, &["--no-sync"]),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// What it answers, and how long that takes.
    pub(crate) async fn ask(&self, query: &str) -> (Value, Duration) {
        let request = self
            .client
            .post(format!("http://{}/graphql", self.server.address))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .body(json!({ "query": query }).to_string());
        let begun = Instant::now();
        let body = request.send().await.unwrap().text().await.unwrap();
        let took = begun.elapsed();
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert!(answer["errors"].is_null(), "{query}: {answer}");
        (answer, took)
    }
}
