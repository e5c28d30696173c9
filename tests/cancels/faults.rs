//! What else can come between an admin and a cancel: refusals, other admins, somebody at Toss's console, old readings,
//! old keys. Each test names its fault.

use chrono::Duration;
use serde_json::{Value, json};
use toss_sim::{Amount, CancelByHand, Endpoint, Fault, FaultKind, NewPayment};

use crate::shop::{As, Shop, on_both_databases, told, won};

on_both_databases!(
    a_temporary_refusal_after_a_lost_answer_is_believed_when_it_comes_twice_two_minutes_apart,
    a_definitive_refusal_is_final_and_the_next_intent_is_free,
    a_temporary_refusal_is_final_for_its_key_and_says_retry,
    a_lost_success_and_a_lost_key_at_toss_need_an_operator_and_pay_nothing_twice,
    somebody_cancels_the_same_amount_at_the_console_while_the_outcome_is_unknown,
    somebody_cancels_at_the_console_between_the_reading_and_the_sending,
    two_admins_at_once_make_one_cancel,
    twenty_of_the_same_order_at_once_make_one_cancel_and_one_answer,
    the_same_key_with_another_amount_is_a_conflict,
    a_key_of_fourteen_days_is_not_sent_again,
    an_old_reading_is_caught_by_the_lock_on_the_balance,
    toss_cannot_show_the_payment_while_the_outcome_is_unknown,
    an_amount_in_dollars_goes_out_and_comes_back_as_dollars,
    partial_cancels_to_zero_and_one_won_more,
    two_cancels_of_one_payment_are_a_second_apart,
);

/// How often two admins try to be there at once.
const RACES: usize = 10;

fn by_hand(shop: &Shop, payment: &str, amount: i64) {
    let cancel = CancelByHand::part(Amount::won(amount), "console");
    shop.sim.console().cancel(payment, &cancel).unwrap();
}

async fn a_definitive_refusal_is_final_and_the_next_intent_is_free(shop: Shop) {
    let payment = shop.card(10_000);
    shop.next_cancels(1, FaultKind::Refusal("EXCEED_CANCEL_LIMIT".to_owned()));
    let refused = shop.cancel(As::Kim, &payment, "key-first", json!({})).await;
    assert_eq!(
        told(&refused),
        ("REJECTED", "EXCEED_CANCEL_LIMIT", "NEEDS_PERSON")
    );
    assert!(shop.executed(&payment).is_empty());
    let again = shop.cancel(As::Kim, &payment, "key-first", json!({})).await;
    assert_eq!(told(&again), told(&refused));
    assert_eq!(shop.sendings(&payment), 1);
    let next = shop
        .cancel(As::Kim, &payment, "key-second", json!({}))
        .await;
    assert_eq!(next["request"]["status"], "SUCCEEDED");
}

async fn a_temporary_refusal_is_final_for_its_key_and_says_retry(shop: Shop) {
    let payment = shop.card(10_000);
    for (number, code) in [
        "PROVIDER_ERROR",
        "FORBIDDEN_CONSECUTIVE_REQUEST",
        "NOT_AVAILABLE_BANK",
    ]
    .into_iter()
    .enumerate()
    {
        shop.next_cancels(1, FaultKind::Refusal(code.to_owned()));
        let key = format!("key-number-{number}");
        let refused = shop.cancel(As::Kim, &payment, &key, json!({})).await;
        assert_eq!(told(&refused), ("REJECTED", code, "RETRY"));
    }
    assert!(shop.executed(&payment).is_empty());
}

