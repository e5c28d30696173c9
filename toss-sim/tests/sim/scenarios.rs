//! Each story, as a caller of the API finds it.

use serde_json::Value;
use toss_sim::{Scenario, Status};

use crate::shop::{Shop, date, seoul, try_send};

/// The story from 2026-03-03, seen when the whole of it has been published.
async fn told(name: &str) -> Shop {
    let shop = Shop::open().await;
    shop.sim
        .play(Scenario::by_name(name).unwrap(), date("2026-03-03"));
    shop.sim.clock().set(seoul("2026-04-15T12:00:00"));
    shop
}

async fn rows_of(shop: &Shop, order: &str) -> Vec<(String, String, f64)> {
    let rows = shop.rows("&limit=5000").await;
    rows.iter()
        .filter(|row| row["orderId"] == order)
        .map(|row| {
            let day = row["transactionAt"].as_str().unwrap()[5..10].to_owned();
            (
                day,
                row["status"].as_str().unwrap().to_owned(),
                row["amount"].as_f64().unwrap(),
            )
        })
        .collect()
}

async fn settled_of(shop: &Shop, order: &str) -> Vec<(String, f64)> {
    let rows = shop.settled("&size=5000").await;
    rows.iter()
        .filter(|row| row["orderId"].as_str().unwrap().ends_with(order))
        .map(|row| {
            (
                row["soldDate"].as_str().unwrap()[5..].to_owned(),
                row["amount"].as_f64().unwrap(),
            )
        })
        .collect()
}

/// A number's hundredths, read from its digits.
fn hundredths(number: &Value) -> i64 {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{fraction:0<2}").parse().unwrap()
}

fn row(day: &str, status: &str, amount: f64) -> (String, String, f64) {
    (day.into(), status.into(), amount)
}

fn sold(day: &str, amount: f64) -> (String, f64) {
    (day.into(), amount)
}

