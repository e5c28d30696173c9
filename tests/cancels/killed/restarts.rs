//! PostgreSQL is cut off in the middle of whatever it does and started again, as after a crash: what it had not written to
//! its log is gone. One of two replicas is killed meanwhile, too; the other has to live through it all.

use std::io::Write;
use std::process::Child;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sea_orm::ConnectionTrait as _;
use tempfile::TempDir;
use tokio::net::TcpSocket;
use url::Url;

use super::kill;
use super::load::{Harm, Load, duration};
use crate::databases::one_connection;
use crate::postgres::{launch, wait_until_it_answers};

const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_that_crashes_loses_nothing_that_was_confirmed() {
    restarts("on").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_that_confirms_what_it_has_not_written_loses_nothing_when_it_crashes() {
    restarts("off").await;
}

async fn restarts(synchronous_commit: &str) {
    let server = Server::start(synchronous_commit).await;
    let folder = TempDir::new().unwrap();
    let mut load = Load::on(server.url.as_str(), folder.path(), 2).await;
    let (token, harm) = (load.admins[0].clone(), load.harm.clone());
    let stays = load.programs[1].serve();
    load.programs[1].answers(&token).await;
    let killer = tokio::spawn(kill(load.programs[0].clone(), token, harm.clone()));
    let crashes = tokio::spawn(crash(server, harm));
    load.begin();
    load.goes_on_for(duration()).await;
    let asked = load.stops().await;
    let server = crashes.await.unwrap();
    let running = killer.await.unwrap();
    let what = format!("PostgreSQL restarted with synchronous_commit={synchronous_commit}");
    load.holds(&asked, &what).await;
    drop((stays, running, server));
}

/// Restarts the server again and again, and leaves it running.
async fn crash(mut server: Server, harm: Harm) -> Server {
    let mut rng = StdRng::seed_from_u64(17);
    while harm.goes_on() {
        tokio::time::sleep(Duration::from_millis(rng.random_range(500..4_000))).await;
        let away = Duration::from_millis(rng.random_range(0..1_500));
        server.crashes(away).await;
        harm.count("PostgreSQL restarted");
    }
    server
}

/// A server that ends without ado and is started again at the same address.
struct Server {
    url: Url,
    script: Child,
    /// Keeps the address from being given to anybody else while the server is away.
    place: Option<TcpSocket>,
}

impl Server {
    async fn start(synchronous_commit: &str) -> Self {
        let (port, script) = launch();
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let mut server = Self {
            url: url.parse().unwrap(),
            script,
            place: None,
        };
        wait_until_it_answers(&server.url).await;
        let beside = one_connection(&url).await;
        let set = format!("ALTER DATABASE postgres SET synchronous_commit = {synchronous_commit}");
        beside.execute_unprepared(&set).await.unwrap();
        // A setting of the server's that is lost in the first crash would be no setting.
        beside.execute_unprepared("CHECKPOINT").await.unwrap();
        beside.close().await.unwrap();
        server.crashes(Duration::ZERO).await;
        server
    }

    /// Ends it as `pg_ctl stop -m immediate` does, and starts it after a while.
    async fn crashes(&mut self, away: Duration) {
        self.say("crash");
        let began = Instant::now();
        while self.place.is_none() {
            assert!(began.elapsed() < PATIENCE, "the server does not end");
            tokio::time::sleep(Duration::from_millis(10)).await;
            self.place = self.taken();
        }
        tokio::time::sleep(away).await;
        self.say("start");
        wait_until_it_answers(&self.url).await;
    }

    fn taken(&self) -> Option<TcpSocket> {
        let place = TcpSocket::new_v4().unwrap();
        place.set_reuseaddr(true).unwrap();
        let port = self.url.port().unwrap();
        place.bind(([127, 0, 0, 1], port).into()).ok()?;
        Some(place)
    }

    fn say(&mut self, word: &str) {
        let input = self.script.stdin.as_mut().expect("a pipe");
        writeln!(input, "{word}").unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        // Its files are gone when it has ended.
        let _ = self.script.wait();
    }
}
