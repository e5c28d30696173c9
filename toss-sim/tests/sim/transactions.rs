//! The transaction list: its rows, its windows and its pages.

use chrono::Duration;
use serde_json::Value;
use toss_sim::{NewPayment, OverLimit, Status, TransactionChange, TransactionTrouble};

use crate::shop::{Shop, seoul};

fn keys(rows: &[Value]) -> Vec<String> {
    rows.iter()
        .map(|row| row["transactionKey"].as_str().unwrap().to_owned())
        .collect()
}

fn story(rows: &[Value]) -> Vec<(&str, i64)> {
    rows.iter()
        .map(|row| {
            (
                row["status"].as_str().unwrap(),
                row["amount"].as_i64().unwrap(),
            )
        })
        .collect()
}

async fn shop_with_rows(count: i64) -> Shop {
    let shop = Shop::open().await;
    for nth in 0..count {
        let at = seoul("2026-03-03T09:00:00") + Duration::seconds(nth / 2);
        shop.sim
            .console()
            .pay(NewPayment::card(format!("order-{nth:03}"), 1_000 + nth).at(at));
    }
    shop
}

#[tokio::test]
async fn a_page_begins_after_its_cursor_and_ends_short() {
    let shop = shop_with_rows(7).await;
    let all = keys(&shop.rows("").await);
    let mut paged: Vec<String> = Vec::new();
    loop {
        let cursor = paged
            .last()
            .map_or(String::new(), |key| format!("&startingAfter={key}"));
        let page = keys(&shop.rows(&format!("&limit=3{cursor}")).await);
        paged.extend(page.iter().cloned());
        if page.len() < 3 {
            break;
        }
    }
    assert_eq!(paged, all);
    assert_eq!(all.len(), 7);
}

#[tokio::test]
async fn the_default_page_has_100_rows() {
    let shop = shop_with_rows(103).await;
    assert_eq!(shop.rows("").await.len(), 100);
    assert_eq!(shop.rows("&limit=5000").await.len(), 103);
    assert_eq!(shop.rows("&limit=5001").await.len(), 103);
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.over_limit = OverLimit::Refuse);
    let path = "/v1/transactions?startDate=2026-03-01&endDate=2026-04-01&limit=";
    for (limit, code) in [
        ("5000", ""),
        ("5001", "INVALID_REQUEST"),
        ("0", "INVALID_REQUEST"),
        ("x", "INVALID_REQUEST"),
    ] {
        let answer = shop.get(&format!("{path}{limit}")).await;
        let code_there = if answer.status == 200 {
            String::new()
        } else {
            answer.code()
        };
        assert_eq!(code_there, code, "{limit}");
    }
}

#[tokio::test]
async fn windows_are_seouls_and_include_their_last_second() {
    let shop = Shop::open().await;
    for (order, at) in [
        ("order-a", "2026-03-02T23:59:59"),
        ("order-b", "2026-03-03T00:00:00"),
        ("order-c", "2026-03-03T11:59:59"),
    ] {
        shop.sim
            .console()
            .pay(NewPayment::card(order, 1_000).at(seoul(at) + Duration::milliseconds(300)));
    }
    let cases = [
        ("2026-03-02", "2026-03-02T23:59:59", "a"),
        ("2026-03-02", "2026-03-02T23:59:59.000", "a"),
        ("2026-03-02T00:00:00.000", "2026-03-03", "ab"),
        ("2026-03-03", "2026-03-03T11:59:58", "b"),
        ("2026-03-03T00:00:01", "2026-03-03T11:59:59", "c"),
        ("2026-03-04", "2026-03-05", ""),
    ];
    for (start, end, orders) in cases {
        let rows = shop
            .get(&format!("/v1/transactions?startDate={start}&endDate={end}"))
            .await
            .json();
        let found: String = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                row["orderId"]
                    .as_str()
                    .unwrap()
                    .trim_start_matches("order-")
                    .to_owned()
            })
            .collect();
        assert_eq!(found, orders, "{start} to {end}");
    }
}

