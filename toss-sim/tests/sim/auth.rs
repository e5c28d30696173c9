//! Who may ask, and whose payments they see.

use reqwest::Method;
use toss_sim::{Merchant, NewPayment};

use crate::shop::{LIVE_KEY, OTHER_KEY, Shop, TEST_KEY, send};

const WINDOW: &str = "/v1/transactions?startDate=2026-03-01&endDate=2026-04-01";

#[tokio::test]
async fn faulty_credentials_get_the_documented_codes() {
    let shop = Shop::open().await;
    // base64 of: the key without its colon, an unknown key with one.
    let cases = [
        (None, 403, "INCORRECT_BASIC_AUTH_FORMAT"),
        (Some("Bearer abc"), 403, "INCORRECT_BASIC_AUTH_FORMAT"),
        (
            Some("Basic bGl2ZV9zaw=="),
            403,
            "INCORRECT_BASIC_AUTH_FORMAT",
        ),
        (Some("Basic !!!"), 403, "INCORRECT_BASIC_AUTH_FORMAT"),
        (Some("Basic bGl2ZV9zazo="), 401, "UNAUTHORIZED_KEY"),
    ];
    for (header, status, code) in cases {
        let mut request = shop.request(Method::GET, WINDOW);
        if let Some(value) = header {
            request = request.header("authorization", value);
        }
        let answer = send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (status, code),
            "{header:?}"
        );
        assert!(!answer.trace().is_empty());
    }
}

#[tokio::test]
async fn another_merchants_payment_does_not_exist() {
    let shop = Shop::open().await;
    let key = shop
        .sim
        .console()
        .pay(NewPayment::card("order-mine", 1_000));
    let path = format!("/v1/payments/{key}");
    assert_eq!(shop.get_as(LIVE_KEY, &path).await.status, 200);
    for (secret_key, path) in [
        (OTHER_KEY, path.as_str()),
        (OTHER_KEY, "/v1/payments/orders/order-mine"),
    ] {
        let answer = shop.get_as(secret_key, path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (404, "NOT_FOUND_PAYMENT")
        );
    }
    assert_eq!(shop.get_as(OTHER_KEY, WINDOW).await.text, "[]");
    let cancel = shop.request(Method::POST, &format!("{path}/cancel"));
    let answer = send(
        cancel
            .basic_auth(OTHER_KEY, Some(""))
            .body(r#"{"cancelReason":"x"}"#),
    )
    .await;
    assert_eq!(answer.code(), "NOT_FOUND_PAYMENT");
    assert!(shop.sim.executed_cancels(&key).is_empty());
}

#[tokio::test]
async fn a_linked_mid_is_listed_under_the_same_key() {
    let shop = Shop::with(|settings| {
        settings.merchants = vec![Merchant::live("tdemoshop01", LIVE_KEY).linked("tdemoshop02")];
    })
    .await;
    shop.sim
        .console()
        .pay(NewPayment::card("order-first", 1_000));
    let second = shop
        .sim
        .console()
        .pay(NewPayment::card("order-second", 2_000).for_mid("tdemoshop02"));
    let rows = shop.rows("").await;
    let mids: Vec<&str> = rows
        .iter()
        .map(|row| row["mId"].as_str().unwrap())
        .collect();
    assert_eq!(mids, ["tdemoshop01", "tdemoshop02"]);
    assert_eq!(shop.payment(&second).await["mId"], "tdemoshop02");
}

#[tokio::test]
async fn what_no_endpoint_answers_is_not_found() {
    let shop = Shop::open().await;
    let wrong_path = shop.get("/v1/nowhere").await;
    assert_eq!(
        (wrong_path.status.as_u16(), wrong_path.code().as_str()),
        (404, "NOT_FOUND")
    );
    let wrong_method = send(
        shop.request(Method::DELETE, "/v1/transactions")
            .basic_auth(LIVE_KEY, Some("")),
    )
    .await;
    assert_eq!(
        (wrong_method.status.as_u16(), wrong_method.code().as_str()),
        (404, "NOT_FOUND")
    );
    let control = shop.get("/sim/requests").await;
    assert_eq!(
        control.code(),
        "NOT_FOUND",
        "the control API is off unless asked for"
    );
}

#[tokio::test]
async fn the_test_code_header_works_with_test_keys_only() {
    let shop = Shop::open().await;
    for (key, status, code) in [
        (TEST_KEY, 409, "IDEMPOTENT_REQUEST_PROCESSING"),
        (LIVE_KEY, 404, "NOT_FOUND_PAYMENT"),
    ] {
        let request = shop
            .request(Method::GET, "/v1/payments/nobody")
            .basic_auth(key, Some(""));
        let answer =
            send(request.header("TossPayments-Test-Code", "IDEMPOTENT_REQUEST_PROCESSING")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (status, code)
        );
    }
}

#[tokio::test]
async fn test_keys_can_be_held_to_calls_per_minute() {
    let shop = Shop::open().await;
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.test_calls_per_minute = Some(2));
    let statuses = |key: &'static str| {
        let shop = &shop;
        async move {
            let mut statuses = Vec::new();
            for _ in 0..3 {
                statuses.push(shop.get_as(key, WINDOW).await.status.as_u16());
            }
            statuses
        }
    };
    assert_eq!(statuses(TEST_KEY).await, [200, 200, 429]);
    assert_eq!(statuses(LIVE_KEY).await, [200, 200, 200]);
    shop.sim.clock().advance(chrono::Duration::minutes(1));
    assert_eq!(statuses(TEST_KEY).await, [200, 200, 429]);
}

#[tokio::test]
async fn english_is_answered_when_it_is_asked_for() {
    let shop = Shop::open().await;
    let key = shop
        .sim
        .console()
        .pay(NewPayment::card("order-words", 1_000));
    let path = format!("/v1/payments/{key}");
    let request = shop
        .request(Method::GET, &path)
        .basic_auth(LIVE_KEY, Some(""));
    let english = send(request.header("accept-language", "en-US"))
        .await
        .json();
    assert_eq!(
        (
            english["method"].as_str(),
            english["card"]["cardType"].as_str()
        ),
        (Some("CARD"), Some("CREDIT"))
    );
    assert_eq!(shop.payment(&key).await["method"], "카드");
}
