//! Webhooks: kept once, never believed, and open until what they lead to has been read.

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;
use reconciliation::{OrderId, PaymentKey};
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use toss_recon::lookup::{Lookup, PaymentRef};
use toss_recon::webhooks::{Webhook, WebhookReceiver};
use toss_sim::{CancelByHand, Endpoint as Call, Fault, FaultKind, NewPayment, TossSim};

use crate::support::{
    Engine, TestDatabase, clock, empty_shop, merchants, mirror, month, on_both_databases,
};

on_both_databases!(
    a_forged_amount_changes_nothing,
    a_webhook_is_believed_to_name_a_payment_although_toss_has_just_known_none,
    one_transmission_is_kept_and_followed_once,
    a_hundred_webhooks_are_few_questions,
    garbage_is_kept_and_leads_nowhere,
    a_payment_that_cannot_be_read_is_read_once_toss_answers_again,
    a_payment_that_toss_does_not_know_is_asked_for_once,
    a_payment_whose_rows_are_refused_is_read_all_the_same,
    what_cannot_be_read_for_days_is_given_up,
    a_webhook_sent_again_leads_to_a_reading_while_it_is_open_and_to_none_afterwards,
    what_a_process_left_open_is_read_by_the_next,
    what_a_dead_process_held_is_read_by_one_that_runs,
    two_processes_lose_none_and_read_each_twice_at_most,
    a_cancel_leads_to_its_payment,
    a_cancel_that_nobody_knows_leads_nowhere,
    of_a_burst_eight_payments_are_read_at_once,
    a_webhook_on_its_way_is_kept_although_the_program_stops,
    an_open_webhook_is_not_deleted,
);

/// Webhooks that lead to a payment which has not been read since.
const OPEN: &str = "webhooks WHERE due_at IS NOT NULL";

