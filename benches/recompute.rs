//! What making every verdict costs: 1,000,000 payments with 2,200,000 transactions and 1,200,000 settlement rows, read
//! from the store, matched and checked, beside a bare read of the same rows through the driver.
//!
//! `cargo bench --bench recompute -- --payments 1000000`; `--only sqlite` or `--only postgres` for one database.
//! `benches/match_in_polars.py` does the match alone, over parquet.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures, and ends at the first fault"
)]

#[path = "../tests/support/postgres.rs"]
mod postgres;
#[path = "support/statistics.rs"]
mod statistics;

use std::env;
use std::fs;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::TryStreamExt as _;
use reconciliation::{BusinessCalendar, PartialCancelRows};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, StreamTrait};
use toss_recon::clock::Clock;
use toss_recon::merchants::{Merchant, Merchants};
use toss_recon::reconcile::Reconciler;
use toss_recon::store::{AccountName, Store};
use toss_recon::toss::{BaseUrl, SecretKey, Toss, TossSettings};

/// The one that the program uses: a good part of the work is making and dropping short texts.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DEFAULT_PAYMENTS: u64 = 1_000_000;
/// The unit of `/proc`: the same on every architecture that Linux runs on nowadays.
const TICKS_PER_SECOND: u64 = 100;
/// The columns that verdicts are made of.
const READ: [&str; 3] = [
    "SELECT payment_key, mid, account, order_id, method_label, status, currency, began_at, read_at FROM payments",
    "SELECT mid, transaction_key, payment_key, order_id, method_label, status, transaction_at, amount, currency, \
     listed_position FROM transactions",
    "SELECT id, mid, payment_key, transaction_key, order_id, method_label, kind, currency, amount, fee, supply_amount, \
     vat, pay_out_amount, approved_at, sold_date, paid_out_date FROM settlements",
];

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let payments = argument("--payments").map_or(DEFAULT_PAYMENTS, |text| text.parse().unwrap());
    let only = argument("--only");
    let is_wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    if is_wanted("sqlite") {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("bench.db").display());
        run("SQLite", &url, payments).await;
    }
    if is_wanted("postgres") {
        run("PostgreSQL", &postgres::database().await, payments).await;
    }
}

async fn run(name: &str, url: &str, payments: u64) {
    let store = Store::open(&url.parse().unwrap()).await.unwrap();
    store.migrate().await.unwrap();
    let raw = Database::connect(url).await.unwrap();
    fill(&raw, payments).await;
    println!("{name}, {payments} payments");
    let spent = Spent::begin();
    let rows = read_bare(&raw).await;
    println!("  bare read of {rows} rows  {}", spent.told());
    let spent = Spent::begin();
    let made = reconciler(&store).catch_up(Duration::MAX).await.unwrap();
    println!("  made and kept {}  {}", made.verdicts, spent.told());
    let spent = Spent::begin();
    let all = reconciler(&store).recompute_all(|_| {}).await.unwrap();
    assert_eq!(all.differences, 0);
    println!("  recomputed {}  {}", all.verdicts, spent.told());
    raw.close().await.unwrap();
    store.close().await.unwrap();
}

/// What a step takes of this process; PostgreSQL's own processor time and memory are not in it.
struct Spent {
    began: Instant,
    cpu: Duration,
    in_use: u64,
}

impl Spent {
    fn begin() -> Self {
        Self {
            in_use: reset_peak(),
            cpu: cpu_time(),
            began: Instant::now(),
        }
    }

    fn told(&self) -> String {
        let took = self.began.elapsed();
        let cpu = cpu_time().saturating_sub(self.cpu);
        let peak = peak().saturating_sub(self.in_use) / 1024;
        format!("{took:.1?}, {cpu:.1?} of the processors, peak {peak} MiB above what was in use")
    }
}

/// The processor time of all threads, the system's on their behalf included.
fn cpu_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The program's name, which stands in brackets, may hold spaces.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND)
}

fn start() -> DateTime<Utc> {
    "2026-03-02T00:00:00+09:00".parse().unwrap()
}

fn reconciler(store: &Store) -> Reconciler {
    let key = SecretKey::parse("live_sk_stand1n0000000000000000").unwrap();
    let merchant = Merchant {
        account: AccountName::new("shop"),
        toss: Toss::new(TossSettings::new(
            BaseUrl::parse("http://127.0.0.1:9").unwrap(),
            key,
        ))
        .unwrap(),
        settlement_cycle: None,
        payout_business_days: None,
        unsettled_methods: Vec::new(),
        has_test_key: false,
    };
    Reconciler::new(
        store.clone(),
        &Merchants::new(vec![merchant]),
        Clock::from_fn(|| start() + TimeDelta::days(40)),
        BusinessCalendar::korean().unwrap(),
        PartialCancelRows::CancelAmount,
    )
}

