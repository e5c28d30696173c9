//! Settlement rows: their arithmetic, their dates, and the ways in which they go wrong.

use serde_json::Value;
use toss_sim::{
    Amount, CancelByHand, Contract, Currency, FeesForm, Method, NewPayment, Onset, SettledEvent,
    SettlementChange, SettlementCycle, SettlementTrouble, business_days_after, is_business_day,
    sold_date,
};

use crate::shop::{Shop, TEST_KEY, date, send, seoul};

fn number(row: &Value, field: &str) -> i64 {
    row[field]
        .as_i64()
        .unwrap_or_else(|| panic!("{field} of {row}"))
}

/// One card payment of 15,000 won on 2026-03-03, seen from the next day.
async fn settled_shop() -> Shop {
    let shop = Shop::open().await;
    shop.sim
        .console()
        .pay(NewPayment::card("order-settled", 15_000));
    shop.pass_days(1);
    shop
}

fn trouble(shop: &Shop, change: SettlementChange, onset: Onset) {
    let event = SettledEvent::Approval;
    shop.sim.faults().settlement(SettlementTrouble {
        order_id: "order-settled".into(),
        event,
        change,
        onset,
    });
}

/// Amount and method of the documented rows, with their fee, supply and VAT.
#[tokio::test]
async fn fees_are_those_of_the_documented_rows() {
    let wallet = Method::EasyPay {
        provider: "토스페이".into(),
        money: 18_000,
        points: 2_000,
    };
    let instalments = Method::Card {
        months: 3,
        merchant_pays_interest: true,
    };
    let cases = [
        (Method::card(), 22_000, 508, 462, 46),
        (Method::card(), 15_000, 346, 315, 31),
        (Method::card(), 3_000, 69, 63, 6),
        (wallet, 20_000, 660, 600, 60),
        (Method::VirtualAccount, 22_400, 330, 300, 30),
        (instalments, 12_000, 541, 492, 49),
    ];
    for (method, won, fee, supply, vat) in cases {
        let shop = Shop::open().await;
        let key = shop.sim.console().pay(NewPayment::new(
            "order-fee",
            method.clone(),
            Amount::won(won),
        ));
        if method == Method::VirtualAccount {
            shop.sim.console().deposit(&key, None).unwrap();
        } else {
            shop.sim
                .console()
                .cancel(&key, &CancelByHand::everything("x"))
                .unwrap();
        }
        shop.pass_days(1);
        for row in shop.settled("").await {
            let sign = number(&row, "amount").signum();
            assert_eq!(number(&row, "amount"), sign * won);
            let money = (
                number(&row, "fee"),
                number(&row, "supplyAmount"),
                number(&row, "vat"),
            );
            assert_eq!(money, (sign * fee, sign * supply, sign * vat), "{method:?}");
            assert_eq!(number(&row, "payOutAmount"), sign * (won - fee));
            let parts: i64 = row["fees"]
                .as_array()
                .unwrap()
                .iter()
                .map(|part| number(part, "fee"))
                .sum();
            assert_eq!(parts, sign * fee);
        }
    }
}

#[tokio::test]
async fn a_row_is_listed_from_the_next_day_in_seoul() {
    let shop = Shop::open().await;
    shop.sim
        .console()
        .pay(NewPayment::card("order-late-evening", 1_000).at(seoul("2026-03-03T11:00:00")));
    for (now, rows) in [("2026-03-03T23:59:59", 0), ("2026-03-04T00:00:00", 1)] {
        shop.sim.clock().set(seoul(now));
        assert_eq!(shop.settled("").await.len(), rows, "{now}");
    }
}

#[tokio::test]
async fn approval_and_cancel_are_settled_on_days_of_their_own() {
    let shop = settled_shop().await;
    shop.sim
        .console()
        .cancel(
            "order-settled",
            &CancelByHand::part(Amount::won(3_000), "일부 품절"),
        )
        .unwrap();
    shop.pass_days(1);
    let rows = shop.settled("").await;
    let dates: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["soldDate"].as_str().unwrap(),
                row["paidOutDate"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        dates,
        [("2026-03-03", "2026-03-10"), ("2026-03-04", "2026-03-11")]
    );
    assert_eq!(
        rows[0]["approvedAt"], rows[1]["approvedAt"],
        "a cancel row carries the original approval"
    );
    assert_eq!(number(&rows[1], "amount"), -3_000);
    assert_eq!(number(&rows[1]["cancel"], "cancelAmount"), 3_000);
    assert_eq!(
        rows[1]["transactionKey"],
        rows[1]["cancel"]["transactionKey"]
    );
    let by_payout = shop
        .get("/v1/settlements?startDate=2026-03-11&endDate=2026-03-11&dateType=paidOutDate")
        .await
        .json();
    assert_eq!(by_payout, Value::from(vec![rows[1].clone()]));
}

