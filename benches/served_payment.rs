//! What a payment query served from the store costs, beside a bare actix-web handler that returns the same bytes.
//!
//! Both are processes of their own, on loopback, and take turns under the same load; what is printed is the CPU time of
//! the server's process for each request, and the ratio. `cargo bench --bench served_payment -- --seconds 10`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints its figures, ends at the first fault, and is no server with settings"
)]

#[path = "../tests/support/postgres.rs"]
mod postgres;
#[path = "support/server.rs"]
mod server;

use std::env;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use chrono::{Days, Utc};
use server::{ServerProcess, create_token};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use toss_sim::{Merchant, Scenario, Settings, SimClock, TossSim};

const SECRET_KEY: &str = "live_sk_stand1n0000000000000000";
/// Set for the process that serves ready-made bytes; its value is those bytes.
const BARE_BODY: &str = "BENCH_BARE_BODY";
const CONNECTIONS: usize = 32;
const ROUNDS: usize = 3;
const DEFAULT_SECONDS: u64 = 4;

const QUERY: &str = "query P($key: String!) { payment(by: {paymentKey: $key}, maxAgeSeconds: 86400) { \
    paymentKey orderId status totalAmount { amount currency } balanceAmount { amount } effectiveRefund { amount } \
    history { transactionKey status transactionAt amount { amount } effect effectiveAmount { amount } } \
    settlements { kind amount { amount } fee { amount } payOutAmount { amount } soldDate paidOutDate } } }";

fn main() {
    if let Ok(body) = env::var(BARE_BODY) {
        serve_bare(body);
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(compare());
}

async fn compare() {
    let seconds = argument("--seconds").unwrap_or(DEFAULT_SECONDS);
    let sim = shop().await;
    let folder = tempfile::tempdir().unwrap();
    let databases = [
        (
            "SQLite",
            format!("sqlite://{}", folder.path().join("bench.db").display()),
        ),
        ("PostgreSQL", postgres::database().await),
    ];
    for (name, url) in databases {
        let token = create_token(&url, "viewer");
        let served = ServerProcess::serve(&url, sim.base_url(), SECRET_KEY, &[]);
        let requests = fill(served.address, &token, &sim).await;
        let sample = ask(served.address, &requests[0]).await;
        let bare = bare_handler(&sample);
        println!(
            "{name}: {} payments, answers of about {} bytes",
            requests.len(),
            sample.len()
        );
        for round in 1..=ROUNDS {
            let floor = load(&bare, &requests, seconds).await;
            let cost = load(&served, &requests, seconds).await;
            println!(
                "  round {round}: bare {floor}; served {cost}; CPU ratio {:.1}",
                cost.micros_per_request / floor.micros_per_request
            );
        }
    }
}

/// A month of ordinary payments that ended yesterday.
async fn shop() -> TossSim {
    let settings = Settings {
        clock: SimClock::running_from(now()),
        merchants: vec![Merchant::live("tdemoshop01", SECRET_KEY)],
        ..Settings::default()
    };
    let sim = TossSim::start(settings).await.unwrap();
    let story = Scenario::by_name("clean_month").unwrap();
    let start = now().date_naive() - Days::new(u64::from(story.days) + 1);
    sim.play(story, start);
    sim
}

/// Asks for every payment once, so that the store has it, and gives the requests that will be sent.
async fn fill(address: SocketAddr, token: &str, sim: &TossSim) -> Arc<[Vec<u8>]> {
    let mut requests = Vec::new();
    for key in payment_keys(sim).await {
        let body = serde_json::json!({ "query": QUERY, "variables": { "key": key } }).to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = ask(address, request.as_bytes()).await;
        assert!(answer.contains("effectiveRefund"), "{answer}");
        requests.push(request.into_bytes());
    }
    assert!(!requests.is_empty());
    requests.into()
}

/// The keys of the shop's payments, from its own transactions list.
async fn payment_keys(sim: &TossSim) -> Vec<String> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let today = now().date_naive();
    let range = format!("startDate={}&endDate={}", today - Days::new(40), today);
    let url = format!("{}/v1/transactions?{range}&limit=5000", sim.base_url());
    let answer = client
        .get(url)
        .basic_auth(SECRET_KEY, Some(""))
        .send()
        .await
        .unwrap();
    let rows: Vec<serde_json::Value> = answer.json().await.unwrap();
    let mut keys: Vec<String> = rows
        .iter()
        .filter_map(|row| row["paymentKey"].as_str().map(ToOwned::to_owned))
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// What a load cost.
struct Cost {
    requests_per_second: f64,
    micros_per_request: f64,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.0} µs CPU at {:.0}/s",
            self.micros_per_request, self.requests_per_second
        )
    }
}

