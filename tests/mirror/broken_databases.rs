//! Databases that stop, are held by somebody else, or are full, while `toss-recon sync` writes to them: one line that says
//! what to do, and the next run goes on where it was.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database, TransactionTrait};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{ChildStderr, Command};
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use crate::own_postgres::OwnServer;
use crate::program::{Shop, ended, failed};
use crate::support::{Engine, TestDatabase, assert_same};

const PATIENCE: Duration = Duration::from_secs(30);

/// What a run says that could store so many days.
fn not_stored(shop: &Shop, stored: i64) -> String {
    let day = shop.day(u64::try_from(stored).unwrap());
    format!("transactions of {day} could not be stored")
}

/// Finishes what a run has begun that failed, and holds the outcome against an undisturbed run's.
async fn goes_on(shop: &Shop, database: &TestDatabase, stored_before: i64) {
    shop.sim.clear_requests();
    shop.synced(&database.url).await;
    let asked = i64::try_from(shop.sim.requests().len()).unwrap();
    let windows = database.count("sync_windows").await;
    assert_eq!(asked, windows - stored_before, "what was stored stayed");
    let undisturbed = TestDatabase::open(Engine::Sqlite).await;
    shop.synced(&undisturbed.url).await;
    let (found, expected) = (database.content().await, undisturbed.content().await);
    assert_same(&found, &expected, "in the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_stopped_while_a_day_is_written_is_told_and_costs_that_day() {
    let mut server = OwnServer::start().await;
    let shop = Shop::open().await;
    let database = TestDatabase::at(&server.url()).await;
    // The run writes its first days, and then waits for Toss.
    let slow = FaultKind::Slow(Duration::from_secs(2));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Transactions, slow).after(6));
    let run = shop.sync(&database.url);
    until(async || shop.sim.requests().len() >= 7).await;
    // Somebody holds what it will write next, so that it stands in the midst of its transaction.
    let other = Database::connect(&database.url).await.unwrap();
    let holder = other.begin().await.unwrap();
    holder
        .execute_unprepared("LOCK TABLE payments IN EXCLUSIVE MODE")
        .await
        .unwrap();
    until(async || {
        let waiting =
            "pg_stat_activity WHERE application_name = 'toss-recon' AND wait_event_type = 'Lock'";
        database.count(waiting).await == 1
    })
    .await;
    // On a busy machine it has come further than the first days.
    let stored = database.count("sync_windows").await;
    server.stop().await;
    let line = failed(&ended(run).await);
    let day = not_stored(&shop, stored);
    for word in [&day, "run it again"] {
        assert!(line.contains(word), "{line}");
    }
    // Which of the two it meets depends on whether it has come back for another connection by then.
    let causes = ["PostgreSQL is being stopped", "no connection came free"];
    assert!(causes.iter().any(|cause| line.contains(cause)), "{line}");
    // While it is down, nothing can be begun either.
    let line = ended(shop.sync(&database.url)).await;
    let line = String::from_utf8(line.stderr).unwrap();
    assert!(line.contains("see that PostgreSQL runs"), "{line}");
    server.start_again().await;
    goes_on(&shop, &TestDatabase::at(&server.url()).await, stored).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_restarted_while_toss_is_asked_is_not_noticed() {
    let mut server = OwnServer::start().await;
    let shop = Shop::open().await;
    let database = TestDatabase::at(&server.url()).await;
    let slow = FaultKind::Slow(Duration::from_secs(4));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Transactions, slow).after(6));
    let mut command = shop.program(&database.url);
    let run = command
        .args(shop.every_day())
        .env("SYNC_RETRY_SECONDS", "1")
        .spawn()
        .unwrap();
    until(async || shop.sim.requests().len() >= 7).await;
    server.stop().await;
    server.start_again().await;
    crate::program::succeeded(&ended(run).await);
    let database = TestDatabase::at(&server.url()).await;
    let windows = database.count("sync_windows").await;
    goes_on(&shop, &database, windows).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_follows_on_when_its_postgres_is_back() {
    let mut server = OwnServer::start().await;
    let shop = Shop::open().await;
    let database = TestDatabase::at(&server.url()).await;
    let mut command = shop.program(&database.url);
    let mut serving = command
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("SYNC_INTERVAL_SECONDS", "1")
        // While it is unknown, days to come are read too, and their number depends on today.
        .env("SETTLEMENT_CYCLE", "daily")
        .env("LOG", "toss_recon=info")
        .spawn()
        .unwrap();
    let log = Log::of(serving.stderr.take().expect("a pipe"));
    until(async || database.count("sync_windows").await == 21).await;
    server.stop().await;
    let order = NewPayment::card("order-meanwhile", 1_000);
    shop.sim.console().pay(order);
    let down = "Toss's list cannot be read";
    until(async || log.lines(down) == 2).await;
    // Several passes more.
    tokio::time::sleep(Duration::from_secs(3)).await;
    server.start_again().await;
    let database = TestDatabase::at(&server.url()).await;
    let found = "payments WHERE order_id = 'order-meanwhile'";
    until(async || database.count(found).await == 1).await;
    until(async || log.lines("Toss's list is read again") == 2).await;
    // One line for each of the two lists, however many passes failed.
    assert_eq!(log.lines(down), 2);
    assert!(log.lines("") <= 10, "{}", log.text());
    serving.kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sqlite_file_that_another_process_holds_is_told_and_costs_that_day() {
    let shop = Shop::open().await;
    let database = TestDatabase::open(Engine::Sqlite).await;
    let slow = FaultKind::Slow(Duration::from_secs(1));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Transactions, slow).after(6));
    let run = shop.sync(&database.url);
    until(async || shop.sim.requests().len() >= 7).await;
    let other = Database::connect(&database.url).await.unwrap();
    let holder = other.begin().await.unwrap();
    holder
        .execute_unprepared("UPDATE leases SET until = 0")
        .await
        .unwrap();
    let stored = database.count("sync_windows").await;
    let line = failed(&ended(run).await);
    let day = not_stored(&shop, stored);
    for word in [&day, "another process holds the database file"] {
        assert!(line.contains(word), "{line}");
    }
    holder.rollback().await.unwrap();
    goes_on(&shop, &database, stored).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_postgres_is_told_and_costs_that_day() {
    let server = OwnServer::start().await;
    let shop = Shop::open().await;
    let database = TestDatabase::at(&server.url()).await;
    let place =
        "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('transactions')";
    let file = PathBuf::from(&database.texts(place).await[0]);
    assert_eq!(fs::metadata(&file).unwrap().len(), 0, "no row yet");
    // A device without room stands where the rows belong: every page that is to be added meets the system's own ENOSPC.
    let aside = file.with_extension("aside");
    fs::rename(&file, &aside).unwrap();
    symlink("/dev/full", &file).unwrap();
    let line = failed(&ended(shop.sync(&database.url)).await);
    let first = not_stored(&shop, 0);
    for word in [
        &first,
        "disk of PostgreSQL is full",
        "make room",
        "run it again",
    ] {
        assert!(line.contains(word), "{line}");
    }
    assert_eq!(database.count("sync_windows").await, 0);
    fs::rename(&aside, &file).unwrap();
    goes_on(&shop, &database, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sqlite_file_that_may_not_grow_is_told_and_costs_that_day() {
    let shop = Shop::open().await;
    let database = TestDatabase::open(Engine::Sqlite).await;
    let path = database.url.strip_prefix("sqlite://").unwrap();
    let size = |suffix: &str| fs::metadata(format!("{path}{suffix}")).map_or(0, |file| file.len());
    // Room for some days, in blocks of 512 bytes.
    let blocks = size("").max(size("-wal")) / 512 + 200;
    let mut command = Command::new("sh");
    shop.surround(&mut command, &database.url);
    // Without the signal, the write is refused as it is beyond a quota.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    command
        .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_toss-recon")])
        .args(shop.every_day());
    let line = failed(&ended(command.spawn().unwrap()).await);
    for word in [
        "could not be stored",
        "quota is full",
        "make room",
        "run it again",
    ] {
        assert!(line.contains(word), "{line}");
    }
    let stored = database.count("sync_windows").await;
    assert!(stored > 0, "some days had room");
    goes_on(&shop, &database, stored).await;
}

/// What a process writes while it runs.
struct Log(Arc<Mutex<String>>);

impl Log {
    fn of(stderr: ChildStderr) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let so_far = Arc::clone(&text);
        tokio::spawn(async move {
            let mut lines = BufReader::new(stderr).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let mut text = so_far.lock().unwrap();
                text.push_str(&line);
                text.push('\n');
            }
        });
        Self(text)
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }

    /// How many lines hold that.
    fn lines(&self, words: &str) -> usize {
        self.text()
            .lines()
            .filter(|line| line.contains(words))
            .count()
    }
}

async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition().await {
        assert!(Instant::now() < deadline, "it never came true");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
