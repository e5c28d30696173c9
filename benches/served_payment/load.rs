//! A load of requests on kept-alive connections, and the CPU time that it takes.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::ServerProcess;

const CONNECTIONS: usize = 64;

/// A load, and the database whose CPU time counts too.
pub(crate) struct Load<'a> {
    pub(crate) seconds: u64,
    pub(crate) database: &'a DatabaseCpu,
}

/// What a load cost.
pub(crate) struct Cost {
    requests: f64,
    seconds: f64,
    server: Duration,
    database: Duration,
}

impl Cost {
    /// Microseconds of CPU for each request.
    pub(crate) fn micros(&self) -> f64 {
        (self.server + self.database).as_secs_f64() * 1e6 / self.requests
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let database = self.database.as_secs_f64() * 1e6 / self.requests;
        let rate = self.requests / self.seconds;
        write!(
            f,
            "{:.0} µs ({database:.0} of it PostgreSQL) at {rate:.0}/s",
            self.micros()
        )
    }
}

impl Load<'_> {
    /// Keeps every connection busy for the given time, after a while that is not counted.
    pub(crate) async fn on(&self, server: &ServerProcess, requests: &Arc<[Vec<u8>]>) -> Cost {
        run(server.address, requests, Duration::from_secs(1)).await;
        let process = server.child.id();
        let (before, database, begun) = (cpu(process), self.database.used(), Instant::now());
        let answered = run(server.address, requests, Duration::from_secs(self.seconds)).await;
        #[expect(
            clippy::cast_precision_loss,
            reason = "a count of requests in a few seconds is far below 2^52"
        )]
        let requests = answered as f64;
        Cost {
            requests,
            seconds: begun.elapsed().as_secs_f64(),
            server: cpu(process).saturating_sub(before),
            database: self.database.used().saturating_sub(database),
        }
    }
}

async fn run(address: SocketAddr, requests: &Arc<[Vec<u8>]>, time: Duration) -> u64 {
    let answered = Arc::new(AtomicU64::new(0));
    let deadline = Instant::now() + time;
    let callers = (0..CONNECTIONS).map(|caller| {
        let (requests, answered) = (Arc::clone(requests), Arc::clone(&answered));
        tokio::spawn(async move {
            let mut connection = Connection::open(address).await;
            // Each begins somewhere else and goes on in steps that lead over all of them.
            let mut next = caller * requests.len() / CONNECTIONS;
            while Instant::now() < deadline {
                connection.ask(&requests[next % requests.len()]).await;
                answered.fetch_add(1, Ordering::Relaxed);
                next += 1;
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    answered.load(Ordering::Relaxed)
}

/// One kept-alive connection, without an HTTP library whose own cost would drown the server's.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    /// The body of the answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Vec<u8> {
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

/// PostgreSQL's processes; none for SQLite.
pub(crate) struct DatabaseCpu(Option<u32>);

impl DatabaseCpu {
    pub(crate) async fn of(url: &str) -> Self {
        let database = Database::connect(url).await.unwrap();
        if database.get_database_backend() != DbBackend::Postgres {
            return Self(None);
        }
        let asked = Statement::from_string(DbBackend::Postgres, "SELECT pg_backend_pid()");
        let row = database.query_one_raw(asked).await.unwrap().unwrap();
        let backend: i32 = row.try_get_by_index(0).unwrap();
        let fields = stat(u32::try_from(backend).unwrap()).unwrap();
        Self(Some(fields[1].parse().unwrap()))
    }

    /// User and system time so far, of all its processes, also those that have ended.
    fn used(&self) -> Duration {
        let Some(master) = self.0 else {
            return Duration::ZERO;
        };
        let children =
            fs::read_to_string(format!("/proc/{master}/task/{master}/children")).unwrap();
        let children = children
            .split_whitespace()
            .map(|child| child.parse().unwrap());
        let ended = times(&stat(master).unwrap()[13..15]);
        ended + cpu(master) + children.map(cpu).sum::<Duration>()
    }
}

/// User and system time of a process so far, of all threads.
fn cpu(process: u32) -> Duration {
    stat(process).map_or(Duration::ZERO, |fields| times(&fields[11..13]))
}

fn times(ticks: &[String]) -> Duration {
    let ticks = ticks.iter().map(|ticks| ticks.parse::<u64>().unwrap());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

/// What the kernel tells of a process, from its state on. Times are in hundredths of a second.
fn stat(process: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name stands in brackets and may hold spaces.
    let fields = text.rsplit(')').next()?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}
