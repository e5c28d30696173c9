//! What a screen is offered, what a dry run says, and what the cancel then does: one set of checks.

use serde_json::{Value, json};
use toss_sim::{FaultKind, NewPayment};

use crate::shop::{As, Shop, on_both_databases, won};

on_both_databases!(
    a_screen_is_told_what_the_cancel_will_allow,
    a_dry_run_says_what_would_be_sent_and_sends_nothing,
    a_dry_run_meets_the_refusals_that_the_cancel_meets,
    a_refund_account_goes_to_toss_and_lies_nowhere_readable,
);

async fn offer(shop: &Shop, who: As, payment: &str) -> Value {
    let query = r"query ($key: String!) { payment(by: { paymentKey: $key }, maxAgeSeconds: 0) { viewerCanCancel {
        allowed maxAmount { amount } partialAllowed needsRefundAccount voids reasons { code advice } } } }";
    let asked = shop.ask(who, query, json!({ "key": payment })).await;
    asked["payment"]["viewerCanCancel"].clone()
}

/// An offer: whether it is allowed, of how much, which of the three particulars hold, and what stands in the way.
fn offers(allowed: bool, max: &str, particulars: &[&str], reasons: &Value) -> Value {
    json!({
        "allowed": allowed, "maxAmount": { "amount": max },
        "partialAllowed": particulars.contains(&"partial"),
        "needsRefundAccount": particulars.contains(&"account"),
        "voids": particulars.contains(&"voids"), "reasons": reasons,
    })
}

async fn a_screen_is_told_what_the_cancel_will_allow(shop: Shop) {
    let card = shop.card(10_000);
    assert_eq!(
        offer(&shop, As::Kim, &card).await,
        offers(true, "10000", &["partial"], &json!([]))
    );
    let forbidden = json!([{ "code": "FORBIDDEN", "advice": "NEEDS_PERSON" }]);
    assert_eq!(
        offer(&shop, As::Viewer, &card).await,
        offers(false, "10000", &["partial"], &forbidden)
    );

    shop.next_cancels(1, FaultKind::Slow(std::time::Duration::from_secs(3)));
    let open = shop
        .cancel(As::Kim, &card, "key-slow", json!({ "amount": won(1_000) }))
        .await;
    let in_flight = json!([{ "code": "CANCEL_IN_FLIGHT", "advice": "WAIT" }]);
    let meanwhile = offer(&shop, As::Lee, &card).await;
    assert_eq!(
        (&meanwhile["allowed"], &meanwhile["reasons"]),
        (&json!(false), &in_flight)
    );
    shop.becomes(&open["request"], "SUCCEEDED").await;
    assert_eq!(
        offer(&shop, As::Lee, &card).await,
        offers(true, "9000", &["partial"], &json!([]))
    );

    let unpaid = shop.pay(NewPayment::virtual_account("order-unpaid", 22_400));
    assert_eq!(
        offer(&shop, As::Kim, &unpaid).await,
        offers(true, "22400", &["voids"], &json!([]))
    );
    shop.sim.console().deposit(&unpaid, None).unwrap();
    assert_eq!(
        offer(&shop, As::Kim, &unpaid).await,
        offers(true, "22400", &["partial", "account"], &json!([]))
    );

    shop.cancel(As::Kim, &card, "key-rest", json!({})).await;
    let over = offer(&shop, As::Kim, &card).await;
    assert_eq!(over["maxAmount"], Value::Null);
    assert_eq!(
        over["reasons"],
        json!([{ "code": "ALREADY_CANCELED_PAYMENT", "advice": "ALREADY_DONE" }])
    );
}