/// Of ten payments three are cards that were cancelled, wholly or in part, six are virtual accounts that were paid, and
/// one is an account whose deposit bounced. Everything is settled, everything was read.
async fn fill(database: &DatabaseConnection, payments: u64) {
    let sqlite = database.get_database_backend() == DbBackend::Sqlite;
    let last = payments - 1;
    let numbers = if sqlite {
        format!("WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {last})")
    } else {
        format!("WITH n (n) AS (SELECT generate_series(CAST(0 AS bigint), {last}))")
    };
    let began = start().timestamp_millis();
    let read = began + 39 * 86_400_000;
    let at = format!("({began} + n % 30 * 86400000 + n / 30 % 80000 * 1000)");
    let day = |days: &str| {
        if sqlite {
            format!("date('2026-03-02', '+' || ({days}) || ' days')")
        } else {
            format!("DATE '2026-03-02' + CAST({days} AS integer)")
        }
    };
    let method = "CASE WHEN n % 10 BETWEEN 2 AND 8 THEN '가상계좌' ELSE '카드' END";
    let (sold, paid_out) = (day("n % 30 + days"), day("n % 30 + days + 7"));
    let window = day("n");
    let statements = [
        format!(
            "INSERT INTO payments (payment_key, mid, account, order_id, method_label, status, currency, read_at, rows_only,
                 outdated, began_at, newest_row_at, status_kind, method_kind)
             {numbers} SELECT 'tpay' || n, 'shop', 'shop', 'order-' || n, {method}, 'DONE', 'KRW', {read}, 1 = 1, 1 = 0, {at},
                 {at}, 'DONE', 'CARD' FROM n"
        ),
        format!(
            "INSERT INTO transactions (mid, transaction_key, account, payment_key, order_id, method_label, status,
                 transaction_at, amount, currency, listed_position, raw, read_at)
             {numbers}, e (kind, place, after, status, won) AS (VALUES {})
             SELECT 'shop', 'ttx' || n || '-' || place, 'shop', 'tpay' || n, 'order-' || n, {method}, status,
                 {at} + after * 1000, won, 'KRW', place, '{{}}', {read} FROM n JOIN e ON n % 10 = kind",
            events()
        ),
        format!(
            "INSERT INTO settlements (id, account, mid, payment_key, transaction_key, order_id, method_label, kind, currency,
                 amount, interest_fee, fee, supply_amount, vat, pay_out_amount, approved_at, sold_date, paid_out_date, raw)
             {numbers}, s (kind, place, days, won) AS (VALUES {})
             SELECT 's' || n || '-' || place || '.1', 'shop', 'shop', 'tpay' || n, 'ttx' || n || '-' || place, 'order-' || n,
                 {method}, CASE WHEN won > 0 THEN 'PAYMENT' ELSE 'CANCEL' END, 'KRW', won, 0, won * 231 / 10000,
                 won * 231 / 10000 * 10 / 11, won * 231 / 10000 - won * 231 / 10000 * 10 / 11, won - won * 231 / 10000,
                 {at}, {sold}, {paid_out}, '{{}}' FROM n JOIN s ON n % 10 = kind",
            rows()
        ),
        format!(
            "INSERT INTO sync_windows (account, source, day, row_count, digest, read_at, changed_at)
             {}, l (source) AS (VALUES ('TRANSACTIONS'), ('SETTLEMENTS'))
             SELECT 'shop', source, {window}, 0, '-', {read}, {read} FROM n CROSS JOIN l",
            numbers.replace(&last.to_string(), "38")
        ),
        "INSERT INTO merchant_ids (account, mid) VALUES ('shop', 'shop')".to_owned(),
        "INSERT INTO verdicts (subject, books_version, due_at) SELECT payment_key, 1, 0 FROM payments".to_owned(),
    ];
    for statement in statements {
        database.execute_unprepared(&statement).await.unwrap();
    }
    statistics::gather(database).await;
}

/// Kind of payment, place, seconds after its beginning, status and won.
fn events() -> String {
    let mut events = Vec::new();
    for kind in [0, 1] {
        events.push(format!("({kind}, 0, 0, 'DONE', 10000)"));
        events.push(format!("({kind}, 1, 86400, 'CANCELED', 10000)"));
    }
    let bounced = [
        (0, "WAITING_FOR_DEPOSIT", 0),
        (60, "DONE", 22_400),
        (120, "WAITING_FOR_DEPOSIT", 0),
        (180, "CANCELED", 22_400),
    ];
    for (place, (after, status, won)) in bounced.iter().enumerate() {
        events.push(format!("(2, {place}, {after}, '{status}', {won})"));
    }
    for kind in 3..=8 {
        events.push(format!("({kind}, 0, 0, 'WAITING_FOR_DEPOSIT', 0)"));
        events.push(format!("({kind}, 1, 60, 'DONE', 22400)"));
    }
    events.push("(9, 0, 0, 'DONE', 15000)".to_owned());
    events.push("(9, 1, 86400, 'PARTIAL_CANCELED', 3000)".to_owned());
    events.join(", ")
}

/// Kind of payment, the place of the event, days after its beginning and won.
fn rows() -> String {
    let mut rows = vec!["(9, 0, 0, 15000)".to_owned(), "(9, 1, 1, -3000)".to_owned()];
    for kind in [0, 1] {
        rows.push(format!("({kind}, 0, 0, 10000)"));
        rows.push(format!("({kind}, 1, 1, -10000)"));
    }
    rows.extend((3..=8).map(|kind| format!("({kind}, 1, 0, 22400)")));
    rows.join(", ")
}

/// Reads every row and throws it away.
async fn read_bare(database: &DatabaseConnection) -> u64 {
    let mut count = 0;
    for text in READ {
        let statement = Statement::from_string(database.get_database_backend(), text);
        let mut rows = database.stream_raw(statement).await.unwrap();
        while let Some(row) = rows.try_next().await.unwrap() {
            std::hint::black_box(&row);
            count += 1;
        }
    }
    count
}

/// Forgets the largest memory so far, and gives what is in use, in KiB.
fn reset_peak() -> u64 {
    fs::write("/proc/self/clear_refs", "5").unwrap();
    peak()
}

/// The largest memory since, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kib = line.split_whitespace().nth(1).unwrap();
    kib.parse().unwrap()
}

fn argument(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}