async fn a_lost_success_and_a_lost_key_at_toss_need_an_operator_and_pay_nothing_twice(shop: Shop) {
    let payment = shop.card(10_000);
    shop.next_cancels(1, FaultKind::ExecuteThenDrop);
    let lost = shop
        .cancel(
            As::Kim,
            &payment,
            "key-lost",
            json!({ "amount": won(3_000) }),
        )
        .await;
    assert_eq!(lost["request"]["status"], "UNKNOWN");
    shop.sim.faults().forget_idempotency_keys();
    shop.becomes(&lost["request"], "NEEDS_OPERATOR").await;
    assert_eq!(shop.executed(&payment).len(), 1);
    let wrong = shop.resolve(&lost["request"], "EXECUTED", " ").await;
    assert_eq!(wrong["error"]["field"], "note");
    let resolved = shop
        .resolve(&lost["request"], "EXECUTED", "seen in the console")
        .await;
    assert_eq!(resolved["request"]["status"], "SUCCEEDED");
    assert_eq!(
        resolved["request"]["transactionKey"],
        json!(shop.executed(&payment)[0])
    );
    let twice = shop
        .resolve(&lost["request"], "NOT_EXECUTED", "no, it is not")
        .await;
    assert_eq!(twice["error"]["code"], "NOT_UNDECIDED");
}

async fn somebody_cancels_the_same_amount_at_the_console_while_the_outcome_is_unknown(shop: Shop) {
    let payment = shop.card(10_000);
    shop.next_cancels(1, FaultKind::Drop);
    let lost = shop
        .cancel(
            As::Kim,
            &payment,
            "key-lost",
            json!({ "amount": won(3_000) }),
        )
        .await;
    by_hand(&shop, &payment, 3_000);
    let open = shop.becomes(&lost["request"], "NEEDS_OPERATOR").await;
    assert_eq!(
        open["transactionKey"],
        Value::Null,
        "the amount proves nothing"
    );
    assert_eq!(shop.executed(&payment).len(), 1, "the operator's alone");
    let blocked = shop.cancel(As::Lee, &payment, "key-next", json!({})).await;
    assert_eq!(told(&blocked), ("none", "CANCEL_IN_FLIGHT", "WAIT"));
    let resolved = shop
        .resolve(
            &lost["request"],
            "NOT_EXECUTED",
            "it was Park at the console",
        )
        .await;
    assert_eq!(told(&resolved), ("REJECTED", "NOT_EXECUTED", "RETRY"));
    let next = shop.cancel(As::Lee, &payment, "key-next2", json!({})).await;
    assert_eq!(next["request"]["status"], "SUCCEEDED");
}

async fn somebody_cancels_at_the_console_between_the_reading_and_the_sending(shop: Shop) {
    let payment = shop.card(10_000);
    by_hand(&shop, &payment, 1_000);
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Payment, FaultKind::Stale));
    // What the server knows of the payment first is the old state, and so is what it checks.
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Payment, FaultKind::Stale));
    let refused = shop
        .cancel(
            As::Kim,
            &payment,
            "key-late",
            json!({ "amount": won(9_500) }),
        )
        .await;
    assert_eq!(told(&refused).0, "REJECTED", "{refused:#}");
    assert_eq!(shop.executed(&payment).len(), 1);
}

async fn two_admins_at_once_make_one_cancel(shop: Shop) {
    for race in 0..RACES {
        let payment = shop.card(10_000);
        shop.next_cancels(1, FaultKind::Slow(std::time::Duration::from_millis(200)));
        let input = || json!({ "amount": won(4_000) });
        let (kims, lees) = (format!("key-kims-{race}"), format!("key-lees-{race}"));
        let (kim, lee) = tokio::join!(
            shop.cancel(As::Kim, &payment, &kims, input()),
            shop.cancel(As::Lee, &payment, &lees, input()),
        );
        let ends = [told(&kim), told(&lee)];
        assert!(ends.contains(&("SUCCEEDED", "none", "none")), "{ends:?}");
        // Each may cancel a part when the other is done: on a busy machine one is, before the other begins.
        if ends[0] == ends[1] {
            continue;
        }
        assert!(
            ends.contains(&("none", "CANCEL_IN_FLIGHT", "WAIT")),
            "{ends:?}"
        );
        assert_eq!(shop.executed(&payment).len(), 1);
        return;
    }
    panic!("two at once were let through {RACES} times");
}

