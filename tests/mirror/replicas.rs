//! Two processes on one database, started at once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use toss_sim::TossSim;

use crate::program::{DAYS, Shop, ended, succeeded};
use crate::support::{Engine, TestDatabase, assert_same, on_both_databases};

on_both_databases!(
    of_two_servers_started_at_once_one_reads_each_window_once,
    two_imports_at_once_store_each_row_once,
);

const PATIENCE: Duration = Duration::from_secs(30);

async fn of_two_servers_started_at_once_one_reads_each_window_once(engine: Engine) {
    let (shop, database) = (Shop::open().await, TestDatabase::open(engine).await);
    let serve = || {
        let mut command = shop.program(&database.url);
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            // One pass, and then nothing for as long as this test takes.
            .env("SYNC_INTERVAL_SECONDS", "600")
            .env("SYNC_TRANSACTION_DAYS", "5")
            .env("SYNC_SETTLEMENT_DAYS", "9")
            // While the cycle is unknown, days ahead are read as well, as many as the month still has.
            .env("SETTLEMENT_CYCLE", "daily")
            .env("LOG", "info");
        command.spawn().unwrap()
    };
    let (mut first, mut second) = (serve(), serve());
    // One of them says so, and only one.
    tokio::select! {
        () = says(&mut first, "another process follows Toss's lists") => {}
        () = says(&mut second, "another process follows Toss's lists") => {}
    }
    let deadline = Instant::now() + PATIENCE;
    while database.count("sync_windows").await < 14 {
        assert!(Instant::now() < deadline, "the pass does not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(database.count("leases WHERE name = 'follow'").await, 1);
    first.kill().await.unwrap();
    second.kill().await.unwrap();
    let days = times_asked(&shop.sim);
    assert_eq!(days.len(), 14, "{days:?}");
    assert!(days.values().all(|times| *times == 1), "{days:?}");
    assert_eq!(database.count("sync_windows").await, 14);
}

async fn two_imports_at_once_store_each_row_once(engine: Engine) {
    let (shop, database) = (Shop::open().await, TestDatabase::open(engine).await);
    let (first, second) = (shop.sync(&database.url), shop.sync(&database.url));
    let (first, second) = tokio::join!(ended(first), ended(second));
    let (first, second) = (succeeded(&first), succeeded(&second));
    for count in ["transactions", "settlements", "days"] {
        assert_eq!(first[count], second[count], "{count}");
    }
    let changed = |line: &serde_json::Value| line["changed"].as_i64().unwrap();
    let rows = database.count("transactions").await + database.count("settlements").await;
    assert_eq!(changed(&first) + changed(&second), rows);
    assert_eq!(database.count("settlement_versions").await, 0);
    let windows = i64::try_from(2 * DAYS).unwrap();
    assert_eq!(database.count("sync_windows").await, windows);
    let undisturbed = TestDatabase::open(engine).await;
    shop.synced(&undisturbed.url).await;
    let (found, expected) = (database.content().await, undisturbed.content().await);
    assert_same(&found, &expected, "in the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_machine_an_hour_ahead_reads_is_dated_by_the_database() {
    let (shop, database) = (
        Shop::open().await,
        TestDatabase::open(Engine::Postgres).await,
    );
    let mut ahead = shop.program(&database.url);
    ahead
        .args(shop.every_day())
        .env("FAILPOINTS", "clock-ahead=return(3600000)");
    succeeded(&ended(ahead.spawn().unwrap()).await);
    let windows = i64::try_from(2 * DAYS).unwrap();
    assert_eq!(database.count("sync_windows").await, windows);
    let now = "extract(epoch FROM clock_timestamp()) * 1000";
    for (table, at) in [
        ("sync_windows", "read_at"),
        ("transactions", "read_at"),
        ("verdicts", "as_of"),
    ] {
        let to_come = format!("{table} WHERE {at} > {now}");
        assert_eq!(database.count(&to_come).await, 0, "{table}");
    }
}

/// How often each window of a list was asked for.
fn times_asked(sim: &TossSim) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    let requests = sim.requests();
    let of_lists = requests
        .iter()
        .filter(|one| !one.path.starts_with("/v1/payments"));
    for request in of_lists {
        let window = format!("{} {:?}", request.path, request.query);
        *times.entry(window).or_default() += 1;
    }
    times
}

/// Waits until a process has written that.
async fn says(child: &mut Child, word: &str) {
    let stderr = child.stderr.take().expect("a pipe");
    let mut lines = BufReader::new(stderr).lines();
    let said = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains(word) {
                return;
            }
        }
        // It has nothing more to say, and another one may.
        std::future::pending::<()>().await;
    };
    tokio::time::timeout(PATIENCE, said).await.expect(word);
}
