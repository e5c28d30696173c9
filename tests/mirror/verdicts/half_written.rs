//! The program dies in the middle of a day that is written in several transactions: nothing that depends on that day is
//! in order until the rest is there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use reconciliation::Verdict;
use toss_recon::store::{PaymentVerdict, Store, VerdictRecord, VerdictSubject};
use toss_sim::BusyDay;

use super::{day, errors, reconciler, stands, stored};
use crate::program::{Shop, ended};
use crate::support::{Engine, TestDatabase, on_both_databases};

on_both_databases!(half_a_day_is_incomplete_and_the_whole_day_is_not);

/// The day, counted from the shop's first, and its rows: a transaction's worth and some more.
const BUSY: u64 = 1;
const ROWS: u64 = 11_000;

async fn half_a_day_is_incomplete_and_the_whole_day_is_not(engine: Engine) {
    let shop = Shop::open().await;
    shop.sim.add_busy_day(BusyDay {
        day: shop.day(BUSY),
        rows: ROWS,
    });
    let database = TestDatabase::open(engine).await;
    let busy = shop.day(BUSY).to_string();
    let dying = shop
        .program(&database.url)
        .args(["sync", "--from", &busy, "--to", &busy])
        .env("FAILPOINTS", "day-not-committed=return")
        .spawn()
        .unwrap();
    assert_eq!(ended(dying).await.status.code(), None, "it has died");
    let written = u64::try_from(database.count("transactions").await).unwrap();
    assert!(written > 0 && written < ROWS, "{written} rows");

    catch_up(&shop, &database.store).await;
    let kept = stored(&database.store).await;
    let payments = u64::try_from(database.count("payments").await).unwrap();
    assert_eq!(
        u64::try_from(kept.len()),
        Ok(payments),
        "each has a verdict"
    );
    for record in kept.values() {
        assert_eq!(stands(record), Some(Verdict::Incomplete), "{record:?}");
    }

    shop.synced(&database.url).await;
    catch_up(&shop, &database.store).await;
    let undisturbed = TestDatabase::open(engine).await;
    shop.synced(&undisturbed.url).await;
    catch_up(&shop, &undisturbed.store).await;
    let whole = stored(&database.store).await;
    let in_order = whole.values().map(stands);
    let in_order = in_order.filter(|verdict| *verdict == Some(Verdict::Reconciled));
    assert!(in_order.count() > 1_000, "the whole day");
    assert_eq!(told(whole), told(stored(&undisturbed.store).await));
    let ever = (day("2000-01-01"), day("2100-01-01"));
    assert_eq!(
        database.store.payout_sums(ever, None).await.unwrap(),
        undisturbed.store.payout_sums(ever, None).await.unwrap()
    );
}

/// What verdicts say, whenever their rows were read.
fn told(
    kept: BTreeMap<VerdictSubject, VerdictRecord>,
) -> BTreeMap<VerdictSubject, (Option<PaymentVerdict>, BTreeSet<&'static str>)> {
    kept.into_iter()
        .map(|(subject, record)| (subject, (record.payment.clone(), errors(&record))))
        .collect()
}

/// Makes what is due, and holds it to making everything anew.
async fn catch_up(shop: &Shop, store: &Store) {
    let reconciler = reconciler(&shop.sim, store);
    reconciler.catch_up(Duration::MAX).await.unwrap();
    let anew = reconciler.recompute_all(|_| {}).await.unwrap();
    assert_eq!(anew.differences, 0, "{:#?}", anew.shown);
}
