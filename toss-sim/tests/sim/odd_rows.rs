//! Rows and payments that say what a reader hardly expects.

use reqwest::StatusCode;
use serde_json::{Value, json};
use toss_sim::{
    CancelByHand, Method, NewPayment, OddRow, Onset, PaymentChange, PaymentTrouble, SettledEvent,
    SettlementChange, SettlementTrouble, TransactionChange, TransactionTrouble,
};

use crate::shop::Shop;

const ORDER: &str = "order-odd";

/// A payment in dollars of which a part was cancelled, seen from the next day, and beside it one in won.
async fn shop() -> Shop {
    let shop = Shop::open().await;
    let console = shop.sim.console();
    console.pay(NewPayment::overseas(ORDER, 18_156));
    console.pay(NewPayment::card("order-even", 15_000));
    let part = CancelByHand::part(toss_sim::Amount::usd_cents(1_000), "교환 😀");
    console.cancel(ORDER, &part).unwrap();
    shop.pass_days(1);
    shop
}

fn make_odd(shop: &Shop, odd: OddRow) {
    let faults = shop.sim.faults();
    faults.settlement(SettlementTrouble {
        order_id: ORDER.into(),
        event: SettledEvent::Every,
        change: SettlementChange::Odd(odd),
        onset: Onset::Always,
    });
    faults.transaction(TransactionTrouble {
        order_id: ORDER.into(),
        change: TransactionChange::Odd(odd),
    });
    change(shop, PaymentChange::Odd(odd));
}

fn change(shop: &Shop, change: PaymentChange) {
    shop.sim.faults().payment(PaymentTrouble {
        order_id: ORDER.into(),
        change,
    });
}

fn first_of(rows: &[Value], order: &str) -> Value {
    let row = rows.iter().find(|row| row["orderId"] == order);
    row.unwrap().clone()
}

/// What a settlement row, a transaction row and the payment say in a field.
async fn said(shop: &Shop, field: &str) -> [Value; 3] {
    let payment = shop.get(&format!("/v1/payments/orders/{ORDER}")).await;
    [
        first_of(&shop.settled("").await, ORDER)[field].clone(),
        first_of(&shop.rows("").await, ORDER)[field].clone(),
        payment.json()[field].clone(),
    ]
}

#[tokio::test]
async fn each_oddity_is_in_both_lists_and_in_the_payment() {
    let none = Value::Null;
    let cases = [
        (
            OddRow::UnknownCurrency,
            "currency",
            [json!("ZZZ"), json!("ZZZ"), json!("ZZZ")],
        ),
        (
            OddRow::NoPaidOutDate,
            "paidOutDate",
            [none.clone(), none.clone(), none.clone()],
        ),
        (
            OddRow::NumbersAsStrings,
            "amount",
            [json!("181.56"), json!("181.56"), none.clone()],
        ),
        (
            OddRow::NumbersAsStrings,
            "balanceAmount",
            [none.clone(), none.clone(), json!("171.56")],
        ),
        (
            OddRow::UnknownStatus,
            "status",
            [none, json!("UNDER_REVIEW"), json!("UNDER_REVIEW")],
        ),
    ];
    for (odd, field, expected) in cases {
        let shop = shop().await;
        let even = (shop.settled("").await, shop.rows("").await);
        make_odd(&shop, odd);
        assert_eq!(said(&shop, field).await, expected, "{odd:?}");
        let odd_ones = (shop.settled("").await, shop.rows("").await);
        for (before, now) in [(&even.0, &odd_ones.0), (&even.1, &odd_ones.1)] {
            let order = "order-even";
            assert_eq!(
                first_of(before, order),
                first_of(now, order),
                "{odd:?}: another order"
            );
        }
    }
}