async fn twenty_of_the_same_order_at_once_make_one_cancel_and_one_answer(shop: Shop) {
    let payment = shop.card(10_000);
    shop.next_cancels(1, FaultKind::ExecuteThenDrop);
    let all = (0..20).map(|_| shop.cancel(As::Kim, &payment, "key-same", json!({})));
    let answers = futures_util::future::join_all(all).await;
    let ids: std::collections::BTreeSet<_> = answers
        .iter()
        .map(|answer| answer["request"]["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1);
    shop.becomes(&answers[0]["request"], "SUCCEEDED").await;
    assert_eq!(shop.executed(&payment).len(), 1);
}

async fn the_same_key_with_another_amount_is_a_conflict(shop: Shop) {
    let payment = shop.card(10_000);
    shop.cancel(
        As::Kim,
        &payment,
        "key-same",
        json!({ "amount": won(1_000) }),
    )
    .await;
    let other = shop
        .cancel(
            As::Kim,
            &payment,
            "key-same",
            json!({ "amount": won(1_001) }),
        )
        .await;
    assert_eq!(told(&other), ("none", "IDEMPOTENCY_CONFLICT", "FIX_INPUT"));
    // The key is the caller's own: another admin's is another.
    let lees = shop
        .cancel(
            As::Lee,
            &payment,
            "key-same",
            json!({ "amount": won(1_001) }),
        )
        .await;
    assert_eq!(lees["request"]["status"], "SUCCEEDED");
    assert_eq!(shop.executed(&payment).len(), 2);
}

async fn a_key_of_fourteen_days_is_not_sent_again(shop: Shop) {
    let payment = shop.card(10_000);
    shop.next_cancels(1, FaultKind::ExecuteThenDrop);
    shop.next_cancels(200, FaultKind::Status(503));
    let lost = shop
        .cancel(
            As::Kim,
            &payment,
            "key-old1",
            json!({ "amount": won(3_000) }),
        )
        .await;
    assert_eq!(lost["request"]["status"], "UNKNOWN");
    shop.sim.clock().advance(Duration::days(14));
    shop.becomes(&lost["request"], "NEEDS_OPERATOR").await;
    let sendings = shop.sendings(&payment);
    let again = shop
        .cancel(
            As::Kim,
            &payment,
            "key-old1",
            json!({ "amount": won(3_000) }),
        )
        .await;
    assert_eq!(
        told(&again),
        ("NEEDS_OPERATOR", "OUTCOME_UNKNOWN", "NEEDS_PERSON")
    );
    assert_eq!(
        (shop.sendings(&payment), shop.executed(&payment).len()),
        (sendings, 1)
    );
}

async fn an_old_reading_is_caught_by_the_lock_on_the_balance(shop: Shop) {
    let payment = shop.card(10_000);
    let first = shop
        .cancel(
            As::Kim,
            &payment,
            "key-first",
            json!({ "amount": won(2_000) }),
        )
        .await;
    assert_eq!(first["request"]["status"], "SUCCEEDED");
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Payment, FaultKind::Stale));
    let second = shop
        .cancel(
            As::Kim,
            &payment,
            "key-second",
            json!({ "amount": won(1_500) }),
        )
        .await;
    assert_eq!(
        told(&second),
        ("REJECTED", "NOT_MATCHES_REFUNDABLE_AMOUNT", "FIX_INPUT")
    );
    assert_eq!(shop.executed(&payment).len(), 1);
}

async fn toss_cannot_show_the_payment_while_the_outcome_is_unknown(shop: Shop) {
    let payment = shop.card(10_000);
    // Known to the server before, so that what fails is what comes after the sending.
    shop.cancel_or_try(As::Kim, &payment, "key-tried", json!({}), true)
        .await;
    shop.next_cancels(1, FaultKind::ExecuteThenDrop);
    shop.sim.faults().add(
        Fault::next(Endpoint::Payment, FaultKind::Status(500))
            .after(1)
            .times(6),
    );
    let lost = shop.cancel(As::Kim, &payment, "key-dark", json!({})).await;
    assert_eq!(lost["request"]["status"], "UNKNOWN", "{lost:#}");
    shop.becomes(&lost["request"], "SUCCEEDED").await;
    assert_eq!(shop.executed(&payment).len(), 1);
}

