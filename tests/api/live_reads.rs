//! What the queries of one token may cost at Toss, and how long an answer waits for it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use toss_recon::access::Role;
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use crate::support::{Choices, Engine, Shop, code, data, instant, on_both_databases, until};

on_both_databases!(
    a_token_has_toss_asked_about_so_many_payments_and_others_have_theirs,
    what_toss_has_just_said_not_to_have_is_not_asked_for_again,
    an_answer_does_without_what_takes_too_long_and_what_was_asked_is_kept,
);

/// A sold date whose list takes long.
const LARGE_DAY: &str = "2026-03-12";

fn by_order(order: &str, max_age: u32, selection: &str) -> String {
    format!(
        r#"{{ viewer {{ name }} payment(by: {{orderId: "{order}"}}, maxAgeSeconds: {max_age}) {{ {selection} }} }}"#
    )
}

async fn a_token_has_toss_asked_about_so_many_payments_and_others_have_theirs(engine: Engine) {
    let choices = Choices {
        live_reads_per_minute: Some(3),
        ..Choices::default()
    };
    let shop = Shop::open_with(engine, choices).await;
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    for order in ["order-2", "order-3", "order-4"] {
        shop.sim.console().pay(NewPayment::card(order, 1_000));
    }
    let asked = async |order, max_age| {
        let query = by_order(order, max_age, "orderId stale");
        shop.post(&shop.admin, &query, Value::Null).await
    };
    let fresh = |order: &str| json!({ "orderId": order, "stale": false });
    // Three payments, however many calls each takes; what is stored or remembered as absent does not count.
    for order in ["order-1", "order-1", "order-1", "order-2"] {
        assert_eq!(data(asked(order, 30).await)["payment"], fresh(order));
    }
    for _ in 0..3 {
        assert_eq!(data(asked("order-none", 30).await)["payment"], Value::Null);
    }
    assert_eq!(shop.calls_of(Endpoint::PaymentByOrder), 3);
    // Beyond, what is stored and what is not.
    let answer = data(asked("order-1", 0).await);
    let stale = json!({ "orderId": "order-1", "stale": true });
    assert_eq!(answer["payment"], stale);
    let answer = asked("order-3", 30).await;
    assert_eq!(code(&answer), "RATE_LIMITED");
    let wait = &answer["errors"][0]["extensions"]["retryAfterSeconds"];
    assert!((1..=21).contains(&wait.as_u64().unwrap()), "{answer}");
    let others = json!({ "viewer": { "name": "test-admin" }, "payment": null });
    assert_eq!(answer["data"], others, "other fields stand");
    assert_eq!(shop.calls_of(Endpoint::PaymentByOrder), 3);
    // Another token has a share of its own, and whoever joins its question is not counted.
    shop.sim.faults().hold("order-4");
    let query = by_order("order-4", 30, "orderId stale");
    let joins = async {
        shop.until_called(Endpoint::PaymentByOrder, 4).await;
        let joined = asked("order-4", 30);
        let release = async { shop.sim.faults().release("order-4") };
        tokio::join!(joined, release).0
    };
    let (first, joined) = tokio::join!(shop.ask(&query), joins);
    assert_eq!(first["payment"], fresh("order-4"));
    assert_eq!(joined["data"]["payment"], fresh("order-4"), "{joined}");
    assert_eq!(
        shop.payment("order-3", "orderId stale").await,
        fresh("order-3")
    );
    // No cancel is refused by it.
    let input =
        json!({ "paymentKey": key, "idempotencyKey": "live-reads-01", "reason": "고객 요청" });
    let payload = shop.cancel(&input).await;
    assert_eq!(payload["request"]["status"], "SUCCEEDED", "{payload}");
}