#[tokio::test]
async fn an_amount_can_be_finer_than_its_currency() {
    let shop = shop().await;
    make_odd(&shop, OddRow::FourDecimals);
    for path in ["/v1/settlements", "/v1/transactions"] {
        let list = shop
            .get(&format!("{path}?startDate=2026-03-01&endDate=2026-03-31"))
            .await;
        assert!(list.text.contains(r#""amount":181.1234"#), "{}", list.text);
        assert!(list.text.contains(r#""amount":15000"#), "{}", list.text);
    }
}

#[tokio::test]
async fn keys_can_be_too_long_and_stay_different() {
    for (odd, field) in [
        (OddRow::LongTransactionKey, "transactionKey"),
        (OddRow::LongPaymentKey, "paymentKey"),
    ] {
        let shop = shop().await;
        make_odd(&shop, odd);
        for rows in [shop.settled("").await, shop.rows("").await] {
            let keys: Vec<&str> = rows
                .iter()
                .filter(|row| row["orderId"] == ORDER)
                .map(|row| row[field].as_str().unwrap())
                .collect();
            assert!(keys.iter().all(|key| key.len() == 300), "{keys:?}");
            assert_eq!(keys[0] == keys[1], field == "paymentKey");
        }
    }
}

#[tokio::test]
async fn every_number_of_a_row_is_in_quotes() {
    let shop = shop().await;
    make_odd(&shop, OddRow::NumbersAsStrings);
    let row = first_of(&shop.settled("").await, ORDER);
    let fees = &row["fees"][0];
    for number in [
        &row["amount"],
        &row["fee"],
        &row["payOutAmount"],
        &fees["fee"],
    ] {
        assert!(number.is_string(), "{row}");
    }
    let cancelled = shop.settled("").await;
    let cancel = cancelled
        .iter()
        .find(|row| !row["cancel"].is_null())
        .unwrap();
    assert_eq!(cancel["cancel"]["cancelAmount"], "10.0");
}

#[tokio::test]
async fn half_of_an_emoji_is_no_text_although_its_json_is_right() {
    let shop = shop().await;
    make_odd(&shop, OddRow::LoneSurrogate);
    let payment = shop.get(&format!("/v1/payments/orders/{ORDER}")).await;
    assert_eq!(payment.status, StatusCode::OK);
    assert!(
        payment.text.contains(r#""orderName":"Mug set \ud83d""#),
        "{}",
        payment.text
    );
    assert!(
        payment.text.contains(r#""cancelReason":"교환 😀 \ud83d""#),
        "{}",
        payment.text
    );
    assert!(serde_json::from_str::<Value>(&payment.text).is_err());
    let settled = shop
        .get("/v1/settlements?startDate=2026-03-01&endDate=2026-03-31")
        .await;
    assert!(settled.text.contains(r"\ud83d"), "{}", settled.text);
    let listed = shop.rows("").await;
    assert_eq!(listed.len(), 3, "transactions have neither name nor reason");
}

#[tokio::test]
async fn cancels_can_lack_their_key_or_their_time() {
    let wallet = Method::OverseasEasyPay { asynchronous: true };
    let new = NewPayment {
        method: wallet,
        ..NewPayment::overseas(ORDER, 12_000)
    };
    let part = CancelByHand::part(toss_sim::Amount::usd_cents(3_050), "x");
    let cases = [
        (PaymentChange::CancelsWithoutKeys, "transactionKey", None),
        (
            PaymentChange::CancelsWithNullKeys,
            "transactionKey",
            Some(Value::Null),
        ),
        (PaymentChange::CancelsWithoutTime, "canceledAt", None),
    ];
    for (trouble, field, expected) in cases {
        let shop = Shop::open().await;
        shop.sim.console().pay(new.clone());
        shop.sim.console().cancel(ORDER, &part).unwrap();
        change(&shop, trouble.clone());
        let cancel = async || {
            let payment = shop.get(&format!("/v1/payments/orders/{ORDER}")).await;
            payment.json()["cancels"][0].clone()
        };
        let found = cancel().await;
        assert_eq!(found.get(field), expected.as_ref(), "{trouble:?}");
        assert_eq!(found["cancelAmount"], 30.5);
        shop.sim
            .console()
            .finish_cancel(ORDER, false, None)
            .unwrap();
        let has_time = cancel().await["canceledAt"].is_string();
        assert!(has_time, "{trouble:?}: a cancel that is done has its time");
    }
}

#[tokio::test]
async fn version_1_3_has_the_older_names_and_no_keys_of_cancels() {
    let shop = shop().await;
    change(&shop, PaymentChange::Version13);
    let payment = shop
        .get(&format!("/v1/payments/orders/{ORDER}"))
        .await
        .json();
    assert_eq!(payment["version"], "1.3");
    assert!(payment["transactionKey"].is_string());
    let cancel = payment["cancels"][0].as_object().unwrap();
    for newer in ["transactionKey", "cancelStatus"] {
        assert!(!cancel.contains_key(newer), "{newer}");
    }
    assert_eq!(cancel["cancelAmount"], 10.0);
    for newer in ["lastTransactionKey", "receipt", "checkout"] {
        assert!(payment.get(newer).is_none(), "{newer}");
    }
}
