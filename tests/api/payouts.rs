//! What each day pays out, and when money moves that no settlement row speaks of yet.

use std::collections::BTreeMap;

use chrono::Duration;
use serde_json::{Value, json};
use toss_sim::{CancelByHand, NewPayment};

use crate::mirrored::{MONTH, Month, minor, text};
use crate::support::{Choices, Engine, Shop, instant, on_both_databases};

on_both_databases!(
    the_days_that_are_settled_are_the_sums_of_their_rows,
    a_cancel_on_the_friday_before_a_long_weekend_has_its_day_at_once,
    a_day_below_zero_is_shown_as_such,
    the_cycle_that_rows_taught_stands_beside_the_configured_one,
);

const DAY: &str = "mId currency paidOutDate paymentCount cancelCount grossAmount { amount currency }
    cancelAmount { amount currency } fee { amount currency } payOutAmount { amount currency } basis";

/// Counts of payments and cancels, and gross, cancels, fee and payout in minor units.
type Day = [i64; 6];

async fn days(shop: &Shop, from: &str, to: &str, more: &str) -> Vec<Value> {
    let query =
        format!("{{ payoutDays(range: {{ from: \"{from}\", to: \"{to}\" }} {more}) {{ {DAY} }} }}");
    let days = shop.ask(&query).await["payoutDays"].take();
    days.as_array().unwrap().clone()
}

fn numbers(day: &Value) -> Day {
    let amounts = ["grossAmount", "cancelAmount", "fee", "payOutAmount"].map(|field| {
        assert_eq!(day[field]["currency"], day["currency"]);
        minor(&day[field])
    });
    let count = |field: &str| day[field].as_i64().unwrap();
    let [gross, cancels, fee, pay_out] = amounts;
    [
        count("paymentCount"),
        count("cancelCount"),
        gross,
        cancels,
        fee,
        pay_out,
    ]
}

async fn the_days_that_are_settled_are_the_sums_of_their_rows(Month(shop): Month) {
    let (from, to) = ("2026-02-01", "2026-04-30");
    let filter = format!("paidOutDate: {{ from: \"{from}\", to: \"{to}\" }}");
    let rows = shop
        .all("settlements", &filter, 200, "mId kind paidOutDate amount { amount currency } fee { amount } payOutAmount { amount }")
        .await;
    assert!(rows.len() > 200, "{}", rows.len());
    let mut expected: BTreeMap<(String, String, String), Day> = BTreeMap::new();
    for row in &rows {
        let place = (
            text(row, "paidOutDate"),
            text(row, "mId"),
            text(&row["amount"], "currency"),
        );
        let day = expected.entry(place).or_default();
        let kind = usize::from(row["kind"] == "CANCEL");
        day[kind] += 1;
        day[2 + kind] += minor(&row["amount"]);
        day[4] += minor(&row["fee"]);
        day[5] += minor(&row["payOutAmount"]);
    }
    let all = days(&shop, from, to, "").await;
    let settled: Vec<&Value> = all.iter().filter(|day| day["basis"] == "SETTLED").collect();
    let found: BTreeMap<_, _> = settled
        .iter()
        .map(|day| {
            (
                (
                    text(day, "paidOutDate"),
                    text(day, "mId"),
                    text(day, "currency"),
                ),
                numbers(day),
            )
        })
        .collect();
    assert_eq!(found.len(), settled.len());
    assert_eq!(found, expected);
    // Newest first, and those of one merchant alone are the same.
    assert!(all.is_sorted_by_key(|day| std::cmp::Reverse(text(day, "paidOutDate"))));
    let second = days(&shop, from, to, ", mId: [\"tdemoshop02\"]").await;
    let of_second: Vec<Value> = all
        .into_iter()
        .filter(|day| day["mId"] == "tdemoshop02")
        .collect();
    assert!(!second.is_empty());
    assert_eq!(second, of_second);
}

/// A shop with five business days in its settings.
async fn with_contract(engine: Engine) -> Shop {
    let choices = Choices {
        payout_business_days: Some(5),
        ..Choices::default()
    };
    Shop::open_with(engine, choices).await
}

/// Moves the shop's clock to an instant.
fn pass_to(shop: &Shop, at: &str) {
    shop.pass(instant(at) - shop.sim.clock().now());
}

const PAYOUTS: &str = "payouts { kind amount { amount currency } soldDate paidOutDate basis }";

