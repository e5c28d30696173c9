//! The real server: it follows Toss in the background, and takes webhooks at its own address.

use std::time::{Duration, Instant};

use toss_recon::server::Server;
use toss_sim::{NewPayment, TossSim};

use crate::running::{self, RunningServer, merchant};
use crate::support::{Engine, MID, SECRET_KEY, TestDatabase, empty_shop, on_both_databases};

on_both_databases!(
    whatever_comes_is_answered_200_within_a_second,
    a_webhook_makes_a_payment_appear_without_a_pass,
    a_following_server_finds_payments_by_itself,
);

const SECRET: &str = "a-long-path-secret";

/// A server of the shop, and somebody who knows its address for webhooks.
struct Running {
    server: RunningServer,
    client: reqwest::Client,
}

impl Running {
    async fn start(sim: &TossSim, database: &TestDatabase, follows: bool) -> Self {
        let mut config = running::config(sim, &database.url, vec![merchant(MID, SECRET_KEY)]);
        config.sync.interval = Duration::from_secs(1);
        config.webhook_secret = Some(SECRET.into());
        let prepare = if follows {
            Server::following
        } else {
            std::convert::identity
        };
        Self {
            server: RunningServer::start(config, sim, prepare).await,
            client: reqwest::Client::builder()
                .no_proxy()
                .pool_max_idle_per_host(0)
                .build()
                .unwrap(),
        }
    }

    /// The status of the answer to a webhook at a path, and how long it took.
    async fn send(&self, path: &str, id: &str, body: Vec<u8>) -> (u16, Duration) {
        let began = Instant::now();
        let answer = self
            .client
            .post(format!("http://{}{path}", self.server.address))
            .header("tosspayments-webhook-transmission-id", id)
            .body(body)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), began.elapsed())
    }
}

async fn whatever_comes_is_answered_200_within_a_second(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let server = Running::start(&sim, &database, false).await;
    let path = format!("/webhooks/toss/{SECRET}");
    for (id, body) in [
        (
            "unknown",
            br#"{"eventType":"NOBODY_KNOWS","data":{}}"#.to_vec(),
        ),
        ("garbage", vec![0xff, 0, 0x80]),
        ("empty", Vec::new()),
        ("largest", vec![b' '; 64 * 1024]),
        ("too-large", vec![b' '; 64 * 1024 + 1]),
    ] {
        let (status, took) = server.send(&path, id, body).await;
        assert_eq!(status, 200, "{id}");
        assert!(took < Duration::from_secs(1), "{id} {took:?}");
    }
    let kept = database.texts("SELECT id FROM webhooks ORDER BY id").await;
    assert_eq!(kept, ["empty", "garbage", "largest", "unknown"]);
    let (status, _) = server
        .send("/webhooks/toss/a-long-path-secreT", "forged", Vec::new())
        .await;
    assert_eq!(status, 404);
    assert_eq!(database.count("webhooks").await, 4);
}

async fn a_webhook_makes_a_payment_appear_without_a_pass(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let server = Running::start(&sim, &database, false).await;
    let key = sim.console().pay(NewPayment::card("order-1", 15_000));
    let body = format!(
        r#"{{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"2026-03-20T12:00:00.65327","data":{{"paymentKey":"{key}","totalAmount":1}}}}"#
    );
    let path = format!("/webhooks/toss/{SECRET}");
    server.send(&path, "whtrans_1", body.into_bytes()).await;
    appears(&database).await;
    let amounts = database
        .texts("SELECT CAST(total_amount AS text) FROM payments")
        .await;
    assert_eq!(amounts, ["15000"]);
}

async fn a_following_server_finds_payments_by_itself(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let _server = Running::start(&sim, &database, true).await;
    sim.console().pay(NewPayment::card("order-1", 15_000));
    appears(&database).await;
}

async fn appears(database: &TestDatabase) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while database.count("payments").await == 0 {
        assert!(Instant::now() < deadline, "it never appeared");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
