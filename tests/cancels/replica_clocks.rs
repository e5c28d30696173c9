//! Replicas on machines whose clocks differ from that of the PostgreSQL that they share: they go by the database's, and say
//! that they are not ready.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reconciliation::CancelRequestStatus as Status;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Child;
use toss_recon::store::Store;
use toss_sim::{Amount, CancelByHand, Endpoint, Fault, FaultKind, NewPayment, Settings, TossSim};

use crate::program::Program;
use crate::scene::{PATIENCE, admin, has_died, kill};
use crate::{books, postgres};

const TOTAL: i64 = 20_000;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Longer than a replica rests between two looks for requests that nobody works on.
const SLOW: Duration = Duration::from_millis(1_300);
const CALLER_WAITS: Duration = Duration::from_secs(25);
const DIFFERS: &str = "this machine's clock differs from the database's";
const AGREES: &str = "this machine's clock agrees with the database's again";

/// A shop whose replicas share a database.
struct Site {
    sim: TossSim,
    database_url: String,
    store: Store,
    admin: String,
}

/// One of them, with a log of its own.
struct Replica {
    program: Program,
    _folder: TempDir,
}

impl Site {
    async fn open() -> Self {
        let database_url = postgres::database().await;
        let store = Store::open(&database_url.parse().unwrap()).await.unwrap();
        Self {
            sim: TossSim::start(Settings::default()).await.unwrap(),
            admin: admin(&store, "kim").await,
            database_url,
            store,
        }
    }

    /// A replica whose machine's clock is ahead by so much, and at which these points are armed too.
    fn replica(&self, ahead_ms: i64, points: &str) -> Replica {
        let folder = TempDir::new().unwrap();
        let program = Program::new(&self.database_url, self.sim.base_url(), folder.path())
            .with("TOSS_TIMEOUT_SECONDS", "3")
            .with("LOG", "info")
            .with(
                "FAILPOINTS",
                &format!("clock-ahead=return({ahead_ms});{points}"),
            )
            .waited_for(CALLER_WAITS);
        Replica {
            program,
            _folder: folder,
        }
    }

    fn pay(&self, order: &str) -> String {
        self.sim.console().pay(NewPayment::card(order, TOTAL))
    }

    fn always_slow(&self, endpoint: Endpoint) {
        let slow = Fault::next(endpoint, FaultKind::Slow(SLOW));
        self.sim.faults().add(slow.times(u32::MAX));
    }
}

impl Replica {
    async fn started(&self, site: &Site) -> Child {
        let child = self.program.serve_alone();
        self.program.answers(&site.admin).await;
        child
    }

    /// Orders a cancel of a part under a key that is its reason too; what is answered, if anything is.
    async fn order(&self, site: &Site, payment: &str, key: &str) -> Option<Value> {
        let query = "mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) \
             { request { status } error { code } } }";
        let input = json!({
            "paymentKey": payment,
            "idempotencyKey": key,
            "reason": key,
            "amount": { "amount": "3000", "currency": "KRW" },
        });
        let variables = json!({ "input": input });
        let answer = self.program.post(&site.admin, query, variables).await?;
        Some(answer["data"]["cancelPayment"].clone())
    }

    /// Reads a payment at Toss now.
    async fn read(&self, site: &Site, order: &str) -> Value {
        let query = format!(
            r#"{{ payment(by: {{orderId: "{order}"}}, maxAgeSeconds: 0) {{ stale balanceAmount {{ amount }} }} }}"#
        );
        let answer = self.program.post(&site.admin, &query, Value::Null).await;
        answer.unwrap()["data"]["payment"].clone()
    }

