//! What a shop's years cost: ordinary days of 900 transactions are imported with `toss-recon sync`, a stretch at a time,
//! and each stretch says what it took of the processors for a row. At the end every verdict is made anew, and the size of
//! each table and index is told, in bytes a payment.
//!
//! `cargo bench --bench growth -- --payments 100000`; `--only sqlite` or `--only postgres` for one database, `--keep FILE`
//! to keep SQLite's.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark prints its figures, ends at the first fault, and counts far below 2^52"
)]

#[path = "../../tests/support/postgres.rs"]
mod postgres;

mod sizes;

use std::env;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, Days, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use toss_recon::store::Store;
use toss_sim::{BusyDay, Settings, SimClock, TossSim};

const ROWS_A_DAY: u64 = 900;
/// Days that one process imports: some 10,000 payments.
const STRETCH: u64 = 25;
/// Of 900 rows of a day.
const PAYMENTS_A_DAY: u64 = 410;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let payments: u64 = argument("--payments").map_or(100_000, |text| text.parse().unwrap());
    let only = argument("--only");
    let days = payments.div_ceil(PAYMENTS_A_DAY);
    let now: DateTime<Utc> =
        DateTime::from(std::time::UNIX_EPOCH + std::time::UNIX_EPOCH.elapsed().unwrap());
    let settings = Settings {
        clock: SimClock::running_from(now),
        ..Settings::default()
    };
    let sim = TossSim::start(settings).await.unwrap();
    let first = now.date_naive() - Days::new(days + 5);
    for day in 0..days {
        sim.add_busy_day(BusyDay {
            day: first + Days::new(day),
            rows: ROWS_A_DAY,
        });
    }
    for name in ["sqlite", "postgres"] {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let file = argument("--keep")
            .map_or_else(|| folder.path().join("bench.db"), std::path::PathBuf::from);
        let url = match name {
            "sqlite" => format!("sqlite://{}", file.display()),
            _ => postgres::database().await,
        };
        println!("{name}");
        let store = Store::open(&url.parse().unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        store.close().await.unwrap();
        for begun in (0..days).step_by(usize::try_from(STRETCH).unwrap()) {
            let last = (begun + STRETCH).min(days) - 1;
            import(
                &sim,
                &url,
                (first + Days::new(begun), first + Days::new(last)),
            )
            .await;
        }
        let spent = Spent::begin();
        run(&sim, &url, &["reconcile", "--all"]).await;
        println!("  every verdict anew: {}", spent.told());
        sizes::print(&url).await;
    }
}

/// Imports both lists of some days, and makes the verdicts of their payments.
async fn import(sim: &TossSim, url: &str, (from, to): (NaiveDate, NaiveDate)) {
    let before = rows(url).await;
    let spent = Spent::begin();
    let (from, to) = (from.to_string(), to.to_string());
    run(sim, url, &["sync", "--from", &from, "--to", &to]).await;
    let took = spent.of_children();
    let now = rows(url).await;
    let listed = (now.listed - before.listed) as f64;
    println!(
        "  {:>8} payments: {:>4.0} us of the processors a row, {}",
        now.payments,
        took.as_secs_f64() * 1e6 / listed,
        spent.told()
    );
}

async fn run(sim: &TossSim, url: &str, arguments: &[&str]) {
    let settings = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_toss-recon"));
    command
        .args(arguments)
        .arg("--config")
        .arg(settings.path())
        .env("TOSS_SECRET_KEY", "live_sk_stand1n0000000000000000")
        .env("TOSS_BASE_URL", sim.base_url())
        .env("DATABASE_URL", url)
        .env("SETTLEMENT_CYCLE", "daily")
        .env("LOG", "error")
        .stdout(Stdio::null());
    let ended = tokio::task::spawn_blocking(move || command.status().unwrap());
    assert!(ended.await.unwrap().success(), "{arguments:?}");
}

/// What a database holds.
struct Held {
    payments: i64,
    listed: i64,
}

async fn rows(url: &str) -> Held {
    let database = Database::connect(url).await.unwrap();
    let count = async |table: &str| -> i64 {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let statement = Statement::from_string(database.get_database_backend(), sql);
        let row = database.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    };
    let held = Held {
        payments: count("payments").await,
        listed: count("transactions").await + count("settlements").await,
    };
    if database.get_database_backend() == DbBackend::Postgres {
        database.execute_unprepared("ANALYZE").await.unwrap();
    }
    database.close().await.unwrap();
    held
}

/// What child processes have taken since.
struct Spent {
    began: Instant,
    children: Duration,
}

impl Spent {
    fn begin() -> Self {
        Self {
            began: Instant::now(),
            children: children_time(),
        }
    }

    fn of_children(&self) -> Duration {
        children_time().saturating_sub(self.children)
    }

    fn told(&self) -> String {
        format!(
            "{:.1?}, {:.1?} of the processors",
            self.began.elapsed(),
            self.of_children()
        )
    }
}

/// Processor time of children that have ended, the system's on their behalf included.
fn children_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The program's name, which stands in brackets, may hold spaces.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks = fields.split_whitespace().skip(13).take(2);
    let ticks: u64 = ticks.map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    // A hundred ticks a second, on every architecture that Linux runs on nowadays.
    Duration::from_millis(ticks * 10)
}

fn argument(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}
