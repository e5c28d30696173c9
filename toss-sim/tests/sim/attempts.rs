//! Orders that are paid at the second attempt, and deposits whose refund the bank refuses.

use toss_sim::{Amount, CancelByHand, NewPayment, Outcome, PaymentChange, PaymentTrouble};

use crate::shop::{Shop, noon};

const ORDER: &str = "order-attempts";

/// How the attempts end, earliest first, and which of them answers for the order: by default, and by switch.
#[tokio::test]
async fn an_order_is_answered_by_its_latest_attempt_or_its_latest_paid_one() {
    use Outcome::{Aborted, Approved, Expired};
    for (outcomes, latest, paid) in [
        (vec![Aborted, Approved], 1, 1),
        (vec![Expired, Approved], 1, 1),
        (vec![Approved, Aborted], 1, 0),
        (vec![Aborted, Approved, Expired], 2, 1),
        (vec![Aborted, Expired], 1, 1),
    ] {
        let shop = Shop::open().await;
        let attempts: Vec<String> = outcomes
            .iter()
            .zip(0..)
            .map(|(outcome, nth)| {
                let at = noon() - chrono::Duration::minutes(10 - nth);
                let new = NewPayment::card(ORDER, 28_000).ending(*outcome).at(at);
                shop.sim.console().pay(new)
            })
            .collect();
        let answered = async || {
            let answer = shop.get(&format!("/v1/payments/orders/{ORDER}")).await;
            answer.json()["paymentKey"].as_str().unwrap().to_owned()
        };
        assert_eq!(answered().await, attempts[latest], "{outcomes:?}");
        shop.sim
            .faults()
            .behave(|behaviour| behaviour.orders_answer_paid = true);
        assert_eq!(answered().await, attempts[paid], "{outcomes:?}, by switch");
        assert_eq!(shop.sim.console().attempts(ORDER), attempts);
        for key in &attempts {
            assert_eq!(shop.payment(key).await["orderId"], ORDER);
        }
    }
}

#[tokio::test]
async fn the_bank_refuses_a_refund_once_there_was_one() {
    for word in ["FAILED", "PARTIAL_FAILED"] {
        let shop = Shop::open().await;
        let console = shop.sim.console();
        console.pay(NewPayment::virtual_account(ORDER, 22_400));
        shop.sim.faults().payment(PaymentTrouble {
            order_id: ORDER.into(),
            change: PaymentChange::RefundStatus(word.into()),
        });
        let said = async || {
            let payment = shop
                .get(&format!("/v1/payments/orders/{ORDER}"))
                .await
                .json();
            payment["virtualAccount"]["refundStatus"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(said().await, "NONE", "before the deposit");
        console.deposit(ORDER, None).unwrap();
        assert_eq!(said().await, "NONE", "before a refund");
        let part = CancelByHand::part(Amount::won(5_000), "x");
        console.cancel(ORDER, &part).unwrap();
        assert_eq!(said().await, word);
    }
}

#[tokio::test]
async fn handing_an_unpaid_account_back_is_no_refund_to_be_refused() {
    let shop = Shop::open().await;
    let console = shop.sim.console();
    console.pay(NewPayment::virtual_account(ORDER, 22_400));
    console
        .cancel(ORDER, &CancelByHand::everything("x"))
        .unwrap();
    shop.sim.faults().payment(PaymentTrouble {
        order_id: ORDER.into(),
        change: PaymentChange::RefundStatus("FAILED".into()),
    });
    let payment = shop
        .get(&format!("/v1/payments/orders/{ORDER}"))
        .await
        .json();
    assert_eq!(payment["virtualAccount"]["refundStatus"], "NONE");
}
