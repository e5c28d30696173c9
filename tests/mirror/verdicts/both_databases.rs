//! The same shop, read in any windows into either database: every verdict, sum, list and report is the same, to the byte.

use std::fmt::{Debug, Write as _};
use std::fs;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use reconciliation::DiscrepancyClass;
use tempfile::TempDir;
use toss_recon::report::{Format, Range, Reporter};
use toss_recon::store::{
    DiscrepancyFilter, PageRequest, PaymentFilter, SettlementFilter, Source, StoredPayment, Toward,
};
use toss_recon::sync::Import;
use toss_sim::{Scenario, TossSim};

use super::{Desk, content, day, days, reconciler};
use crate::support::{Engine, MONTH, STEADY, assert_same, clock, empty_shop, mirror};

/// How many ways of reading each database goes through.
const READINGS: u64 = 4;
/// Stories with a fault, whose rows are the same however often they are listed.
const FAULTY: [&str; 12] = [
    "amount_mismatch",
    "balance_mismatch",
    "console_cancel",
    "currency_mismatch",
    "deposit_refunded",
    "fee_off_by_one",
    "overseas_async_cancel",
    "overseas_usd",
    "settled_void",
    "settlement_missing",
    "settlement_orphan",
    "unknown_status",
];
/// Payments that are read themselves, at any time.
const LIVE: [&str; 5] = [
    "order-balance-off",
    "order-never-paid",
    "order-partial-cancels",
    "order-settled-twice",
    "order-unknown-status",
];
/// The day whose settlements are never read.
const UNREAD: &str = "2026-03-04";
/// Rows of a page of either list.
const PAGES: [u32; 3] = [25, 400, 5_000];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_windows_both_databases_keep_and_tell_the_same() {
    let mut expected = None;
    for seed in 0..READINGS {
        for (name, engine) in [("SQLite", Engine::Sqlite), ("PostgreSQL", Engine::Postgres)] {
            let mut desk = Desk::open(faulty_shop().await, engine).await;
            read(&desk, seed).await;
            // Contracts are learned once a minute, and the stand-in's clock stands: this one has learned nothing yet.
            desk.reconciler = reconciler(&desk.sim, desk.store());
            desk.catch_up().await;
            let told = everything_told(&desk).await;
            match &expected {
                None => {
                    assert_says_something(&told);
                    expected = Some(told);
                }
                Some(expected) => assert_same(&told, expected, &format!("{name}, seed {seed}")),
            }
            desk.assert_confirmed().await;
            desk.database.store.close().await.unwrap();
        }
    }
}

/// A month with every fault that does not depend on how often its rows are listed.
async fn faulty_shop() -> TossSim {
    let sim = empty_shop().await;
    for story in STEADY.iter().chain(&FAULTY) {
        let story = Scenario::by_name(story).unwrap();
        sim.play(story, MONTH.0.parse().unwrap());
    }
    sim
}

/// So that two databases that tell nothing are not found to tell the same.
fn assert_says_something(told: &str) {
    for class in [
        DiscrepancyClass::AmountMismatch,
        DiscrepancyClass::BalanceMismatch,
        DiscrepancyClass::SettlementMissing,
        DiscrepancyClass::SettlementOrphan,
    ] {
        assert!(told.contains(class.as_str()), "{class:?}");
    }
    for word in ["Forecast", "Incomplete", "USD", "JPY", "\"payments\": ["] {
        assert!(told.contains(word), "{word}");
    }
}

