//! Several processes on one database: verdicts end the same, and one process keeps them.

use std::time::Duration;

use reconciliation::Verdict;
use tokio_util::sync::CancellationToken;
use toss_recon::store::Store;

use super::{Desk, content, reconciler, stands, stored};
use crate::support::{Engine, assert_same, month, on_both_databases, steady_shop};

on_both_databases!(
    two_that_make_verdicts_while_days_are_read_end_the_same,
    a_keeper_follows_what_is_read_and_another_takes_over,
);

async fn two_that_make_verdicts_while_days_are_read_end_the_same(engine: Engine) {
    let alone = Desk::open(steady_shop().await, engine).await;
    alone.import(&month()).await;
    alone.catch_up().await;
    let expected = content(alone.store()).await;
    let desk = Desk::open(steady_shop().await, engine).await;
    let other = Store::open(&desk.database.url.parse().unwrap())
        .await
        .unwrap();
    let makers = [desk.reconciler.clone(), reconciler(&desk.sim, &other)];
    let done = CancellationToken::new();
    let making = makers.map(|maker| {
        let done = done.clone();
        tokio::spawn(async move {
            while !done.is_cancelled() {
                maker.catch_up(Duration::MAX).await.unwrap();
                tokio::task::yield_now().await;
            }
        })
    });
    desk.import(&month()).await;
    done.cancel();
    for making in making {
        making.await.unwrap();
    }
    desk.catch_up().await;
    assert_same(&content(desk.store()).await, &expected, "two makers");
    desk.assert_confirmed().await;
    other.close().await.unwrap();
}

async fn a_keeper_follows_what_is_read_and_another_takes_over(engine: Engine) {
    let desk = Desk::open(steady_shop().await, engine).await;
    let other = Store::open(&desk.database.url.parse().unwrap())
        .await
        .unwrap();
    let stops = [CancellationToken::new(), CancellationToken::new()];
    let keepers = [desk.reconciler.clone(), reconciler(&desk.sim, &other)];
    let mut running = Vec::new();
    for (keeper, stop) in keepers.into_iter().zip(&stops) {
        running.push(tokio::spawn(
            keeper.run(stop.clone(), desk.lookup.changes()),
        ));
    }
    desk.import(&month()).await;
    until_all_are_made(&desk).await;
    let [first, second] = &stops;
    first.cancel();
    desk.read_live(&[desk.key("order-never-paid")]).await;
    until_all_are_made(&desk).await;
    second.cancel();
    for running in running {
        running.await.unwrap();
    }
    desk.assert_confirmed().await;
    other.close().await.unwrap();
}

/// Waits for the keeper, which looks every second.
async fn until_all_are_made(desk: &Desk) {
    let now = desk.sim.clock().now();
    let made = async {
        while !desk.store().due_verdicts(now, 1).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), made)
        .await
        .expect("verdicts are made by themselves");
    let kept = stored(desk.store()).await;
    let known = kept.values().filter_map(stands);
    assert!(
        known
            .filter(|verdict| *verdict != Verdict::Incomplete)
            .count()
            > 100
    );
}