async fn what_toss_has_just_said_not_to_have_is_not_asked_for_again(shop: Shop) {
    let other = shop.new_token("other", Role::Viewer).await;
    let query = |max_age| by_order("order-late", max_age, "orderId");
    for token in [&shop.viewer, &other, &other] {
        let answer = data(shop.post(token, &query(30), Value::Null).await);
        assert_eq!(answer["payment"], Value::Null);
    }
    assert_eq!(shop.calls_of(Endpoint::PaymentByOrder), 1);
    // Who asks about now is answered of now, and who asks for another payment too.
    assert_eq!(shop.ask(&query(0)).await["payment"], Value::Null);
    assert_eq!(shop.calls_of(Endpoint::PaymentByOrder), 2);
    let key = r#"{ payment(by: {paymentKey: "none"}) { orderId } }"#;
    assert_eq!(shop.ask(key).await["payment"], Value::Null);
    assert_eq!(shop.calls_of(Endpoint::Payment), 1);
    // A list that names it is believed.
    let at = instant("2026-03-20T11:00:00+09:00");
    let late = NewPayment::card("order-late", 1_000).at(at);
    let key = shop.sim.console().pay(late);
    shop.mirror(("2026-03-20", "2026-03-20")).await;
    let found = json!({ "orderId": "order-late" });
    assert_eq!(shop.ask(&query(30)).await["payment"], found);
    // A cancel asks Toss, whatever is remembered.
    let unknown = shop.sim.console().pay(NewPayment::card("order-new", 1_000));
    let not_found = FaultKind::Refusal("NOT_FOUND_PAYMENT".into());
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Payment, not_found));
    let by_key = format!(r#"{{ payment(by: {{paymentKey: "{unknown}"}}) {{ orderId }} }}"#);
    for _ in 0..2 {
        assert_eq!(shop.ask(&by_key).await["payment"], Value::Null);
    }
    let input =
        json!({ "paymentKey": unknown, "idempotencyKey": "absent-0001", "reason": "고객 요청" });
    let payload = shop.cancel(&input).await;
    assert_eq!(payload["request"]["status"], "SUCCEEDED", "{payload}");
    assert_eq!(shop.executed(&unknown), 1);
    assert_eq!(shop.executed(&key), 0);
}

async fn an_answer_does_without_what_takes_too_long_and_what_was_asked_is_kept(engine: Engine) {
    let choices = Choices {
        timeout: Duration::from_mins(1),
        ..Choices::default()
    };
    let shop = Shop::open_with(engine, choices).await;
    for (order, day) in [
        ("order-large-day", LARGE_DAY),
        ("order-known", "2026-03-10"),
        ("order-unknown", "2026-03-10"),
    ] {
        let at = instant(&format!("{day}T10:00:00+09:00"));
        shop.sim
            .console()
            .pay(NewPayment::card(order, 1_000).at(at));
    }
    shop.payment("order-known", "id").await;
    shop.pass(chrono::Duration::minutes(5));
    for order in ["order-known", "order-unknown"] {
        shop.sim.faults().hold(order);
    }
    let slow = FaultKind::Slow(Duration::from_secs(14));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Settlements, slow));
    let selection = "stale asOf history { status } settlements { id } reconciliation { verdict }";
    let begun = Instant::now();
    let asked = async |order| {
        let query = by_order(order, 30, selection);
        let answer = shop.post(&shop.viewer, &query, Value::Null).await;
        (answer, begun.elapsed())
    };
    let (large, known, unknown) = tokio::join!(
        asked("order-large-day"),
        asked("order-known"),
        asked("order-unknown")
    );
    let longest = Duration::from_secs(28);
    assert!(
        [large.1, known.1, unknown.1]
            .iter()
            .all(|took| took < &longest)
    );
    assert!(large.1 < known.1, "{:?} {:?}", large.1, known.1);
    // Its own answer and its rows, without the day that takes long: a gap.
    let payment = &data(large.0)["payment"];
    assert_eq!(payment["stale"], false, "{payment:#}");
    assert_eq!(payment["history"], json!([{ "status": "DONE" }]));
    assert_eq!(payment["settlements"], json!([]));
    assert_eq!(payment["reconciliation"]["verdict"], "INCOMPLETE");
    let payment = &data(known.0)["payment"];
    assert_eq!(payment["stale"], true);
    assert_eq!(payment["asOf"], "2026-03-20T12:00:00+09:00");
    assert_eq!(code(&unknown.0), "UPSTREAM_UNAVAILABLE");
    // What was asked is kept: nobody asks for it again.
    for order in ["order-known", "order-unknown"] {
        shop.sim.faults().release(order);
    }
    let calls = shop.calls_of(Endpoint::PaymentByOrder);
    for order in ["order-known", "order-unknown", "order-large-day"] {
        let query = by_order(order, 3_600, selection);
        let whole = until(async || {
            let answer = shop.post(&shop.viewer, &query, Value::Null).await;
            let payment = &answer["data"]["payment"];
            let is_new = payment["asOf"] == "2026-03-20T12:05:00+09:00";
            let is_whole = payment["settlements"].as_array()?.len() == 1;
            (is_new && is_whole).then(|| payment.clone())
        });
        assert_eq!(whole.await["stale"], false);
    }
    assert_eq!(shop.calls_of(Endpoint::PaymentByOrder), calls);
    let of_the_day = shop.sim.requests().into_iter().filter(|call| {
        call.endpoint == Endpoint::Settlements && call.query_value("startDate") == Some(LARGE_DAY)
    });
    assert_eq!(of_the_day.count(), 1);
}