#[tokio::test]
async fn only_events_that_moved_money_are_settled() {
    let shop = Shop::open().await;
    let console = shop.sim.console();
    console.pay(NewPayment::virtual_account("order-void", 22_400));
    console
        .cancel("order-void", &CancelByHand::everything("x"))
        .unwrap();
    console.pay(NewPayment::virtual_account("order-bounced", 31_000));
    console.deposit("order-bounced", None).unwrap();
    console.bounce("order-bounced", None).unwrap();
    console.pay(NewPayment::virtual_account("order-paid", 10_000));
    console.deposit("order-paid", None).unwrap();
    shop.pass_days(1);
    let orders: Vec<Value> = shop
        .settled("")
        .await
        .iter()
        .map(|row| row["orderId"].clone())
        .collect();
    assert_eq!(orders, ["order-paid"]);
}

/// Sold date, contract days, payout: the pairs that merchants published.
#[test]
fn payout_dates_are_those_of_published_rows() {
    for (sold, days, paid) in [
        ("2025-04-25", 6, "2025-05-08"),
        ("2025-09-17", 6, "2025-09-25"),
        ("2023-11-25", 4, "2023-11-30"),
        ("2025-02-09", 4, "2025-02-13"),
        ("2025-06-18", 5, "2025-06-25"),
        ("2025-10-20", 5, "2025-10-27"),
        ("2026-03-03", 5, "2026-03-10"),
        ("2025-10-02", 1, "2025-10-10"),
        ("2026-02-13", 1, "2026-02-19"),
        ("2027-12-24", 1, "2027-12-28"),
    ] {
        assert_eq!(
            business_days_after(date(sold), days),
            date(paid),
            "{sold} + {days}"
        );
    }
}

#[test]
fn holidays_are_closed_and_their_neighbours_open() {
    for (day, open) in [
        ("2024-05-06", false),
        ("2024-05-07", true),
        ("2025-05-01", false),
        ("2025-05-02", true),
        ("2026-03-02", false),
        ("2026-05-25", false),
        ("2026-10-05", false),
        ("2026-10-06", true),
        ("2026-03-07", false),
    ] {
        assert_eq!(is_business_day(date(day)), open, "{day}");
    }
}

#[test]
fn sold_dates_follow_the_cycle() {
    let cases: [(&str, SettlementCycle, &str); 7] = [
        ("2026-03-07", SettlementCycle::Daily, "2026-03-07"),
        ("2026-03-02", SettlementCycle::Weekly, "2026-03-08"),
        ("2026-03-08", SettlementCycle::Weekly, "2026-03-08"),
        ("2026-03-09", SettlementCycle::Weekly, "2026-03-15"),
        ("2026-02-01", SettlementCycle::Monthly, "2026-02-28"),
        ("2024-02-29", SettlementCycle::Monthly, "2024-02-29"),
        ("2026-12-31", SettlementCycle::Monthly, "2026-12-31"),
    ];
    for (day, cycle, sold) in cases {
        assert_eq!(sold_date(date(day), cycle), date(sold), "{day} {cycle:?}");
    }
}

#[tokio::test]
async fn a_weekly_merchants_rows_carry_the_coming_sunday() {
    let shop = Shop::with(|settings| {
        settings.merchants[0].contract = Contract {
            cycle: SettlementCycle::Weekly,
            payout_business_days: 2,
            ..Contract::default()
        };
    })
    .await;
    shop.sim
        .console()
        .pay(NewPayment::card("order-weekly", 1_000));
    shop.pass_days(1);
    let row = &shop.settled("").await[0];
    assert_eq!(
        (row["soldDate"].as_str(), row["paidOutDate"].as_str()),
        (Some("2026-03-08"), Some("2026-03-10"))
    );
}

#[tokio::test]
async fn each_trouble_changes_its_row_and_nothing_else() {
    let untouched = settled_shop().await.settled("").await;
    let fields = |change| async move {
        let shop = settled_shop().await;
        trouble(&shop, change, Onset::Always);
        let rows = shop.settled("").await;
        let plain = settled_shop().await.settled("").await[0].clone();
        let Some(row) = rows.first() else {
            return (0, Vec::new());
        };
        let mut changed: Vec<String> = plain
            .as_object()
            .unwrap()
            .keys()
            .filter(|field| plain.get(field.as_str()) != row.get(field.as_str()))
            .cloned()
            .collect();
        changed.sort();
        (rows.len(), changed)
    };
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(untouched.len(), 1);
    let cases = [
        (SettlementChange::Missing, 0, names(&[])),
        (SettlementChange::Late(1), 0, names(&[])),
        (SettlementChange::Duplicated, 2, names(&[])),
        (SettlementChange::Settled, 1, names(&[])),
        (SettlementChange::PayoutDate(-1), 1, names(&["paidOutDate"])),
        (
            SettlementChange::Currency(Currency::Jpy),
            1,
            names(&["currency"]),
        ),
        (SettlementChange::FeeOffByOne, 1, names(&["fee"])),
        (
            SettlementChange::Fees(FeesForm::Missing),
            1,
            names(&["fees"]),
        ),
        (
            SettlementChange::Fees(FeesForm::Strings),
            1,
            names(&["fees"]),
        ),
        (
            SettlementChange::Fee(100),
            1,
            names(&["fee", "fees", "payOutAmount", "supplyAmount", "vat"]),
        ),
        (
            SettlementChange::Amount(-1_000),
            1,
            names(&[
                "amount",
                "fee",
                "fees",
                "payOutAmount",
                "supplyAmount",
                "vat",
            ]),
        ),
        (
            SettlementChange::Degraded,
            1,
            names(&[
                "approvedAt",
                "card",
                "orderId",
                "paymentKey",
                "transactionKey",
            ]),
        ),
    ];
    for (change, rows, changed) in cases {
        assert_eq!(fields(change).await, (rows, changed), "{change:?}");
    }
}