/// Keeps every connection busy for the given time.
async fn load(server: &ServerProcess, requests: &Arc<[Vec<u8>]>, seconds: u64) -> Cost {
    let answered = Arc::new(AtomicU64::new(0));
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let (cpu_before, begun) = (cpu(server), Instant::now());
    let callers = (0..CONNECTIONS).map(|caller| {
        let (requests, answered, address) =
            (Arc::clone(requests), Arc::clone(&answered), server.address);
        tokio::spawn(async move {
            let mut connection = Connection::open(address).await;
            let mut next = caller;
            while Instant::now() < deadline {
                connection.ask(&requests[next % requests.len()]).await;
                answered.fetch_add(1, Ordering::Relaxed);
                next += CONNECTIONS + 1;
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count of requests in a few seconds is far below 2^52"
    )]
    let count = answered.load(Ordering::Relaxed) as f64;
    let cpu = cpu(server).saturating_sub(cpu_before);
    Cost {
        requests_per_second: count / begun.elapsed().as_secs_f64(),
        micros_per_request: cpu.as_secs_f64() * 1e6 / count,
    }
}

async fn ask(address: SocketAddr, request: &[u8]) -> String {
    let mut connection = Connection::open(address).await;
    String::from_utf8(connection.ask(request).await).unwrap()
}

/// One kept-alive connection, without an HTTP library whose own cost would drown the server's.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    /// The body of the answer.
    async fn ask(&mut self, request: &[u8]) -> Vec<u8> {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        let (head, length) = loop {
            self.read_more().await;
            if let Some(end) = self
                .buffer
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
                assert!(head.starts_with("http/1.1 200"), "{head}");
                let length = head.split("content-length: ").nth(1).unwrap();
                let length: usize = length.lines().next().unwrap().trim().parse().unwrap();
                break (end + 4, length);
            }
        };
        while self.buffer.len() < head + length {
            self.read_more().await;
        }
        self.buffer[head..].to_vec()
    }

    async fn read_more(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
        assert!(read > 0, "the server closed the connection");
    }
}

/// A handler of ready-made bytes, as a process of its own so that its CPU time can be told from the load's.
fn bare_handler(body: &str) -> ServerProcess {
    let mut child = Command::new(env::current_exe().unwrap())
        .env(BARE_BODY, body)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    ServerProcess {
        child,
        address: line.trim().parse().unwrap(),
    }
}

/// User and system time of the process so far, of all threads.
fn cpu(program: &ServerProcess) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", program.child.id())).unwrap();
    // The name stands in brackets and may hold spaces; times are the 14th and 15th fields, in hundredths.
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

fn serve_bare(body: String) {
    let body = web::Bytes::from(body);
    actix_web::rt::System::new()
        .block_on(async move {
            let server = HttpServer::new(move || {
                let body = body.clone();
                let answer = move |_request: web::Bytes| {
                    let body = body.clone();
                    async move {
                        HttpResponse::Ok()
                            .content_type("application/json")
                            .body(body)
                    }
                };
                App::new().route("/graphql", web::post().to(answer))
            })
            .workers(std::thread::available_parallelism().map_or(2, usize::from))
            .bind(("127.0.0.1", 0))?;
            println!("{}", server.addrs()[0]);
            server.run().await
        })
        .unwrap();
}

fn argument(name: &str) -> Option<u64> {
    let mut arguments = env::args().skip_while(|argument| argument != name).skip(1);
    arguments
        .next()
        .map(|value| value.parse().expect("a whole number of seconds"))
}

fn now() -> chrono::DateTime<Utc> {
    chrono::DateTime::from(std::time::UNIX_EPOCH + std::time::UNIX_EPOCH.elapsed().unwrap())
}
