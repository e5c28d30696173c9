//! The clock of the machine is set forward or back by an hour while a cancel is under way or not known.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use toss_sim::FaultKind;

use crate::shop::{As, Shop, on_both_databases, won};

on_both_databases!(
    an_hour_passes_at_once_while_toss_is_at_work_and_the_lease_with_it,
    an_hour_passes_at_once_while_the_outcome_is_not_known,
    the_clock_is_set_back_while_toss_is_at_work,
    the_clock_is_set_back_while_the_outcome_is_not_known,
);

const HOUR: TimeDelta = TimeDelta::hours(1);

/// Asks for a cancel and sets the clock once Toss is at work on it.
async fn set_while_at_work(shop: &Shop, payment: &str, by: TimeDelta) -> serde_json::Value {
    // Longer than the server waits for it, so that it is asked about while it still runs.
    shop.next_cancels(1, FaultKind::Slow(Duration::from_millis(2_500)));
    let set = async {
        while shop.sendings(payment) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        shop.sim.clock().advance(by);
    };
    let input = json!({ "amount": won(4_000) });
    let (answer, ()) = tokio::join!(shop.cancel(As::Kim, payment, "key-clock", input), set);
    assert_eq!(answer["request"]["status"], "UNKNOWN", "{answer:#}");
    answer["request"].clone()
}

/// Also a second cancel is not held up for an hour.
async fn runs_once_and_so_does_the_next(shop: &Shop, payment: &str) {
    assert_eq!(shop.executed(payment).len(), 1);
    let next = shop
        .cancel(
            As::Lee,
            payment,
            "key-next",
            json!({ "amount": won(1_000) }),
        )
        .await;
    assert_eq!(next["request"]["status"], "SUCCEEDED", "{next:#}");
    assert_eq!(shop.executed(payment).len(), 2);
}

async fn an_hour_passes_at_once_while_toss_is_at_work_and_the_lease_with_it(shop: Shop) {
    let payment = shop.card(10_000);
    let request = set_while_at_work(&shop, &payment, HOUR).await;
    while shop.executed(&payment).is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Unknown for an hour already, it is asked about after another.
    shop.sim.clock().advance(HOUR);
    shop.becomes(&request, "SUCCEEDED").await;
    runs_once_and_so_does_the_next(&shop, &payment).await;
}

async fn an_hour_passes_at_once_while_the_outcome_is_not_known(shop: Shop) {
    let payment = shop.card(10_000);
    shop.next_cancels(1, FaultKind::ExecuteThenDrop);
    let input = json!({ "amount": won(4_000) });
    let lost = shop.cancel(As::Kim, &payment, "key-clock", input).await;
    shop.sim.clock().advance(HOUR);
    shop.becomes(&lost["request"], "SUCCEEDED").await;
    runs_once_and_so_does_the_next(&shop, &payment).await;
}

async fn the_clock_is_set_back_while_toss_is_at_work(shop: Shop) {
    let payment = shop.card(10_000);
    set_while_at_work(&shop, &payment, -HOUR).await;
    asked_again_it_ends(&shop, &payment).await;
    runs_once_and_so_does_the_next(&shop, &payment).await;
}

async fn the_clock_is_set_back_while_the_outcome_is_not_known(shop: Shop) {
    let payment = shop.card(10_000);
    shop.next_cancels(1, FaultKind::ExecuteThenDrop);
    let input = json!({ "amount": won(4_000) });
    let lost = shop.cancel(As::Kim, &payment, "key-clock", input).await;
    assert_eq!(lost["request"]["status"], "UNKNOWN");
    shop.sim.clock().advance(-HOUR);
    asked_again_it_ends(&shop, &payment).await;
    runs_once_and_so_does_the_next(&shop, &payment).await;
}

/// By itself it would be asked about when the clock shows again what it has shown; its caller need not wait so long.
async fn asked_again_it_ends(shop: &Shop, payment: &str) {
    loop {
        let input = json!({ "amount": won(4_000) });
        let again = shop.cancel(As::Kim, payment, "key-clock", input).await;
        if again["request"]["status"] == "SUCCEEDED" {
            return;
        }
        assert_eq!(again["request"]["status"], "UNKNOWN", "{again:#}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
