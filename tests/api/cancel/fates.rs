//! Cancels that succeed, and what the payment looks like afterwards.

use std::time::Duration;

use serde_json::{Value, json};
use toss_sim::{CancelByHand, Endpoint, Fault, FaultKind, NewPayment};

use super::{SUCCEEDED, order, told, won};
use crate::support::{Shop, on_both_databases};

on_both_databases!(
    a_partial_cancel_answers_with_the_payment_as_it_is_now,
    a_cancel_of_everything_takes_what_is_left,
    a_cancel_made_in_the_console_is_from_elsewhere,
    dollars_are_cancelled_to_the_cent,
    an_unpaid_account_is_voided_only_when_that_is_said,
    a_paid_account_needs_the_buyers_own_account,
    the_tax_free_part_reaches_toss,
    the_answer_is_of_after_the_cancel_also_while_somebody_reads_the_payment,
);

const ACCOUNT: &str = "110222333444";
const HOLDER: &str = "김환불";

fn account(number: &str) -> Value {
    json!({ "refundAccount": { "bank": "88", "accountNumber": number, "holderName": HOLDER } })
}

async fn a_partial_cancel_answers_with_the_payment_as_it_is_now(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    shop.payment("order-1", "id").await;
    shop.pass(chrono::Duration::minutes(1));
    let input = order(
        &key,
        "fates-000001",
        json!({ "amount": won("3000"), "expectedBalance": won("15000") }),
    );
    let payload = shop.cancel(&input).await;
    assert_eq!(told(&payload), SUCCEEDED, "{payload:#}");
    let executed = shop.sim.executed_cancels(&key);
    assert_eq!(executed.len(), 1);
    assert_eq!(
        (executed[0].amount.minor, executed[0].reason.as_str()),
        (3_000, "고객 요청")
    );
    let request = &payload["request"];
    assert_eq!(request["transactionKey"], executed[0].transaction_key);
    assert_eq!(
        (&request["requestedBy"], &request["amount"]),
        (&json!("test-admin"), &won("3000"))
    );
    assert_eq!(request["requestedAt"], "2026-03-20T12:01:00+09:00");
    assert_eq!(request["resolvedAt"], "2026-03-20T12:01:00+09:00");
    let payment = &payload["payment"];
    assert_eq!(payment["status"], "PARTIAL_CANCELED");
    assert_eq!(payment["balanceAmount"], won("12000"));
    assert_eq!(payment["effectiveRefund"]["amount"], "3000");
    assert_eq!(
        (&payment["stale"], &payment["asOf"]),
        (&json!(false), &json!("2026-03-20T12:01:00+09:00"))
    );
    // No list is asked for a cancel: its row is there once the list has been read.
    assert_eq!(payment["history"][1], Value::Null);
    assert_eq!(
        payment["cancels"],
        json!([{
            "transactionKey": executed[0].transaction_key, "amount": { "amount": "3000" }, "reason": "고객 요청",
            "refunded": true, "origin": "OURS",
            "request": { "id": request["id"], "status": "SUCCEEDED", "requestedBy": "test-admin" },
        }])
    );
    shop.pass(chrono::Duration::minutes(2));
    let read = shop
        .payment("order-1", "history { status amount { amount } effect }")
        .await;
    assert_eq!(
        read["history"][1],
        json!({ "status": "PARTIAL_CANCELED", "amount": { "amount": "3000" }, "effect": "REFUNDED" })
    );
}

