//! What a cancel leaves of its payment.

use chrono::Duration;
use serde_json::Value;
use toss_sim::{Amount, CancelByHand, CancelStatus, Method, NewPayment};

use crate::shop::Shop;

const FULL: &str = r#"{"cancelReason":"고객 변심"}"#;
const PART: &str = r#"{"cancelReason":"일부 품절","cancelAmount":3000}"#;

fn new(method: Method) -> NewPayment {
    NewPayment::new("order-rules", method, Amount::won(15_000))
}

#[tokio::test]
async fn draining_by_parts_never_becomes_canceled() {
    let shop = Shop::open().await;
    let key = shop.sim.console().pay(new(Method::card()));
    shop.cancel(&key, PART).await;
    let drained = shop.cancel(&key, FULL).await.json();
    assert_eq!(
        (
            drained["status"].as_str(),
            drained["balanceAmount"].as_i64()
        ),
        (Some("PARTIAL_CANCELED"), Some(0))
    );
    assert_eq!(
        shop.cancel(&key, FULL).await.code(),
        "NOT_CANCELABLE_AMOUNT"
    );

    let in_one_go = shop.sim.console().pay(new(Method::card()));
    assert_eq!(
        shop.cancel(&in_one_go, FULL).await.json()["status"],
        "CANCELED"
    );
    assert_eq!(
        shop.cancel(&in_one_go, FULL).await.code(),
        "ALREADY_CANCELED_PAYMENT"
    );
}

#[tokio::test]
async fn two_cancels_within_a_second_are_refused_by_switch() {
    let shop = Shop::open().await;
    let key = shop.sim.console().pay(new(Method::card()));
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.refuses_consecutive_cancels = true);
    assert_eq!(shop.cancel(&key, PART).await.status, 200);
    assert_eq!(
        shop.cancel(&key, PART).await.code(),
        "FORBIDDEN_CONSECUTIVE_REQUEST"
    );
    shop.sim.clock().advance(Duration::seconds(1));
    assert_eq!(shop.cancel(&key, PART).await.status, 200);
}

/// The five bodies on which the rule was verified, as (balance, VAT).
#[tokio::test]
async fn vat_is_an_eleventh_of_what_is_left() {
    let shop = Shop::open().await;
    for (won, vat) in [(37_400, 3_400), (9_026, 821), (30_000, 2_727)] {
        let key = shop
            .sim
            .console()
            .pay(NewPayment::card("order-tax", won + 500));
        let cancelled = shop
            .cancel(&key, r#"{"cancelReason":"x","cancelAmount":500}"#)
            .await
            .json();
        assert_eq!(
            (
                cancelled["vat"].as_i64(),
                cancelled["suppliedAmount"].as_i64()
            ),
            (Some(vat), Some(won - vat))
        );
    }
    let key = shop
        .sim
        .console()
        .pay(NewPayment::overseas("order-tax-usd", 72_624));
    let body = r#"{"cancelReason":"x","cancelAmount":181.56,"currency":"USD"}"#;
    let text = shop.cancel(&key, body).await.text;
    for part in [
        r#""balanceAmount":544.68"#,
        r#""vat":49.52"#,
        r#""suppliedAmount":495.16"#,
        r#""taxFreeAmount":0.0"#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn tax_free_money_leaves_with_its_cancel() {
    let shop = Shop::open().await;
    let payment = NewPayment {
        tax_free: 4_000,
        ..NewPayment::card("order-mixed", 15_000)
    };
    let key = shop.sim.console().pay(payment);
    let body = r#"{"cancelReason":"x","cancelAmount":4000,"taxFreeAmount":4000}"#;
    let left = shop.cancel(&key, body).await.json();
    let parts = |field: &str| left[field].as_i64().unwrap();
    assert_eq!(
        (
            parts("taxFreeAmount"),
            parts("vat"),
            parts("suppliedAmount")
        ),
        (0, 1_000, 10_000)
    );
    assert_eq!(
        shop.cancel(
            &key,
            r#"{"cancelReason":"x","cancelAmount":1,"taxFreeAmount":1}"#
        )
        .await
        .code(),
        "NOT_CANCELABLE_AMOUNT"
    );
}

#[tokio::test]
async fn an_asynchronous_cancel_ends_later_and_lists_its_row_then() {
    for (refused, status, balance, rows) in
        [(false, "DONE", 544.68, 2), (true, "ABORTED", 726.24, 1)]
    {
        let shop = Shop::open().await;
        let method = Method::OverseasEasyPay { asynchronous: true };
        let key = shop.sim.console().pay(NewPayment {
            method,
            ..NewPayment::overseas("order-async", 72_624)
        });
        let body = r#"{"cancelReason":"x","cancelAmount":181.56,"currency":"USD","cancelRequestId":"cancel-req-0001"}"#;
        let asked = shop.cancel(&key, body).await.json();
        assert_eq!(asked["cancels"][0]["cancelStatus"], "IN_PROGRESS");
        assert_eq!(asked["cancels"][0]["cancelRequestId"], "cancel-req-0001");
        assert_eq!(shop.rows("").await.len(), 1);
        shop.sim.clock().advance(Duration::minutes(5));
        shop.sim
            .console()
            .finish_cancel(&key, refused, None)
            .unwrap();
        let ended = shop.payment(&key).await;
        assert_eq!(ended["cancels"][0]["cancelStatus"], status);
        assert_eq!(ended["balanceAmount"], Value::from(balance));
        assert_eq!(shop.rows("").await.len(), rows);
    }
}

#[tokio::test]
async fn a_cancel_by_hand_is_like_any_other_but_has_no_request() {
    let shop = Shop::open().await;
    let key = shop.sim.console().pay(new(Method::VirtualAccount));
    shop.sim.console().deposit("order-rules", None).unwrap();
    let part = CancelByHand::part(Amount::won(5_000), "상점관리자 취소");
    let transaction = shop.sim.console().cancel(&key, &part).unwrap().unwrap();
    let executed = shop.sim.executed_cancels(&key);
    assert_eq!(
        (executed[0].transaction_key.as_str(), executed[0].status),
        (transaction.as_str(), CancelStatus::Done)
    );
    assert_eq!(
        shop.payment(&key).await["cancels"][0]["transactionKey"],
        transaction.as_str()
    );
    assert!(
        shop.sim
            .requests()
            .iter()
            .all(|request| request.method == "GET")
    );
    assert_eq!(
        shop.sim
            .console()
            .card_company_cancel(&key, None)
            .unwrap()
            .map(|key| key.len()),
        Some(32)
    );
    assert_eq!(
        shop.sim.console().cancel(&key, &part).unwrap_err().code,
        "NOT_CANCELABLE_AMOUNT"
    );
}