/// Reads the month window by window, single payments between them, and makes what is due now and then. The first
/// reading goes forwards in whole windows; the others shuffle theirs and read some of them again.
async fn read(desk: &Desk, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut windows: Vec<Import> = Source::ALL
        .into_iter()
        .flat_map(|source| split(source, &mut random))
        .collect();
    if seed > 0 {
        let again: Vec<Import> = windows.choose_multiple(&mut random, 5).cloned().collect();
        windows.extend(again);
        windows.shuffle(&mut random);
    }
    let mut live = LIVE.to_vec();
    for window in &windows {
        let pages = *PAGES.choose(&mut random).unwrap();
        let mirror = mirror(&desk.sim, desk.store(), pages);
        mirror.import(window, |_| {}).await.unwrap();
        if random.random_ratio(1, 3)
            && let Some(order) = live.pop()
        {
            desk.read_live(&[desk.key(order)]).await;
        }
        if random.random_ratio(1, 4) {
            desk.catch_up().await;
        }
    }
    for order in live {
        desk.read_live(&[desk.key(order)]).await;
    }
}

/// The month in windows of one to nine days, without the settlements of one day: that is a gap.
fn split(source: Source, random: &mut StdRng) -> Vec<Import> {
    let (first, last, unread) = (day(MONTH.0), day(MONTH.1), day(UNREAD));
    let stretches = match source {
        Source::Transactions => vec![(first, last)],
        Source::Settlements => vec![(first, unread.minus_days(1)), (unread.next(), last)],
    };
    let mut windows = Vec::new();
    for (mut from, last) in stretches {
        while from <= last {
            let to = from.plus_days(random.random_range(0..9)).min(last);
            windows.push(days(from, to, source));
            from = to.next();
        }
    }
    windows
}

/// Everything that the store keeps of how payments stand, and everything that is told of it, a line for each thing.
async fn everything_told(desk: &Desk) -> String {
    let mut told = content(desk.store()).await;
    told.push('\n');
    let all = (day("2000-01-01"), day("2100-01-01"));
    let reconciler = &desk.reconciler;
    lines(&mut told, reconciler.summaries(all, None).await.unwrap());
    lines(&mut told, reconciler.payout_days(all, None).await.unwrap());
    lines(&mut told, reconciler.settlement_cycles(None).await.unwrap());
    lists(desk, &mut told).await;
    report(desk, &mut told).await;
    told
}

/// The lists in the order in which they are told, and of each payment what is worked out when it is asked for.
async fn lists(desk: &Desk, told: &mut String) {
    let store = desk.store();
    let payments = store
        .list_payments(&PaymentFilter::default(), &first_page())
        .await
        .unwrap();
    let payments: Vec<Arc<StoredPayment>> = payments
        .rows
        .into_iter()
        .map(|(_, stored)| stored)
        .collect();
    let found = desk.reconciler.of_payments(&payments).await.unwrap();
    for stored in &payments {
        let payment = &stored.payment;
        writeln!(told, "{payment:?} {:?}", found.get(&payment.payment_key)).unwrap();
    }
    let filter = SettlementFilter::default();
    let settlements = store.list_settlements(&filter, &first_page()).await;
    lines(told, settlements.unwrap().rows);
    let filter = DiscrepancyFilter::default();
    let discrepancies = store.list_discrepancies(&filter, &first_page()).await;
    lines(told, discrepancies.unwrap().rows);
}

/// A page that holds the whole month.
fn first_page<P>() -> PageRequest<P> {
    PageRequest {
        rows: 10_000,
        past: None,
        toward: Toward::Older,
    }
}

/// The report of the month as it is written into a file.
async fn report(desk: &Desk, told: &mut String) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("report.json");
    let reporter = Reporter::new(
        desk.store().clone(),
        desk.reconciler.clone(),
        desk.mirror.clone(),
        clock(&desk.sim),
    );
    let range = Range {
        from: day(MONTH.0),
        to: day(MONTH.1),
    };
    let written = reporter.write(range, Format::Json, &path, |_| {}).await;
    lines(told, written.unwrap().warnings);
    told.push_str(&fs::read_to_string(&path).unwrap());
}

fn lines(told: &mut String, things: impl IntoIterator<Item = impl Debug>) {
    for thing in things {
        writeln!(told, "{thing:?}").unwrap();
    }
}
