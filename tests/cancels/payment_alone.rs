//! A cancel needs the payment and nothing else: lists that fail, or that hold an odd row of another payment, do not stand in
//! its way, and what it gave back is seen at once.

use serde_json::{Value, json};
use toss_sim::{CancelByHand, Endpoint, Fault, FaultKind};

use crate::shop::{As, Shop, on_both_databases, told, won};

on_both_databases!(
    a_cancel_of_a_payment_that_is_not_stored_asks_no_list_and_shows_what_it_gave_back,
    without_toss_and_without_a_record_the_answer_is_data,
    whoever_waits_for_a_second_admin_cannot_pass_the_threshold_by_splitting,
    a_request_is_not_resolved_by_its_own_owner_where_a_second_admin_is_needed,
);

const CANCEL: &str = "mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) { \
     request { id status } error { code advice } payment { status balanceAmount { amount } effectiveRefund { amount } \
     netAmount { amount } reconciliation { verdict } cancels { refunded origin } } } }";

fn input(payment: &str, key: &str, amount: i64) -> Value {
    json!({ "input": {
        "paymentKey": payment, "idempotencyKey": key, "reason": "test", "amount": won(amount),
    } })
}

async fn a_cancel_of_a_payment_that_is_not_stored_asks_no_list_and_shows_what_it_gave_back(
    shop: Shop,
) {
    let payment = shop.card(10_000);
    for list in [Endpoint::Transactions, Endpoint::Settlements] {
        shop.sim
            .faults()
            .add(Fault::next(list, FaultKind::Status(500)).times(1_000));
    }
    let answer = shop
        .ask(As::Kim, CANCEL, input(&payment, "key-alone", 4_000))
        .await;
    let answer = &answer["cancelPayment"];
    assert_eq!(answer["request"]["status"], "SUCCEEDED", "{answer:#}");
    let shown = &answer["payment"];
    assert_eq!(shown["status"], "PARTIAL_CANCELED");
    assert_eq!(shown["balanceAmount"]["amount"], "6000");
    assert_eq!(shown["effectiveRefund"]["amount"], "4000");
    assert_eq!(shown["netAmount"]["amount"], "6000");
    assert_ne!(
        shown["reconciliation"]["verdict"], "RECONCILED",
        "no list was read"
    );
    assert_eq!(
        shown["cancels"],
        json!([{ "refunded": true, "origin": "OURS" }])
    );
    let lists = shop.sim.requests();
    let lists = lists
        .iter()
        .filter(|call| call.path.ends_with("/transactions") || call.path.ends_with("/settlements"));
    assert_eq!(lists.count(), 0);
}

async fn without_toss_and_without_a_record_the_answer_is_data(shop: Shop) {
    let payment = shop.card(10_000);
    let silence = Fault::next(Endpoint::Payment, FaultKind::Status(503));
    shop.sim.faults().add(silence.times(1_000));
    let answer = shop
        .ask(As::Kim, CANCEL, input(&payment, "key-silent", 4_000))
        .await;
    let answer = &answer["cancelPayment"];
    assert_eq!(told(answer), ("none", "UPSTREAM_UNAVAILABLE", "RETRY"));
    shop.sim.faults().clear();
    let again = shop
        .ask(As::Kim, CANCEL, input(&payment, "key-silent", 4_000))
        .await;
    assert_eq!(
        again["cancelPayment"]["request"]["status"], "SUCCEEDED",
        "the same key"
    );
    let other = shop.card(5_000);
    let by_hand = CancelByHand::everything("console");
    shop.sim.console().cancel(&other, &by_hand).unwrap();
    let late = shop
        .ask(As::Kim, CANCEL, input(&other, "key-late", 1_000))
        .await;
    let late = &late["cancelPayment"];
    assert_eq!(
        told(late),
        ("REJECTED", "ALREADY_CANCELED_PAYMENT", "ALREADY_DONE")
    );
}

fn above(amount: i64) -> reconciliation::CancelPolicy {
    let threshold = reconciliation::Money::from_minor(amount, reconciliation::Currency::KRW);
    reconciliation::CancelPolicy {
        approval_above: [threshold].into_iter().collect(),
        ..reconciliation::CancelPolicy::default()
    }
}

async fn whoever_waits_for_a_second_admin_cannot_pass_the_threshold_by_splitting(mut shop: Shop) {
    shop.restart_under(above(3_000)).await;
    let payment = shop.card(10_000);
    let ask = async |who, payment: &str, key: &str, amount| {
        let input = json!({ "amount": won(amount) });
        shop.cancel(who, payment, key, input).await
    };
    let first = ask(As::Kim, &payment, "key-first", 2_000).await;
    assert_eq!(told(&first), ("SUCCEEDED", "none", "none"));
    let just = ask(As::Kim, &payment, "key-just-in", 1_000).await;
    assert_eq!(told(&just), ("SUCCEEDED", "none", "none"), "3,000 together");
    let split = ask(As::Kim, &payment, "key-split-up", 1).await;
    assert_eq!(
        told(&split),
        ("AWAITING_APPROVAL", "APPROVAL_REQUIRED", "NEEDS_PERSON")
    );
    let other = shop.card(10_000);
    let elsewhere = ask(As::Kim, &other, "key-other-payment", 3_000).await;
    assert_eq!(
        told(&elsewhere),
        ("SUCCEEDED", "none", "none"),
        "of another payment"
    );
    let third = shop.card(10_000);
    ask(As::Kim, &third, "key-of-kim", 2_000).await;
    let by_lee = ask(As::Lee, &third, "key-of-lee", 2_000).await;
    assert_eq!(
        told(&by_lee),
        ("SUCCEEDED", "none", "none"),
        "by another owner"
    );
}

async fn a_request_is_not_resolved_by_its_own_owner_where_a_second_admin_is_needed(mut shop: Shop) {
    shop.restart_under(above(1_000_000)).await;
    let payment = shop.card(10_000);
    shop.next_cancels(100, FaultKind::Status(503));
    let open = shop
        .cancel(
            As::Lee,
            &payment,
            "key-of-lee",
            json!({ "amount": won(1_000) }),
        )
        .await;
    assert_eq!(open["request"]["status"], "UNKNOWN");
    shop.sim.clock().advance(chrono::TimeDelta::seconds(61));
    let take_over = "mutation ($id: ID!) { takeOverCancelRequest(id: $id) { request { status } } }";
    let id = json!({ "id": open["request"]["id"] });
    let taken = shop.ask(As::Lee, take_over, id).await;
    assert_eq!(
        taken["takeOverCancelRequest"]["request"]["status"],
        "NEEDS_OPERATOR"
    );
    // The test's own helper resolves as Lee, who asked for it.
    let own = shop.resolve(&open["request"], "NOT_EXECUTED", "seen").await;
    assert_eq!(
        told(&own),
        ("NEEDS_OPERATOR", "OWN_REQUEST", "NEEDS_PERSON")
    );
    shop.restart_under(reconciliation::CancelPolicy::default())
        .await;
    let alone = shop.resolve(&open["request"], "NOT_EXECUTED", "seen").await;
    assert_eq!(
        alone["request"]["status"], "REJECTED",
        "where nobody needs a second admin"
    );
}
