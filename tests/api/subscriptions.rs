//! Subscriptions over server-sent events: requests, payments and the work list as they change.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use toss_recon::access::Role;
use toss_sim::{
    Amount, CancelByHand, Endpoint, Fault, FaultKind, NewPayment, Onset, SettledEvent,
    SettlementChange, SettlementTrouble,
};

use crate::cancel::CANCEL;
use crate::events::{Event, Events};
use crate::merchants::{SECOND, two_merchants};
use crate::running::{self, RunningServer};
use crate::support::{Engine, MERCHANT, SECRET_KEY, Shop, code, data, on_both_databases, until};

on_both_databases!(
    a_request_is_told_until_its_outcome_is_final,
    what_another_process_changes_is_told_here,
    a_change_of_the_work_list_is_told,
    a_token_of_one_merchant_is_told_nothing_of_another,
    a_subscription_ends_with_what_let_it_in,
    what_is_no_subscription_is_refused_or_answered_in_one_event,
    so_many_subscriptions_of_a_token_are_open_at_once,
);

/// A cancel of which nobody knows what became, and its request's id.
async fn unknown_cancel(shop: &Shop) -> (String, String) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Cancel, FaultKind::ExecuteThenDrop));
    let input =
        json!({ "paymentKey": key, "idempotencyKey": "subscribed-1", "reason": "고객 요청" });
    let payload = shop.cancel(&input).await;
    assert_eq!(payload["request"]["status"], "UNKNOWN", "{payload:#}");
    let id = payload["request"]["id"].as_str().unwrap().to_owned();
    (key, id)
}

