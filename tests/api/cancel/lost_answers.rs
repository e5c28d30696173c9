//! Cancels whose answer is lost: not known until Toss has answered the same key, and never carried out twice.

use std::time::Duration;

use serde_json::{Value, json};
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use super::{SUCCEEDED, UNKNOWN, order, told, won};
use crate::support::{Choices, Engine, Shop, on_both_databases, until};

on_both_databases!(
    a_lost_answer_is_unknown_until_the_same_key_is_asked_again,
    a_cancel_that_never_ran_is_carried_out_by_asking_again,
    a_cancel_that_is_still_running_at_toss_is_unknown_and_not_sent_under_another_key,
    an_unknown_outcome_keeps_the_payment_from_being_cancelled_again,
    a_cancel_in_the_console_meanwhile_is_not_taken_for_ours,
);

async fn open(engine: Engine) -> Shop {
    let choices = Choices {
        timeout: Duration::from_secs(1),
        ..Choices::default()
    };
    Shop::open_with(engine, choices).await
}

async fn a_lost_answer_is_unknown_until_the_same_key_is_asked_again(engine: Engine) {
    let shop = open(engine).await;
    let kinds = [
        FaultKind::ExecuteThenDrop,
        FaultKind::ExecuteThenHang,
        FaultKind::ExecuteThenStatus(502),
        FaultKind::Html,
        FaultKind::HalfBody,
    ];
    for (place, kind) in kinds.into_iter().enumerate() {
        let name = format!("order-lost-{place}");
        let key = shop
            .sim
            .console()
            .pay(NewPayment::card(name.as_str(), 15_000));
        shop.sim
            .faults()
            .add(Fault::next(Endpoint::Cancel, kind.clone()));
        let input = order(
            &key,
            &format!("lost-answer-{place}"),
            json!({ "amount": won("3000") }),
        );
        let lost = shop.cancel(&input).await;
        assert_eq!(told(&lost), UNKNOWN, "{kind:?}: {lost:#}");
        assert_eq!(shop.executed(&key), 1, "{kind:?}");
        // It can be seen at Toss, and is still not proved to be ours.
        let cancel = &lost["payment"]["cancels"][0];
        assert_eq!(
            (&cancel["origin"], &cancel["request"]),
            (&json!("UNCERTAIN"), &Value::Null),
            "{kind:?}"
        );
        let again = shop.cancel(&input).await;
        assert_eq!(told(&again), SUCCEEDED, "{kind:?}: {again:#}");
        assert_eq!(again["request"]["id"], lost["request"]["id"]);
        assert_eq!(again["payment"]["cancels"][0]["origin"], "OURS", "{kind:?}");
        assert_eq!(
            again["request"]["transactionKey"],
            again["payment"]["cancels"][0]["transactionKey"]
        );
        assert_eq!(shop.executed(&key), 1, "{kind:?}");
    }
    let requests = shop.sim.requests();
    let mut cancels: Vec<_> = requests
        .iter()
        .filter(|request| request.endpoint == Endpoint::Cancel)
        .collect();
    cancels.sort_by_key(|request| request.idempotency_key.clone());
    for pair in cancels.chunks(2) {
        let [first, second] = pair else {
            panic!("each was sent twice")
        };
        assert_eq!(
            (&first.idempotency_key, &first.body),
            (&second.idempotency_key, &second.body)
        );
    }
}

async fn a_cancel_that_never_ran_is_carried_out_by_asking_again(engine: Engine) {
    let shop = open(engine).await;
    for (place, kind) in [
        FaultKind::Drop,
        FaultKind::Status(502),
        FaultKind::Status(429),
    ]
    .into_iter()
    .enumerate()
    {
        let key = shop
            .sim
            .console()
            .pay(NewPayment::card(format!("order-{place}"), 15_000));
        shop.sim
            .faults()
            .add(Fault::next(Endpoint::Cancel, kind.clone()));
        let input = order(&key, &format!("never-ran-{place}"), json!({}));
        assert_eq!(told(&shop.cancel(&input).await), UNKNOWN, "{kind:?}");
        assert_eq!(shop.executed(&key), 0, "{kind:?}");
        assert_eq!(told(&shop.cancel(&input).await), SUCCEEDED, "{kind:?}");
        assert_eq!(shop.executed(&key), 1, "{kind:?}");
    }
}