async fn an_amount_in_dollars_goes_out_and_comes_back_as_dollars(shop: Shop) {
    let payment = shop.pay(NewPayment::overseas("order-dollars", 12_000));
    let amount = json!({ "amount": "30.50", "currency": "USD" });
    shop.next_cancels(1, FaultKind::ExecuteThenDrop);
    let lost = shop
        .cancel(As::Kim, &payment, "key-usd1", json!({ "amount": amount }))
        .await;
    shop.becomes(&lost["request"], "SUCCEEDED").await;
    let done = shop
        .cancel(As::Kim, &payment, "key-usd1", json!({ "amount": amount }))
        .await;
    assert_eq!(done["payment"]["balanceAmount"]["amount"], "89.50");
    let in_won = shop
        .cancel(As::Kim, &payment, "key-usd2", json!({ "amount": won(10) }))
        .await;
    assert_eq!(told(&in_won), ("none", "INVALID_INPUT", "FIX_INPUT"));
    assert_eq!(shop.executed(&payment).len(), 1);
}

async fn partial_cancels_to_zero_and_one_won_more(shop: Shop) {
    let payment = shop.card(6_000);
    for (key, amount) in [
        ("key-one1", 1_000),
        ("key-two2", 2_000),
        ("key-thr3", 3_000),
    ] {
        let done = shop
            .cancel(As::Kim, &payment, key, json!({ "amount": won(amount) }))
            .await;
        assert_eq!(done["request"]["status"], "SUCCEEDED", "{done:#}");
    }
    let more = shop
        .cancel(As::Kim, &payment, "key-more", json!({ "amount": won(1) }))
        .await;
    assert_eq!(
        told(&more),
        ("REJECTED", "ALREADY_CANCELED_PAYMENT", "ALREADY_DONE")
    );
    assert_eq!(
        (shop.executed(&payment).len(), shop.sendings(&payment)),
        (3, 3)
    );
}

async fn two_cancels_of_one_payment_are_a_second_apart(shop: Shop) {
    let payment = shop.card(6_000);
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.refuses_consecutive_cancels = true);
    for key in ["key-one1", "key-two2", "key-thr3"] {
        let done = shop
            .cancel(As::Kim, &payment, key, json!({ "amount": won(1_000) }))
            .await;
        assert_eq!(done["request"]["status"], "SUCCEEDED", "{done:#}");
    }
    assert_eq!(shop.executed(&payment).len(), 3);
}

async fn a_temporary_refusal_after_a_lost_answer_is_believed_when_it_comes_twice_two_minutes_apart(
    shop: Shop,
) {
    let payment = shop.card(10_000);
    shop.next_cancels(1, FaultKind::Drop);
    shop.next_cancels(1_000, FaultKind::Refusal("PROVIDER_ERROR".to_owned()));
    let lost = shop
        .cancel(
            As::Kim,
            &payment,
            "key-lost",
            json!({ "amount": won(1_000) }),
        )
        .await;
    assert_eq!(lost["request"]["status"], "UNKNOWN");
    let query = "query ($id: ID!) { cancelRequest(id: $id) { status tossCode } }";
    let id = json!({ "id": lost["request"]["id"] });
    let started = std::time::Instant::now();
    loop {
        let shown = shop.ask(As::Viewer, query, id.clone()).await["cancelRequest"].clone();
        assert_ne!(shown["status"], "REJECTED", "it came once");
        if shown["tossCode"] == "PROVIDER_ERROR" {
            break;
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(30));
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    shop.sim.clock().advance(chrono::TimeDelta::seconds(121));
    let ended = shop.becomes(&lost["request"], "REJECTED").await;
    assert_eq!(
        (&ended["error"]["code"], &ended["error"]["advice"]),
        (&json!("PROVIDER_ERROR"), &json!("RETRY"))
    );
    assert!(shop.executed(&payment).is_empty());
}
