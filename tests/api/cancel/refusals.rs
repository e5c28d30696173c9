//! Cancels that are refused before Toss is called: each with its code, its advice and the field at fault, and none of
//! them carried out.

use serde_json::{Value, json};
use toss_sim::{CancelByHand, Endpoint, FaultKind, NewPayment, Outcome};

use super::{order, told, won};
use crate::support::{Shop, code, on_both_databases};

on_both_databases!(
    an_input_that_cannot_be_is_refused_with_its_field_and_nothing_is_recorded,
    a_cancel_that_does_not_fit_the_payment_is_rejected_with_its_field,
    a_payment_that_cannot_be_cancelled_says_so,
    nothing_is_sent_while_toss_cannot_be_asked,
    an_amount_in_another_currency_is_refused_and_nothing_is_recorded,
    a_payment_never_seen_cannot_be_cancelled_while_toss_is_down,
    an_amount_with_an_exponent_is_no_decimal,
);

async fn an_input_that_cannot_be_is_refused_with_its_field_and_nothing_is_recorded(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let huge = format!("1{}", "0".repeat(30));
    let (longest, too_long) = ("가".repeat(200), "가".repeat(201));
    let cases = [
        (json!({ "amount": won("1.5") }), "amount"),
        (json!({ "amount": won("-1") }), "amount"),
        (json!({ "amount": won(&huge) }), "amount"),
        (
            json!({ "amount": { "amount": "1", "currency": "XXX" } }),
            "amount",
        ),
        (json!({ "taxFreeAmount": won("-1") }), "taxFreeAmount"),
        (json!({ "expectedBalance": won("0.1") }), "expectedBalance"),
        (json!({ "reason": "" }), "reason"),
        (json!({ "reason": "   " }), "reason"),
        (json!({ "reason": too_long }), "reason"),
        (json!({ "idempotencyKey": "1234567" }), "idempotencyKey"),
        (json!({ "idempotencyKey": too_long }), "idempotencyKey"),
    ];
    for (more, field) in cases {
        let payload = shop
            .cancel(&order(&key, "refusals-0001", more.clone()))
            .await;
        assert_eq!(
            told(&payload),
            (None, Some("INVALID_INPUT"), Some("FIX_INPUT")),
            "{more}: {payload}"
        );
        assert_eq!(payload["error"]["field"], field, "{more}");
        assert!(!payload["error"]["message"].as_str().unwrap().is_empty());
    }
    assert!(shop.calls().is_empty(), "{:?}", shop.calls());
    // Just inside the bounds.
    let inside = json!({ "reason": longest, "idempotencyKey": longest, "amount": won("1") });
    let payload = shop.cancel(&order(&key, "", inside)).await;
    assert_eq!(payload["request"]["status"], "SUCCEEDED", "{payload:#}");
    assert_eq!(shop.executed(&key), 1);
}

async fn a_cancel_that_does_not_fit_the_payment_is_rejected_with_its_field(shop: Shop) {
    let console = shop.sim.console();
    let card = console.pay(NewPayment::card("order-1", 15_000));
    let whole_only = NewPayment {
        partial_cancelable: false,
        ..NewPayment::card("order-2", 15_000)
    };
    let whole_only = console.pay(whole_only);
    let unpaid = console.pay(NewPayment::virtual_account("order-3", 15_000));
    let account = json!({ "bank": "88", "accountNumber": "110222333444", "holderName": "김환불" });
    let cases = [
        (
            &card,
            json!({ "amount": won("0") }),
            "INVALID_INPUT",
            "amount",
        ),
        (
            &card,
            json!({ "amount": won("15001") }),
            "NOT_CANCELABLE_AMOUNT",
            "amount",
        ),
        (
            &card,
            json!({ "expectedBalance": won("14999") }),
            "BALANCE_CHANGED",
            "expectedBalance",
        ),
        (
            &card,
            json!({ "amount": won("10"), "taxFreeAmount": won("11") }),
            "INVALID_INPUT",
            "taxFreeAmount",
        ),
        (
            &card,
            json!({ "refundAccount": account }),
            "INVALID_INPUT",
            "refundAccount",
        ),
        (
            &whole_only,
            json!({ "amount": won("1") }),
            "NOT_ALLOWED_PARTIAL_REFUND",
            "amount",
        ),
        (
            &unpaid,
            json!({ "amount": won("1"), "voidUnpaid": true }),
            "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT",
            "amount",
        ),
    ];
    for (place, (key, more, code, field)) in cases.into_iter().enumerate() {
        let payload = shop
            .cancel(&order(key, &format!("refusals-1{place:03}"), more.clone()))
            .await;
        assert_eq!(
            told(&payload),
            (Some("REJECTED"), Some(code), Some("FIX_INPUT")),
            "{more}: {payload}"
        );
        assert_eq!(payload["error"]["field"], field, "{more}");
        assert_eq!(payload["error"], payload["request"]["error"]);
        assert_eq!(
            payload["request"]["resolvedAt"],
            "2026-03-20T12:00:00+09:00"
        );
        assert_eq!(shop.executed(key), 0, "{more}");
    }
    assert_eq!(shop.calls_of(Endpoint::Cancel), 0);
}

