//! The control API, for people and scripts.

use reqwest::Method;
use serde_json::{Value, json};

use crate::shop::{Answer, Shop, send};

async fn shop() -> Shop {
    Shop::with(|settings| settings.control = true).await
}

async fn post(shop: &Shop, path: &str, body: Value) -> Answer {
    send(
        shop.request(Method::POST, &format!("/sim{path}"))
            .body(body.to_string()),
    )
    .await
}

#[tokio::test]
async fn a_payment_is_made_deposited_bounced_and_cancelled() {
    let shop = shop().await;
    let made = post(
        &shop,
        "/payments",
        json!({"orderId": "order-by-hand", "method": "virtualAccount", "amount": 22400}),
    )
    .await;
    let key = made.json()["paymentKey"].as_str().unwrap().to_owned();
    for (act, status) in [
        ("deposit", "DONE"),
        ("bounce", "WAITING_FOR_DEPOSIT"),
        ("deposit", "DONE"),
    ] {
        let answer = post(&shop, &format!("/payments/order-by-hand/{act}"), json!({})).await;
        assert_eq!(answer.json()["status"], status, "{act}: {}", answer.text);
    }
    let part = post(
        &shop,
        &format!("/payments/{key}/cancel"),
        json!({"amount": 400, "reason": "x"}),
    )
    .await;
    assert_eq!(part.json()["balance"], "22000");
    let refused = post(&shop, &format!("/payments/{key}/bounce"), json!({})).await;
    assert_eq!(refused.status, 409);
    let cancels = send(shop.request(Method::GET, &format!("/sim/payments/{key}/cancels")))
        .await
        .json();
    assert_eq!(
        (
            cancels[0]["amount"].as_str(),
            cancels[0]["movesMoney"].as_bool()
        ),
        (Some("400"), Some(true))
    );
    assert_eq!(shop.payment(&key).await["status"], "PARTIAL_CANCELED");
}