#[tokio::test]
async fn a_void_is_settled_by_switch() {
    let shop = Shop::open().await;
    shop.sim
        .console()
        .pay(NewPayment::virtual_account("order-settled", 22_400));
    shop.sim
        .console()
        .cancel("order-settled", &CancelByHand::everything("x"))
        .unwrap();
    shop.pass_days(1);
    assert!(shop.settled("").await.is_empty());
    let (event, change) = (SettledEvent::Cancel(0), SettlementChange::Settled);
    let order_id = "order-settled".to_owned();
    shop.sim.faults().settlement(SettlementTrouble {
        order_id,
        event,
        change,
        onset: Onset::Always,
    });
    assert_eq!(number(&shop.settled("").await[0], "amount"), -22_400);
}

#[tokio::test]
async fn a_restatement_sets_in_between_two_reads() {
    let shop = settled_shop().await;
    trouble(
        &shop,
        SettlementChange::PayoutDate(7),
        Onset::AfterListings(1),
    );
    let mut dates = Vec::new();
    for _ in 0..3 {
        dates.push(
            shop.settled("").await[0]["paidOutDate"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    assert_eq!(dates, ["2026-03-10", "2026-03-17", "2026-03-17"]);
}

#[tokio::test]
async fn test_keys_see_nothing_unless_told_to() {
    let shop = Shop::open().await;
    shop.sim
        .console()
        .pay(NewPayment::card("order-test", 1_600).for_mid("tdemotest01"));
    shop.pass_days(1);
    let path = "/v1/settlements?startDate=2026-03-03&endDate=2026-03-03";
    assert_eq!(shop.get_as(TEST_KEY, path).await.text, "[]");
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.settles_test_keys = true);
    let row = shop.get_as(TEST_KEY, path).await.json()[0].clone();
    assert!(
        row["paymentKey"].is_null() && row["transactionKey"].is_null() && row["card"].is_null()
    );
    assert!(row["orderId"].as_str().unwrap().ends_with("_order-test"));
    assert_eq!(row["approvedAt"], "2026-03-03T00:00:00+09:00");
}

#[tokio::test]
async fn pages_cover_the_range_once() {
    let shop = Shop::open().await;
    for nth in 0..5 {
        shop.sim
            .console()
            .pay(NewPayment::card(format!("order-{nth}"), 1_000));
    }
    shop.pass_days(1);
    let mut orders = Vec::new();
    for page in 1..=3 {
        for row in shop.settled(&format!("&size=2&page={page}")).await {
            orders.push(row["orderId"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(
        orders,
        ["order-0", "order-1", "order-2", "order-3", "order-4"]
    );
    for (query, code) in [
        (
            "startDate=2026-03-01&endDate=2026-03-01T00:00:00",
            "INVALID_DATE",
        ),
        ("startDate=2026-03-02&endDate=2026-03-01", "INVALID_DATE"),
        ("endDate=2026-03-01", "INVALID_DATE"),
        (
            "startDate=2026-03-01&endDate=2026-03-02&dateType=approvedAt",
            "INVALID_REQUEST",
        ),
        (
            "startDate=2026-03-01&endDate=2026-03-02&page=0",
            "INVALID_REQUEST",
        ),
        (
            "startDate=2026-03-01&endDate=2026-03-02&size=0",
            "INVALID_REQUEST",
        ),
    ] {
        assert_eq!(
            shop.get(&format!("/v1/settlements?{query}")).await.code(),
            code,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_manual_settlement_needs_its_contract() {
    for (contracted, status, code) in [(false, 403, "FORBIDDEN_REQUEST"), (true, 200, "")] {
        let shop =
            Shop::with(|settings| settings.merchants[0].manual_settlement = contracted).await;
        let key = shop
            .sim
            .console()
            .pay(NewPayment::card("order-manual", 1_000));
        let request = shop
            .request(reqwest::Method::POST, "/v1/settlements")
            .basic_auth(crate::shop::LIVE_KEY, Some(""))
            .body(format!(r#"{{"paymentKey":"{key}"}}"#));
        let answer = send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (status, code)
        );
        if contracted {
            assert_eq!(answer.text, r#"{"result":true}"#);
        }
    }
}

#[tokio::test]
async fn fees_of_every_row_can_be_left_out() {
    let shop = settled_shop().await;
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.fees = FeesForm::Missing);
    assert!(shop.settled("").await[0].get("fees").is_none());
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.fees = FeesForm::Strings);
    assert_eq!(shop.settled("").await[0]["fees"][0]["fee"], "346");
}
