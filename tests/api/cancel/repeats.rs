//! The same intent given again, and several intents at once: money goes back once for each.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use toss_recon::access::Role;
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use super::{SUCCEEDED, order, told, won};
use crate::support::{Shop, on_both_databases};

on_both_databases!(
    the_same_key_and_content_gives_the_same_answer_and_cancels_once,
    ten_at_once_with_one_key_are_one_cancel_and_ten_equal_answers,
    the_same_key_with_other_content_is_a_conflict,
    two_equal_partial_cancels_under_two_keys_are_both_carried_out,
    two_admins_may_use_the_same_key_each_for_a_cancel_of_their_own,
    two_admins_at_once_cancel_once,
    a_refusal_stands_for_its_key_also_when_it_would_not_be_refused_any_more,
);

async fn the_same_key_and_content_gives_the_same_answer_and_cancels_once(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let input = order(&key, "repeats-00001", json!({ "amount": won("3000") }));
    let first = shop.cancel(&input).await;
    assert_eq!(told(&first), SUCCEEDED, "{first:#}");
    shop.pass(chrono::Duration::days(20));
    let second = shop.cancel(&input).await;
    assert_eq!(second["request"], first["request"]);
    assert_eq!(
        (shop.executed(&key), shop.calls_of(Endpoint::Cancel)),
        (1, 1)
    );
}

async fn ten_at_once_with_one_key_are_one_cancel_and_ten_equal_answers(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let slow = FaultKind::Slow(Duration::from_millis(300));
    shop.sim.faults().add(Fault::next(Endpoint::Cancel, slow));
    let input = order(&key, "repeats-00002", json!({ "amount": won("3000") }));
    let payloads = join_all((0..10).map(|_| shop.cancel(&input))).await;
    for payload in &payloads {
        assert_eq!(told(payload), SUCCEEDED, "{payload:#}");
        assert_eq!(payload, &payloads[0]);
    }
    assert_eq!(
        (shop.executed(&key), shop.calls_of(Endpoint::Cancel)),
        (1, 1)
    );
}

async fn the_same_key_with_other_content_is_a_conflict(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let other = shop.sim.console().pay(NewPayment::card("order-2", 15_000));
    let part = json!({ "amount": won("3000") });
    shop.cancel(&order(&key, "repeats-00003", part.clone()))
        .await;
    let changed = [
        order(&key, "repeats-00003", json!({ "amount": won("3001") })),
        order(&key, "repeats-00003", json!({})),
        order(
            &key,
            "repeats-00003",
            json!({ "amount": won("3000"), "reason": "다른 사유" }),
        ),
        order(
            &key,
            "repeats-00003",
            json!({ "amount": won("3000"), "voidUnpaid": true }),
        ),
        order(&other, "repeats-00003", part),
    ];
    for input in changed {
        let payload = shop.cancel(&input).await;
        assert_eq!(
            told(&payload),
            (None, Some("IDEMPOTENCY_CONFLICT"), Some("FIX_INPUT")),
            "{payload:#}"
        );
        assert_eq!(payload["error"]["field"], "idempotencyKey");
    }
    assert_eq!((shop.executed(&key), shop.executed(&other)), (1, 0));
}

async fn two_equal_partial_cancels_under_two_keys_are_both_carried_out(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let mut transactions = HashSet::new();
    for name in ["repeats-00004", "repeats-00005"] {
        let payload = shop
            .cancel(&order(&key, name, json!({ "amount": won("3000") })))
            .await;
        assert_eq!(told(&payload), SUCCEEDED, "{payload:#}");
        transactions.insert(payload["request"]["transactionKey"].to_string());
    }
    assert_eq!((transactions.len(), shop.executed(&key)), (2, 2));
    let payment = shop
        .payment(
            "order-1",
            "cancels { origin request { transactionKey } transactionKey }",
        )
        .await;
    for cancel in payment["cancels"].as_array().unwrap() {
        assert_eq!(cancel["origin"], "OURS");
        assert_eq!(
            cancel["request"]["transactionKey"],
            cancel["transactionKey"]
        );
    }
}

async fn two_admins_may_use_the_same_key_each_for_a_cancel_of_their_own(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let other_admin = shop.new_token("other-admin", Role::Admin).await;
    let input = order(&key, "repeats-00006", json!({ "amount": won("3000") }));
    let first = shop.cancel(&input).await;
    let second = shop.cancel_as(&other_admin, &input).await;
    assert_eq!((told(&first), told(&second)), (SUCCEEDED, SUCCEEDED));
    assert_eq!(second["request"]["requestedBy"], "other-admin");
    assert_eq!(shop.executed(&key), 2);
}

async fn two_admins_at_once_cancel_once(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let other_admin = shop.new_token("other-admin", Role::Admin).await;
    let slow = FaultKind::Slow(Duration::from_millis(500));
    shop.sim.faults().add(Fault::next(Endpoint::Cancel, slow));
    let (mine, theirs) = (
        order(&key, "repeats-00007", json!({})),
        order(&key, "repeats-00008", json!({})),
    );
    let first = shop.cancel(&mine);
    let second = async {
        shop.until_called(Endpoint::Cancel, 1).await;
        shop.cancel_as(&other_admin, &theirs).await
    };
    let (first, second) = join(first, second).await;
    assert_eq!(told(&first), SUCCEEDED, "{first:#}");
    assert_eq!(
        told(&second),
        (None, Some("CANCEL_IN_FLIGHT"), Some("WAIT"))
    );
    assert_eq!(
        (shop.executed(&key), shop.calls_of(Endpoint::Cancel)),
        (1, 1)
    );
    // The refused intent was not recorded, so its key is free.
    let again = shop.cancel_as(&other_admin, &theirs).await;
    assert_eq!(
        told(&again),
        (
            Some("REJECTED"),
            Some("ALREADY_CANCELED_PAYMENT"),
            Some("ALREADY_DONE")
        )
    );
    assert_eq!(shop.executed(&key), 1);
}

async fn a_refusal_stands_for_its_key_also_when_it_would_not_be_refused_any_more(shop: Shop) {
    let key = shop
        .sim
        .console()
        .pay(NewPayment::virtual_account("order-va", 22_400));
    let input = order(
        &key,
        "repeats-00009",
        json!({ "amount": won("100"), "voidUnpaid": true }),
    );
    let first = shop.cancel(&input).await;
    assert_eq!(first["request"]["status"], "REJECTED");
    shop.sim.console().deposit(&key, None).unwrap();
    let second = shop.cancel(&input).await;
    assert_eq!(
        (&second["request"], &second["error"]),
        (&first["request"], &first["error"])
    );
    assert_ne!(second["error"], Value::Null);
    assert_eq!(shop.executed(&key), 0);
}
