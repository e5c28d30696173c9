//! What a page of a list costs at its beginning and a thousand pages further, for every combination of filters, over HTTP
//! on a mirror of many payments whose verdicts are kept (1.2 transactions and 1.1 settlement rows each). Of two merchants
//! the one that is asked for has a payment of a hundred.
//!
//! `cargo bench --bench lists -- --payments 1000000 --page 1000`; `--only sqlite` or `--only postgres` for one database.

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

mod pages;

use std::env;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use reconciliation::KstDate;
use toss_recon::clock::Clock;

use filling::{DAYS, MIDS};
use program::{Program, TOSS};
use served::Served;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often a page is asked for; the middle time counts.
const TIMES: usize = 15;

const PAYMENT_FIELDS: &str =
    "paymentKey orderId status paidAmount { amount } history { status effect }";
const SETTLEMENT_FIELDS: &str = "id paymentKey kind amount { amount } soldDate paidOutDate";

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let number = |name, default| argument(name).map_or(default, |text| text.parse().unwrap());
    let payments = number("--payments", 50_000);
    let page = usize::try_from(number("--page", 100)).unwrap();
    let only = argument("--only");
    let first = KstDate::of(Clock::system().now()).naive() - Days::new(DAYS);
    let folder = tempfile::tempdir().unwrap();
    for name in ["sqlite", "postgres"] {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let url = match name {
            "sqlite" => format!("sqlite://{}", folder.path().join("lists.db").display()),
            _ => postgres::database().await,
        };
        println!("{name}");
        let program = Program::with_month(url, first, payments).await;
        let served = Served::begin(program.database_url(), TOSS);
        println!("  payments(first: 100): page 1, page {page}, ratio, filter");
        for filter in combinations(&payment_filters(first)) {
            compare(&served, "payments", PAYMENT_FIELDS, &filter, page).await;
        }
        println!("  settlements(first: 100): page 1, page {page}, ratio, filter");
        for filter in combinations(&settlement_filters(first)) {
            compare(&served, "settlements", SETTLEMENT_FIELDS, &filter, page).await;
        }
    }
}

/// The first page against a later one, or the last full one where the filter lets through less.
async fn compare(served: &Served, list: &str, fields: &str, filter: &str, page: usize) {
    let mut cursors = vec!["null".to_owned()];
    while cursors.len() < page {
        let after = cursors.last().unwrap();
        match pages::next_cursor(served, list, filter, after).await {
            Some(cursor) => cursors.push(cursor),
            None => break,
        }
    }
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        // By turns, so that what else the machine does falls on both.
        first.push(pages::page(served, list, fields, filter, &cursors[0]).await);
        let at = cursors.last().unwrap();
        later.push(pages::page(served, list, fields, filter, at).await);
    }
    let (first, later) = (middle(first), middle(later));
    let reached = if cursors.len() < page {
        format!("(page {}) ", cursors.len())
    } else {
        String::new()
    };
    println!(
        "    {:6.1} ms {:6.1} ms {:5.2}  {reached}{{ {filter} }}",
        first.as_secs_f64() * 1e3,
        later.as_secs_f64() * 1e3,
        later.as_secs_f64() / first.as_secs_f64()
    );
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn payment_filters(first: NaiveDate) -> Vec<String> {
    let last = first + Days::new(DAYS - 1);
    vec![
        "status: [DONE, PARTIAL_CANCELED]".to_owned(),
        "method: [CARD, VIRTUAL_ACCOUNT]".to_owned(),
        format!("mId: [\"{}\"]", MIDS[1]),
        format!("transactionDate: {{ from: \"{first}\", to: \"{last}\" }}"),
        "verdict: [RECONCILED, PENDING]".to_owned(),
        "orderId: \"order-776\"".to_owned(),
    ]
}

fn settlement_filters(first: NaiveDate) -> Vec<String> {
    let last = first + Days::new(DAYS + 2);
    vec![
        "kind: PAYMENT".to_owned(),
        format!("mId: [\"{}\"]", MIDS[1]),
        format!("soldDate: {{ from: \"{first}\", to: \"{last}\" }}"),
        format!("paidOutDate: {{ from: \"{first}\", to: \"{last}\" }}"),
    ]
}

/// Each of the filters given or not.
fn combinations(filters: &[String]) -> Vec<String> {
    (0..1_usize << filters.len())
        .map(|choice| {
            let given = filters
                .iter()
                .enumerate()
                .filter(|(bit, _)| choice & (1 << bit) != 0);
            given
                .map(|(_, filter)| filter.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        })
        .collect()
}

fn argument(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}
