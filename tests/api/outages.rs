//! When Toss is down, or as good as: what is known is answered as stale, what is not known is an error. A list that cannot
//! be had is a gap, and takes nothing of the payment's own answer with it.

use std::time::Duration;

use futures_util::future::join_all;
use reconciliation::PaymentKey;
use serde_json::{Value, json};
use toss_sim::{Endpoint, Fault, FaultKind, Merchant, NewPayment};

use crate::support::{Choices, Engine, MERCHANT, SECRET_KEY, Shop, code, on_both_databases};

on_both_databases!(
    a_known_payment_is_stale_while_toss_is_down_and_fresh_again_after_it,
    a_refused_key_is_an_outage_and_not_a_missing_payment,
    a_refusal_that_speaks_of_the_payment_is_not_asked_about_again,
    every_fault_of_the_payment_by_its_order_is_an_outage_that_leaves_nothing_behind,
    every_fault_of_the_payment_by_its_key_is_an_outage_that_leaves_nothing_behind,
    every_fault_of_the_transactions_list_leaves_the_payments_own_answer,
    every_fault_of_the_settlements_list_leaves_the_payments_own_answer,
    what_cannot_be_read_is_told_apart_from_what_cannot_be_reached,
    one_fault_in_passing_is_not_noticed,
    a_shop_to_which_toss_refuses_settlements_has_its_payments_without_them,
);

const ANSWER: &str = "
    asOf stale status history { status amount { amount } effect } settlements { amount { amount } soldDate match }
    effectiveRefund { amount } cancels { transactionKey }";
const ORDER: &str = "order-partial-cancels";
/// How long these shops wait for Toss. Lists may take twice that.
const TIMEOUT: Duration = Duration::from_secs(1);

async fn a_known_payment_is_stale_while_toss_is_down_and_fresh_again_after_it(shop: Shop) {
    shop.play("partial_cancels", "2026-03-03");
    let before = shop.payment(ORDER, ANSWER).await;
    assert_eq!(before["stale"], false);
    shop.pass(chrono::Duration::minutes(5));
    shop.always(Endpoint::PaymentByOrder, FaultKind::Drop);
    let during = shop.payment(ORDER, ANSWER).await;
    let mut expected = before.clone();
    expected["stale"] = json!(true);
    assert_eq!(
        during, expected,
        "the last state, with the instant that it is of"
    );
    shop.sim.faults().clear();
    let after = shop.payment(ORDER, ANSWER).await;
    assert_eq!(after["stale"], false);
    assert_eq!(after["asOf"], "2026-03-20T12:05:00+09:00");
}

async fn a_refused_key_is_an_outage_and_not_a_missing_payment(engine: Engine) {
    let merchant = Merchant::live(MERCHANT, SECRET_KEY);
    let choices = Choices {
        merchants: vec![(merchant, "live_sk_of0nobody0that0is0known0")],
        ..Choices::default()
    };
    let shop = Shop::open_with(engine, choices).await;
    shop.sim.console().pay(NewPayment::card(ORDER, 1_000));
    let query = format!(r#"{{ payment(by: {{orderId: "{ORDER}"}}) {{ id }} }}"#);
    let answer = shop.post(&shop.viewer, &query, Value::Null).await;
    assert_eq!(code(&answer), "UPSTREAM_UNAVAILABLE");
    assert_eq!(shop.calls().len(), 1, "a refused key is not tried again");
    assert!(!answer.to_string().contains("live_sk"), "{answer}");
}

async fn a_refusal_that_speaks_of_the_payment_is_not_asked_about_again(shop: Shop) {
    shop.sim.console().pay(NewPayment::card(ORDER, 1_000));
    let refusal = FaultKind::Refusal("NOT_FOUND_PAYMENT".into());
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::PaymentByOrder, refusal));
    let query = format!(r#"{{ payment(by: {{orderId: "{ORDER}"}}) {{ id }} }}"#);
    assert_eq!(shop.ask(&query).await, json!({ "payment": null }));
    assert_eq!(shop.calls().len(), 1);
}

async fn every_fault_of_the_payment_by_its_order_is_an_outage_that_leaves_nothing_behind(
    engine: Engine,
) {
    every_fault(engine, Endpoint::PaymentByOrder).await;
}

async fn every_fault_of_the_payment_by_its_key_is_an_outage_that_leaves_nothing_behind(
    engine: Engine,
) {
    every_fault(engine, Endpoint::Payment).await;
}

async fn every_fault_of_the_transactions_list_leaves_the_payments_own_answer(engine: Engine) {
    every_fault(engine, Endpoint::Transactions).await;
}

async fn every_fault_of_the_settlements_list_leaves_the_payments_own_answer(engine: Engine) {
    every_fault(engine, Endpoint::Settlements).await;
}