fn of_request(id: &str) -> String {
    format!(r#"subscription {{ it: cancelRequestChanged(id: "{id}") {{ id status }} }}"#)
}

fn of_payment(key: &str, selection: &str) -> String {
    format!(r#"subscription S {{ paymentChanged(paymentKey: "{key}") {{ {selection} }} }}"#)
}

async fn a_request_is_told_until_its_outcome_is_final(shop: Shop) {
    let (key, id) = unknown_cancel(&shop).await;
    let mut events = shop.subscribe(&shop.viewer, &of_request(&id)).await;
    let status = |status: &str| json!({ "it": { "id": id, "status": status } });
    assert_eq!(events.data().await, status("UNKNOWN"));
    // Somebody who asks again has it found out at once.
    let input =
        json!({ "paymentKey": key, "idempotencyKey": "subscribed-1", "reason": "고객 요청" });
    let payload = shop.cancel(&input).await;
    assert_eq!(payload["request"]["status"], "SUCCEEDED", "{payload:#}");
    let last = events
        .until(|data| data["it"]["status"] == "SUCCEEDED")
        .await;
    assert_eq!(last, status("SUCCEEDED"));
    assert_eq!(events.next().await, Event::Complete);
    assert_eq!(events.next().await, Event::End);
    // What has ended already is told once.
    let mut late = shop.subscribe(&shop.viewer, &of_request(&id)).await;
    assert_eq!(late.data().await, status("SUCCEEDED"));
    assert_eq!(late.next().await, Event::Complete);
    assert_eq!(late.next().await, Event::End);
}

async fn what_another_process_changes_is_told_here(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let selection = "paymentKey balanceAmount { amount } cancels { request { status } }";
    // It was never read: Toss is asked.
    let mut events = shop
        .subscribe(&shop.viewer, &of_payment(&key, selection))
        .await;
    let state = |data: &Value| data["paymentChanged"]["balanceAmount"]["amount"].clone();
    assert_eq!(state(&events.data().await), "15000");

    let merchants = vec![running::merchant(MERCHANT, SECRET_KEY)];
    let config = running::config(&shop.sim, &shop.database_url, merchants);
    let other = RunningServer::start(config, &shop.sim, std::convert::identity).await;
    let input = json!({ "paymentKey": key, "idempotencyKey": "elsewhere-1", "reason": "r",
        "amount": { "amount": "5000", "currency": "KRW" } });
    let answer = shop
        .client()
        .post(format!("http://{}/graphql", other.address))
        .bearer_auth(&shop.admin)
        .json(&json!({ "query": CANCEL, "variables": { "input": input } }))
        .send();
    let payload: Value = answer.await.unwrap().json().await.unwrap();
    assert_eq!(
        data(payload)["cancelPayment"]["request"]["status"],
        "SUCCEEDED"
    );
    events.until(|data| state(data) == "10000").await;

    // The other one's clients are sent elsewhere when it stops, and miss nothing: first they are told the state.
    let at_other = shop
        .client()
        .post(format!("http://{}/graphql", other.address));
    let query = json!({ "query": of_payment(&key, "balanceAmount { amount }") });
    let mut moving = Events::open(at_other.bearer_auth(&shop.viewer).json(&query)).await;
    assert_eq!(state(&moving.data().await), "10000");
    tokio::task::spawn_blocking(move || drop(other))
        .await
        .unwrap();
    assert_eq!(moving.next().await, Event::End);
    let part = CancelByHand::part(Amount::won(1_000), "by hand");
    shop.sim.console().cancel(&key, &part).unwrap();
    shop.payment("order-1", "id").await;
    events.until(|data| state(data) == "9000").await;
    let mut again = shop
        .subscribe(&shop.viewer, &of_payment(&key, "balanceAmount { amount }"))
        .await;
    assert_eq!(state(&again.data().await), "9000");
}

async fn a_change_of_the_work_list_is_told(shop: Shop) {
    let query = "subscription { discrepanciesChanged { at } }";
    let mut events = shop.subscribe(&shop.viewer, query).await;
    let first = events.data().await;
    assert_eq!(
        first["discrepanciesChanged"]["at"],
        "2026-03-20T12:00:00+09:00"
    );
    // A payment whose row is listed too late, by another process.
    shop.sim
        .console()
        .pay(NewPayment::card("order-late", 10_000));
    shop.sim.faults().settlement(SettlementTrouble {
        order_id: "order-late".into(),
        event: SettledEvent::Approval,
        change: SettlementChange::Late(5),
        onset: Onset::Always,
    });
    shop.pass(chrono::Duration::days(5));
    shop.mirror(("2026-03-20", "2026-03-25")).await;
    until(async || {
        let _ = events.data().await;
        let list = shop.ask("{ discrepancies { nodes { class } } }").await;
        (list["discrepancies"]["nodes"] != json!([])).then_some(())
    })
    .await;
}

async fn a_token_of_one_merchant_is_told_nothing_of_another(engine: Engine) {
    let shop = two_merchants(engine).await;
    let (key, id) = unknown_cancel(&shop).await;
    let made = shop
        .post(
            &shop.admin,
            "mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret } }",
            json!({ "input": { "name": "of-second", "role": "ADMIN", "merchants": [SECOND] } }),
        )
        .await;
    let scoped = data(made)["createToken"]["secret"].clone();
    let scoped = scoped.as_str().unwrap();
    for query in [of_request(&id), of_payment(&key, "id")] {
        let mut events = shop.subscribe(scoped, &query).await;
        let Event::Next(refused) = events.next().await else {
            panic!("an event")
        };
        assert_eq!(code(&refused), "BAD_USER_INPUT", "{query}");
        assert_eq!(refused["data"], Value::Null, "{query}");
        assert!(!refused.to_string().contains(MERCHANT), "{refused}");
        assert_eq!(events.next().await, Event::Complete, "{query}");
    }
    let own = NewPayment::card("order-2", 1_000).for_mid(SECOND);
    let own = shop.sim.console().pay(own);
    let mut events = shop.subscribe(scoped, &of_payment(&own, "mId")).await;
    assert_eq!(
        events.data().await,
        json!({ "paymentChanged": { "mId": SECOND } })
    );
}

async fn a_subscription_ends_with_what_let_it_in(shop: Shop) {
    let query = "subscription { discrepanciesChanged { at } }";
    let token = shop.new_token("short-lived", Role::Viewer).await;
    let mut of_token = shop.subscribe(&token, query).await;
    let cookie = shop.signed_in(&shop.viewer).await;
    let with_cookie = |request: reqwest::RequestBuilder| {
        request
            .header("cookie", &cookie)
            .header("x-toss-recon", "console")
    };
    let request = shop.client().post(shop.url("/graphql"));
    let request = with_cookie(request).json(&json!({ "query": query }));
    let mut of_session = Events::open(request).await;
    let mut stays = shop.subscribe(&shop.viewer, query).await;
    for events in [&mut of_token, &mut of_session, &mut stays] {
        events.data().await;
    }
    let revoking = r#"mutation { revokeToken(name: "short-lived") { name } }"#;
    data(shop.post(&shop.admin, revoking, Value::Null).await);
    let out = with_cookie(shop.session(reqwest::Method::DELETE)).send();
    assert_eq!(out.await.unwrap().status(), StatusCode::NO_CONTENT);
    for events in [&mut of_token, &mut of_session] {
        // It may fire once more before.
        while events.next().await != Event::End {}
    }
    let near = stays.within(Duration::from_millis(100)).await;
    assert_ne!(near, Some(Event::End));
}

async fn what_is_no_subscription_is_refused_or_answered_in_one_event(shop: Shop) {
    let one_event = async |query: &str| {
        let mut events = shop.subscribe(&shop.viewer, query).await;
        let event = events.next().await;
        assert_eq!(events.next().await, Event::Complete, "{query}");
        assert_eq!(events.next().await, Event::End, "{query}");
        match event {
            Event::Next(body) => body,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        one_event("{ viewer { name } }").await,
        json!({ "data": { "viewer": { "name": "test-viewer" } } })
    );
    for wrong in [
        "subscription { a: discrepanciesChanged { at } b: discrepanciesChanged { at } }",
        "subscription { ...F } fragment F on Subscription { discrepanciesChanged { at } }",
        "subscription { nothing }",
        "subscription {",
        "{ nothing }",
    ] {
        assert_eq!(code(&one_event(wrong).await), "BAD_USER_INPUT", "{wrong}");
    }
    let query = "subscription { discrepanciesChanged { at } }";
    let refused = async |request: reqwest::RequestBuilder| {
        let answer = request.send().await.unwrap();
        let media_type = answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        (
            answer.status().as_u16(),
            media_type.split(';').next().unwrap().to_owned(),
        )
    };
    let json = |status| (status, "application/json".to_owned());
    let graphql = |status| (status, "application/graphql-response+json".to_owned());
    let events = |request: reqwest::RequestBuilder| request.header("accept", "text/event-stream");
    assert_eq!(
        refused(shop.subscribing(&shop.viewer, query)).await,
        json(406)
    );
    assert_eq!(
        refused(events(shop.subscribing("wrong", query))).await,
        graphql(401)
    );
    let by_get = shop
        .client()
        .get(shop.url("/graphql"))
        .query(&[("query", query)]);
    assert_eq!(
        refused(events(by_get.bearer_auth(&shop.viewer))).await,
        graphql(405)
    );
    // Whoever takes events beside other things gets them where there are any.
    let several = shop
        .subscribing(&shop.viewer, query)
        .header("accept", "application/json, text/event-stream");
    assert_eq!(
        several.send().await.unwrap().headers()["content-type"],
        "text/event-stream; charset=utf-8"
    );
}

async fn so_many_subscriptions_of_a_token_are_open_at_once(shop: Shop) {
    let query = "subscription { discrepanciesChanged { at } }";
    let mut open = Vec::new();
    for _ in 0..toss_recon::http::limits::STREAMS_OF_TOKEN {
        open.push(shop.subscribe(&shop.viewer, query).await);
    }
    let status = async |token: &str| {
        let request = shop.subscribing(token, query);
        let request = request.header("accept", "text/event-stream");
        let answer = request.send().await.unwrap();
        (
            answer.status(),
            answer.headers().contains_key("retry-after"),
        )
    };
    let refused = (StatusCode::TOO_MANY_REQUESTS, true);
    assert_eq!(status(&shop.viewer).await, refused);
    assert_eq!(status(&shop.admin).await, (StatusCode::OK, false));
    let metrics = async || {
        let shown = shop.client().get(shop.url("/metrics")).send().await;
        shown.unwrap().text().await.unwrap()
    };
    assert!(metrics().await.contains("toss_recon_open_subscriptions 3"));
    // Idle ones hold nothing that queries need.
    shop.ask("{ viewer { name } }").await;
    drop(open);
    until(async || (status(&shop.viewer).await.0 == StatusCode::OK).then_some(())).await;
    let gone = "\ntoss_recon_open_subscriptions 0\n";
    until(async || metrics().await.contains(gone).then_some(())).await;
}