struct Endpoint {
    receiver: WebhookReceiver,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Endpoint {
    fn over(sim: &TossSim, database: &TestDatabase) -> Self {
        let lookup = lookup(sim, database);
        let (receiver, read) = WebhookReceiver::new(
            database.store.clone(),
            lookup,
            clock(sim),
            Handle::current(),
        );
        let stop = CancellationToken::new();
        let task = tokio::spawn(read(stop.clone()).run());
        Self {
            receiver,
            stop,
            task,
        }
    }

    async fn take(&self, id: Option<&str>, body: &str) {
        let webhook = Webhook {
            transmission_id: id,
            body: body.as_bytes(),
        };
        self.receiver.take(webhook).await.unwrap();
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

fn lookup(sim: &TossSim, database: &TestDatabase) -> Lookup {
    Lookup::new(database.store.clone(), merchants(sim), clock(sim))
}

/// Waits until as many rows are in a table.
async fn counts(database: &TestDatabase, table: &str, rows: i64) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while database.count(table).await != rows {
        assert!(Instant::now() < deadline, "never {rows} {table}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How often a payment was asked for.
fn questions(sim: &TossSim, key: &str) -> usize {
    let path = format!("/v1/payments/{key}");
    let requests = sim.requests();
    requests.iter().filter(|asked| asked.path == path).count()
}

/// Lets every question about a payment fail.
fn fail_payments(sim: &TossSim) {
    let down = Fault::next(Call::Payment, FaultKind::Status(500));
    sim.faults().add(down.times(10_000));
}

/// Waits until a reading has failed, so that what led to it rests for three seconds.
async fn rests(sim: &TossSim, database: &TestDatabase, webhooks: i64) {
    let until = sim.clock().now() + TimeDelta::seconds(3);
    let resting = format!("webhooks WHERE due_at = {}", until.timestamp_millis());
    counts(database, &resting, webhooks).await;
}

fn canceled(transaction: &str) -> String {
    format!(
        r#"{{"eventType":"CANCEL_STATUS_CHANGED","createdAt":"2026-01-02T14:46:59.65327","data":{{"transactionKey":"{transaction}","cancelStatus":"DONE","cancelAmount":1}}}}"#
    )
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

async fn a_webhook_is_believed_to_name_a_payment_although_toss_has_just_known_none(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let lookup = lookup(&sim, &database);
    // Nothing reads what the webhooks name: whoever asks does.
    let (receiver, _) = WebhookReceiver::new(
        database.store.clone(),
        lookup.clone(),
        clock(&sim),
        Handle::current(),
    );
    let by = PaymentRef::Order(OrderId::parse("order-1").unwrap());
    let is_found = async || {
        let found = lookup.payment(&by, Duration::from_secs(30)).await;
        found.unwrap().is_some()
    };
    let named = async |order| {
        let body = format!(r#"{{"secret":"s","status":"DONE","orderId":"{order}"}}"#);
        let webhook = Webhook {
            transmission_id: None,
            body: body.as_bytes(),
        };
        receiver.take(webhook).await.unwrap();
    };
    assert!(!is_found().await);
    sim.console().pay(NewPayment::card("order-1", 1_000));
    named("order-2").await;
    assert!(!is_found().await, "Toss has just said so");
    named("order-1").await;
    assert!(is_found().await);
    let asked = sim.requests().into_iter();
    let asked = asked.filter(|call| call.endpoint == Call::PaymentByOrder);
    assert_eq!(asked.count(), 2);
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

async fn a_hundred_webhooks_are_few_questions(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let key = sim.console().pay(NewPayment::card("order-1", 15_000));
    let endpoint = Endpoint::over(&sim, &database);
    for number in 0..100 {
        endpoint
            .take(Some(&format!("whtrans_{number}")), &paid(&key, 1))
            .await;
    }
    let questions = || questions(&sim, &key);
    // One at once; the others are one more when the payment has rested.
    let deadline = Instant::now() + Duration::from_secs(30);
    while questions() < 2 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!((1..=3).contains(&questions()), "{}", questions());
    counts(&database, OPEN, 0).await;
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
    assert_eq!(database.count(OPEN).await, 0);
    assert!(sim.requests().is_empty());
    endpoint.end().await;
}

async fn a_payment_that_cannot_be_read_is_read_once_toss_answers_again(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let keys =
        ["order-1", "order-2"].map(|order| sim.console().pay(NewPayment::card(order, 1_000)));
    fail_payments(&sim);
    let endpoint = Endpoint::over(&sim, &database);
    for key in &keys {
        endpoint.take(None, &paid(key, 1)).await;
    }
    rests(&sim, &database, 2).await;
    // The client asks twice itself. After that nobody asks until the rest is over.
    assert_eq!(keys.each_ref().map(|key| questions(&sim, key)), [2, 2]);
    sim.clock().advance(TimeDelta::seconds(3));
    rests(&sim, &database, 2).await;
    assert_eq!(keys.each_ref().map(|key| questions(&sim, key)), [4, 4]);
    assert_eq!(database.count("payments").await, 0);
    sim.faults().clear();
    sim.clock().advance(TimeDelta::seconds(6));
    counts(&database, OPEN, 0).await;
    assert_eq!(database.count("payments").await, 2);
    endpoint.end().await;
}

async fn a_payment_that_toss_does_not_know_is_asked_for_once(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let endpoint = Endpoint::over(&sim, &database);
    endpoint.take(None, &paid("unknown", 1)).await;
    counts(&database, OPEN, 0).await;
    assert_eq!(questions(&sim, "unknown"), 1);
    // A refusal of the question itself is as good an answer.
    sim.faults().add(Fault::next(
        Call::Payment,
        FaultKind::Refusal("INVALID_REQUEST".to_owned()),
    ));
    endpoint.take(None, &paid("refused", 1)).await;
    counts(&database, OPEN, 0).await;
    assert_eq!(questions(&sim, "refused"), 1);
    endpoint.end().await;
}

async fn a_payment_whose_rows_are_refused_is_read_all_the_same(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let key = sim.console().pay(NewPayment::card("order-1", 15_000));
    let refused = FaultKind::Refusal("INVALID_REQUEST".to_owned());
    sim.faults().add(Fault::next(Call::Transactions, refused));
    let endpoint = Endpoint::over(&sim, &database);
    endpoint.take(None, &paid(&key, 1)).await;
    counts(&database, "payments", 1).await;
    counts(&database, OPEN, 0).await;
    endpoint.end().await;
}

async fn what_cannot_be_read_for_days_is_given_up(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    fail_payments(&sim);
    let endpoint = Endpoint::over(&sim, &database);
    endpoint.take(Some("old"), &paid("p-1", 1)).await;
    rests(&sim, &database, 1).await;
    sim.clock().advance(TimeDelta::days(3));
    // Not yet: three days are not over three days.
    let resting = sim.clock().now() + TimeDelta::minutes(10);
    let resting = format!("webhooks WHERE due_at = {}", resting.timestamp_millis());
    counts(&database, &resting, 1).await;
    endpoint.take(Some("young"), &paid("p-2", 1)).await;
    rests(&sim, &database, 1).await;
    sim.clock().advance(TimeDelta::minutes(10));
    counts(&database, OPEN, 1).await;
    let open = database.texts(&format!("SELECT id FROM {OPEN}")).await;
    assert_eq!(open, ["young"]);
    endpoint.end().await;
}

async fn a_webhook_sent_again_leads_to_a_reading_while_it_is_open_and_to_none_afterwards(
    engine: Engine,
) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let key = sim.console().pay(NewPayment::card("order-1", 15_000));
    fail_payments(&sim);
    let endpoint = Endpoint::over(&sim, &database);
    endpoint.take(Some("whtrans_1"), &paid(&key, 1)).await;
    rests(&sim, &database, 1).await;
    sim.faults().clear();
    // Under its id another body neither closes it nor takes its place.
    endpoint.take(Some("whtrans_1"), "{}").await;
    assert_eq!(database.count(OPEN).await, 1);
    // The clock stands still, so that its rest never ends by itself.
    endpoint.take(Some("whtrans_1"), &paid(&key, 1)).await;
    counts(&database, OPEN, 0).await;
    assert_eq!(database.count("payments").await, 1);
    endpoint.take(Some("whtrans_1"), &paid(&key, 1)).await;
    // Had it opened again, it would be for as long as the payment rests.
    assert_eq!(database.count(OPEN).await, 0);
    assert_eq!(questions(&sim, &key), 3);
    endpoint.end().await;
}

async fn what_a_process_left_open_is_read_by_the_next(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let key = sim.console().pay(NewPayment::card("order-1", 15_000));
    fail_payments(&sim);
    let first = Endpoint::over(&sim, &database);
    first.take(None, &paid(&key, 1)).await;
    rests(&sim, &database, 1).await;
    first.end().await;
    sim.faults().clear();
    // At once, although the rest is not over.
    let second = Endpoint::over(&sim, &database);
    counts(&database, OPEN, 0).await;
    assert_eq!(database.count("payments").await, 1);
    second.end().await;
}

async fn what_a_dead_process_held_is_read_by_one_that_runs(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let endpoint = Endpoint::over(&sim, &database);
    let key = sim.console().pay(NewPayment::card("order-1", 15_000));
    // It runs, and has hastened what was open before.
    endpoint.take(Some("first"), &paid("unknown", 1)).await;
    counts(&database, OPEN, 0).await;
    let (body, now) = (paid(&key, 1), sim.clock().now());
    let held_until = Some(now + TimeDelta::minutes(1));
    let kept = database.store.save_webhook("held", &body, now, held_until);
    assert_eq!(kept.await, Ok(true));
    // It is not taken before its time.
    endpoint.take(Some("second"), &paid("unknown-2", 1)).await;
    counts(&database, OPEN, 1).await;
    assert_eq!(questions(&sim, &key), 0);
    sim.clock().advance(TimeDelta::minutes(1));
    counts(&database, OPEN, 0).await;
    assert_eq!(database.count("payments").await, 1);
    endpoint.end().await;
}

async fn two_processes_lose_none_and_read_each_twice_at_most(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let other = TestDatabase::at(&database.url).await;
    let endpoints = [&database, &other].map(|database| Endpoint::over(&sim, database));
    let keys: Vec<String> = (0..20)
        .map(|number| {
            let order = format!("order-{number}");
            sim.console().pay(NewPayment::card(order, 15_000))
        })
        .collect();
    for (key, endpoint) in keys.iter().zip(endpoints.iter().cycle()) {
        endpoint.take(None, &paid(key, 1)).await;
    }
    counts(&database, OPEN, 0).await;
    assert_eq!(database.count("payments").await, 20);
    for key in &keys {
        assert!((1..=2).contains(&questions(&sim, key)), "{key}");
    }
    for endpoint in endpoints {
        endpoint.end().await;
    }
}

async fn a_cancel_leads_to_its_payment(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let cancel_of = |order: &str, at| {
        let key = sim.console().pay(NewPayment::card(order, 15_000).at(at));
        let cancel = CancelByHand::everything("mistake").at(at);
        let transaction = sim.console().cancel(&key, &cancel).unwrap();
        (key, transaction.expect("it is not ahead"))
    };
    // One is known by its row, the other by its payment, which no list has shown.
    let now = sim.clock().now();
    let (listed, by_row) = cancel_of("order-1", now - TimeDelta::days(2));
    let import = mirror(&sim, &database.store, 5_000);
    import.import(&month(), |_| {}).await.unwrap();
    let (read, by_cancel) = cancel_of("order-2", now);
    let known = PaymentRef::Key(PaymentKey::parse(&read).unwrap());
    let lookup = lookup(&sim, &database);
    let found = lookup.payment(&known, Duration::ZERO).await;
    assert!(found.unwrap().is_some());
    database
        .execute("DELETE FROM transactions WHERE order_id = 'order-2'")
        .await;
    database.execute("DELETE FROM cancels WHERE payment_key IN (SELECT payment_key FROM payments WHERE order_id = 'order-1')").await;
    sim.clear_requests();
    let endpoint = Endpoint::over(&sim, &database);
    endpoint.take(None, &canceled(&by_row)).await;
    endpoint.take(None, &canceled(&by_cancel)).await;
    counts(&database, OPEN, 0).await;
    assert_eq!((questions(&sim, &listed), questions(&sim, &read)), (1, 1));
    endpoint.end().await;
}

async fn a_cancel_that_nobody_knows_leads_nowhere(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let key = sim.console().pay(NewPayment::card("order-1", 15_000));
    let endpoint = Endpoint::over(&sim, &database);
    endpoint.take(None, &canceled("unknown")).await;
    endpoint.take(None, &canceled(&key)).await;
    counts(&database, OPEN, 0).await;
    assert_eq!(database.count("webhooks").await, 2);
    assert!(sim.requests().is_empty());
    endpoint.end().await;
}

async fn of_a_burst_eight_payments_are_read_at_once(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let keys: Vec<String> = (0..40)
        .map(|number| {
            let order = format!("order-{number}");
            sim.console().pay(NewPayment::card(order, 15_000))
        })
        .collect();
    let slow = Fault::next(Call::Payment, FaultKind::Slow(Duration::from_millis(100)));
    sim.faults().add(slow.times(1_000));
    let endpoint = Endpoint::over(&sim, &database);
    for key in &keys {
        endpoint.take(None, &paid(key, 1)).await;
    }
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut most = 0;
    loop {
        let asked = sim.requests();
        let payments = asked.iter().filter(|asked| asked.endpoint == Call::Payment);
        let under_way = payments.clone().filter(|asked| asked.status.is_none());
        most = most.max(under_way.count());
        let answered: HashSet<&str> = payments.map(|asked| asked.path.as_str()).collect();
        if answered.len() == keys.len() {
            break;
        }
        assert!(
            Instant::now() < deadline,
            "{} were asked for",
            answered.len()
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!((2..=8).contains(&most), "{most} at once");
    counts(&database, OPEN, 0).await;
    assert_eq!(database.count("payments").await, 40);
    endpoint.end().await;
}

async fn a_webhook_on_its_way_is_kept_although_the_program_stops(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let Endpoint {
        receiver,
        stop,
        task,
    } = Endpoint::over(&sim, &database);
    database
        .execute("ALTER TABLE webhooks RENAME TO elsewhere")
        .await;
    let body = paid("p-1", 1);
    let webhook = Webhook {
        transmission_id: None,
        body: body.as_bytes(),
    };
    // Whoever asked for it has been answered, and is gone.
    let gone = tokio::time::timeout(Duration::from_millis(50), receiver.take(webhook));
    assert!(gone.await.is_err());
    stop.cancel();
    database
        .execute("ALTER TABLE elsewhere RENAME TO webhooks")
        .await;
    task.await.unwrap();
    assert_eq!(database.count(OPEN).await, 1);
}

async fn an_open_webhook_is_not_deleted(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let (store, now) = (&database.store, sim.clock().now());
    for (id, due_at) in [("open", Some(now)), ("closed", None)] {
        let kept = store.save_webhook(id, "{}", now, due_at).await;
        assert_eq!(kept, Ok(true));
    }
    let deleted = store.delete_webhooks(now + TimeDelta::days(1), 10).await;
    assert_eq!(deleted, Ok(1));
    assert_eq!(database.texts("SELECT id FROM webhooks").await, ["open"]);
    store.close_webhooks(&["open"]).await.unwrap();
    let deleted = store.delete_webhooks(now, 10).await;
    assert_eq!(deleted, Ok(0), "it is no older than that");
}
