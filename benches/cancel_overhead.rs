//! How long a cancel takes through the server, beside a bare call of the same endpoint of the same stand-in for Toss.
//!
//! Both take turns in one run, each on payments of its own: first as fast as the stand-in answers, then with a Toss that
//! takes its time for every call. `cargo bench --bench cancel_overhead -- --pairs 200 --toss-millis 100`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures, ends at the first fault, and is no server with settings"
)]

#[path = "../tests/support/postgres.rs"]
mod postgres;
#[path = "support/server.rs"]
mod server;

use std::env;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use server::{ServerProcess, create_token};
use toss_sim::{Fault, FaultKind, Merchant, NewPayment, Settings, SimClock, TossSim};

const SECRET_KEY: &str = "live_sk_stand1n0000000000000000";
const DEFAULT_PAIRS: usize = 200;
const DEFAULT_TOSS_MILLIS: u64 = 100;
/// Pairs that are not counted: connections are made, and the program has everything it needs.
const WARM_UP: usize = 10;
const WON: i64 = 10_000;

const PAYMENT: &str = "query ($key: String!) { payment(by: { paymentKey: $key }) { status } }";
const CANCEL: &str = "mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) { \
    request { status } payment { balanceAmount { amount } } error { code } } }";

fn main() {
    tokio::runtime::Runtime::new().unwrap().block_on(compare());
}

async fn compare() {
    let pairs = argument("--pairs").map_or(DEFAULT_PAIRS, |pairs| usize::try_from(pairs).unwrap());
    let takes = Duration::from_millis(argument("--toss-millis").unwrap_or(DEFAULT_TOSS_MILLIS));
    let folder = tempfile::tempdir().unwrap();
    let databases = [
        (
            "SQLite",
            format!("sqlite://{}", folder.path().join("bench.db").display()),
        ),
        ("PostgreSQL", postgres::database().await),
    ];
    for (name, url) in databases {
        let bench = Bench::start(&url).await;
        for takes in [Duration::ZERO, takes] {
            let times = bench.take_turns(pairs, takes).await;
            println!("{name}, a Toss that takes {takes:?} for a call, {pairs} pairs:\n{times}");
        }
    }
}

struct Bench {
    sim: TossSim,
    server: ServerProcess,
    admin: String,
    client: reqwest::Client,
}

impl Bench {
    async fn start(database_url: &str) -> Self {
        let sim = TossSim::start(Settings {
            clock: SimClock::running_from(now()),
            merchants: vec![Merchant::live("tdemoshop01", SECRET_KEY)],
            ..Settings::default()
        })
        .await
        .unwrap();
        let admin = create_token(database_url, "admin");
        let server = ServerProcess::serve(database_url, sim.base_url(), SECRET_KEY, &["--no-sync"]);
        let client = reqwest::Client::builder()
            .no_proxy()
            .tcp_nodelay(true)
            .build()
            .unwrap();
        Self {
            sim,
            server,
            admin,
            client,
        }
    }

    async fn take_turns(&self, pairs: usize, takes: Duration) -> Times {
        let all = pairs + WARM_UP;
        let (bare, served) = (self.payments(all), self.payments(all));
        for payment in &served {
            // Whoever cancels a payment has looked at it before.
            self.ask(PAYMENT, json!({ "key": payment })).await;
        }
        self.sim.faults().add(Fault {
            endpoint: None,
            skip: 0,
            calls: u32::MAX,
            kind: FaultKind::Slow(takes),
        });
        let mut times = Times::default();
        for (turn, (bare, served)) in bare.iter().zip(&served).enumerate() {
            // Who goes first changes, so that neither always finds the machine as the other left it.
            let (bare, served) = if turn % 2 == 0 {
                (
                    self.bare_cancel(bare).await,
                    self.served_cancel(served).await,
                )
            } else {
                let served = self.served_cancel(served).await;
                (self.bare_cancel(bare).await, served)
            };
            if turn >= WARM_UP {
                times.bare.push(bare);
                times.served.push(served);
            }
        }
        self.sim.faults().clear();
        times
    }

    /// Payments far apart, as a shop has them: the lists around each are short.
    fn payments(&self, count: usize) -> Vec<String> {
        (1..=count)
            .map(|number| {
                let at = now() - TimeDelta::hours(3) * i32::try_from(number).unwrap();
                let order = format!("order-{}", uuid::Uuid::new_v4());
                self.sim.console().pay(NewPayment::card(order, WON).at(at))
            })
            .collect()
    }

    async fn bare_cancel(&self, payment: &str) -> Duration {
        let url = format!("{}/v1/payments/{payment}/cancel", self.sim.base_url());
        let body =
            json!({ "cancelReason": "bench", "cancelAmount": 1_000, "refundableAmount": WON });
        let request = self
            .client
            .post(url)
            .basic_auth(SECRET_KEY, Some(""))
            .header("idempotency-key", payment)
            .json(&body);
        let began = Instant::now();
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body = answer.bytes().await.unwrap();
        let took = began.elapsed();
        assert_eq!(status, 200, "{body:?}");
        took
    }

    async fn served_cancel(&self, payment: &str) -> Duration {
        let input = json!({
            "paymentKey": payment,
            "idempotencyKey": payment,
            "reason": "bench",
            "amount": { "amount": "1000", "currency": "KRW" },
        });
        let began = Instant::now();
        let answer = self.ask(CANCEL, json!({ "input": input })).await;
        let took = began.elapsed();
        assert_eq!(
            answer["data"]["cancelPayment"]["request"]["status"], "SUCCEEDED",
            "{answer:#}"
        );
        took
    }

    async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self
            .client
            .post(format!("http://{}/graphql", self.server.address))
            .bearer_auth(&self.admin)
            .json(&json!({ "query": query, "variables": variables }))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }
}

/// How long each call took.
#[derive(Default)]
struct Times {
    bare: Vec<Duration>,
    served: Vec<Duration>,
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for percent in [50, 95] {
            let (bare, served) = (at(percent, &self.bare), at(percent, &self.served));
            writeln!(
                f,
                "  p{percent}: bare {bare:.2?}, cancelPayment {served:.2?}, ratio {:.1}",
                served.as_secs_f64() / bare.as_secs_f64()
            )?;
        }
        Ok(())
    }
}

/// The time that so many percent of the calls did not exceed.
fn at(percent: usize, times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1]
}

fn argument(name: &str) -> Option<u64> {
    let mut arguments = env::args().skip_while(|argument| argument != name).skip(1);
    arguments
        .next()
        .map(|value| value.parse().expect("a whole number"))
}

fn now() -> chrono::DateTime<Utc> {
    chrono::DateTime::from(std::time::UNIX_EPOCH + std::time::UNIX_EPOCH.elapsed().unwrap())
}
