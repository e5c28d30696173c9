//! The real server: it follows Toss in the background, and takes webhooks at its own address.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use toss_recon::server::Server;
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment, Outcome, TossSim};

use crate::program::Shop;
use crate::running::{self, RunningServer, merchant};
use crate::support::{Engine, MID, SECRET_KEY, TestDatabase, empty_shop, on_both_databases};

on_both_databases!(
    what_has_come_whole_is_answered_200_within_a_second,
    a_webhook_makes_a_payment_appear_without_a_pass,
    a_following_server_finds_payments_by_itself,
    a_webhook_that_was_answered_survives_a_kill,
    a_webhook_that_was_answered_survives_a_stop,
    a_toss_that_is_down_is_one_warning_however_many_webhooks_come,
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

async fn what_has_come_whole_is_answered_200_within_a_second(engine: Engine) {
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
        let expected = if id == "too-large" { 413 } else { 200 };
        assert_eq!(status, expected, "{id}");
        assert!(took < Duration::from_secs(1), "{id} {took:?}");
    }
    let kept = database.texts("SELECT id FROM webhooks ORDER BY id").await;
    assert_eq!(kept, ["empty", "garbage", "largest", "unknown"]);
    let mut half = TcpStream::connect(server.server.address).await.unwrap();
    let begun = format!("POST {path} HTTP/1.1\r\nhost: toss\r\ncontent-length: 100\r\n\r\n{{");
    half.write_all(begun.as_bytes()).await.unwrap();
    half.shutdown().await.unwrap();
    let mut answer = Vec::new();
    half.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
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

async fn a_webhook_that_was_answered_survives_a_kill(engine: Engine) {
    survives(engine, "-KILL").await;
}

async fn a_webhook_that_was_answered_survives_a_stop(engine: Engine) {
    survives(engine, "-TERM").await;
}

async fn a_toss_that_is_down_is_one_warning_however_many_webhooks_come(engine: Engine) {
    let (shop, database) = (Shop::open().await, TestDatabase::open(engine).await);
    let down = Fault::next(Endpoint::Payment, FaultKind::Status(500));
    shop.sim.faults().add(down.times(10_000));
    let (mut program, address, said) = serve(&shop, &database).await;
    for number in 0..6 {
        send(&address, &format!("payment-{number}")).await;
    }
    // The client asks three times itself.
    let have_failed = || {
        let mut times = HashMap::<String, u32>::new();
        for asked in shop.sim.requests() {
            *times.entry(asked.path).or_default() += 1;
        }
        times.len() == 6 && times.values().all(|times| *times >= 3)
    };
    until("each has failed", async || have_failed()).await;
    shop.sim.faults().clear();
    let open = "webhooks WHERE due_at IS NOT NULL";
    until("all are read", async || database.count(open).await == 0).await;
    program.kill().await.unwrap();
    let said = said.await.unwrap();
    let of_webhooks: Vec<_> = said
        .iter()
        .filter(|line| line.contains("webhook"))
        .collect();
    let texts = ["cannot be read; it is tried again", "can be read again"];
    assert_eq!(of_webhooks.len(), texts.len(), "{of_webhooks:#?}");
    let warnings = said.iter().filter(|line| line.contains(" WARN "));
    assert_eq!(warnings.count(), 1, "{said:#?}");
    for (line, text) in of_webhooks.iter().zip(texts) {
        assert!(line.contains(text), "{of_webhooks:#?}");
    }
}

/// Ends the program by a signal right after it has answered, while Toss is slow, and starts it again.
async fn survives(engine: Engine, signal: &str) {
    let (shop, database) = (Shop::open().await, TestDatabase::open(engine).await);
    let abandoned = NewPayment::card("order-abandoned", 15_000).ending(Outcome::Expired);
    // No list tells of it.
    let key = shop.sim.console().pay(abandoned);
    let slow = FaultKind::Slow(Duration::from_mins(1));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Payment, slow).times(1_000));
    let (mut program, address, _) = serve(&shop, &database).await;
    send(&address, &key).await;
    let pid = program.id().unwrap().to_string();
    let sent = Command::new("kill").args([signal, &pid]).status().await;
    assert!(sent.unwrap().success());
    program.wait().await.unwrap();
    assert_eq!(database.count("payments").await, 0);
    shop.sim.faults().clear();
    let (_program, ..) = serve(&shop, &database).await;
    appears(&database).await;
    let found = database.texts("SELECT payment_key FROM payments").await;
    assert_eq!(found, [key]);
}

/// Tells the program at that address of a payment.
async fn send(address: &str, payment: &str) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = format!(
        r#"{{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"2026-03-20T12:00:00.65327","data":{{"paymentKey":"{payment}"}}}}"#
    );
    let url = format!("http://{address}/webhooks/toss/{SECRET}");
    let answer = client.post(url).body(body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

/// Starts the program, which reads what webhooks name and nothing else; gives its address, and in the end what it has said
/// since.
async fn serve(shop: &Shop, database: &TestDatabase) -> (Child, String, JoinHandle<Vec<String>>) {
    let mut command = shop.program(&database.url);
    command
        .args(["serve", "--no-sync", "--listen", "127.0.0.1:0"])
        .env("WEBHOOK_SECRET", SECRET)
        .env("LOG", "info");
    let mut program = command.spawn().unwrap();
    let mut lines = BufReader::new(program.stderr.take().unwrap()).lines();
    let address = loop {
        let line = lines.next_line().await.unwrap().expect("it serves");
        if let Some((_, port)) = line.split_once("127.0.0.1:") {
            let digits = port.find(|character: char| !character.is_ascii_digit());
            break format!("127.0.0.1:{}", &port[..digits.unwrap_or(port.len())]);
        }
    };
    // Whoever writes to a closed pipe ends.
    let said = tokio::spawn(async move {
        let mut said = Vec::new();
        while let Ok(Some(line)) = lines.next_line().await {
            said.push(line);
        }
        said
    });
    (program, address, said)
}

async fn appears(database: &TestDatabase) {
    let is_there = async || database.count("payments").await > 0;
    until("it appears", is_there).await;
}

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so().await {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
