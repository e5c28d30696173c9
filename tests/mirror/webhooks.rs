//! Webhooks: kept once, and never believed.

use std::time::Duration;

use reconciliation::PaymentKey;
use tokio_util::sync::CancellationToken;
use toss_recon::lookup::Lookup;
use toss_recon::sync::{Hint, Hints};
use toss_sim::{NewPayment, TossSim};

use crate::support::{Engine, TestDatabase, clock, empty_shop, merchants, on_both_databases};

on_both_databases!(
    a_forged_amount_changes_nothing,
    one_transmission_is_kept_and_followed_once,
    a_hundred_hints_are_few_questions,
    garbage_is_kept_and_leads_nowhere,
);

struct Endpoint {
    hints: Hints,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Endpoint {
    fn over(sim: &TossSim, database: &TestDatabase) -> Self {
        let lookup = Lookup::new(database.store.clone(), merchants(sim), clock(sim));
        let (hints, read) = Hints::new(database.store.clone(), lookup, clock(sim));
        let stop = CancellationToken::new();
        let task = tokio::spawn(read(stop.clone()).run());
        Self { hints, stop, task }
    }

    async fn take(&self, id: Option<&str>, body: &str) {
        let hint = Hint {
            transmission_id: id,
            body: body.as_bytes(),
        };
        self.hints.take(hint).await.unwrap();
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

fn paid(key: &str, amount: u32) -> String {
    format!(
        r#"{{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"2026-01-02T14:46:59.65327","data":{{"paymentKey":"{key}","orderId":"x","status":"DONE","totalAmount":{amount}}}}}"#
    )
}

async fn a_forged_amount_changes_nothing(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let key = sim.console().pay(NewPayment::card("order-1", 15_000));
    let endpoint = Endpoint::over(&sim, &database);
    endpoint.take(Some("whtrans_1"), &paid(&key, 1)).await;
    let payment = PaymentKey::parse(&key).unwrap();
    let stored = loop {
        let mut found = database
            .store
            .payments(std::slice::from_ref(&payment))
            .await
            .unwrap();
        if let Some(stored) = found.remove(&payment) {
            break stored;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_eq!(stored.payment.total_amount.unwrap().minor(), 15_000);
    assert_eq!(stored.payment.order_id.as_str(), "order-1");
    endpoint.end().await;
}

async fn one_transmission_is_kept_and_followed_once(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let endpoint = Endpoint::over(&sim, &database);
    for id in [
        Some("whtrans_1"),
        Some("whtrans_1"),
        Some("whtrans_2"),
        None,
        None,
    ] {
        endpoint.take(id, &paid("unknown", 1)).await;
    }
    assert_eq!(database.count("webhooks").await, 3);
    endpoint.end().await;
}

async fn a_hundred_hints_are_few_questions(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let key = sim.console().pay(NewPayment::card("order-1", 15_000));
    let endpoint = Endpoint::over(&sim, &database);
    for number in 0..100 {
        endpoint
            .take(Some(&format!("whtrans_{number}")), &paid(&key, 1))
            .await;
    }
    let questions = || {
        let path = format!("/v1/payments/{key}");
        sim.requests()
            .iter()
            .filter(|request| request.path == path)
            .count()
    };
    // One at once; the others are one more when the payment has rested.
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while questions() < 2 && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!((1..=3).contains(&questions()), "{}", questions());
    endpoint.end().await;
}

async fn garbage_is_kept_and_leads_nowhere(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let endpoint = Endpoint::over(&sim, &database);
    for body in [
        "",
        "{",
        "\u{0}\u{1}",
        "[[[[",
        r#"{"data":{"paymentKey":"../../x"}}"#,
    ] {
        endpoint.take(None, body).await;
    }
    assert_eq!(database.count("webhooks").await, 5);
    assert!(sim.requests().is_empty());
    endpoint.end().await;
}
