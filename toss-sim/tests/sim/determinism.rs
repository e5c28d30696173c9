//! The same seed and the same calls give the same bytes.

use toss_sim::{NewPayment, Scenario};

use crate::shop::{Shop, date, seoul};

/// Everything that a merchant can list after a month, and the trace id of the answer.
async fn month(seed: u64, extra_calls: bool) -> (String, String) {
    let shop = Shop::with(|settings| settings.seed = seed).await;
    shop.sim
        .play(Scenario::by_name("month").unwrap(), date("2026-03-03"));
    if extra_calls {
        shop.get("/v1/payments/nobody").await;
        shop.sim
            .console()
            .pay(NewPayment::card("order-extra", 1_000).at(seoul("2026-06-01T00:00:00")));
    }
    shop.sim.clock().set(seoul("2026-04-15T12:00:00"));
    let rows = shop
        .get("/v1/transactions?startDate=2026-03-01&endDate=2026-04-15&limit=5000")
        .await;
    let settled = shop
        .get("/v1/settlements?startDate=2026-03-01&endDate=2026-04-15&size=5000")
        .await;
    (rows.text.clone() + &settled.text, rows.trace())
}

#[tokio::test]
async fn one_seed_gives_one_month() {
    assert_eq!(month(7, false).await, month(7, false).await);
    assert_ne!(month(7, false).await.0, month(8, false).await.0);
}

#[tokio::test]
async fn another_call_changes_no_key() {
    assert_eq!(month(7, false).await.0, month(7, true).await.0);
}

#[tokio::test]
async fn playing_at_once_and_living_through_it_give_the_same() {
    let lived = Shop::open().await;
    lived
        .sim
        .play(Scenario::by_name("month").unwrap(), date("2026-03-03"));
    for _ in 0..43 {
        lived.pass_days(1);
        lived.get("/v1/payments/nobody").await;
    }
    let at_once = Shop::open().await;
    at_once.pass_days(43);
    at_once
        .sim
        .play(Scenario::by_name("month").unwrap(), date("2026-03-03"));
    assert_eq!(
        lived.rows("&limit=5000").await,
        at_once.rows("&limit=5000").await
    );
}

#[tokio::test]
async fn no_two_transactions_share_a_key() {
    let shop = Shop::open().await;
    shop.sim
        .play(Scenario::by_name("month").unwrap(), date("2026-03-03"));
    shop.sim.clock().set(seoul("2026-04-15T12:00:00"));
    let rows = shop.rows("&limit=5000").await;
    let keys: std::collections::HashSet<&str> = rows
        .iter()
        .map(|row| row["transactionKey"].as_str().unwrap())
        .collect();
    assert_eq!(keys.len(), rows.len());
}
