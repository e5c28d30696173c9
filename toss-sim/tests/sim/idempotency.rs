//! The same key on the same URL gets the same bytes.

use std::time::Duration;

use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use crate::shop::{Shop, send, until};

const PART: &str = r#"{"cancelReason":"일부 품절","cancelAmount":3000}"#;

async fn shop_with_payment() -> (Shop, String) {
    let shop = Shop::open().await;
    let key = shop
        .sim
        .console()
        .pay(NewPayment::card("order-idem", 15_000));
    (shop, key)
}

#[tokio::test]
async fn a_repeated_key_gets_the_first_bytes_and_runs_nothing() {
    let (shop, payment) = shop_with_payment().await;
    let first = send(
        shop.cancel_request(&payment, PART)
            .header("Idempotency-Key", "k1"),
    )
    .await;
    let other_body = r#"{"cancelReason":"other","cancelAmount":9999}"#;
    let again = send(
        shop.cancel_request(&payment, other_body)
            .header("Idempotency-Key", "k1"),
    )
    .await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(again.headers["idempotency-key"], "k1");
    let (new, original) = {
        let trace = again.trace();
        let (new, original) = trace.split_once(", ").unwrap();
        (new.to_owned(), original.to_owned())
    };
    assert_eq!(original, first.trace());
    assert_ne!(new, original);
    assert_eq!(shop.sim.executed_cancels(&payment).len(), 1);
    let replayed: Vec<bool> = shop
        .sim
        .requests()
        .iter()
        .map(|request| request.replayed)
        .collect();
    assert_eq!(replayed, [false, true]);
}

#[tokio::test]
async fn two_keys_cancel_twice_and_no_key_cancels_again() {
    let (shop, payment) = shop_with_payment().await;
    for key in [Some("k1"), Some("k2"), None] {
        let mut request = shop.cancel_request(&payment, PART);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        assert_eq!(send(request).await.status, 200);
    }
    assert_eq!(shop.sim.executed_cancels(&payment).len(), 3);
}

#[tokio::test]
async fn a_key_is_bound_to_its_url() {
    let (shop, first) = shop_with_payment().await;
    let second = shop
        .sim
        .console()
        .pay(NewPayment::card("order-idem-2", 15_000));
    for payment in [&first, &second] {
        let answer = send(
            shop.cancel_request(payment, PART)
                .header("Idempotency-Key", "same"),
        )
        .await;
        assert_eq!(answer.json()["paymentKey"], payment.as_str());
    }
}

#[tokio::test]
async fn a_refusal_is_replayed_although_the_body_is_corrected() {
    let (shop, payment) = shop_with_payment().await;
    let too_much = r#"{"cancelReason":"x","cancelAmount":99000}"#;
    for body in [too_much, PART] {
        let answer = send(
            shop.cancel_request(&payment, body)
                .header("Idempotency-Key", "k"),
        )
        .await;
        assert_eq!(answer.code(), "NOT_CANCELABLE_AMOUNT");
    }
    assert!(shop.sim.executed_cancels(&payment).is_empty());
}

#[tokio::test]
async fn after_fifteen_days_a_key_is_new() {
    let (shop, payment) = shop_with_payment().await;
    for (days, executed) in [(0, 1), (14, 1), (1, 2)] {
        shop.pass_days(days);
        send(
            shop.cancel_request(&payment, PART)
                .header("Idempotency-Key", "k"),
        )
        .await;
        assert_eq!(
            shop.sim.executed_cancels(&payment).len(),
            executed,
            "after {days} more days"
        );
    }
}

#[tokio::test]
async fn while_the_first_runs_the_second_meets_409() {
    let (shop, payment) = shop_with_payment().await;
    let slow = FaultKind::Slow(Duration::from_millis(600));
    shop.sim.faults().add(Fault::next(Endpoint::Cancel, slow));
    let first = tokio::spawn(send(
        shop.cancel_request(&payment, PART)
            .header("Idempotency-Key", "k"),
    ));
    until("the first call", || shop.sim.requests().len() == 1).await;
    let second = send(
        shop.cancel_request(&payment, PART)
            .header("Idempotency-Key", "k"),
    )
    .await;
    assert_eq!(
        (second.status.as_u16(), second.code().as_str()),
        (409, "IDEMPOTENT_REQUEST_PROCESSING")
    );
    let first = first.await.unwrap();
    let third = send(
        shop.cancel_request(&payment, PART)
            .header("Idempotency-Key", "k"),
    )
    .await;
    assert_eq!((first.status.as_u16(), &third.text), (200, &first.text));
    assert_eq!(shop.sim.executed_cancels(&payment).len(), 1);
}

#[tokio::test]
async fn server_errors_are_kept_by_switch() {
    for (keeps, replayed_status) in [(true, 500), (false, 200)] {
        let (shop, payment) = shop_with_payment().await;
        shop.sim
            .faults()
            .behave(|behaviour| behaviour.keeps_server_errors = keeps);
        let error = FaultKind::Refusal("FAILED_INTERNAL_SYSTEM_PROCESSING".into());
        shop.sim.faults().add(Fault::next(Endpoint::Cancel, error));
        let mut statuses = Vec::new();
        for _ in 0..2 {
            let answer = send(
                shop.cancel_request(&payment, PART)
                    .header("Idempotency-Key", "k"),
            )
            .await;
            statuses.push(answer.status.as_u16());
        }
        assert_eq!(statuses, [500, replayed_status]);
    }
}

#[tokio::test]
async fn a_lost_store_refunds_twice() {
    let (shop, payment) = shop_with_payment().await;
    for _ in 0..2 {
        send(
            shop.cancel_request(&payment, PART)
                .header("Idempotency-Key", "k"),
        )
        .await;
        shop.sim.faults().forget_idempotency_keys();
    }
    assert_eq!(shop.sim.executed_cancels(&payment).len(), 2);
}

#[tokio::test]
async fn a_key_has_at_most_300_characters() {
    let (shop, payment) = shop_with_payment().await;
    for (length, code) in [(300, ""), (301, "INVALID_IDEMPOTENCY_KEY")] {
        let answer = send(
            shop.cancel_request(&payment, PART)
                .header("Idempotency-Key", "k".repeat(length)),
        )
        .await;
        assert_eq!(answer.code(), code, "{length} characters");
    }
}

#[tokio::test]
async fn a_key_on_a_get_means_nothing() {
    let (shop, payment) = shop_with_payment().await;
    let path = format!("/v1/payments/{payment}");
    let mut balances = Vec::new();
    for _ in 0..2 {
        let request = shop
            .request(reqwest::Method::GET, &path)
            .basic_auth(crate::shop::LIVE_KEY, Some(""));
        balances.push(
            send(request.header("Idempotency-Key", "k")).await.json()["balanceAmount"].clone(),
        );
        shop.cancel(&payment, PART).await;
    }
    assert_eq!(balances, [15_000, 12_000]);
}
