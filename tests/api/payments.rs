//! One payment, asked for live: its history, its settlements, and what was really refunded.

use serde_json::{Value, json};

use crate::support::{Shop, on_both_databases};

on_both_databases!(
    an_account_that_nobody_paid_refunds_nothing,
    a_card_payment_with_two_partial_cancels_is_settled_three_times,
    an_answer_young_enough_comes_from_the_store,
    an_unseen_payment_costs_one_question_for_itself_each_event_and_each_day,
    fifty_questions_at_once_are_one_set_of_questions_to_toss,
);

const MONEY: &str = "
    fragment Money on Payment {
        status fullyCanceled stale
        history { status amount { amount currency } effect effectiveAmount { amount } }
        settlements { kind amount { amount } payOutAmount { amount } soldDate paidOutDate match }
        cancels { amount { amount } reason refunded origin }
        paidAmount { amount } effectiveRefund { amount currency } netAmount { amount }
    }";

async fn an_account_that_nobody_paid_refunds_nothing(shop: Shop) {
    shop.play("account_never_paid", "2026-03-10");
    let query =
        format!(r#"{{ payment(by: {{orderId: "order-never-paid"}}) {{ ...Money }} }} {MONEY}"#);
    let payment = &shop.ask(&query).await["payment"];
    assert_eq!(payment["status"], "CANCELED");
    assert_eq!(
        payment["history"],
        json!([
            { "status": "WAITING_FOR_DEPOSIT", "amount": { "amount": "0", "currency": "KRW" },
              "effect": "NONE", "effectiveAmount": { "amount": "0" } },
            { "status": "CANCELED", "amount": { "amount": "22400", "currency": "KRW" },
              "effect": "VOIDED", "effectiveAmount": { "amount": "0" } },
        ])
    );
    assert_eq!(
        payment["effectiveRefund"],
        json!({ "amount": "0", "currency": "KRW" })
    );
    assert_eq!(
        (&payment["paidAmount"], &payment["netAmount"]),
        (&json!({ "amount": "0" }), &json!({ "amount": "0" }))
    );
    assert_eq!(payment["settlements"], json!([]));
    assert_eq!(payment["cancels"][0]["refunded"], false);
    assert_eq!(payment["cancels"][0]["origin"], "ELSEWHERE");
    assert_eq!(payment["fullyCanceled"], true);
}

async fn a_card_payment_with_two_partial_cancels_is_settled_three_times(shop: Shop) {
    shop.play("partial_cancels", "2026-03-03");
    let query = format!(
        r#"{{ payment(by: {{orderId: "order-partial-cancels"}}) {{ ...Money }} }} {MONEY}"#
    );
    let payment = &shop.ask(&query).await["payment"];
    let settled: Vec<Value> = payment["settlements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            json!([
                row["kind"],
                row["amount"]["amount"],
                row["soldDate"],
                row["match"]
            ])
        })
        .collect();
    assert_eq!(
        settled,
        [
            json!(["PAYMENT", "15000", "2026-03-03", "EXACT"]),
            json!(["CANCEL", "-3000", "2026-03-04", "EXACT"]),
            json!(["CANCEL", "-5000", "2026-03-05", "EXACT"]),
        ]
    );
    let paid_out: Vec<&Value> = payment["settlements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["paidOutDate"])
        .collect();
    assert!(
        paid_out
            .windows(2)
            .all(|pair| pair[0].as_str() < pair[1].as_str()),
        "{paid_out:?}"
    );
    assert_eq!(payment["paidAmount"], json!({ "amount": "15000" }));
    assert_eq!(
        payment["effectiveRefund"],
        json!({ "amount": "8000", "currency": "KRW" })
    );
    assert_eq!(payment["netAmount"], json!({ "amount": "7000" }));
    assert_eq!(payment["fullyCanceled"], false);
}

async fn an_answer_young_enough_comes_from_the_store(shop: Shop) {
    shop.play("partial_cancels", "2026-03-03");
    let key = shop.payment_key("order-partial-cancels").await;
    let ask = async |age: u32| {
        shop.sim.clear_requests();
        let query = format!(
            r#"{{ payment(by: {{paymentKey: "{key}"}}, maxAgeSeconds: {age}) {{ asOf stale }} }}"#
        );
        let payment = shop.ask(&query).await["payment"].clone();
        (
            payment["asOf"].as_str().unwrap().to_owned(),
            shop.calls().len(),
        )
    };
    shop.sim.clock().advance(chrono::Duration::seconds(30));
    assert_eq!(ask(30).await, ("2026-03-20T12:00:00+09:00".to_owned(), 0));
    let (as_of, calls) = ask(29).await;
    assert_eq!(as_of, "2026-03-20T12:00:30+09:00");
    assert!(calls > 0);
    let (_, calls) = ask(0).await;
    assert!(calls > 0, "an age of 0 always asks");
}

async fn an_unseen_payment_costs_one_question_for_itself_each_event_and_each_day(shop: Shop) {
    shop.play("partial_cancels", "2026-03-03");
    let query = format!(
        r#"{{ payment(by: {{orderId: "order-partial-cancels"}}) {{ ...Money }} }} {MONEY}"#
    );
    shop.ask(&query).await;
    let calls = shop.calls();
    let of = |path: &str| calls.iter().filter(|call| call.contains(path)).count();
    assert_eq!(
        (
            of("/v1/payments/"),
            of("/v1/transactions"),
            of("/v1/settlements"),
            calls.len()
        ),
        (1, 3, 3, 7),
        "{calls:?}"
    );
}

async fn fifty_questions_at_once_are_one_set_of_questions_to_toss(shop: Shop) {
    shop.play("partial_cancels", "2026-03-03");
    let query = format!(
        r#"{{ payment(by: {{orderId: "order-partial-cancels"}}) {{ ...Money }} }} {MONEY}"#
    );
    let answers = futures_util::future::join_all((0..50).map(|_| shop.ask(&query))).await;
    assert!(answers.iter().all(|answer| answer == &answers[0]));
    assert_eq!(shop.calls().len(), 7, "{:?}", shop.calls());
}
