//! The real server: it follows Toss in the background, and takes webhooks at its own address.

use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use reconciliation::{BusinessCalendar, CancelPolicy, PartialCancelRows, SettlementCycle};
use tokio::sync::oneshot;
use toss_recon::config::{MerchantConfig, ServerConfig, SyncConfig, TossConfig};
use toss_recon::server::Server;
use toss_recon::store::AccountName;
use toss_recon::toss::{BaseUrl, MusdAmounts, SecretKey};
use toss_sim::{NewPayment, TossSim};

use crate::support::{Engine, MID, SECRET_KEY, TestDatabase, clock, empty_shop, on_both_databases};

on_both_databases!(
    whatever_comes_is_answered_200_within_a_second,
    a_webhook_makes_a_payment_appear_without_a_pass,
    a_following_server_finds_payments_by_itself,
);

const SECRET: &str = "a-long-path-secret";

struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    client: reqwest::Client,
}

impl Running {
    async fn start(sim: &TossSim, database: &TestDatabase, follows: bool) -> Self {
        let config = ServerConfig {
            merchants: vec![MerchantConfig {
                account: AccountName::new(MID),
                secret_key: SecretKey::parse(SECRET_KEY).unwrap(),
                settlement_cycle: Some(SettlementCycle::Daily),
                payout_business_days: None,
            }],
            toss: TossConfig {
                base_url: BaseUrl::parse(sim.base_url()).unwrap(),
                timeout: Duration::from_secs(10),
                calls_per_minute: None,
                partial_cancel_rows: PartialCancelRows::default(),
                musd_amounts: MusdAmounts::default(),
            },
            database_url: database.url.parse().unwrap(),
            listen_addr: "127.0.0.1:0".parse().unwrap(),
            cancel_retry: Duration::from_secs(5),
            sync: SyncConfig {
                interval: Duration::from_secs(1),
                ..SyncConfig::default()
            },
            cancel_policy: CancelPolicy::default(),
            calendar: BusinessCalendar::korean().unwrap(),
            webhook_secret: Some(SECRET.into()),
        };
        let (clock, (stop, stopped), (started, start)) =
            (clock(sim), oneshot::channel::<()>(), oneshot::channel());
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let mut server = Server::bind(&config, clock).await.unwrap();
                if follows {
                    server = server.following();
                }
                started.send(server.address()).unwrap();
                let until_dropped = async move {
                    let _ = stopped.await;
                };
                server.run(until_dropped).await.unwrap();
            });
        });
        Self {
            address: start.await.unwrap(),
            stop: Some(stop),
            thread: Some(thread),
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
            .post(format!("http://{}{path}", self.address))
            .header("tosspayments-webhook-transmission-id", id)
            .body(body)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), began.elapsed())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let (Some(stop), Some(thread)) = (self.stop.take(), self.thread.take()) {
            let _ = stop.send(());
            // A test that failed has said so already.
            let _ = thread.join();
        }
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