async fn a_cancel_that_is_still_running_at_toss_is_unknown_and_not_sent_under_another_key(
    engine: Engine,
) {
    let shop = open(engine).await;
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let running = FaultKind::Refusal("IDEMPOTENT_REQUEST_PROCESSING".into());
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Cancel, running));
    let payload = shop.cancel(&order(&key, "still-running", json!({}))).await;
    assert_eq!(told(&payload), UNKNOWN, "{payload:#}");
    let other = shop
        .cancel(&order(&key, "still-running-2", json!({})))
        .await;
    assert_eq!(told(&other), (None, Some("CANCEL_IN_FLIGHT"), Some("WAIT")));
}

async fn an_unknown_outcome_keeps_the_payment_from_being_cancelled_again(engine: Engine) {
    let shop = open(engine).await;
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Cancel, FaultKind::ExecuteThenDrop));
    let part = json!({ "amount": won("3000") });
    let input = order(&key, "unknown-000001", part.clone());
    assert_eq!(told(&shop.cancel(&input).await), UNKNOWN);
    let other = order(&key, "unknown-000002", part);
    assert_eq!(
        told(&shop.cancel(&other).await),
        (None, Some("CANCEL_IN_FLIGHT"), Some("WAIT"))
    );
    assert_eq!(told(&shop.cancel(&input).await), SUCCEEDED);
    assert_eq!(
        told(&shop.cancel(&other).await),
        SUCCEEDED,
        "the way is free once the outcome is known"
    );
    assert_eq!(shop.executed(&key), 2);
}

async fn a_cancel_in_the_console_meanwhile_is_not_taken_for_ours(engine: Engine) {
    let shop = open(engine).await;
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Cancel, FaultKind::Drop));
    let input = order(&key, "console-meanwhile", json!({}));
    assert_eq!(told(&shop.cancel(&input).await), UNKNOWN);
    let by_hand = toss_sim::CancelByHand::everything("상점관리자 취소");
    shop.sim.console().cancel(&key, &by_hand).unwrap();
    let payload = shop.cancel(&input).await;
    assert_eq!(
        told(&payload),
        (
            Some("NEEDS_OPERATOR"),
            Some("OUTCOME_UNKNOWN"),
            Some("NEEDS_PERSON")
        ),
        "{payload:#}"
    );
    assert_eq!(payload["payment"]["cancels"][0]["origin"], "UNCERTAIN");
    assert_eq!(shop.executed(&key), 1);
}

/// On one database only, because it waits as long as a caller does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_waits_some_ten_seconds_and_the_cancel_goes_on() {
    let shop = Shop::open_with(
        Engine::Sqlite,
        Choices {
            timeout: Duration::from_secs(20),
            ..Choices::default()
        },
    )
    .await;
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let slow = FaultKind::Slow(Duration::from_millis(11_500));
    shop.sim.faults().add(Fault::next(Endpoint::Cancel, slow));
    let input = order(&key, "ten-seconds", json!({}));
    let early = shop.cancel(&input).await;
    assert_eq!(told(&early), UNKNOWN, "{early:#}");
    assert_eq!(shop.executed(&key), 0, "Toss has not carried it out yet");
    let query = format!(
        "{{ cancelRequest(id: {}) {{ status }} }}",
        early["request"]["id"]
    );
    until(async || {
        let request = &shop.ask(&query).await["cancelRequest"];
        (request["status"] == "SUCCEEDED").then_some(())
    })
    .await;
    assert_eq!(shop.executed(&key), 1);
    assert_eq!(shop.calls_of(Endpoint::Cancel), 1);
}
