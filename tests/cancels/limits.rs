//! The merchant's own limits on cancels: what one request and one admin's day may take, for the cancel, the dry run and the
//! screen alike.

use reconciliation::{CancelPolicy, Ceilings, Currency, Money};
use serde_json::{Value, json};
use toss_sim::{FaultKind, NewPayment};

use crate::shop::{As, Shop, on_both_databases, told, won};

on_both_databases!(
    one_request_cancels_its_limit_and_not_one_won_more,
    an_order_for_everything_counts_with_the_balance,
    many_orders_of_one_admin_at_once_fit_the_day_or_are_refused,
    a_day_ends_at_midnight_in_seoul_and_what_was_refused_does_not_count,
    a_screen_and_a_dry_run_are_told_what_the_limits_leave,
);

fn krw(most: i64) -> Ceilings {
    [Money::from_minor(most, Currency::KRW)]
        .into_iter()
        .collect()
}

fn per_request(most: i64) -> CancelPolicy {
    CancelPolicy {
        per_request: krw(most),
        ..CancelPolicy::default()
    }
}

fn per_day(most: i64) -> CancelPolicy {
    CancelPolicy {
        per_day: krw(most),
        ..CancelPolicy::default()
    }
}

const OVER: (&str, &str, &str) = ("none", "LIMIT_EXCEEDED", "NEEDS_PERSON");

async fn recorded(shop: &Shop) -> usize {
    let query = "{ cancelRequests { nodes { id } } }";
    let listed = shop.ask(As::Viewer, query, Value::Null).await;
    listed["cancelRequests"]["nodes"].as_array().unwrap().len()
}

async fn one_request_cancels_its_limit_and_not_one_won_more(mut shop: Shop) {
    shop.restart_under(per_request(3_000)).await;
    let payment = shop.card(10_000);
    let over = json!({ "amount": won(3_001) });
    let tried = shop
        .cancel_or_try(As::Kim, &payment, "key-over", over.clone(), true)
        .await;
    let refused = shop.cancel(As::Kim, &payment, "key-over", over).await;
    assert_eq!(told(&refused), OVER);
    assert_eq!(refused["error"]["field"], "amount");
    assert_eq!(refused["error"], tried["error"]);
    assert_eq!((recorded(&shop).await, shop.sendings(&payment)), (0, 0));
    // The key was not used up.
    let fits = json!({ "amount": won(3_000) });
    let done = shop.cancel(As::Kim, &payment, "key-over", fits).await;
    assert_eq!(done["request"]["status"], "SUCCEEDED");

    let in_dollars = shop.pay(NewPayment::overseas("order-dollars", 1_000_000));
    let done = shop
        .cancel(As::Kim, &in_dollars, "key-usd1", json!({}))
        .await;
    assert_eq!(done["request"]["status"], "SUCCEEDED");
}

async fn an_order_for_everything_counts_with_the_balance(mut shop: Shop) {
    shop.restart_under(CancelPolicy {
        per_day: krw(12_000),
        ..per_request(7_000)
    })
    .await;
    let payment = shop.card(10_000);
    let everything = shop.cancel(As::Kim, &payment, "key-all1", json!({})).await;
    assert_eq!(told(&everything), OVER);
    let part = json!({ "amount": won(3_000) });
    let part = shop.cancel(As::Kim, &payment, "key-part", part).await;
    assert_eq!(part["request"]["status"], "SUCCEEDED");
    let rest = shop.cancel(As::Kim, &payment, "key-rest", json!({})).await;
    assert_eq!(rest["request"]["status"], "SUCCEEDED");
    // 10,000 of the day's 12,000 have been asked for.
    let next = shop.card(2_001);
    let over = shop.cancel(As::Kim, &next, "key-next", json!({})).await;
    assert_eq!(told(&over), OVER);
    let last = shop.card(2_000);
    let fits = shop.cancel(As::Kim, &last, "key-last", json!({})).await;
    assert_eq!(fits["request"]["status"], "SUCCEEDED");
}

