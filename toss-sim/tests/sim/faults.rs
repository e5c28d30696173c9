//! Nuisances, each met once and then gone.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment, PaymentChange, PaymentTrouble};

use crate::shop::{LIVE_KEY, Shop, send, try_send, until};

const PART: &str = r#"{"cancelReason":"일부 품절","cancelAmount":3000}"#;

async fn shop_with_payment() -> (Shop, String) {
    let shop = Shop::open().await;
    let key = shop
        .sim
        .console()
        .pay(NewPayment::card("order-faults", 15_000));
    (shop, key)
}

/// Whether the cancel ran, whether an answer came, and its status.
#[tokio::test]
async fn each_nuisance_executes_or_not_and_answers_or_not() {
    let cases = [
        (FaultKind::Status(429), 0, Some(429)),
        (FaultKind::Status(502), 0, Some(502)),
        (FaultKind::Refusal("PROVIDER_ERROR".into()), 0, Some(400)),
        (
            FaultKind::Refusal("FAILED_INTERNAL_SYSTEM_PROCESSING".into()),
            0,
            Some(500),
        ),
        (FaultKind::Drop, 0, None),
        (FaultKind::ExecuteThenDrop, 1, None),
        (FaultKind::ExecuteThenHang, 1, None),
        (FaultKind::HalfBody, 1, None),
        (FaultKind::ExecuteThenStatus(502), 1, Some(502)),
        (FaultKind::Html, 1, Some(200)),
        (FaultKind::Slow(Duration::from_millis(20)), 1, Some(200)),
    ];
    for (kind, executed, status) in cases {
        let (shop, payment) = shop_with_payment().await;
        shop.sim
            .faults()
            .add(Fault::next(Endpoint::Cancel, kind.clone()));
        let request = shop
            .cancel_request(&payment, PART)
            .header("Idempotency-Key", "k")
            .timeout(Duration::from_millis(500));
        let answer = try_send(request).await.ok();
        assert_eq!(
            answer.as_ref().map(|answer| answer.status.as_u16()),
            status,
            "{kind:?}"
        );
        assert_eq!(
            shop.sim.executed_cancels(&payment).len(),
            executed,
            "{kind:?}"
        );
        assert_eq!(shop.sim.faults().remaining(), 0);
        let again = send(
            shop.cancel_request(&payment, PART)
                .header("Idempotency-Key", "k"),
        )
        .await;
        let refused = matches!(kind, FaultKind::Refusal(_));
        assert_eq!(again.status == 200, !refused, "{kind:?}: {}", again.text);
        let after = usize::from(!refused);
        assert_eq!(
            shop.sim.executed_cancels(&payment).len(),
            after,
            "{kind:?}, asked again with the same key"
        );
    }
}

#[tokio::test]
async fn a_slow_call_runs_although_its_client_has_gone() {
    let (shop, payment) = shop_with_payment().await;
    shop.sim.faults().add(Fault::next(
        Endpoint::Cancel,
        FaultKind::Slow(Duration::from_millis(200)),
    ));
    let request = shop
        .cancel_request(&payment, PART)
        .timeout(Duration::from_millis(50));
    assert!(try_send(request).await.is_err());
    until("the cancel", || {
        shop.sim.executed_cancels(&payment).len() == 1
    })
    .await;
}

#[tokio::test]
async fn half_a_body_is_half_of_the_right_one() {
    let (shop, payment) = shop_with_payment().await;
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Payment, FaultKind::HalfBody));
    let whole_length = {
        let path = format!("/v1/payments/{payment}");
        let broken = shop
            .request(Method::GET, &path)
            .basic_auth(LIVE_KEY, Some(""))
            .send()
            .await
            .unwrap();
        let announced = broken.content_length().unwrap();
        assert!(broken.bytes().await.is_err());
        announced
    };
    let whole = shop.get(&format!("/v1/payments/{payment}")).await;
    assert_eq!(whole.text.len() as u64, whole_length);
}

#[tokio::test]
async fn a_body_that_is_cut_off_looks_whole_to_http() {
    let (shop, payment) = shop_with_payment().await;
    let path = format!("/v1/payments/{payment}");
    let whole = shop.get(&path).await;
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Payment, FaultKind::CutOff));
    let half = shop.get(&path).await;
    assert_eq!(half.status, 200);
    assert_eq!(
        half.text.as_bytes(),
        &whole.text.as_bytes()[..whole.text.len() / 2]
    );
}

