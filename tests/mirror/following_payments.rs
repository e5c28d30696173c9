//! Payments that are read in the background, beside the lists.

use std::time::Duration;

use reconciliation::{BusinessCalendar, PartialCancelRows};
use tokio_util::sync::CancellationToken;
use toss_recon::lookup::Lookup;
use toss_recon::reconcile::Reconciler;
use toss_recon::sync::{Follower, Mirror, MirrorSettings};
use toss_sim::{CancelByHand, Endpoint, Fault, FaultKind, NewPayment, Scenario, TossSim};

use crate::following::{Running, follow, until};
use crate::support::{
    Engine, MID, TestDatabase, clock, empty_shop, merchants, mirror, on_both_databases,
};

on_both_databases!(
    a_silent_payment_holds_up_neither_lists_nor_another_payment,
    payments_that_toss_does_not_know_hold_up_none_and_are_left_alone_after_a_restart_too,
    a_mirrored_payment_whose_balance_is_wrong_turns_red_by_itself,
    a_payment_from_before_the_lists_has_its_rows_read_with_it,
);

const OFTEN: Duration = Duration::from_millis(50);

fn start(sim: &TossSim, database: &TestDatabase) -> Running {
    let settings = MirrorSettings::every(OFTEN);
    let store = database.store.clone();
    let mirror = Mirror::new(store.clone(), merchants(sim), clock(sim), settings);
    follow(Follower::new(
        mirror,
        Lookup::new(store, merchants(sim), clock(sim)),
    ))
}

/// A payment that was cancelled in the console, of which the lists tell.
fn cancelled(sim: &TossSim, order: &str) -> String {
    let key = sim.console().pay(NewPayment::card(order, 15_000));
    let all = CancelByHand::everything("console");
    sim.console().cancel(&key, &all).unwrap();
    key
}

/// How often a payment was asked for.
fn asked(sim: &TossSim, key: &str) -> usize {
    let path = format!("/v1/payments/{key}");
    let requests = sim.requests();
    requests.iter().filter(|one| one.path == path).count()
}

fn lists_asked(sim: &TossSim) -> usize {
    let requests = sim.requests();
    let lists = requests.iter().filter(|one| one.path == "/v1/transactions");
    lists.count()
}

async fn a_silent_payment_holds_up_neither_lists_nor_another_payment(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let silent = Fault::next(Endpoint::Payment, FaultKind::Slow(Duration::from_mins(2)));
    sim.faults().add(silent);
    let first = cancelled(&sim, "order-1");
    let follower = start(&sim, &database);
    until(async || asked(&sim, &first) == 1).await;
    let lists = lists_asked(&sim);
    let second = cancelled(&sim, "order-2");
    let read = format!("payments WHERE payment_key = '{second}' AND NOT rows_only");
    until(async || database.count(&read).await == 1).await;
    until(async || lists_asked(&sim) > lists + 3).await;
    let silent = format!("payments WHERE payment_key = '{first}' AND rows_only");
    assert_eq!(database.count(&silent).await, 1, "it is waited for still");
    follower.end().await;
}

async fn payments_that_toss_does_not_know_hold_up_none_and_are_left_alone_after_a_restart_too(
    engine: Engine,
) {
    const UNKNOWN: i64 = 50;
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let known = cancelled(&sim, "order-1");
    mirror(&sim, &database.store, 5_000).pass().await;
    database
        .execute("UPDATE payments SET outdated = TRUE, rows_only = FALSE")
        .await;
    // Read the longest ago, and so before the one that Toss knows.
    let unknown = format!(
        "INSERT INTO payments (payment_key, mid, account, order_id, status, currency, read_at, rows_only, outdated, \
         began_at, status_kind, method_kind) WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {UNKNOWN}) \
         SELECT 'unknown-' || n, '{MID}', '{MID}', 'order-x', 'DONE', 'KRW', 0, FALSE, TRUE, 0, 'DONE', 'CARD' FROM n"
    );
    database.execute(&unknown).await;
    let put_off = async |attempts: u32| {
        let found = format!("payment_attempts WHERE attempts = {attempts}");
        database.count(&found).await
    };
    let follower = start(&sim, &database);
    until(async || database.count("payments WHERE outdated").await == UNKNOWN).await;
    until(async || put_off(1).await == UNKNOWN).await;
    assert_eq!(asked(&sim, &known), 1);
    follower.end().await;

    sim.clock().advance(chrono::Duration::seconds(29));
    sim.clear_requests();
    let next = start(&sim, &database);
    until(async || lists_asked(&sim) > 30).await;
    assert_eq!(asked(&sim, "unknown-1"), 0, "its pause is half a minute");
    sim.clock().advance(chrono::Duration::seconds(1));
    until(async || put_off(2).await >= 5).await;
    next.end().await;
    let attempts = database.count("payment_attempts").await;
    assert_eq!(attempts, UNKNOWN, "what was read has none");
}

async fn a_mirrored_payment_whose_balance_is_wrong_turns_red_by_itself(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let mismatch = Scenario::by_name("balance_mismatch").unwrap();
    sim.play(mismatch, "2026-03-18".parse().unwrap());
    let never = sim.console().pay(NewPayment::card("order-2", 15_000));
    let store = database.store.clone();
    let reconciler = Reconciler::new(
        store.clone(),
        &merchants(&sim),
        clock(&sim),
        BusinessCalendar::korean().unwrap(),
        PartialCancelRows::CancelAmount,
    );
    let stop = CancellationToken::new();
    let changed = Lookup::new(store, merchants(&sim), clock(&sim)).changes();
    let keeping = tokio::spawn(reconciler.run(stop.clone(), changed));
    let follower = start(&sim, &database);
    let red = "discrepancies WHERE class = 'BALANCE_MISMATCH'";
    until(async || database.count(red).await == 1).await;
    let key = sim.console().payment_key("order-balance-off").unwrap();
    let lists = lists_asked(&sim);
    until(async || lists_asked(&sim) > lists + 30).await;
    assert_eq!(asked(&sim, &key), 1, "nothing has happened since");
    assert_eq!(asked(&sim, &never), 0, "nothing asks for it");
    follower.end().await;
    stop.cancel();
    keeping.await.unwrap();
}

async fn a_payment_from_before_the_lists_has_its_rows_read_with_it(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let key = sim.console().pay(NewPayment::card("order-1", 15_000));
    sim.clock().advance(chrono::Duration::days(20));
    let all = CancelByHand::everything("console");
    sim.console().cancel(&key, &all).unwrap();
    let follower = start(&sim, &database);
    // The approval is twenty days old, and a pass reads seven.
    until(async || database.count("transactions").await == 2).await;
    follower.end().await;
}