async fn a_cancel_on_the_friday_before_a_long_weekend_has_its_day_at_once(engine: Engine) {
    let shop = with_contract(engine).await;
    // Buddha's birthday is a Sunday in 2026, so that Monday, 25 May, is closed too.
    pass_to(&shop, "2026-05-21T10:00:00+09:00");
    shop.sim
        .console()
        .pay(NewPayment::card("order-may", 10_000));
    pass_to(&shop, "2026-05-22T15:00:00+09:00");
    let cancel = CancelByHand::everything("고객 변심");
    shop.sim.console().cancel("order-may", &cancel).unwrap();
    let payout = |kind: &str, amount: &str, sold: &str, paid_out: &str, basis: &str| {
        json!({ "kind": kind, "amount": { "amount": amount, "currency": "KRW" }, "soldDate": sold,
                "paidOutDate": paid_out, "basis": basis })
    };
    let paid = payout("PAYMENT", "10000", "2026-05-21", "2026-05-29", "SETTLED");
    assert_eq!(
        shop.payment("order-may", PAYOUTS).await["payouts"],
        json!([
            paid,
            payout("CANCEL", "-10000", "2026-05-22", "2026-06-01", "FORECAST")
        ])
    );
    let [day] = &days(&shop, "2026-06-01", "2026-06-01", "").await[..] else {
        panic!("one day");
    };
    assert_eq!(numbers(day), [0, 1, 0, -10_000, 0, -10_000]);
    assert_eq!(day["basis"], "FORECAST");

    // Toss's own row comes a day later and says the same.
    shop.pass(Duration::days(1));
    assert_eq!(
        shop.payment("order-may", PAYOUTS).await["payouts"],
        json!([
            paid,
            payout("CANCEL", "-10000", "2026-05-22", "2026-06-01", "SETTLED")
        ])
    );
    let [day] = &days(&shop, "2026-06-01", "2026-06-01", "").await[..] else {
        panic!("one day");
    };
    assert_eq!(day["basis"], "SETTLED");
    assert_eq!(numbers(day)[..4], [0, 1, 0, -10_000]);
}

async fn a_day_below_zero_is_shown_as_such(shop: Shop) {
    shop.play("negative_day", MONTH.0);
    shop.mirror(MONTH).await;
    let all = days(&shop, "2026-02-01", "2026-04-30", "").await;
    let below: Vec<Day> = all.iter().map(numbers).filter(|day| day[5] < 0).collect();
    let [[0, 1, 0, -480_000, fee, pay_out]] = below[..] else {
        panic!("one day: {all:#?}");
    };
    assert_eq!(pay_out, -480_000 - fee);
}

async fn the_cycle_that_rows_taught_stands_beside_the_configured_one(Month(shop): Month) {
    let query = "{ settlementCycle { mId method methodLabel configured { cycle businessDays }
        learned { cycle lag { businessDays rowCount agreeingCount } hitRate { forecastCount hitCount } } } }";
    let answer = shop.ask(query).await["settlementCycle"].take();
    let cycles = answer.as_array().unwrap();
    let cards = cycles
        .iter()
        .find(|cycle| cycle["mId"] == "tdemoshop01" && cycle["method"] == "CARD")
        .unwrap();
    assert_eq!(cards["methodLabel"], "카드");
    assert_eq!(
        cards["configured"],
        json!({ "cycle": "DAILY", "businessDays": null })
    );
    let learned = &cards["learned"];
    assert_eq!(learned["cycle"], "DAILY");
    assert_eq!(learned["lag"]["businessDays"], 5);
    let rows = learned["lag"]["rowCount"].as_i64().unwrap();
    let agreeing = learned["lag"]["agreeingCount"].as_i64().unwrap();
    assert!(
        rows > 90 && agreeing <= rows && agreeing > rows - 5,
        "{learned:#}"
    );
    let forecast = learned["hitRate"]["forecastCount"].as_i64().unwrap();
    let hits = learned["hitRate"]["hitCount"].as_i64().unwrap();
    assert!(
        forecast > 60 && forecast < rows && hits <= forecast && hits > forecast - 5,
        "{learned:#}"
    );

    let query = "{ settlementCycle(mId: [\"tdemoshop02\"]) { mId } }";
    let second = shop.ask(query).await["settlementCycle"].take();
    assert_eq!(second, json!([{ "mId": "tdemoshop02" }]));
}