async fn a_cancel_of_everything_takes_what_is_left(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let part = CancelByHand::part(toss_sim::Amount::won(4_000), "일부");
    shop.sim.console().cancel(&key, &part).unwrap();
    let payload = shop.cancel(&order(&key, "fates-000002", json!({}))).await;
    assert_eq!(told(&payload), SUCCEEDED, "{payload:#}");
    assert_eq!(payload["request"]["amount"], Value::Null);
    assert_eq!(payload["payment"]["fullyCanceled"], true);
    assert_eq!(payload["payment"]["effectiveRefund"]["amount"], "15000");
    let origins: Vec<&Value> = payload["payment"]["cancels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cancel| &cancel["origin"])
        .collect();
    assert_eq!(origins, ["ELSEWHERE", "OURS"]);
}

async fn a_cancel_made_in_the_console_is_from_elsewhere(shop: Shop) {
    shop.play("console_cancel", "2026-03-10");
    let payment = shop
        .payment(
            "order-console-cancel",
            "cancels { origin request { id } refunded }",
        )
        .await;
    assert_eq!(
        payment["cancels"],
        json!([{ "origin": "ELSEWHERE", "request": null, "refunded": true }])
    );
}

async fn dollars_are_cancelled_to_the_cent(shop: Shop) {
    let key = shop
        .sim
        .console()
        .pay(NewPayment::overseas("order-usd", 72_624));
    // Sent back as a client reads money, with the name of its type.
    let dollars = json!({ "__typename": "Money", "amount": "181.56", "currency": "USD" });
    let amount = json!({ "amount": dollars });
    let payload = shop.cancel(&order(&key, "fates-000003", amount)).await;
    assert_eq!(told(&payload), SUCCEEDED, "{payload:#}");
    assert_eq!(shop.sim.executed_cancels(&key)[0].amount.minor, 18_156);
    assert_eq!(
        payload["payment"]["balanceAmount"],
        json!({ "amount": "544.68", "currency": "USD" })
    );
}

async fn an_unpaid_account_is_voided_only_when_that_is_said(shop: Shop) {
    let key = shop
        .sim
        .console()
        .pay(NewPayment::virtual_account("order-va", 22_400));
    let refused = shop.cancel(&order(&key, "fates-000004", json!({}))).await;
    assert_eq!(
        told(&refused),
        (
            Some("REJECTED"),
            Some("VOID_NOT_CONFIRMED"),
            Some("FIX_INPUT")
        )
    );
    assert_eq!(refused["error"]["field"], "voidUnpaid");
    assert_eq!(shop.executed(&key), 0);
    let payload = shop
        .cancel(&order(&key, "fates-000005", json!({ "voidUnpaid": true })))
        .await;
    assert_eq!(told(&payload), SUCCEEDED, "{payload:#}");
    let payment = &payload["payment"];
    assert_eq!(
        (
            &payment["effectiveRefund"]["amount"],
            &payment["voidedAmount"]["amount"]
        ),
        (&json!("0"), &json!("22400"))
    );
    assert_eq!(payment["cancels"][0]["refunded"], false);
    shop.pass(chrono::Duration::minutes(2));
    let read = shop.payment("order-va", "history { effect }").await;
    assert_eq!(read["history"][1]["effect"], "VOIDED");
}

async fn a_paid_account_needs_the_buyers_own_account(shop: Shop) {
    let key = shop
        .sim
        .console()
        .pay(NewPayment::virtual_account("order-va", 22_400));
    shop.sim.console().deposit(&key, None).unwrap();
    let missing = shop.cancel(&order(&key, "fates-000006", json!({}))).await;
    assert_eq!(
        told(&missing),
        (
            Some("REJECTED"),
            Some("REFUND_ACCOUNT_REQUIRED"),
            Some("FIX_INPUT")
        )
    );
    let own_number = shop.own_account_number(&key).await;
    let own = shop
        .cancel(&order(&key, "fates-000007", account(&own_number)))
        .await;
    assert_eq!(
        told(&own),
        (
            Some("REJECTED"),
            Some("INVALID_REFUND_ACCOUNT_NUMBER"),
            Some("FIX_INPUT")
        )
    );
    assert_eq!(own["error"]["field"], "refundAccount");
    assert_eq!(shop.calls_of(Endpoint::Cancel), 0);
    let payload = shop
        .cancel(&order(&key, "fates-000008", account(ACCOUNT)))
        .await;
    assert_eq!(told(&payload), SUCCEEDED, "{payload:#}");
    assert_eq!(payload["payment"]["effectiveRefund"]["amount"], "22400");
    let requests = shop.sim.requests();
    let sent = requests
        .iter()
        .find(|request| request.endpoint == Endpoint::Cancel)
        .unwrap();
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(body["refundReceiveAccount"]["accountNumber"], ACCOUNT);
    for answer in [&missing, &own, &payload] {
        let text = answer.to_string();
        assert!(
            ![ACCOUNT, HOLDER, &own_number]
                .iter()
                .any(|secret| text.contains(*secret)),
            "{text}"
        );
    }
}

impl Shop {
    /// The number of the virtual account that was issued for a payment, as Toss shows it.
    async fn own_account_number(&self, key: &str) -> String {
        let url = format!("{}/v1/payments/{key}", self.sim.base_url());
        let answer = self
            .client()
            .get(url)
            .basic_auth(self.sim.secret_key(), Some(""))
            .send()
            .await;
        let body: Value = answer.unwrap().json().await.unwrap();
        body["virtualAccount"]["accountNumber"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

async fn the_tax_free_part_reaches_toss(shop: Shop) {
    let new = NewPayment {
        tax_free: 5_000,
        ..NewPayment::card("order-1", 15_000)
    };
    let key = shop.sim.console().pay(new);
    let parts = json!({ "amount": won("3000"), "taxFreeAmount": won("1000") });
    let payload = shop.cancel(&order(&key, "fates-000009", parts)).await;
    assert_eq!(told(&payload), SUCCEEDED, "{payload:#}");
    let requests = shop.sim.requests();
    let sent = requests
        .iter()
        .find(|request| request.endpoint == Endpoint::Cancel)
        .unwrap();
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(
        (
            &body["cancelAmount"],
            &body["taxFreeAmount"],
            &body["refundableAmount"]
        ),
        (&json!(3000), &json!(1000), &json!(15000))
    );
}

async fn the_answer_is_of_after_the_cancel_also_while_somebody_reads_the_payment(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    shop.payment("order-1", "id").await;
    // A reading that has the payment already, and takes its time over the list.
    let slow = FaultKind::Slow(Duration::from_millis(1_500));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Transactions, slow));
    shop.sim.clear_requests();
    let query =
        format!(r#"{{ payment(by: {{paymentKey: "{key}"}}, maxAgeSeconds: 0) {{ status }} }}"#);
    let reading = shop.ask(&query);
    let cancelling = async {
        shop.until_called(Endpoint::Transactions, 1).await;
        shop.pass(chrono::Duration::seconds(1));
        let payload = shop.cancel(&order(&key, "fates-000010", json!({}))).await;
        assert_eq!(told(&payload), SUCCEEDED, "{payload:#}");
        assert_eq!(payload["payment"]["status"], "CANCELED", "{payload:#}");
        assert_eq!(payload["payment"]["effectiveRefund"]["amount"], "15000");
    };
    futures_util::future::join(reading, cancelling).await;
    let payment = shop.payment("order-1", "status").await;
    assert_eq!(payment["status"], "CANCELED");
}