#[tokio::test]
async fn methods_with_terms_and_dollars_are_understood() {
    let shop = shop().await;
    for (body, status) in [
        (
            json!({"orderId": "order-1", "method": {"card": {"months": 3}}, "amount": 12000}),
            200,
        ),
        (
            json!({"orderId": "order-2", "method": {"easyPay": {"provider": "토스페이", "money": 100, "points": 0}}, "amount": "100"}),
            200,
        ),
        (
            json!({"orderId": "order-3", "method": {"giftCertificate": "book"}, "amount": 5000, "outcome": "aborted"}),
            200,
        ),
        (
            json!({"orderId": "order-4", "method": {"overseasEasyPay": {"asynchronous": true}}, "amount": 181.56}),
            200,
        ),
        (
            json!({"orderId": "order-5", "method": "transfer", "amount": 1.5}),
            400,
        ),
        (
            json!({"orderId": "order-6", "method": "barter", "amount": 1}),
            400,
        ),
        (
            json!({"orderId": "order-7", "method": "transfer", "amount": 1, "mId": "nobody"}),
            400,
        ),
    ] {
        let answer = post(&shop, "/payments", body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text);
        if status == 400 {
            assert!(!answer.json()["error"].as_str().unwrap().is_empty());
        }
    }
    assert!(
        shop.get("/v1/payments/orders/order-4")
            .await
            .text
            .contains(r#""totalAmount":181.56"#)
    );
}

#[tokio::test]
async fn faults_troubles_and_switches_are_set_and_taken_back() {
    let shop = shop().await;
    post(
        &shop,
        "/payments",
        json!({"orderId": "order-x", "method": "transfer", "amount": 1000}),
    )
    .await;
    for (path, body) in [
        (
            "/faults",
            json!({"endpoint": "payment", "kind": {"status": 429}, "calls": 1, "skip": 1}),
        ),
        (
            "/faults",
            json!({"endpoint": "payment", "kind": {"slow": 10}}),
        ),
        (
            "/faults",
            json!({"kind": "executeThenDrop", "endpoint": "cancel"}),
        ),
        (
            "/troubles/settlement",
            json!({"orderId": "order-x", "event": "approval", "change": {"amount": -1}, "onset": {"afterListings": 1}}),
        ),
        (
            "/troubles/settlement",
            json!({"orderId": "order-x", "event": {"cancel": 0}, "change": "duplicated"}),
        ),
        (
            "/troubles/transaction",
            json!({"orderId": "order-x", "change": {"late": 3600}}),
        ),
        (
            "/troubles/payment",
            json!({"orderId": "order-x", "change": {"balance": 5}}),
        ),
        (
            "/behaviour",
            json!({"overLimit": "refuse", "fees": "strings", "webhooks": {"dropNext": 1}}),
        ),
        (
            "/faults",
            json!({"endpoint": "settlements", "kind": "lastRowFirst"}),
        ),
        (
            "/troubles/settlement",
            json!({"orderId": "order-x", "event": "every", "change": {"split": {"rows": 2, "off": -5}}}),
        ),
        (
            "/troubles/settlement",
            json!({"orderId": "order-x", "event": "every", "change": {"odd": "noPaidOutDate"}}),
        ),
        (
            "/troubles/transaction",
            json!({"orderId": "order-x", "change": {"odd": "numbersAsStrings"}}),
        ),
        (
            "/troubles/payment",
            json!({"orderId": "order-x", "change": "notFound"}),
        ),
        (
            "/troubles/payment",
            json!({"orderId": "order-x", "change": {"refundStatus": "FAILED"}}),
        ),
        (
            "/troubles/payment",
            json!({"orderId": "order-x", "change": {"cancelsFail": 502}}),
        ),
        (
            "/behaviour",
            json!({"samplesTestKeys": true, "listsAhead": false, "settlesForeignWallets": false, "ordersAnswerPaid": true}),
        ),
        ("/payments/order-x/hold", json!({})),
        ("/payments/order-x/release", json!({})),
        ("/webhooks", json!({"url": null})),
    ] {
        let answer = post(&shop, path, body.clone()).await;
        assert_eq!(answer.status, 200, "{path} {body}: {}", answer.text);
    }
    assert!(shop.rows("").await.is_empty());
    let read = || shop.get("/v1/payments/orders/order-x");
    assert_eq!(
        read().await.status,
        404,
        "that endpoint has no fault, and the payment is unknown"
    );
    let faults = send(shop.request(Method::DELETE, "/sim/faults")).await;
    assert_eq!(faults.status, 200);
    assert_eq!(read().await.status, 200);
    let beyond = post(
        &shop,
        "/payments/order-x/cancel",
        json!({"amount": 2000, "beyond": true}),
    )
    .await;
    assert_eq!(beyond.json()["balance"], "0", "{}", beyond.text);
    assert_eq!(shop.rows("").await.len(), 2);
    let wrong = post(&shop, "/faults", json!({"kind": "gremlins"})).await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn the_clock_is_read_and_moved_and_stories_are_played() {
    let shop = shop().await;
    let moved = post(
        &shop,
        "/clock",
        json!({"set": "2026-04-20T12:00:00+09:00", "advanceSeconds": 60}),
    )
    .await;
    assert_eq!(
        moved.json(),
        json!({"now": "2026-04-20T12:01:00+09:00", "running": false})
    );
    let played = post(&shop, "/scenarios", json!({"name": "overseas_usd"})).await;
    assert_eq!(played.json()["start"], "2026-04-19");
    assert_eq!(shop.rows("").await.len(), 2);
    assert_eq!(
        post(&shop, "/scenarios", json!({"name": "nobody"}))
            .await
            .status,
        400
    );
    let listed = send(shop.request(Method::GET, "/sim/scenarios"))
        .await
        .json();
    assert!(
        listed
            .as_array()
            .unwrap()
            .iter()
            .any(|scenario| scenario["name"] == "month")
    );
}

#[tokio::test]
async fn calls_of_the_api_are_listed_and_those_of_the_control_are_not() {
    let shop = shop().await;
    shop.rows("").await;
    let listed = send(shop.request(Method::GET, "/sim/requests"))
        .await
        .json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(
        (listed[0]["path"].as_str(), listed[0]["status"].as_u64()),
        (Some("/v1/transactions"), Some(200))
    );
    assert!(!listed.to_string().contains("sk_"), "no key is shown");
    send(shop.request(Method::DELETE, "/sim/requests")).await;
    assert_eq!(
        send(shop.request(Method::GET, "/sim/requests")).await.text,
        "[]"
    );
}
