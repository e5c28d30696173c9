//! What a page of a list costs at its beginning and a thousand pages further, for every combination of filters, over HTTP
//! on a mirror of many payments (2.2 transactions and 1.8 settlement rows each).
//!
//! `cargo bench --bench lists -- --payments 1000000 --page 1000`; `--only sqlite` or `--only postgres` for one database.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures, and ends at the first fault"
)]

#[path = "../../tests/support/postgres.rs"]
mod postgres;

mod served;

use std::env;
use std::time::{Duration, Instant};

use chrono::{DateTime, Days, NaiveDate, Utc};
use reconciliation::{KstDate, SettlementCycle};
use toss_recon::clock::Clock;
use toss_recon::merchants::{Merchant, Merchants};
use toss_recon::store::{AccountName, Source, Store};
use toss_recon::sync::{Import, Mirror, MirrorSettings};
use toss_recon::toss::{BaseUrl, SecretKey, Toss, TossSettings};
use toss_sim::{BusyDay, Settings, SimClock, TossSim};

use served::Served;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SECRET_KEY: &str = "live_sk_stand1n0000000000000000";
const MID: &str = "tdemoshop01";
const DAYS: u64 = 10;
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
    let now: DateTime<Utc> =
        DateTime::from(std::time::UNIX_EPOCH + std::time::UNIX_EPOCH.elapsed().unwrap());
    let settings = Settings {
        clock: SimClock::running_from(now),
        merchants: vec![toss_sim::Merchant::live(MID, SECRET_KEY)],
        ..Settings::default()
    };
    let sim = TossSim::start(settings).await.unwrap();
    let first = KstDate::of(now).naive() - Days::new(DAYS + 4);
    for day in 0..DAYS {
        let rows = payments * 11 / 5 / DAYS;
        sim.add_busy_day(BusyDay {
            day: first + Days::new(day),
            rows,
        });
    }
    let folder = tempfile::tempdir().unwrap();
    for name in ["sqlite", "postgres"] {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let url = match name {
            "sqlite" => format!("sqlite://{}", folder.path().join("lists.db").display()),
            _ => postgres::database().await,
        };
        let begun = Instant::now();
        fill(&url, &sim, first).await;
        println!(
            "{name}: {payments} payments mirrored in {:.0} s",
            begun.elapsed().as_secs_f64()
        );
        let served = Served::begin(&url, sim.base_url()).await;
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

async fn fill(url: &str, sim: &TossSim, first: NaiveDate) {
    let store = Store::open(&url.parse().unwrap()).await.unwrap();
    store.migrate().await.unwrap();
    let toss = TossSettings::new(
        BaseUrl::parse(sim.base_url()).unwrap(),
        SecretKey::parse(SECRET_KEY).unwrap(),
    );
    let merchants = Merchants::new(vec![Merchant {
        account: AccountName::new("bench"),
        toss: Toss::new(toss).unwrap(),
        settlement_cycle: Some(SettlementCycle::Daily),
        payout_business_days: None,
        has_test_key: false,
    }]);
    let hands = sim.clock().clone();
    let clock = Clock::from_fn(move || hands.now());
    let settings = MirrorSettings::every(Duration::from_mins(1));
    let import = Import {
        from: KstDate::from_naive(first),
        to: KstDate::from_naive(first + Days::new(DAYS - 1)),
        sources: Source::ALL.to_vec(),
    };
    let mirror = Mirror::new(store.clone(), merchants, clock, settings);
    mirror.import(&import, |_| {}).await.unwrap();
    store.close().await.unwrap();
}

/// The first page against a later one, or the last full one where the filter lets through less.
async fn compare(served: &Served, list: &str, fields: &str, filter: &str, page: usize) {
    let mut cursors = vec!["null".to_owned()];
    while cursors.len() < page {
        let after = cursors.last().unwrap();
        match served.next_cursor(list, filter, after).await {
            Some(cursor) => cursors.push(cursor),
            None => break,
        }
    }
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        // By turns, so that what else the machine does falls on both.
        first.push(served.page(list, fields, filter, &cursors[0]).await);
        later.push(
            served
                .page(list, fields, filter, cursors.last().unwrap())
                .await,
        );
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
        "status: [DONE, CANCELED, PARTIAL_CANCELED]".to_owned(),
        "method: [CARD, VIRTUAL_ACCOUNT]".to_owned(),
        format!("mId: [\"{MID}\"]"),
        format!("transactionDate: {{ from: \"{first}\", to: \"{last}\" }}"),
    ]
}

fn settlement_filters(first: NaiveDate) -> Vec<String> {
    let last = first + Days::new(DAYS + 2);
    vec![
        "kind: PAYMENT".to_owned(),
        format!("mId: [\"{MID}\"]"),
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