    fn said(&self, words: &str) -> usize {
        self.program.said().matches(words).count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_is_ready_while_its_clock_differs_from_the_databases_by_two_seconds_at_most() {
    let site = Site::open().await;
    let clocks = [0, 1_500, -1_500, 2_500, -2_500, MINUTE_MS, HOUR_MS];
    let checked = clocks.map(|ahead_ms| {
        let replica = site.replica(ahead_ms, "");
        async move {
            let running = replica.program.serve_alone();
            let (status, said) = replica.program.says_whether_it_is_ready().await;
            if ahead_ms.abs() < 2_000 {
                let ready = json!({ "status": "ready" });
                assert_eq!((status, said), (200, ready), "{ahead_ms}");
                assert_eq!(replica.said(DIFFERS), 0, "{ahead_ms}");
            } else {
                let not_ready = json!({ "status": "not_ready", "reason": "clock_differs" });
                assert_eq!((status, said), (503, not_ready), "{ahead_ms}");
                assert_eq!(replica.said(DIFFERS), 1, "{ahead_ms}");
            }
            kill(running).await;
        }
    });
    join_all(checked).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_whose_clock_is_put_right_is_ready_again_and_says_each_once() {
    let site = Site::open().await;
    let replica = site.replica(0, "");
    // So often it is looked at before it is right.
    let wrong = "clock-ahead=30*return(60000)";
    let program = replica.program.with("FAILPOINTS", wrong);
    let running = program.serve_alone();
    assert_eq!(program.says_whether_it_is_ready().await.0, 503);
    let began = Instant::now();
    while program.says_whether_it_is_ready().await.0 != 200 || replica.said(AGREES) == 0 {
        assert!(began.elapsed() < PATIENCE, "{}", program.said());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!((replica.said(DIFFERS), replica.said(AGREES)), (1, 1));
    kill(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_replica_takes_up_what_another_is_at_work_on_however_their_clocks_differ() {
    const EACH: usize = 6;
    let site = Site::open().await;
    let replicas = [0, MINUTE_MS, -MINUTE_MS, HOUR_MS].map(|ahead_ms| site.replica(ahead_ms, ""));
    let running = join_all(replicas.iter().map(|replica| replica.started(&site))).await;
    let payments: Vec<String> = (0..EACH * replicas.len())
        .map(|number| site.pay(&format!("order-{number}")))
        .collect();
    // While they are read before they are sent, and while they are sent.
    site.always_slow(Endpoint::Payment);
    site.always_slow(Endpoint::Cancel);
    let orders = payments.iter().enumerate().map(|(number, payment)| {
        let replica = &replicas[number % replicas.len()];
        let key = format!("key-clocks-{number}");
        let site = &site;
        async move { replica.order(site, payment, &key).await }
    });
    for answer in join_all(orders).await {
        let answer = answer.expect("an answer");
        assert_eq!(answer["request"]["status"], "SUCCEEDED", "{answer:#}");
    }
    let requests = books::recorded(&site.store).await;
    books::hold(&site.sim, &payments, TOTAL, &requests);
    for request in &requests {
        assert_eq!((request.status, request.attempts), (Status::Succeeded, 1));
    }
    for running in running {
        kill(running).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_replica_an_hour_ahead_or_behind_leaves_is_taken_up_within_seconds() {
    let site = Site::open().await;
    let right = site.replica(0, "");
    let running = right.started(&site).await;
    let mut payments = Vec::new();
    for (number, ahead_ms) in [HOUR_MS, -HOUR_MS].into_iter().enumerate() {
        let wrong = site.replica(ahead_ms, "sending-committed=1*return");
        let dying = wrong.started(&site).await;
        let payment = site.pay(&format!("order-{number}"));
        let key = format!("key-clocks-{number}");
        assert_eq!(wrong.order(&site, &payment, &key).await, None, "it dies");
        has_died(dying).await;
        payments.push(payment);
    }
    let requests = books::everything_ends(&site.store, PATIENCE).await;
    books::hold(&site.sim, &payments, TOTAL, &requests);
    for request in &requests {
        assert_eq!(request.status, Status::Succeeded, "{request:#?}");
    }
    kill(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_replica_ahead_has_read_does_not_stand_before_what_is_read_later() {
    let site = Site::open().await;
    let (right, ahead) = (site.replica(0, ""), site.replica(MINUTE_MS, ""));
    let running = [right.started(&site).await, ahead.started(&site).await];
    let payment = site.pay("order-1");
    let answer = |balance| json!({ "stale": false, "balanceAmount": { "amount": balance } });
    assert_eq!(ahead.read(&site, "order-1").await, answer("20000"));
    let part = CancelByHand::part(Amount::won(5_000), "by hand");
    site.sim.console().cancel(&payment, &part).unwrap();
    assert_eq!(right.read(&site, "order-1").await, answer("15000"));
    for running in running {
        kill(running).await;
    }
}
