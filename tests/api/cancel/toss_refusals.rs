//! What Toss itself refuses, and what its words mean for the caller.

use serde_json::json;
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use super::{UNKNOWN, order, told, won};
use crate::support::{Shop, on_both_databases};

on_both_databases!(
    a_refusal_of_toss_carries_its_code_and_an_advice,
    a_failure_of_toss_does_not_tell_whether_it_was_carried_out,
    a_balance_that_changes_on_the_way_to_toss_stops_the_cancel,
);

async fn a_refusal_of_toss_carries_its_code_and_an_advice(shop: Shop) {
    let cases = [
        ("PROVIDER_ERROR", "RETRY"),
        ("FORBIDDEN_CONSECUTIVE_REQUEST", "RETRY"),
        ("NOT_AVAILABLE_BANK", "RETRY"),
        ("NOT_CANCELABLE_AMOUNT", "FIX_INPUT"),
        ("NOT_MATCHES_REFUNDABLE_AMOUNT", "FIX_INPUT"),
        ("ALREADY_CANCELED_PAYMENT", "ALREADY_DONE"),
        ("EXCEED_MAX_REFUND_DUE", "NEEDS_PERSON"),
        ("NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER", "NEEDS_PERSON"),
        ("UNAUTHORIZED_KEY", "NEEDS_PERSON"),
    ];
    for (place, (code, advice)) in cases.into_iter().enumerate() {
        let key = shop
            .sim
            .console()
            .pay(NewPayment::card(format!("order-{place}"), 15_000));
        shop.sim.faults().add(Fault::next(
            Endpoint::Cancel,
            FaultKind::Refusal(code.into()),
        ));
        let input = order(
            &key,
            &format!("toss-refuses-{place}"),
            json!({ "amount": won("3000") }),
        );
        let payload = shop.cancel(&input).await;
        assert_eq!(
            told(&payload),
            (Some("REJECTED"), Some(code), Some(advice)),
            "{payload:#}"
        );
        assert!(!payload["error"]["message"].as_str().unwrap().is_empty());
        assert_eq!(payload["payment"]["balanceAmount"], won("15000"));
        // Toss would answer the same to this key; the server does not ask.
        assert_eq!(shop.cancel(&input).await["request"], payload["request"]);
        assert_eq!(shop.executed(&key), 0);
    }
    assert_eq!(shop.calls_of(Endpoint::Cancel), cases.len());
}

async fn a_failure_of_toss_does_not_tell_whether_it_was_carried_out(shop: Shop) {
    for (place, code) in ["FAILED_REFUND_PROCESS", "COMMON_ERROR", "TOO_MANY_REQUESTS"]
        .into_iter()
        .enumerate()
    {
        let key = shop
            .sim
            .console()
            .pay(NewPayment::card(format!("order-{place}"), 15_000));
        shop.sim.faults().add(Fault::next(
            Endpoint::Cancel,
            FaultKind::Refusal(code.into()),
        ));
        let payload = shop
            .cancel(&order(&key, &format!("toss-fails-{place}"), json!({})))
            .await;
        assert_eq!(told(&payload), UNKNOWN, "{code}: {payload:#}");
    }
}

async fn a_balance_that_changes_on_the_way_to_toss_stops_the_cancel(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let slow = FaultKind::Slow(std::time::Duration::from_millis(500));
    shop.sim.faults().add(Fault::next(Endpoint::Cancel, slow));
    let input = order(&key, "on-the-way-01", json!({ "amount": won("3000") }));
    let meanwhile = async {
        shop.until_called(Endpoint::Cancel, 1).await;
        let part = toss_sim::CancelByHand::part(toss_sim::Amount::won(1_000), "일부");
        shop.sim.console().cancel(&key, &part).unwrap();
    };
    let (payload, ()) = futures_util::future::join(shop.cancel(&input), meanwhile).await;
    assert_eq!(
        told(&payload),
        (
            Some("REJECTED"),
            Some("NOT_MATCHES_REFUNDABLE_AMOUNT"),
            Some("FIX_INPUT")
        )
    );
    assert_eq!(payload["payment"]["cancels"][0]["origin"], "ELSEWHERE");
    assert_eq!(shop.executed(&key), 1);
}
