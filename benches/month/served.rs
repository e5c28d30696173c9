//! The real server, asked over HTTP.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::SECRET_KEY;

pub(crate) struct Served {
    child: Child,
    address: SocketAddr,
    token: String,
    client: reqwest::Client,
}

impl Served {
    pub(crate) async fn begin(database_url: &str, toss: &str) -> Self {
        let address = std::net::TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap();
        let program = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_toss-recon"));
            command.env("DATABASE_URL", database_url);
            command
        };
        let output = program()
            .args(["token", "create", "--name", "bench", "--role", "viewer"])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let child = program()
            .args(["serve", "--no-sync"])
            .env("TOSS_SECRET_KEY", SECRET_KEY)
            .env("TOSS_BASE_URL", toss)
            .env("LISTEN_ADDR", address.to_string())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        while tokio::net::TcpStream::connect(address).await.is_err() {
            assert!(Instant::now() < deadline, "the server does not listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self {
            child,
            address,
            token: String::from_utf8(output.stdout).unwrap().trim().to_owned(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// What it answers, and how long that takes.
    pub(crate) async fn ask(&self, query: &str) -> (Value, Duration) {
        let request = self
            .client
            .post(format!("http://{}/graphql", self.address))
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

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
