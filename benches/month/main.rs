//! What a month of a large shop costs once its verdicts are kept: the questions about a range of days beside the same
//! questions to a shop with a thousand payments, and a report in each format, with the memory of its process.
//!
//! `cargo bench --bench month -- --payments 1000000`; `--only sqlite` or `--only postgres` for one database, and
//! `--no-reports` for the questions alone.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures, and ends at the first fault"
)]

#[path = "../../tests/support/postgres.rs"]
mod postgres;

#[path = "../support/filling.rs"]
mod filling;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/served.rs"]
mod served;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/statistics.rs"]
mod statistics;
#[path = "../support/watched.rs"]
mod watched;

use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use reconciliation::KstDate;
use toss_recon::clock::Clock;

use filling::DAYS;
use program::{Program, TOSS};
use served::Served;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SMALL: u64 = 1_000;
/// Far enough for what yesterday's sales will pay out.
const PAYOUT_DAYS: u64 = 20;
/// How often a question is asked; the middle and the least time count.
const TIMES: usize = 101;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let payments = argument("--payments").map_or(1_000_000, |text| text.parse().unwrap());
    let only = argument("--only");
    let reports = env::args().all(|argument| argument != "--no-reports");
    let first = KstDate::of(Clock::system().now()).naive() - Days::new(DAYS);
    for name in ["sqlite", "postgres"] {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        println!("{name}");
        let mut shops = Vec::new();
        for payments in [SMALL, payments] {
            let url = match name {
                "sqlite" => format!("sqlite://{}/{payments}.db", folder.path().display()),
                _ => postgres::database().await,
            };
            shops.push(Program::with_month(url, first, payments).await);
        }
        let (large, small) = (shops.pop().unwrap(), shops.pop().unwrap());
        questions(&small, &large, first).await;
        if reports {
            for format in ["csv", "xlsx", "json"] {
                report(&large, format, first, folder.path());
            }
        }
    }
}

/// Each question to both shops by turns, so that what else the machine does falls on both.
async fn questions(small: &Program, large: &Program, first: NaiveDate) {
    let small = Served::begin(small.database_url(), TOSS);
    let large = Served::begin(large.database_url(), TOSS);
    let range = |days: u64| {
        let last = first + Days::new(days - 1);
        format!("range: {{ from: \"{first}\", to: \"{last}\" }}")
    };
    let sums = "paidAmount { amount } effectiveRefund { amount } voidedAmount { amount } netAmount { amount } \
                settledAmount { amount } fee { amount } payOutAmount { amount } unsettledAmount { amount }";
    let questions = [
        (
            "reconciliation",
            format!(
                "{{ reconciliation({}) {{ mId paymentCount {sums} }} }}",
                range(DAYS)
            ),
        ),
        (
            "payoutDays",
            format!(
                "{{ payoutDays({}) {{ mId paidOutDate basis paymentCount cancelCount fee {{ amount }} \
                 payOutAmount {{ amount }} }} }}",
                range(DAYS + PAYOUT_DAYS)
            ),
        ),
        (
            "byEvent",
            format!(
                "{{ byEvent: reconciliation({}, basis: EVENT, groupBy: [METHOD, DAY]) {{ mId method periodStart paymentCount \
                 uncheckedCount vat {{ amount }} {sums} }} }}",
                range(DAYS)
            ),
        ),
        (
            "receivables",
            format!(
                "{{ receivables({}) {{ mId date opening {{ amount }} closing {{ amount }} }} }}",
                range(DAYS)
            ),
        ),
        (
            "transactions",
            format!(
                "{{ transactions(filter: {{ payoutDate: {{ from: \"{first}\", to: \"{}\" }} }}, first: 100) {{ \
                 nodes {{ mId transactionKey effect origin }} }} }}",
                first + Days::new(DAYS)
            ),
        ),
    ];
    for (name, question) in questions {
        let (mut of_small, mut of_large) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            for (served, times) in [(&small, &mut of_small), (&large, &mut of_large)] {
                let (answer, took) = served.ask(&question).await;
                let rows = &answer["data"][name];
                let rows = rows.as_array().or_else(|| rows["nodes"].as_array());
                assert!(rows.is_some_and(|rows| !rows.is_empty()), "{answer}");
                times.push(took);
            }
        }
        println!("  {name} over {DAYS} days, {SMALL} payments and the large shop:");
        for (which, of) in [("middle", middle as fn(&[_]) -> _), ("least", least)] {
            let (of_small, of_large) = (of(&of_small), of(&of_large));
            println!(
                "    {which} {of_small:.2?} and {of_large:.2?}, ratio {:.2}",
                of_large.as_secs_f64() / of_small.as_secs_f64()
            );
        }
    }
}

/// Writes the report twice: the same bytes, and what it took.
fn report(shop: &Program, format: &str, first: NaiveDate, folder: &Path) {
    let (from, to) = (first.to_string(), (first + Days::new(DAYS - 1)).to_string());
    let [a, b] = ["a", "b"].map(|name| {
        let path = folder.join(format!("{name}.{format}"));
        let out = path.to_str().unwrap();
        let ran = shop.run(&[
            "report", "--from", &from, "--to", &to, "--format", format, "--out", out,
        ]);
        println!(
            "  report as {format}: {:.1?}, peak {} MiB, {} MiB written",
            ran.took,
            ran.peak_kib / 1024,
            size(&path) / (1024 * 1024)
        );
        path
    });
    assert!(same(&a, &b), "two reports of one state differ");
    for path in [a, b] {
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }
}

fn size(path: &Path) -> u64 {
    if path.is_dir() {
        let files = fs::read_dir(path).unwrap();
        files.map(|file| size(&file.unwrap().path())).sum()
    } else {
        path.metadata().unwrap().len()
    }
}

/// Whether two files, or all files of two folders, are the same.
fn same(a: &Path, b: &Path) -> bool {
    if a.is_dir() {
        let mut files = fs::read_dir(a).unwrap();
        return files.all(|file| {
            let name = file.unwrap().file_name();
            same(&a.join(&name), &b.join(&name))
        });
    }
    fs::read(a).unwrap() == fs::read(b).unwrap()
}

fn middle(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() / 2]
}

/// What the machine does besides makes no question faster.
fn least(times: &[Duration]) -> Duration {
    times.iter().min().copied().unwrap()
}

fn argument(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}