async fn a_payment_that_cannot_be_cancelled_says_so(shop: Shop) {
    let console = shop.sim.console();
    let canceled = console.pay(NewPayment::card("order-1", 15_000));
    console
        .cancel(&canceled, &CancelByHand::everything("취소"))
        .unwrap();
    let drained = console.pay(NewPayment::card("order-2", 15_000));
    for _ in 0..2 {
        let half = CancelByHand::part(toss_sim::Amount::won(7_500), "일부");
        console.cancel(&drained, &half).unwrap();
    }
    let expired = console.pay(NewPayment::card("order-3", 15_000).ending(Outcome::Expired));
    let open = console.pay(NewPayment::card("order-4", 15_000).ending(Outcome::Authenticated));
    let cases = [
        (
            canceled.as_str(),
            Some("REJECTED"),
            "ALREADY_CANCELED_PAYMENT",
            "ALREADY_DONE",
            Value::Null,
        ),
        (
            &drained,
            Some("REJECTED"),
            "ALREADY_CANCELED_PAYMENT",
            "ALREADY_DONE",
            Value::Null,
        ),
        (
            &expired,
            Some("REJECTED"),
            "NOT_CANCELABLE_PAYMENT",
            "NEEDS_PERSON",
            Value::Null,
        ),
        (
            &open,
            Some("REJECTED"),
            "NOT_CANCELABLE_PAYMENT",
            "NEEDS_PERSON",
            Value::Null,
        ),
        (
            "nobody",
            None,
            "NOT_FOUND_PAYMENT",
            "FIX_INPUT",
            json!("paymentKey"),
        ),
    ];
    for (place, (key, status, code, advice, field)) in cases.into_iter().enumerate() {
        let payload = shop
            .cancel(&order(key, &format!("refusals-2{place:03}"), json!({})))
            .await;
        assert_eq!(
            told(&payload),
            (status, Some(code), Some(advice)),
            "{payload:#}"
        );
        assert_eq!(payload["error"]["field"], field);
    }
    assert_eq!(shop.calls_of(Endpoint::Cancel), 0);
}

async fn nothing_is_sent_while_toss_cannot_be_asked(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    shop.payment("order-1", "id").await;
    shop.pass(chrono::Duration::minutes(1));
    shop.always(Endpoint::Payment, FaultKind::Status(503));
    let payload = shop.cancel(&order(&key, "refusals-3000", json!({}))).await;
    assert_eq!(
        told(&payload),
        (
            Some("REJECTED"),
            Some("UPSTREAM_UNAVAILABLE"),
            Some("RETRY")
        )
    );
    assert_eq!(payload["payment"]["stale"], true);
    assert_eq!(shop.calls_of(Endpoint::Cancel), 0);
    let again = shop.cancel(&order(&key, "refusals-3000", json!({}))).await;
    assert_eq!(told(&again), told(&payload), "{again:#}");
    assert_ne!(again["request"]["id"], payload["request"]["id"]);
    shop.sim.faults().clear();
    // Another intent is free to go, and so is this one, under its own key.
    let part = json!({ "amount": won("5000") });
    for (key_of_caller, more) in [("refusals-3001", part), ("refusals-3000", json!({}))] {
        let payload = shop.cancel(&order(&key, key_of_caller, more)).await;
        assert_eq!(payload["request"]["status"], "SUCCEEDED", "{payload:#}");
    }
    assert_eq!(shop.executed(&key), 2);
    let payload = shop.cancel(&order(&key, "refusals-3000", json!({}))).await;
    assert_eq!(payload["request"]["status"], "SUCCEEDED", "{payload:#}");
    assert_eq!(shop.executed(&key), 2, "carried out once");
}

async fn an_amount_in_another_currency_is_refused_and_nothing_is_recorded(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    for field in ["amount", "taxFreeAmount", "expectedBalance"] {
        let more = json!({ field: { "amount": "1", "currency": "USD" } });
        let payload = shop.cancel(&order(&key, "refusals-5000", more)).await;
        assert_eq!(
            told(&payload),
            (None, Some("INVALID_INPUT"), Some("FIX_INPUT")),
            "{payload:#}"
        );
        assert_eq!(payload["error"]["field"], field);
    }
    assert_eq!(shop.calls_of(Endpoint::Cancel), 0);
}

async fn a_payment_never_seen_cannot_be_cancelled_while_toss_is_down(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    shop.always(Endpoint::Payment, FaultKind::Drop);
    let input = order(&key, "refusals-6000", json!({}));
    let refused = shop.cancel(&input).await;
    let expected = (None, Some("UPSTREAM_UNAVAILABLE"), Some("RETRY"));
    assert_eq!(told(&refused), expected, "{refused:#}");
    shop.sim.faults().clear();
    let payload = shop.cancel(&input).await;
    assert_eq!(
        payload["request"]["status"], "SUCCEEDED",
        "the key was not used up: {payload:#}"
    );
}

async fn an_amount_with_an_exponent_is_no_decimal(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    for amount in [json!("1e3"), json!(10.5), json!("")] {
        let more = json!({ "amount": { "amount": amount, "currency": "KRW" } });
        let input = json!({ "input": order(&key, "refusals-4000", more) });
        let answer = shop.post(&shop.admin, super::CANCEL, input).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{amount}");
    }
    assert!(shop.calls().is_empty());
}
