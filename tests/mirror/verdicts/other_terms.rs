//! Two processes on one database whose settings differ: verdicts are made by the terms of one, once, and both answer by them.

use std::time::Duration;

use reconciliation::{BusinessCalendar, PartialCancelRows, PaymentMethod};
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use toss_recon::access::Role;
use toss_recon::reconcile::{CaughtUp, RecomputeError, Reconciler};
use toss_recon::store::Store;

use super::{Desk, day};
use crate::running::{self, RunningServer, merchant};
use crate::support::{
    Engine, MID, SECRET_KEY, TestDatabase, clock, merchants, month, on_both_databases, steady_shop,
};
use crate::token::create_token;

on_both_databases!(
    one_whose_terms_differ_waits_for_the_keeper_and_takes_over_when_it_is_gone,
    two_servers_with_other_settings_answer_the_same_and_make_each_verdict_once,
);

const QUERIES: usize = 12;
const PATIENCE: Duration = Duration::from_secs(30);

/// The calendar with one holiday more.
fn other_calendar() -> BusinessCalendar {
    let korean = BusinessCalendar::korean().unwrap();
    korean.with_overrides(&[day("2026-03-16")], &[])
}

/// How often books have changed: marking every verdict adds as many as there are.
async fn changes(database: &TestDatabase) -> i64 {
    let sql = "SELECT CAST(SUM(books_version) AS text) FROM verdicts";
    database.texts(sql).await[0].parse().unwrap()
}

async fn made(maker: &Reconciler, at_most: Duration) -> u64 {
    let CaughtUp {
        verdicts,
        is_behind,
    } = maker.catch_up(at_most).await.unwrap();
    assert!(!is_behind);
    verdicts
}

async fn one_whose_terms_differ_waits_for_the_keeper_and_takes_over_when_it_is_gone(
    engine: Engine,
) {
    let desk = Desk::open(steady_shop().await, engine).await;
    let store = Store::open(&desk.database.url.parse().unwrap())
        .await
        .unwrap();
    let other = Reconciler::new(
        store.clone(),
        &merchants(&desk.sim),
        clock(&desk.sim),
        other_calendar(),
        PartialCancelRows::CancelAmount,
    );
    desk.import(&month()).await;
    let all = desk.catch_up().await;
    let stop = CancellationToken::new();
    let keeper = desk.reconciler.clone();
    let keeping = tokio::spawn(keeper.run(stop.clone(), desk.lookup.changes()));
    let held = "leases WHERE name = 'reconcile'";
    until(async || desk.database.count(held).await == 1).await;
    let before = changes(&desk.database).await;
    for _ in 0..QUERIES {
        assert_eq!(made(&other, PATIENCE).await, 0);
        assert_eq!(made(&desk.reconciler, PATIENCE).await, 0);
    }
    assert_eq!(changes(&desk.database).await, before);
    desk.read_live(&[desk.key("order-never-paid")]).await;
    assert_eq!(made(&other, PATIENCE).await, 0, "the keeper makes it");
    let refused = other.recompute_all(|_| {}).await;
    assert!(matches!(refused, Err(RecomputeError::OtherTerms)));
    stop.cancel();
    keeping.await.unwrap();
    // Whoever was refused asks again after a second.
    until(async || made(&other, PATIENCE).await > 0).await;
    let after = changes(&desk.database).await;
    assert!(after - before >= i64::try_from(all).unwrap());
    assert_eq!(made(&other, PATIENCE).await, 0);
    let confirmed = other.recompute_all(|_| {}).await.unwrap();
    assert_eq!(confirmed.differences, 0, "{:#?}", confirmed.shown);
    assert_eq!(
        desk.database.count(held).await,
        0,
        "who keeps none gives it back"
    );
    store.close().await.unwrap();
}

async fn two_servers_with_other_settings_answer_the_same_and_make_each_verdict_once(
    engine: Engine,
) {
    let desk = Desk::open(steady_shop().await, engine).await;
    desk.import(&month()).await;
    let all = i64::try_from(desk.catch_up().await).unwrap();
    let database = &desk.database;
    let at = desk.sim.clock().now();
    let token = create_token(&database.store, "viewer", Role::Viewer, at).await;
    let config = || running::config(&desk.sim, &database.url, vec![merchant(MID, SECRET_KEY)]);
    let first = RunningServer::start(config(), &desk.sim, std::convert::identity).await;
    let held = "leases WHERE name = 'reconcile'";
    until(async || database.count(held).await == 1).await;
    let mut other = config();
    other.calendar = other_calendar();
    other.merchants[0].unsettled_methods = vec![PaymentMethod::Card];
    let second = RunningServer::start(other, &desk.sim, std::convert::identity).await;
    let before = changes(database).await;
    let expected = ask(&first, &token).await;
    for _ in 0..QUERIES {
        assert_eq!(ask(&second, &token).await, expected);
        assert_eq!(ask(&first, &token).await, expected);
    }
    assert_eq!(changes(database).await, before, "nothing was made anew");
    drop(first);
    until(async || changes(database).await >= before + all).await;
    until(async || database.count("verdicts WHERE due_at = 0").await == 0).await;
    let after = changes(database).await;
    for _ in 0..QUERIES {
        ask(&second, &token).await;
    }
    let by_its_own = ask(&second, &token).await;
    assert_ne!(
        by_its_own, expected,
        "Toss settles no cards by its settings"
    );
    assert_eq!(changes(database).await, after, "they were marked once");
    assert!(after < before + 2 * all);
}

/// The sums of the month, and what else depends on business days: each payment's verdict and payouts, and what days bring.
async fn ask(server: &RunningServer, token: &str) -> Value {
    let query = r#"{
        reconciliation(range: {from: "2026-02-01", to: "2026-03-20"}) {
            mId paymentCount verdicts { verdict count } settledAmount { amount } }
        payments(first: 100, filter: {transactionDate: {from: "2026-02-01", to: "2026-03-20"}}) { nodes {
            paymentKey
            payouts { soldDate paidOutDate reason basis }
            reconciliation { verdict discrepancies { class explanation } } } }
        payoutDays(range: {from: "2026-03-01", to: "2026-04-20"}) { paidOutDate basis payOutAmount { amount } }
    }"#;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client
        .post(format!("http://{}/graphql", server.address))
        .bearer_auth(token)
        .json(&json!({ "query": query }))
        .send()
        .await
        .unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    answer["data"].clone()
}

async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition().await {
        assert!(Instant::now() < deadline, "it never came true");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