#[tokio::test]
async fn a_row_that_stands_twice_pushes_another_to_the_next_page() {
    let shop = Shop::open().await;
    for nth in 0..3 {
        shop.sim
            .console()
            .pay(NewPayment::card(format!("order-{nth}"), 1_000));
    }
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Transactions, FaultKind::RowTwice));
    let orders = async |rest: &str| -> Vec<String> {
        let page = shop.rows(rest).await;
        page.iter()
            .map(|row| row["orderId"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(orders("&limit=2").await, ["order-0", "order-0"]);
    assert_eq!(orders("&limit=2").await, ["order-0", "order-1"]);
}

#[tokio::test]
async fn nuisances_meet_their_endpoint_their_number_of_times() {
    let (shop, payment) = shop_with_payment().await;
    shop.sim.faults().add(
        Fault::next(Endpoint::Payment, FaultKind::Status(500))
            .after(2)
            .times(2),
    );
    assert!(
        !shop.rows("").await.is_empty(),
        "another endpoint is not met"
    );
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(
            shop.get(&format!("/v1/payments/{payment}"))
                .await
                .status
                .as_u16(),
        );
    }
    assert_eq!(statuses, [200, 200, 500, 500, 200]);
    let everywhere = Fault {
        endpoint: None,
        ..Fault::next(Endpoint::Payment, FaultKind::Status(503))
    };
    shop.sim.faults().add(everywhere);
    assert_eq!(
        shop.get("/v1/settlements?startDate=2026-03-01&endDate=2026-03-02")
            .await
            .status,
        503
    );
    let recorded = shop.sim.requests();
    assert_eq!(
        recorded
            .last()
            .map(|request| (request.status, request.fault.clone())),
        Some((Some(503), Some(FaultKind::Status(503))))
    );
    shop.sim.clear_requests();
    assert!(shop.sim.requests().is_empty());
}

#[tokio::test]
async fn a_payment_can_be_shown_as_it_was() {
    let (shop, payment) = shop_with_payment().await;
    shop.sim.clock().advance(chrono::Duration::minutes(1));
    shop.cancel(&payment, PART).await;
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Payment, FaultKind::Stale));
    assert_eq!(shop.payment(&payment).await["balanceAmount"], 15_000);
    assert_eq!(shop.payment(&payment).await["balanceAmount"], 12_000);
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.payment_lag = chrono::Duration::seconds(30));
    for (seconds, balance) in [(0, 15_000), (29, 15_000), (1, 12_000)] {
        shop.sim.clock().advance(chrono::Duration::seconds(seconds));
        assert_eq!(
            shop.payment(&payment).await["balanceAmount"],
            balance,
            "after {seconds} s more"
        );
    }
}

#[tokio::test]
async fn bodies_can_be_of_the_future_or_the_past() {
    let (shop, payment) = shop_with_payment().await;
    let plain = shop.payment(&payment).await;
    let met = |kind| {
        shop.sim.faults().add(Fault::next(Endpoint::Payment, kind));
        shop.payment(&payment)
    };
    assert_eq!(
        met(FaultKind::UnknownStatus).await["status"],
        "UNDER_REVIEW"
    );
    let mut extended = met(FaultKind::ExtraField).await;
    assert!(
        extended
            .as_object_mut()
            .unwrap()
            .remove("futureField")
            .is_some()
    );
    assert_eq!(extended, plain);
    let old = met(FaultKind::OldVersion).await;
    assert_eq!(
        (old["version"].as_str(), old["card"]["company"].as_str()),
        (Some("1.4"), Some("현대"))
    );
    assert!(old.get("receipt").is_none() && old.get("transactionKey") == Some(&Value::Null));
    for (change, field, value) in [
        (
            PaymentChange::Balance(1_000),
            "balanceAmount",
            Value::from(16_000),
        ),
        (
            PaymentChange::Status("CANCELED".into()),
            "status",
            Value::from("CANCELED"),
        ),
    ] {
        shop.sim.faults().payment(PaymentTrouble {
            order_id: "order-faults".into(),
            change,
        });
        assert_eq!(shop.payment(&payment).await[field], value);
    }
    shop.sim.faults().clear();
    assert_eq!(shop.payment(&payment).await, plain);
}

#[tokio::test]
async fn a_row_that_moves_between_pages_is_missed_by_one_pass() {
    let shop = Shop::open().await;
    for nth in 0..4 {
        shop.sim
            .console()
            .pay(NewPayment::card(format!("order-{nth}"), 1_000));
    }
    shop.pass_days(1);
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Settlements, FaultKind::RowMoves).times(2));
    let mut orders = Vec::new();
    for page in 1..=2 {
        for row in shop.settled(&format!("&size=2&page={page}")).await {
            orders.push(row["orderId"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(orders, ["order-0", "order-1", "order-3", "order-0"]);
}

#[tokio::test]
async fn an_authenticated_payment_is_confirmed_once_and_in_time() {
    for (minutes, code) in [(9, ""), (11, "NOT_FOUND_PAYMENT_SESSION")] {
        let shop = Shop::open().await;
        let new =
            NewPayment::card("order-confirm", 15_000).ending(toss_sim::Outcome::Authenticated);
        let key = shop.sim.console().pay(new);
        shop.sim.clock().advance(chrono::Duration::minutes(minutes));
        let confirm = |amount: i64| {
            let body =
                format!(r#"{{"paymentKey":"{key}","orderId":"order-confirm","amount":{amount}}}"#);
            send(
                shop.request(Method::POST, "/v1/payments/confirm")
                    .basic_auth(LIVE_KEY, Some(""))
                    .body(body),
            )
        };
        if code.is_empty() {
            assert_eq!(confirm(14_000).await.code(), "INVALID_REQUEST");
        }
        assert_eq!(confirm(15_000).await.code(), code);
        if code.is_empty() {
            assert_eq!(shop.payment(&key).await["status"], "DONE");
            assert_eq!(confirm(15_000).await.code(), "ALREADY_PROCESSED_PAYMENT");
            assert_eq!(shop.rows("").await.len(), 1);
        }
    }
}
