//! Toss carries a cancel out, or does not, and its answer does not arrive as one: the caller is told that the outcome is
//! not known, and the request then ends by itself, once, as Toss has it.

use std::time::Duration;

use serde_json::json;
use toss_sim::FaultKind;

use crate::shop::{As, Shop, on_both_databases, won};

on_both_databases!(
    executed_and_no_answer_comes,
    executed_and_the_connection_breaks,
    executed_and_the_answer_breaks_off_half_way,
    executed_and_the_answer_is_a_page_of_html,
    a_gateway_fails_before_anything_is_executed,
    a_gateway_fails_after_it_was_executed,
    the_connection_breaks_before_anything_is_executed,
    too_many_requests,
    a_slow_cancel_runs_on_while_it_is_asked_about_again,
    toss_keeps_failing_for_a_while,
);

async fn executed_and_no_answer_comes(shop: Shop) {
    ends_once(&shop, 1, FaultKind::ExecuteThenHang).await;
}

async fn executed_and_the_connection_breaks(shop: Shop) {
    ends_once(&shop, 1, FaultKind::ExecuteThenDrop).await;
}

async fn executed_and_the_answer_breaks_off_half_way(shop: Shop) {
    ends_once(&shop, 1, FaultKind::HalfBody).await;
}

async fn executed_and_the_answer_is_a_page_of_html(shop: Shop) {
    ends_once(&shop, 1, FaultKind::Html).await;
}

async fn a_gateway_fails_before_anything_is_executed(shop: Shop) {
    ends_once(&shop, 1, FaultKind::Status(502)).await;
}

async fn a_gateway_fails_after_it_was_executed(shop: Shop) {
    ends_once(&shop, 1, FaultKind::ExecuteThenStatus(502)).await;
}

async fn the_connection_breaks_before_anything_is_executed(shop: Shop) {
    ends_once(&shop, 1, FaultKind::Drop).await;
}

async fn too_many_requests(shop: Shop) {
    ends_once(&shop, 2, FaultKind::Status(429)).await;
}

/// The second sending meets the first one still running, which Toss answers with 409 until it has ended.
async fn a_slow_cancel_runs_on_while_it_is_asked_about_again(shop: Shop) {
    ends_once(&shop, 1, FaultKind::Slow(Duration::from_millis(3_500))).await;
}

async fn toss_keeps_failing_for_a_while(shop: Shop) {
    ends_once(&shop, 3, FaultKind::Status(503)).await;
}

async fn ends_once(shop: &Shop, calls: u32, kind: FaultKind) {
    let payment = shop.card(10_000);
    shop.next_cancels(calls, kind);
    let answer = shop
        .cancel(
            As::Kim,
            &payment,
            "key-lost",
            json!({ "amount": won(3_000) }),
        )
        .await;
    assert_eq!(answer["request"]["status"], "UNKNOWN", "{answer:#}");
    assert_eq!(
        answer["error"],
        json!({ "code": "OUTCOME_UNKNOWN", "advice": "WAIT", "field": null })
    );
    // Nobody else may cancel meanwhile, and nobody asks again: it ends by itself.
    let ended = shop.becomes(&answer["request"], "SUCCEEDED").await;
    let executed = shop.executed(&payment);
    assert_eq!(executed.len(), 1);
    assert_eq!(ended["transactionKey"], json!(executed[0]));
    let sendings = shop.sendings(&payment);
    assert!(sendings > 1, "it was asked about again");
    // A week later the same key tells the same, without a call.
    shop.sim.clock().advance(chrono::Duration::days(7));
    let again = shop
        .cancel(
            As::Kim,
            &payment,
            "key-lost",
            json!({ "amount": won(3_000) }),
        )
        .await;
    assert_eq!(again["request"]["id"], answer["request"]["id"]);
    assert_eq!(again["request"]["status"], "SUCCEEDED");
    assert_eq!(again["payment"]["balanceAmount"]["amount"], "7000");
    assert_eq!(
        (shop.sendings(&payment), shop.executed(&payment).len()),
        (sendings, 1)
    );
}
