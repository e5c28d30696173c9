//! The program under everything at once for a while: queries, subscriptions, cancels, and clients that go away at random. What it
//! takes of memory and descriptors stays what it was. `SOAK_MINUTES` makes it longer.

use std::sync::Arc;
use std::time::Duration;

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use toss_sim::{NewPayment, TossSim};

use crate::server::{Running, place_before, shop, token};

/// What all take part in.
struct Load {
    server: Running,
    sim: TossSim,
    client: Client,
    admin: String,
    viewer: String,
    ends: CancellationToken,
}

const SCREENS: [&str; 5] = [
    "{ payments(first: 20) { nodes { id status history { effect } settlements { soldDate } } } }",
    "{ discrepancies(first: 50) { nodes { id class explanation } } }",
    r#"{ reconciliation(range: {from: "2026-01-01", to: "2026-12-31"}) { paymentCount } }"#,
    "{ coverage { mId gaps { from } } viewer { name } }",
    "{ nothing }",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_memory_and_descriptors_stay_what_they_were() {
    let minutes = std::env::var_os("SOAK_MINUTES").and_then(|text| text.to_str()?.parse().ok());
    let lasts = Duration::from_secs(60 * minutes.unwrap_or(1));
    let sim = shop("month").await;
    let place = place_before(&sim)
        .set("SETTLEMENT_CYCLE", "daily")
        .set("SYNC_INTERVAL_SECONDS", "5")
        .set("TOKEN_REQUESTS_PER_MINUTE", "100000");
    let load = Load {
        admin: token(&place, "soak-admin", "admin").await,
        viewer: token(&place, "soak-viewer", "viewer").await,
        server: Running::serve(&place, &[]).await,
        client: Client::builder().no_proxy().build().unwrap(),
        ends: CancellationToken::new(),
        sim,
    };
    let load = Arc::new(load);
    let tasks = TaskTracker::new();
    for number in 0..2 {
        tasks.spawn(Arc::clone(&load).queries(number));
        tasks.spawn(Arc::clone(&load).subscriptions(number));
    }
    tasks.spawn(Arc::clone(&load).cancels());
    tasks.spawn(Arc::clone(&load).half_requests());
    tasks.close();
    // The first quarter fills what is filled once.
    sleep(lasts / 4).await;
    let (first, second) = (
        load.measured(lasts * 3 / 8).await,
        load.measured(lasts * 3 / 8).await,
    );
    load.ends.cancel();
    timeout(Duration::from_secs(30), tasks.wait())
        .await
        .expect("everything ends");
    let load = Arc::into_inner(load).unwrap();
    let (_, stderr) = load.server.stop("TERM").await;
    for word in ["ERROR", "panicked"] {
        let line = stderr.lines().find(|line| line.contains(word));
        assert_eq!(line, None);
    }
    let (memory, files) = (first.memory + first.memory / 5 + 24_000, first.files + 24);
    assert!(second.memory <= memory, "KiB: {first:?}, then {second:?}");
    assert!(second.files <= files, "{first:?}, then {second:?}");
}

/// Medians over a while.
#[derive(Debug)]
struct Measured {
    /// KiB.
    memory: u64,
    files: u64,
}

impl Load {
    async fn measured(&self, lasts: Duration) -> Measured {
        let (mut memory, mut files) = (Vec::new(), Vec::new());
        let end = Instant::now() + lasts;
        while Instant::now() < end {
            let process = format!("/proc/{}", self.server.pid());
            let status = std::fs::read_to_string(format!("{process}/status")).unwrap();
            let line = status.lines().find(|line| line.starts_with("VmRSS:"));
            let size = line.and_then(|line| line.split_whitespace().nth(1));
            memory.push(size.unwrap().parse().unwrap());
            let open = std::fs::read_dir(format!("{process}/fd")).unwrap().count();
            files.push(u64::try_from(open).unwrap());
            sleep(Duration::from_millis(250)).await;
        }
        Measured {
            memory: median(memory),
            files: median(files),
        }
    }

    async fn post(&self, token: &str, body: &Value, accept: &str) -> reqwest::Response {
        let request = self.client.post(self.server.url("/graphql"));
        let request = request.bearer_auth(token).header("accept", accept);
        let answer = request.json(body).send().await.unwrap();
        assert!(!answer.status().is_server_error(), "{}", answer.status());
        answer
    }

    async fn queries(self: Arc<Self>, number: u64) {
        let mut random = StdRng::seed_from_u64(number);
        while !self.ends.is_cancelled() {
            let query = SCREENS[random.random_range(0..SCREENS.len())];
            let body = json!({ "query": query });
            let asked = self.post(&self.viewer, &body, "application/json");
            if random.random_bool(0.1) {
                // The client goes away before the answer, or within it.
                let patience = Duration::from_millis(random.random_range(0..20));
                let _ = timeout(patience, asked).await;
            } else {
                let answer: Value = asked.await.json().await.unwrap();
                assert_ne!(answer["errors"][0]["extensions"]["code"], "INTERNAL");
            }
            sleep(Duration::from_millis(30)).await;
        }
    }

    /// Opens a few subscriptions, takes what comes for a while, and goes away.
    async fn subscriptions(self: Arc<Self>, number: u64) {
        let mut random = StdRng::seed_from_u64(100 + number);
        let keys = self.sim.console().payment_keys();
        while !self.ends.is_cancelled() {
            let mut open = Vec::new();
            for _ in 0..random.random_range(1..8) {
                let body = if random.random_bool(0.5) {
                    json!({ "query": "subscription { discrepanciesChanged { at } }" })
                } else {
                    let key = &keys[random.random_range(0..keys.len())];
                    json!({ "query": "subscription ($key: String!) { paymentChanged(paymentKey: $key) { status fullyCanceled } }",
                        "variables": { "key": key } })
                };
                open.push(self.post(&self.viewer, &body, "text/event-stream").await);
            }
            for answer in &mut open {
                let patience = Duration::from_millis(random.random_range(0..300));
                let _ = timeout(patience, answer.chunk()).await;
            }
        }
    }

    /// Cancels, and is told what becomes of it.
    async fn cancels(self: Arc<Self>) {
        let mutation = "mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) { request { id } error { code } } }";
        let watched = "subscription ($id: ID!) { cancelRequestChanged(id: $id) { status } }";
        for number in 0.. {
            if self.ends.is_cancelled() {
                return;
            }
            let order = format!("soak-{number}");
            let key = self.sim.console().pay(NewPayment::card(&*order, 1_000));
            let input = json!({ "paymentKey": key, "idempotencyKey": format!("soak-key-{number}"), "reason": "soak" });
            let body = json!({ "query": mutation, "variables": { "input": input } });
            let answer = self.post(&self.admin, &body, "application/json").await;
            let payload: Value = answer.json().await.unwrap();
            let id = &payload["data"]["cancelPayment"]["request"]["id"];
            assert!(id.is_string(), "{payload:#}");
            let body = json!({ "query": watched, "variables": { "id": id } });
            let events = self.post(&self.admin, &body, "text/event-stream").await;
            let text = timeout(Duration::from_secs(20), events.text()).await;
            let text = text.expect("it completes").unwrap();
            assert!(
                text.contains("SUCCEEDED") && text.contains("event: complete"),
                "{text}"
            );
            sleep(Duration::from_millis(300)).await;
        }
    }

    /// Connections that end in the middle of what they ask.
    async fn half_requests(self: Arc<Self>) {
        let mut random = StdRng::seed_from_u64(7);
        let body = r#"{"query":"subscription { discrepanciesChanged { at } }"}"#;
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {}\r\naccept: text/event-stream\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.viewer,
            body.len()
        );
        while !self.ends.is_cancelled() {
            let mut stream = TcpStream::connect(self.server.address).await.unwrap();
            let part = random.random_range(0..=request.len());
            let _ = stream.write_all(&request.as_bytes()[..part]).await;
            sleep(Duration::from_millis(random.random_range(0..100))).await;
        }
    }
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values[values.len() / 2]
}