/// Each kind of fault at one endpoint, each in a shop of its own, all at once because each takes its time.
async fn every_fault(engine: Engine, endpoint: Endpoint) {
    let untouched = open(engine).await;
    let by = match endpoint {
        Endpoint::PaymentByOrder => format!(r#"orderId: "{ORDER}""#),
        _ => format!(
            r#"paymentKey: "{}""#,
            untouched.sim.console().payment_key(ORDER).unwrap()
        ),
    };
    let query = format!("{{ payment(by: {{{by}}}, maxAgeSeconds: 0) {{ {ANSWER} }} }}");
    let right = untouched.ask(&query).await;
    let kinds: &[FaultKind] = match engine {
        Engine::Sqlite => &[
            FaultKind::Html,
            FaultKind::HalfBody,
            FaultKind::Status(500),
            FaultKind::Status(502),
            FaultKind::Status(429),
            FaultKind::Drop,
            FaultKind::ExecuteThenHang,
        ],
        // The kinds make no difference to the database.
        Engine::Postgres => &[FaultKind::HalfBody],
    };
    let all = kinds
        .iter()
        .map(|kind| one_fault(engine, endpoint, kind.clone(), &query, &right));
    join_all(all).await;
}

async fn one_fault(
    engine: Engine,
    endpoint: Endpoint,
    kind: FaultKind,
    query: &str,
    right: &Value,
) {
    let shop = open(engine).await;
    // The first call of a list passes, so that a part of the reading is there to be stored.
    let is_list = matches!(endpoint, Endpoint::Transactions | Endpoint::Settlements);
    let fault = Fault::next(endpoint, kind.clone()).times(10_000);
    shop.sim.faults().add(fault.after(u32::from(is_list)));
    let answer = shop.post(&shop.viewer, query, Value::Null).await;
    if is_list {
        assert_eq!(answer.get("errors"), None, "{kind:?}");
        let payment = &answer["data"]["payment"];
        let said = (&payment["stale"], &payment["status"], &payment["cancels"]);
        let right = &right["payment"];
        let expected = (&json!(false), &right["status"], &right["cancels"]);
        assert_eq!(said, expected, "{kind:?}");
    } else {
        assert_eq!(code(&answer), "UPSTREAM_UNAVAILABLE", "{kind:?}: {answer}");
        assert_eq!(answer["data"], json!({ "payment": null }), "{kind:?}");
    }
    // Three attempts for each of three parts of a list; each other question once.
    let most = if is_list { 1 + 3 * 3 + 3 } else { 3 };
    let calls = shop.calls();
    assert!(calls.len() <= most, "{kind:?}: {calls:?}");
    if !is_list {
        let attempts = if kind == FaultKind::ExecuteThenHang {
            2
        } else {
            3
        };
        assert_eq!(calls.len(), attempts, "{kind:?}: {calls:?}");
    }
    let key = shop.sim.console().payment_key(ORDER).unwrap();
    let key = PaymentKey::parse(&key).unwrap();
    let store = shop.store().await;
    let stored = store.payments(std::slice::from_ref(&key)).await.unwrap();
    assert_eq!(stored.contains_key(&key), is_list, "{kind:?}");
    if !is_list {
        let rows = store.transactions_of(std::slice::from_ref(&key)).await;
        assert!(rows.unwrap().is_empty(), "{kind:?}");
    }
    store.close().await.unwrap();
    shop.sim.faults().clear();
    assert_eq!(&shop.ask(query).await, right, "{kind:?}");
}

async fn what_cannot_be_read_is_told_apart_from_what_cannot_be_reached(shop: Shop) {
    shop.play("partial_cancels", "2026-03-03");
    let query = format!(r#"{{ payment(by: {{orderId: "{ORDER}"}}) {{ id }} }}"#);
    for (kind, words) in [
        (FaultKind::CutOff, "could not be read"),
        (FaultKind::Status(503), "could not be reached"),
    ] {
        shop.always(Endpoint::PaymentByOrder, kind);
        let answer = shop.post(&shop.viewer, &query, Value::Null).await;
        assert_eq!(code(&answer), "UPSTREAM_UNAVAILABLE");
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        shop.sim.faults().clear();
    }
    shop.always(Endpoint::Settlements, FaultKind::CutOff);
    let payment = shop
        .payment(
            ORDER,
            "stale reconciliation { verdict discrepancies { class } }",
        )
        .await;
    assert_eq!(payment["stale"], false);
    assert_eq!(payment["reconciliation"]["verdict"], "INCOMPLETE");
    let found = &payment["reconciliation"]["discrepancies"];
    assert_eq!(found[0]["class"], "SOURCE_GAP", "{found}");
}

async fn open(engine: Engine) -> Shop {
    let choices = Choices {
        timeout: TIMEOUT,
        ..Choices::default()
    };
    let shop = Shop::open_with(engine, choices).await;
    shop.play("partial_cancels", "2026-03-03");
    shop
}

async fn one_fault_in_passing_is_not_noticed(shop: Shop) {
    shop.play("partial_cancels", "2026-03-03");
    let kinds = [
        (Endpoint::PaymentByOrder, FaultKind::Status(502)),
        (Endpoint::Transactions, FaultKind::HalfBody),
        (Endpoint::Settlements, FaultKind::Drop),
    ];
    for (endpoint, kind) in kinds {
        shop.sim.faults().add(Fault::next(endpoint, kind));
    }
    let payment = shop.payment(ORDER, ANSWER).await;
    assert_eq!(payment["stale"], false);
    assert_eq!(payment["settlements"].as_array().unwrap().len(), 3);
    assert_eq!(shop.calls().len(), 7 + 3, "{:?}", shop.calls());
}

async fn a_shop_to_which_toss_refuses_settlements_has_its_payments_without_them(shop: Shop) {
    shop.play("partial_cancels", "2026-03-03");
    shop.always(
        Endpoint::Settlements,
        FaultKind::Refusal("FORBIDDEN_REQUEST".into()),
    );
    let payment = shop.payment(ORDER, ANSWER).await;
    assert_eq!(payment["stale"], false);
    assert_eq!(payment["history"].as_array().unwrap().len(), 3);
    assert_eq!(payment["settlements"], json!([]));
}