/// Story, order, its transaction rows, its settlement rows.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
#[tokio::test]
async fn each_story_leaves_its_rows() {
    let (waiting, done, part, all) = (
        "WAITING_FOR_DEPOSIT",
        "DONE",
        "PARTIAL_CANCELED",
        "CANCELED",
    );
    let paid = |won: f64| vec![row("03-03", done, won)];
    let cases = vec![
        (
            "account_never_paid",
            "order-never-paid",
            vec![row("03-03", waiting, 0.0), row("03-03", all, 22_400.0)],
            vec![],
        ),
        (
            "partial_cancels",
            "order-partial-cancels",
            vec![
                row("03-03", done, 15_000.0),
                row("03-04", part, 3_000.0),
                row("03-05", part, 5_000.0),
            ],
            vec![
                sold("03-03", 15_000.0),
                sold("03-04", -3_000.0),
                sold("03-05", -5_000.0),
            ],
        ),
        (
            "partial_cancels_to_zero",
            "order-drained",
            vec![
                row("03-03", done, 15_000.0),
                row("03-04", part, 3_000.0),
                row("03-05", part, 5_000.0),
                row("03-06", part, 7_000.0),
            ],
            vec![
                sold("03-03", 15_000.0),
                sold("03-04", -3_000.0),
                sold("03-05", -5_000.0),
                sold("03-06", -7_000.0),
            ],
        ),
        (
            "console_cancel",
            "order-console-cancel",
            vec![row("03-03", done, 39_000.0), row("03-04", all, 39_000.0)],
            vec![sold("03-03", 39_000.0), sold("03-04", -39_000.0)],
        ),
        (
            "deposit_bounced",
            "order-bounced",
            vec![
                row("03-03", waiting, 0.0),
                row("03-03", done, 31_000.0),
                row("03-03", waiting, 0.0),
                row("03-04", all, 31_000.0),
            ],
            vec![],
        ),
        (
            "deposit_refunded",
            "order-deposit-refunded",
            vec![
                row("03-03", waiting, 0.0),
                row("03-03", done, 22_400.0),
                row("03-04", part, 5_000.0),
                row("03-05", part, 17_400.0),
            ],
            vec![
                sold("03-03", 22_400.0),
                sold("03-04", -5_000.0),
                sold("03-05", -17_400.0),
            ],
        ),
        (
            "overseas_usd",
            "order-overseas-usd",
            vec![row("03-03", done, 726.24), row("03-03", part, 181.56)],
            vec![sold("03-03", 726.24), sold("03-03", -181.56)],
        ),
        (
            "overseas_async_cancel",
            "order-async-granted",
            vec![row("03-03", done, 120.0), row("03-04", part, 30.5)],
            vec![sold("03-03", 120.0), sold("03-04", -30.5)],
        ),
        (
            "overseas_async_cancel",
            "order-async-refused",
            paid(120.0),
            vec![sold("03-03", 120.0)],
        ),
        (
            "settlement_missing",
            "order-unsettled",
            paid(27_000.0),
            vec![],
        ),
        (
            "settlement_duplicated",
            "order-settled-twice",
            vec![row("03-03", done, 44_000.0), row("03-04", all, 44_000.0)],
            vec![
                sold("03-03", 44_000.0),
                sold("03-04", -44_000.0),
                sold("03-04", -44_000.0),
            ],
        ),
        (
            "settled_void",
            "order-settled-void",
            vec![row("03-03", waiting, 0.0), row("03-03", all, 19_800.0)],
            vec![sold("03-03", -19_800.0)],
        ),
        (
            "fee_off_by_one",
            "order-fee-off",
            paid(33_000.0),
            vec![sold("03-03", 33_000.0)],
        ),
        (
            "degraded_rows",
            "order-degraded",
            paid(1_600.0),
            vec![sold("03-03", 1_600.0)],
        ),
        (
            "amount_mismatch",
            "order-amount-off",
            paid(52_000.0),
            vec![sold("03-03", 51_000.0)],
        ),
        (
            "settlement_orphan",
            "order-orphan",
            vec![],
            vec![sold("03-03", 24_000.0)],
        ),
        (
            "unknown_status",
            "order-unknown-status",
            vec![
                row("03-03", done, 12_000.0),
                row("03-04", "UNDER_REVIEW", 2_000.0),
            ],
            vec![sold("03-03", 12_000.0), sold("03-04", -2_000.0)],
        ),
        (
            "split_row",
            "order-split",
            paid(80_000.0),
            vec![sold("03-03", 40_000.0), sold("03-03", 40_000.0)],
        ),
        (
            "split_row_off",
            "order-split-surplus",
            paid(36_000.0),
            vec![sold("03-03", 18_000.0), sold("03-03", 24_000.0)],
        ),
        (
            "split_row_off",
            "order-split-short",
            paid(45_000.0),
            vec![sold("03-03", 22_500.0), sold("03-03", 17_500.0)],
        ),
        (
            "unreadable_row",
            "order-unreadable",
            paid(23_000.0),
            vec![sold("03-03", 23_000.0)],
        ),
        (
            "over_refunded",
            "order-over-refunded",
            vec![
                row("03-03", done, 20_000.0),
                row("03-04", part, 15_000.0),
                row("03-05", part, 10_000.0),
            ],
            vec![
                sold("03-03", 20_000.0),
                sold("03-04", -15_000.0),
                sold("03-05", -10_000.0),
            ],
        ),
        (
            "refund_failed",
            "order-refund-failed",
            vec![
                row("03-03", waiting, 0.0),
                row("03-03", done, 31_500.0),
                row("03-04", all, 31_500.0),
            ],
            vec![sold("03-03", 31_500.0), sold("03-04", -31_500.0)],
        ),
        (
            "second_attempt",
            "order-second-attempt",
            paid(28_000.0),
            vec![sold("03-03", 28_000.0)],
        ),
        (
            "wallet_unsettled",
            "order-wallet-unsettled",
            paid(49.9),
            vec![],
        ),
        (
            "cancelled_later",
            "order-cancelled-later",
            vec![
                row("03-03", waiting, 0.0),
                row("03-03", done, 26_000.0),
                row("03-08", all, 26_000.0),
            ],
            vec![sold("03-03", 26_000.0), sold("03-08", -26_000.0)],
        ),
        (
            "negative_payout",
            "order-payout-negative",
            vec![
                row("03-03", done, 4_800_000.0),
                row("03-07", all, 4_800_000.0),
            ],
            vec![sold("03-03", 4_800_000.0), sold("03-07", -4_800_000.0)],
        ),
        (
            "negative_day",
            "order-negative-day",
            vec![row("03-03", done, 480_000.0), row("03-06", all, 480_000.0)],
            vec![sold("03-03", 480_000.0), sold("03-06", -480_000.0)],
        ),
    ];
    for (name, order, rows, settled) in cases {
        let shop = told(name).await;
        assert_eq!(rows_of(&shop, order).await, rows, "{name}");
        assert_eq!(settled_of(&shop, order).await, settled, "{name}");
        assert!(
            Scenario::by_name(name).unwrap().summary.contains(order),
            "{name}"
        );
    }
}