async fn a_dry_run_says_what_would_be_sent_and_sends_nothing(shop: Shop) {
    let payment = shop.card(10_000);
    let input = || json!({ "amount": won(3_000) });
    let tried = shop
        .cancel_or_try(As::Kim, &payment, "key-tried", input(), true)
        .await;
    let preview = json!({
        "amount": { "amount": "3000" }, "balanceBefore": { "amount": "10000" },
        "balanceAfter": { "amount": "7000" }, "voids": false,
    });
    assert_eq!(tried["preview"], preview);
    assert_eq!(
        (&tried["request"], &tried["error"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(shop.sendings(&payment), 0);
    let listed = shop
        .ask(
            As::Viewer,
            "{ cancelRequests { nodes { id } } }",
            Value::Null,
        )
        .await;
    assert_eq!(
        listed["cancelRequests"]["nodes"],
        json!([]),
        "the key is still unused"
    );
    let done = shop.cancel(As::Kim, &payment, "key-tried", input()).await;
    assert_eq!(done["request"]["status"], "SUCCEEDED");
    assert_eq!(done["preview"], Value::Null);
    let after = shop
        .cancel_or_try(As::Kim, &payment, "key-tried", input(), true)
        .await;
    assert_eq!(after["request"]["id"], done["request"]["id"]);
    let other = shop
        .cancel_or_try(As::Kim, &payment, "key-tried", json!({}), true)
        .await;
    assert_eq!(other["error"]["code"], "IDEMPOTENCY_CONFLICT");
}

async fn a_dry_run_meets_the_refusals_that_the_cancel_meets(shop: Shop) {
    let card = shop.card(10_000);
    let unpaid = shop.pay(NewPayment::virtual_account("order-unpaid", 5_000));
    let paid = shop.pay(NewPayment::virtual_account("order-paid", 5_000));
    shop.sim.console().deposit(&paid, None).unwrap();
    let account = |bank: &str, number: &str| json!({ "refundAccount": { "bank": bank, "accountNumber": number, "holderName": "김토스" } });
    for (place, (payment, input, code)) in [
        (
            &card,
            json!({ "amount": won(10_001) }),
            "NOT_CANCELABLE_AMOUNT",
        ),
        (&card, json!({ "amount": won(0) }), "INVALID_INPUT"),
        (
            &card,
            json!({ "amount": won(100), "taxFreeAmount": won(101) }),
            "INVALID_INPUT",
        ),
        (
            &card,
            json!({ "expectedBalance": won(9_999) }),
            "BALANCE_CHANGED",
        ),
        (&card, account("88", "110123"), "INVALID_INPUT"),
        (&unpaid, json!({}), "VOID_NOT_CONFIRMED"),
        (
            &unpaid,
            json!({ "voidUnpaid": true, "amount": won(1) }),
            "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT",
        ),
        (&paid, json!({}), "REFUND_ACCOUNT_REQUIRED"),
        (&paid, account("99", "110123"), "INVALID_BANK"),
        (
            &paid,
            account("88", "110-123"),
            "INVALID_REFUND_ACCOUNT_NUMBER",
        ),
        (
            &paid,
            account("88", "123456789012345678901"),
            "INVALID_REFUND_ACCOUNT_NUMBER",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("key-refused-{place}");
        let tried = shop
            .cancel_or_try(As::Kim, payment, &key, input.clone(), true)
            .await;
        assert_eq!(tried["error"]["code"], code, "{input}");
        assert_eq!(tried["preview"], Value::Null);
        let meant = shop.cancel(As::Kim, payment, &key, input).await;
        assert_eq!(meant["error"], tried["error"]);
    }
    assert_eq!(
        shop.sendings(&card) + shop.sendings(&unpaid) + shop.sendings(&paid),
        0
    );
}

async fn a_refund_account_goes_to_toss_and_lies_nowhere_readable(shop: Shop) {
    let payment = shop.pay(NewPayment::virtual_account("order-paid", 5_000));
    shop.sim.console().deposit(&payment, None).unwrap();
    shop.next_cancels(2, FaultKind::Drop);
    let account =
        json!({ "bank": "88", "accountNumber": "11012345678901", "holderName": "김토스" });
    let lost = shop
        .cancel(
            As::Kim,
            &payment,
            "key-account",
            json!({ "refundAccount": account }),
        )
        .await;
    assert_eq!(lost["request"]["status"], "UNKNOWN");
    let named = reconciliation::PaymentKey::parse(&payment).unwrap();
    let open = shop.store.cancel_in_flight(&named).await.unwrap().unwrap();
    let kept = open.body.unwrap();
    assert!(kept.expose().len() > 100, "it is kept for being sent again");
    assert!(!kept.expose().contains("11012345678901") && !kept.expose().contains("refund"));
    shop.becomes(&lost["request"], "SUCCEEDED").await;
    let sent: Vec<_> = shop
        .sim
        .requests()
        .into_iter()
        .filter(|call| call.path.ends_with("/cancel"))
        .collect();
    assert!(sent.len() >= 3);
    assert!(String::from_utf8_lossy(&sent[0].body).contains("11012345678901"));
    for call in &sent {
        assert_eq!(
            (&call.body, &call.idempotency_key),
            (&sent[0].body, &sent[0].idempotency_key)
        );
    }
    let over = shop.store.cancel_request(&open.id).await.unwrap().unwrap();
    assert_eq!(over.body, None, "nothing is left of it");
}
