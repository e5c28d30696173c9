//! `toss-recon sync` killed at any moment, and run again.

use std::time::Instant;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use tokio::time::timeout;
use toss_sim::BusyDay;

use crate::program::{DAYS, Shop, succeeded};
use crate::support::{Engine, TestDatabase, assert_same, on_both_databases};

on_both_databases!(
    a_run_killed_at_any_moment_ends_like_one_that_was_not,
    a_run_killed_while_it_writes_a_large_day_ends_like_one_that_was_not,
);

/// How often runs are killed on each database, unless `MIRROR_KILLS` says otherwise.
const KILLS: u32 = 25;
/// How often those that write a day of several transactions are.
const KILLS_OF_A_LARGE_DAY: u32 = 5;
/// A run is killed before it has come further than this part of what it takes undisturbed.
const AT_MOST: f64 = 0.6;

async fn a_run_killed_at_any_moment_ends_like_one_that_was_not(engine: Engine) {
    kill_runs(&Shop::open().await, engine, asked_for()).await;
}

async fn a_run_killed_while_it_writes_a_large_day_ends_like_one_that_was_not(engine: Engine) {
    let shop = Shop::open().await;
    shop.sim.add_busy_day(BusyDay {
        day: shop.day(1),
        rows: 11_000,
    });
    kill_runs(&shop, engine, KILLS_OF_A_LARGE_DAY).await;
}

/// Kills runs so often, and holds what the last one ends with to that of a run that was left alone.
async fn kill_runs(shop: &Shop, engine: Engine, most: u32) {
    let undisturbed = TestDatabase::open(engine).await;
    let began = Instant::now();
    let whole = shop.synced(&undisturbed.url).await;
    let takes = began.elapsed();
    assert_eq!(whole["days"], DAYS);
    let expected = undisturbed.content().await;
    let windows = undisturbed.count("sync_windows").await;

    // The moments are the same parts of a run in every run of this test; where they fall is up to the machine.
    let mut rng = StdRng::seed_from_u64(11);
    let (mut kills, mut half_way) = (0, 0);
    while kills < most {
        let database = TestDatabase::open(engine).await;
        while kills < most {
            let mut child = shop.sync(&database.url);
            let moment = takes.mul_f64(rng.random_range(0.0..AT_MOST));
            if timeout(moment, child.wait()).await.is_ok() {
                break;
            }
            child.start_kill().unwrap();
            let ended = child.wait_with_output().await.unwrap();
            if ended.status.code().is_some() {
                // It ended between the last look and the kill.
                succeeded(&ended);
                break;
            }
            kills += 1;
            let stored = database.count("sync_windows").await;
            half_way += u32::from(stored > 0 && stored < windows);
        }
        let last = shop.synced(&database.url).await;
        for count in ["transactions", "settlements"] {
            assert_eq!(last[count], whole[count], "{count} after {kills} kills");
        }
        let what = format!("after {kills} kills");
        assert_same(&database.content().await, &expected, &what);
        let again = shop.synced(&database.url).await;
        assert_eq!(again["changed"], Value::from(0));
    }
    assert!(half_way > 0, "no kill fell between two days");
}

fn asked_for() -> u32 {
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of this test, not a setting of the program"
    )]
    let kills = std::env::var("MIRROR_KILLS").ok();
    kills.map_or(KILLS, |text| {
        text.parse().expect("MIRROR_KILLS is a number")
    })
}
