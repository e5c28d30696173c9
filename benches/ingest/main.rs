//! What mirroring one large day costs, from the stand-in's pages to the committed rows, beside the bare database taking
//! the same rows; how long another write waits meanwhile; and how much memory `toss-recon sync` takes for it.
//!
//! The stand-in's own serving time is measured apart and taken off. `cargo bench --bench ingest -- --rows 1000000`;
//! `--only sqlite` or `--only postgres` for one database.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark prints its figures, ends at the first fault, and counts far below 2^52"
)]

#[path = "../../tests/support/postgres.rs"]
mod postgres;

mod bare;
mod child;
mod others;
mod shop;
#[path = "../support/watched.rs"]
mod watched;

use std::env;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database, Statement};
use toss_recon::store::{Source, Store};
use toss_recon::sync::{Import, Mirror, MirrorSettings};

use bare::Bare;
use others::Others;
use shop::Shop;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DEFAULT_ROWS: u64 = 200_000;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let rows = argument("--rows").map_or(DEFAULT_ROWS, |text| text.parse().unwrap());
    let only = argument("--only");
    let shop = Shop::open(rows).await;
    println!("one day of {rows} transactions; rows/s without the stand-in's own time");
    for source in Source::ALL {
        let served = shop.served(source).await;
        println!(
            "{source:?}: the stand-in serves {} rows in {:.1} s",
            served.rows,
            served.took.as_secs_f64()
        );
        for engine in [Engine::Sqlite, Engine::Postgres] {
            if only.as_deref().is_none_or(|name| name == engine.name()) {
                run(engine, source, &shop, served.took).await;
            }
        }
    }
}

async fn run(engine: Engine, source: Source, shop: &Shop, served: Duration) {
    let database = TestDatabase::empty(engine).await;
    let store = Store::open(&database.url.parse().unwrap()).await.unwrap();
    let import = Import {
        from: shop.day,
        to: shop.day,
        sources: vec![source],
    };
    let settings = MirrorSettings::every(Duration::from_mins(1));
    let mirror = Mirror::new(store.clone(), shop.merchants(), shop.clock(), settings);
    let others = Others::begin(store.clone(), shop.readings().await);
    let begun = Instant::now();
    let imported = mirror.import(&import, |_| {}).await.unwrap();
    let took = begun.elapsed();
    let others = others.end().await;
    let again = Instant::now();
    let unchanged = mirror.import(&import, |_| {}).await.unwrap();
    assert_eq!(unchanged.changed, 0);
    store.close().await.unwrap();
    let rows = imported.transactions + imported.settlements;
    let ours = rate(rows, took.saturating_sub(served));
    println!(
        "  {}: {:.1} s in all, {ours:.0} rows/s; asked again {:.1} s",
        engine.name(),
        took.as_secs_f64(),
        again.elapsed().as_secs_f64()
    );
    println!("    another write meanwhile: {others}");
    for bare in Bare::of(engine, source, &database).await {
        let theirs = rate(rows, bare.took);
        println!(
            "    beside {}: {theirs:.0} rows/s, ratio {:.2}",
            bare.what,
            ours / theirs
        );
    }
    let fresh = TestDatabase::empty(engine).await;
    let child = child::sync(shop, source, &fresh.url);
    println!(
        "    toss-recon sync alone: {:.1} s, peak memory {} MiB",
        child.took.as_secs_f64(),
        child.peak_kib / 1_024
    );
}

fn rate(rows: u64, took: Duration) -> f64 {
    rows as f64 / took.as_secs_f64()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A database with the program's tables and nothing in them.
struct TestDatabase {
    url: String,
    folder: tempfile::TempDir,
}

impl TestDatabase {
    async fn empty(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("bench.db").display()),
            Engine::Postgres => postgres::database().await,
        };
        let store = Store::open(&url.parse().unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        store.close().await.unwrap();
        Self { url, folder }
    }

    async fn count(&self, table: &str) -> i64 {
        let connection = Database::connect(&self.url).await.unwrap();
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let row = connection.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }
}

fn argument(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}