#[tokio::test]
async fn stories_about_a_reading_say_it() {
    let field = |shop: Shop, order: &'static str, field: &'static str| async move {
        shop.get(&format!("/v1/payments/orders/{order}"))
            .await
            .json()[field]
            .clone()
    };
    assert_eq!(
        field(
            told("balance_mismatch").await,
            "order-balance-off",
            "balanceAmount"
        )
        .await,
        17_000
    );
    assert_eq!(
        field(told("status_mismatch").await, "order-status-off", "status").await,
        "CANCELED"
    );
    assert_eq!(
        told("currency_mismatch").await.settled("").await[0]["currency"],
        "JPY"
    );
    for (name, field) in [
        ("settlement_restated", "fee"),
        ("payout_date_changed", "paidOutDate"),
    ] {
        let shop = told(name).await;
        let (first, second) = (shop.settled("").await, shop.settled("").await);
        assert_ne!(first[0][field], second[0][field], "{name}");
        assert_eq!(second, shop.settled("").await, "{name}");
    }
    let refund = told("refund_failed").await;
    let account = field(refund, "order-refund-failed", "virtualAccount").await;
    assert_eq!(account["refundStatus"], "FAILED");
    let second = told("second_attempt").await;
    assert_eq!(second.sim.console().payment_keys().len(), 2);
    assert_eq!(
        field(second, "order-second-attempt", "status").await,
        "DONE"
    );
    let over = told("over_refunded").await;
    assert_eq!(field(over, "order-over-refunded", "balanceAmount").await, 0);
    assert_eq!(
        told("unreadable_row").await.settled("").await[0]["currency"],
        "ZZZ"
    );
    let unanswered = told("cancel_unanswered").await;
    let key = unanswered.sim.console().payment_key("order-unanswered");
    let cancel = unanswered.cancel_request(&key.unwrap(), r#"{"cancelReason":"x"}"#);
    assert!(try_send(cancel).await.is_err());
    let mids: Vec<Value> = told("two_mids")
        .await
        .rows("")
        .await
        .iter()
        .map(|row| row["mId"].clone())
        .collect();
    assert_eq!(mids, vec!["tdemoshop02"; 12]);
}

#[tokio::test]
async fn a_clean_month_adds_up() {
    let shop = told("clean_month").await;
    let rows = shop.rows("&limit=5000").await;
    let settled = shop.settled("&size=5000").await;
    assert!(rows.len() > 200, "{} rows", rows.len());
    let keys = |rows: &[Value]| {
        let mut keys: Vec<String> = rows
            .iter()
            .map(|row| row["transactionKey"].as_str().unwrap().into())
            .collect();
        keys.sort();
        keys
    };
    let money_rows: Vec<Value> = rows
        .iter()
        .filter(|row| row["status"] != "WAITING_FOR_DEPOSIT")
        .cloned()
        .collect();
    assert_eq!(
        keys(&money_rows),
        keys(&settled),
        "every row that moved money is settled once"
    );
    for row in &settled {
        let cents = |field: &str| hundredths(&row[field]);
        assert_eq!(
            cents("payOutAmount"),
            cents("amount") - cents("fee"),
            "{row}"
        );
        assert_eq!(cents("fee"), cents("supplyAmount") + cents("vat"), "{row}");
    }
    for key in shop.sim.console().payment_keys() {
        let cancelled: i64 = shop
            .sim
            .executed_cancels(&key)
            .iter()
            .map(|cancel| cancel.amount.minor)
            .sum();
        assert!(shop.sim.console().balance(&key).unwrap().minor >= 0 && cancelled >= 0);
    }
}

#[tokio::test]
async fn every_other_story_is_within_the_one_that_has_every_case() {
    let shop = told("every_case").await;
    let rows = shop.rows("&limit=5000").await;
    for order in [
        "order-never-paid",
        "order-partial-cancels",
        "order-bounced",
        "order-mid2-12",
        "clean-card-30-3",
    ] {
        assert!(rows.iter().any(|row| row["orderId"] == order), "{order}");
    }
    for scenario in Scenario::all() {
        if scenario.name == "split_row_off" {
            continue;
        }
        let part = Shop::open().await;
        part.sim.clock().set(seoul("2026-04-15T12:00:00"));
        part.sim.play(scenario, date("2026-03-03"));
        let everything = shop.sim.console();
        for key in part.sim.console().payment_keys() {
            let order = part.payment(&key).await["orderId"]
                .as_str()
                .unwrap()
                .to_owned();
            assert!(
                everything.payment_key(&order).is_some(),
                "{} has {order}",
                scenario.name
            );
        }
    }
}

#[tokio::test]
async fn a_story_goes_on_as_the_clock_does() {
    let shop = Shop::open().await;
    shop.sim.play(
        Scenario::by_name("partial_cancels").unwrap(),
        date("2026-03-03"),
    );
    for (now, status) in [
        ("2026-03-03T23:00:00", Status::Done),
        ("2026-03-04T15:00:00", Status::PartialCanceled),
    ] {
        shop.sim.clock().set(seoul(now));
        assert_eq!(
            shop.sim.console().status("order-partial-cancels"),
            Some(status),
            "{now}"
        );
    }
    assert_eq!(
        shop.sim
            .console()
            .balance("order-partial-cancels")
            .unwrap()
            .minor,
        12_000
    );
}

#[test]
fn an_unknown_story_names_the_known_ones() {
    let message = Scenario::by_name("nobody").unwrap_err().to_string();
    assert!(
        message.starts_with("there is no scenario 'nobody'; there are: account_never_paid, "),
        "{message}"
    );
    for scenario in Scenario::all() {
        assert!(message.contains(scenario.name));
        assert_eq!(
            Scenario::by_name(scenario.name).unwrap().name,
            scenario.name
        );
    }
}