#[tokio::test]
async fn dates_that_are_none_are_refused() {
    let shop = Shop::open().await;
    for query in [
        "",
        "startDate=2026-03-01",
        "startDate=2026-03-01&endDate=2026-02-30",
        "startDate=2026-03-02&endDate=2026-03-01",
        "startDate=2026-03-01T00:00:00%2B09:00&endDate=2026-03-02",
        "startDate=20260301&endDate=20260302",
    ] {
        let answer = shop.get(&format!("/v1/transactions?{query}")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (400, "INVALID_DATE"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_cursor_that_is_unknown_or_by_switch_elsewhere_is_refused() {
    let shop = shop_with_rows(4).await;
    let first = keys(&shop.rows("").await)[0].clone();
    let window = "/v1/transactions?startDate=2026-03-03T09:00:01&endDate=2026-03-04";
    assert_eq!(
        shop.get(&format!("{window}&startingAfter=nobody"))
            .await
            .code(),
        "INVALID_TRANSACTION_KEY"
    );
    let outside = format!("{window}&startingAfter={first}");
    assert_eq!(shop.get(&outside).await.json().as_array().unwrap().len(), 2);
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.refuses_cursors_outside = true);
    assert_eq!(shop.get(&outside).await.code(), "INVALID_TRANSACTION_KEY");
}

#[tokio::test]
async fn a_bounced_deposit_leaves_a_row_of_its_own() {
    let shop = Shop::open().await;
    let console = shop.sim.console();
    let key = console.pay(NewPayment::virtual_account("order-bounce", 31_000));
    let mut newest = Vec::new();
    for act in [Status::Done, Status::WaitingForDeposit, Status::Done] {
        shop.sim.clock().advance(Duration::minutes(1));
        if act == Status::Done {
            console.deposit(&key, None).unwrap();
        } else {
            console.bounce(&key, None).unwrap();
        }
        assert_eq!(console.status(&key), Some(act));
        newest.push(
            shop.payment(&key).await["lastTransactionKey"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    let rows = shop.rows("").await;
    assert_eq!(
        story(&rows),
        [
            ("WAITING_FOR_DEPOSIT", 0),
            ("DONE", 31_000),
            ("WAITING_FOR_DEPOSIT", 0),
            ("DONE", 31_000)
        ]
    );
    assert_eq!(keys(&rows)[1..], newest);
}

#[tokio::test]
async fn an_account_past_its_due_date_expires_without_an_event() {
    let shop = Shop::open().await;
    let key = shop
        .sim
        .console()
        .pay(NewPayment::virtual_account("order-due", 8_000));
    let flags = |payment: &Value| {
        (
            payment["status"].clone(),
            payment["virtualAccount"]["expired"].clone(),
        )
    };
    assert_eq!(
        flags(&shop.payment(&key).await),
        ("WAITING_FOR_DEPOSIT".into(), false.into())
    );
    shop.sim.clock().set(seoul("2026-03-11T00:00:00"));
    assert_eq!(
        flags(&shop.payment(&key).await),
        ("WAITING_FOR_DEPOSIT".into(), true.into())
    );
    assert!(
        shop.sim.console().deposit(&key, None).is_err(),
        "too late to pay"
    );
    assert_eq!(shop.rows("").await.len(), 1);
}

#[tokio::test]
async fn rows_can_be_late_hidden_or_of_an_unknown_status() {
    let shop = Shop::open().await;
    for (order, change) in [
        ("order-late", TransactionChange::Late(Duration::hours(2))),
        ("order-hidden", TransactionChange::Hidden),
        (
            "order-odd",
            TransactionChange::Status("UNDER_REVIEW".into()),
        ),
        ("order-plain-else", TransactionChange::Hidden),
    ] {
        shop.sim
            .console()
            .pay(NewPayment::card(order.trim_end_matches("-else"), 1_000));
        shop.sim.faults().transaction(TransactionTrouble {
            order_id: order.into(),
            change,
        });
    }
    let rows = shop.rows("").await;
    assert_eq!(story(&rows), [("UNDER_REVIEW", 1_000), ("DONE", 1_000)]);
    shop.sim.clock().advance(Duration::hours(2));
    assert_eq!(shop.rows("").await.len(), 3);
}

#[tokio::test]
async fn an_order_shows_its_latest_attempt() {
    let shop = Shop::open().await;
    let console = shop.sim.console();
    console.pay(NewPayment::card("order twice", 1_000).ending(toss_sim::Outcome::Aborted));
    shop.sim.clock().advance(Duration::minutes(1));
    let second = console.pay(NewPayment::card("order twice", 1_000));
    let answer = shop.get("/v1/payments/orders/order%20twice").await;
    assert_eq!(answer.json()["paymentKey"], second.as_str());
}