async fn many_orders_of_one_admin_at_once_fit_the_day_or_are_refused(mut shop: Shop) {
    shop.restart_under(per_day(10_000)).await;
    let payments: Vec<String> = (0..8).map(|_| shop.card(3_000)).collect();
    let orders = |who, name: &'static str| {
        let shop = &shop;
        let payments = &payments;
        async move {
            let orders = payments
                .iter()
                .enumerate()
                .map(|(place, payment)| async move {
                    let input = json!({ "amount": won(1_500) });
                    let key = format!("key-{name}-{place}");
                    shop.cancel(who, payment, &key, input).await
                });
            futures_util::future::join_all(orders).await
        }
    };
    // Kim and Lee have a day each, and meet on every payment.
    let (of_kim, of_lee) = tokio::join!(orders(As::Kim, "kim"), orders(As::Lee, "lee"));
    for answers in [&of_kim, &of_lee] {
        let succeeded = answers
            .iter()
            .filter(|answer| answer["request"]["status"] == "SUCCEEDED")
            .count();
        assert!(succeeded <= 6, "six times 1,500 is the day");
        let others = answers
            .iter()
            .filter(|answer| answer["request"].is_null())
            .all(|answer| {
                let code = &answer["error"]["code"];
                code == "LIMIT_EXCEEDED" || code == "CANCEL_IN_FLIGHT"
            });
        assert!(others, "{answers:#?}");
    }
    // One after the other, each fills up the day exactly.
    for (who, name) in [(As::Kim, "kim"), (As::Lee, "lee")] {
        for payment in (0..8).map(|_| shop.card(3_000)) {
            let key = format!("key-{name}-{payment}");
            let input = json!({ "amount": won(1_500) });
            shop.cancel(who, &payment, &key, input).await;
        }
        let listed = shop
            .ask(
                As::Viewer,
                "query ($by: String!) { cancelRequests(filter: { requestedBy: $by }) { nodes { status } } }",
                json!({ "by": name }),
            )
            .await;
        let requests = listed["cancelRequests"]["nodes"].as_array().unwrap();
        let counted = requests.iter().filter(|node| node["status"] != "REJECTED");
        assert_eq!(counted.count(), 6, "{name}");
    }
}

async fn a_day_ends_at_midnight_in_seoul_and_what_was_refused_does_not_count(mut shop: Shop) {
    shop.restart_under(per_day(1_000)).await;
    let payment = shop.card(10_000);
    let thousand = || json!({ "amount": won(1_000) });
    shop.next_cancels(1, FaultKind::Refusal("EXCEED_CANCEL_LIMIT".to_owned()));
    let refused = shop
        .cancel(As::Kim, &payment, "key-refused", thousand())
        .await;
    assert_eq!(refused["request"]["status"], "REJECTED");
    let first = shop
        .cancel(As::Kim, &payment, "key-first", thousand())
        .await;
    assert_eq!(first["request"]["status"], "SUCCEEDED");
    let won_more = json!({ "amount": won(1) });
    let second = shop.cancel(As::Kim, &payment, "key-second", won_more).await;
    assert_eq!(told(&second), OVER);
    let of_another = shop
        .cancel(As::Lee, &payment, "key-third", thousand())
        .await;
    assert_eq!(of_another["request"]["status"], "SUCCEEDED");
    // The same order again is the same order, and no second one.
    let again = shop
        .cancel(As::Kim, &payment, "key-first", thousand())
        .await;
    assert_eq!(again["request"]["id"], first["request"]["id"]);
    // It is noon; the day has twelve hours left.
    shop.sim.clock().advance(chrono::Duration::hours(11));
    let still = shop
        .cancel(As::Kim, &payment, "key-still", thousand())
        .await;
    assert_eq!(told(&still), OVER);
    shop.sim.clock().advance(chrono::Duration::hours(1));
    let next_day = shop
        .cancel(As::Kim, &payment, "key-fifth", thousand())
        .await;
    assert_eq!(next_day["request"]["status"], "SUCCEEDED");
}

async fn a_screen_and_a_dry_run_are_told_what_the_limits_leave(mut shop: Shop) {
    shop.restart_under(CancelPolicy {
        per_day: krw(5_000),
        ..per_request(3_000)
    })
    .await;
    let payment = shop.card(10_000);
    let offer = |who| {
        let (shop, payment) = (&shop, &payment);
        async move {
            let query = "query ($key: String!) { payment(by: { paymentKey: $key }, maxAgeSeconds: 0) \
                 { viewerCanCancel { allowed maxAmount { amount } reasons { code } } } }";
            let asked = shop.ask(who, query, json!({ "key": payment })).await;
            let offer = &asked["payment"]["viewerCanCancel"];
            (
                offer["allowed"] == true,
                offer["maxAmount"]["amount"].as_str().map(ToOwned::to_owned),
                offer["reasons"].clone(),
            )
        }
    };
    let leaves = |most: &str| (true, Some(most.to_owned()), json!([]));
    assert_eq!(offer(As::Kim).await, leaves("3000"));
    let first = json!({ "amount": won(3_000) });
    shop.cancel(As::Kim, &payment, "key-first", first).await;
    assert_eq!(offer(As::Kim).await, leaves("2000"));
    assert_eq!(offer(As::Lee).await, leaves("3000"));
    for (amount, code) in [(2_001, json!("LIMIT_EXCEEDED")), (2_000, Value::Null)] {
        let input = json!({ "amount": won(amount) });
        let key = format!("key-{amount}");
        let tried = shop
            .cancel_or_try(As::Kim, &payment, &key, input.clone(), true)
            .await;
        assert_eq!(tried["error"]["code"], code);
        let meant = shop.cancel(As::Kim, &payment, &key, input).await;
        assert_eq!(meant["error"], tried["error"]);
    }
    let reasons = json!([{ "code": "LIMIT_EXCEEDED" }]);
    assert_eq!(offer(As::Kim).await, (false, None, reasons));
}
