//! Questions about one payment that wait, are not answered, or find nothing.

use std::time::Duration;

use reqwest::Method;
use toss_sim::{CancelByHand, Endpoint, NewPayment, Outcome, PaymentChange, PaymentTrouble};

use crate::shop::{LIVE_KEY, Shop, send, try_send, until};

const ORDER: &str = "order-one";

async fn shop() -> (Shop, String, String) {
    let shop = Shop::open().await;
    let one = shop.sim.console().pay(NewPayment::card(ORDER, 15_000));
    let other = shop.sim.console().pay(NewPayment::card("order-two", 9_000));
    (shop, one, other)
}

fn question(shop: &Shop, path: &str) -> reqwest::RequestBuilder {
    shop.request(Method::GET, path)
        .basic_auth(LIVE_KEY, Some(""))
}

fn waiting(shop: &Shop) -> usize {
    let requests = shop.sim.requests();
    requests
        .iter()
        .filter(|request| request.status.is_none())
        .count()
}

#[tokio::test]
async fn one_payment_hangs_until_it_is_released_while_others_are_answered() {
    let (shop, one, other) = shop().await;
    for name in [&one, ORDER] {
        shop.sim.faults().hold(name);
        let by_key = tokio::spawn(send(question(&shop, &format!("/v1/payments/{one}"))));
        let by_order = tokio::spawn(send(question(
            &shop,
            &format!("/v1/payments/orders/{ORDER}"),
        )));
        until("both questions", || waiting(&shop) == 2).await;
        assert_eq!(shop.payment(&other).await["orderId"], "order-two");
        assert_eq!(shop.rows("").await.len(), 2, "lists are answered");
        assert!(!by_key.is_finished() && !by_order.is_finished());
        shop.sim.faults().release(name);
        for answer in [by_key.await.unwrap(), by_order.await.unwrap()] {
            assert_eq!(answer.json()["paymentKey"], one);
        }
    }
    let cancelled = {
        shop.sim.faults().hold(&one);
        shop.cancel(&one, r#"{"cancelReason":"x","cancelAmount":100}"#)
            .await
    };
    assert_eq!(cancelled.status, 200, "cancels do not wait");
}

#[tokio::test]
async fn a_client_that_goes_leaves_nothing_behind() {
    let (shop, one, _) = shop().await;
    shop.sim.faults().hold(&one);
    let path = format!("/v1/payments/{one}");
    let gone = question(&shop, &path).timeout(Duration::from_millis(50));
    assert!(try_send(gone).await.is_err());
    shop.sim.faults().clear();
    assert_eq!(shop.payment(&one).await["orderId"], ORDER);
}

#[tokio::test]
async fn a_known_payment_can_be_a_404_by_key_or_for_a_whole_order() {
    let (shop, one, other) = shop().await;
    let refused = NewPayment::card("order-two", 9_000).ending(Outcome::Aborted);
    let attempt = shop.sim.console().pay(refused);
    let status = async |path: String| shop.get(&path).await.status.as_u16();
    let unknown = |named: &str| {
        shop.sim.faults().payment(PaymentTrouble {
            order_id: named.to_owned(),
            change: PaymentChange::NotFound,
        });
    };
    unknown(&one);
    assert_eq!(status(format!("/v1/payments/{one}")).await, 404);
    assert_eq!(status(format!("/v1/payments/orders/{ORDER}")).await, 404);
    let cancel = shop.cancel(&one, r#"{"cancelReason":"x"}"#).await;
    assert_eq!(
        (cancel.status.as_u16(), cancel.code()),
        (404, "NOT_FOUND_PAYMENT".into())
    );
    assert_eq!(shop.rows("").await.len(), 2, "the list goes on having it");
    unknown(&other);
    assert_eq!(status(format!("/v1/payments/{other}")).await, 404);
    assert_eq!(
        status(format!("/v1/payments/{attempt}")).await,
        200,
        "another attempt"
    );
    unknown("order-two");
    assert_eq!(
        status(format!("/v1/payments/{attempt}")).await,
        404,
        "every attempt"
    );
    shop.sim.faults().clear();
    assert_eq!(status(format!("/v1/payments/{one}")).await, 200);
}

#[tokio::test]
async fn the_cancels_of_one_payment_can_fail_at_a_gateway_or_without_an_answer() {
    let (shop, one, other) = shop().await;
    shop.sim.faults().payment(PaymentTrouble {
        order_id: ORDER.into(),
        change: PaymentChange::CancelsFail(502),
    });
    let part = r#"{"cancelReason":"x","cancelAmount":100}"#;
    for _ in 0..2 {
        let failed = shop.cancel(&one, part).await;
        assert_eq!((failed.status.as_u16(), failed.text.as_str()), (502, ""));
    }
    shop.sim.faults().clear();
    shop.sim.faults().payment(PaymentTrouble {
        order_id: one.clone(),
        change: PaymentChange::CancelsDropped,
    });
    assert!(try_send(shop.cancel_request(&one, part)).await.is_err());
    assert!(shop.sim.executed_cancels(&one).is_empty());
    assert_eq!(shop.payment(&one).await["status"], "DONE", "it can be read");
    assert_eq!(shop.cancel(&other, part).await.status, 200);
    let cancels = shop.sim.requests();
    let failed = cancels
        .iter()
        .filter(|request| request.endpoint == Endpoint::Cancel);
    assert!(failed.count() >= 4, "they are recorded");
}

#[tokio::test]
async fn more_can_be_given_back_than_was_left() {
    let (shop, one, _) = shop().await;
    let console = shop.sim.console();
    let part = |won| CancelByHand::part(toss_sim::Amount::won(won), "x");
    console.cancel(&one, &part(10_000)).unwrap();
    assert!(console.cancel(&one, &part(8_000)).is_err());
    console.refund_beyond(&one, &part(8_000)).unwrap();
    let payment = shop.payment(&one).await;
    assert_eq!(payment["balanceAmount"], 0);
    let amounts: Vec<_> = shop
        .rows("")
        .await
        .iter()
        .map(|row| row["amount"].clone())
        .collect();
    assert_eq!(amounts, [15_000, 9_000, 10_000, 8_000]);
    assert!(
        console.refund_beyond(&one, &part(1)).is_err(),
        "nothing is left at all"
    );
}
