//! Webhooks, received by a listener of the test's own.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use chrono::Duration;
use serde_json::Value;
use toss_sim::{Amount, CancelByHand, Merchant, Method, NewPayment, TossSim};

use crate::shop::{LIVE_KEY, Shop, until};

#[derive(Clone, Debug)]
struct Hook {
    id: String,
    retried: String,
    body: Value,
}

#[derive(Default)]
struct Inbox {
    hooks: Mutex<Vec<Hook>>,
    /// Deliveries to refuse before 200 is answered.
    refusals: Mutex<u32>,
}

impl Inbox {
    fn hooks(&self) -> Vec<Hook> {
        self.hooks.lock().unwrap().clone()
    }

    async fn wait_for(&self, count: usize) -> Vec<Hook> {
        until(&format!("{count} webhooks"), || self.hooks().len() >= count).await;
        self.hooks()
    }
}

/// A receiver on a thread of its own; it ends with the test process.
fn receiver() -> (Arc<Inbox>, String) {
    let inbox = Arc::new(Inbox::default());
    let data = web::Data::from(Arc::clone(&inbox));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(data.clone())
                    .route("/hook", web::post().to(receive))
            });
            server
                .workers(1)
                .disable_signals()
                .listen(listener)
                .unwrap()
                .run()
                .await
        })
    });
    (inbox, url)
}

async fn receive(inbox: web::Data<Inbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert!(header("tosspayments-webhook-transmission-time").ends_with("+09:00"));
    inbox.hooks.lock().unwrap().push(Hook {
        id: header("tosspayments-webhook-transmission-id"),
        retried: header("tosspayments-webhook-transmission-retried-count"),
        body: serde_json::from_slice(&body).unwrap(),
    });
    let mut refusals = inbox.refusals.lock().unwrap();
    if *refusals > 0 {
        *refusals -= 1;
        return HttpResponse::Created().finish();
    }
    HttpResponse::Ok().finish()
}

async fn shop() -> (Shop, Arc<Inbox>) {
    let (inbox, url) = receiver();
    let shop = Shop::with(|settings| {
        settings.merchants = vec![Merchant::live("tdemoshop01", LIVE_KEY).webhooks_to(url)];
    })
    .await;
    (shop, inbox)
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

fn example(name: &str) -> Value {
    let path = format!(
        "{}/../tests/fixtures/toss/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn pay(sim: &TossSim, number: u32) -> String {
    sim.console()
        .pay(NewPayment::card(format!("order-{number}"), 1_000))
}

#[tokio::test]
async fn a_card_payment_is_told_in_its_envelope() {
    let (shop, inbox) = shop().await;
    let key = pay(&shop.sim, 1);
    let hook = &inbox.wait_for(1).await[0];
    let documented = example("webhook_payment_status_changed");
    assert_eq!(keys(&hook.body), keys(&documented));
    assert_eq!(keys(&hook.body["data"]), keys(&documented["data"]));
    assert_eq!(
        (hook.body["eventType"].as_str(), hook.retried.as_str()),
        (Some("PAYMENT_STATUS_CHANGED"), "0")
    );
    assert_eq!(hook.body["data"]["paymentKey"], key.as_str());
    assert!(hook.id.starts_with("whtrans_a01"));
}

#[tokio::test]
async fn each_step_of_an_account_is_told_flat_and_with_its_secret() {
    let (shop, inbox) = shop().await;
    let key = shop
        .sim
        .console()
        .pay(NewPayment::virtual_account("order-va", 22_400));
    shop.sim.console().deposit(&key, None).unwrap();
    shop.sim.console().bounce(&key, None).unwrap();
    shop.sim
        .console()
        .cancel(&key, &CancelByHand::everything("x"))
        .unwrap();
    let hooks = inbox.wait_for(6).await;
    let secret = shop.payment(&key).await["secret"].clone();
    let flat: Vec<&Value> = hooks
        .iter()
        .map(|hook| &hook.body)
        .filter(|body| body.get("eventType").is_none())
        .collect();
    for body in &flat {
        assert_eq!(keys(body), keys(&example("webhook_deposit_callback_done")));
        assert_eq!(body["secret"], secret);
    }
    let statuses: Vec<&str> = flat
        .iter()
        .map(|body| body["status"].as_str().unwrap())
        .collect();
    assert_eq!(
        statuses,
        [
            "WAITING_FOR_DEPOSIT",
            "DONE",
            "WAITING_FOR_DEPOSIT",
            "CANCELED"
        ]
    );
    assert_eq!(
        hooks.len() - flat.len(),
        2,
        "DONE and CANCELED are told in the other envelope as well"
    );
}

#[tokio::test]
async fn the_end_of_an_asynchronous_cancel_is_told_without_the_paymentkey() {
    let (shop, inbox) = shop().await;
    let method = Method::OverseasEasyPay { asynchronous: true };
    let key = shop.sim.console().pay(NewPayment {
        method,
        ..NewPayment::overseas("order-async", 1_000)
    });
    shop.sim
        .console()
        .cancel(&key, &CancelByHand::part(Amount::usd_cents(250), "x"))
        .unwrap();
    shop.sim.console().finish_cancel(&key, false, None).unwrap();
    let hook = inbox.wait_for(3).await[2].clone();
    let documented = example("webhook_cancel_status_changed");
    assert_eq!(keys(&hook.body["data"]), keys(&documented["data"]));
    assert_eq!(hook.body["eventType"], documented["eventType"]);
    assert_eq!(hook.body["data"]["cancelStatus"], "DONE");
}

#[tokio::test]
async fn what_is_not_answered_200_comes_again_after_1_and_4_minutes() {
    let (shop, inbox) = shop().await;
    *inbox.refusals.lock().unwrap() = 2;
    pay(&shop.sim, 1);
    inbox.wait_for(1).await;
    for (minutes, deliveries) in [(1, 2), (4, 3)] {
        // A failed delivery is put back a moment after it was received.
        let due = |sim: &TossSim| sim.clock().advance(Duration::seconds(1));
        shop.sim
            .clock()
            .advance(Duration::minutes(minutes) - Duration::seconds(2));
        assert_eq!(inbox.hooks().len(), deliveries - 1);
        until("the delivery", || {
            due(&shop.sim);
            inbox.hooks().len() == deliveries
        })
        .await;
    }
    let hooks = inbox.hooks();
    let retried: Vec<&str> = hooks.iter().map(|hook| hook.retried.as_str()).collect();
    assert_eq!(retried, ["0", "1", "2"]);
    assert!(
        hooks
            .iter()
            .all(|hook| hook.id == hooks[0].id && hook.body == hooks[0].body)
    );
    shop.sim.clock().advance(Duration::days(5));
    pay(&shop.sim, 2);
    let later = inbox.wait_for(4).await;
    assert_ne!(
        later[3].id, later[0].id,
        "an accepted webhook does not come again"
    );
}

#[tokio::test]
async fn webhooks_come_twice_out_of_order_or_never_by_switch() {
    let (shop, inbox) = shop().await;
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.webhooks.drop_next = 1);
    pay(&shop.sim, 1);
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.webhooks.duplicate = true);
    pay(&shop.sim, 2);
    let hooks = inbox.wait_for(2).await;
    assert_eq!(
        (&hooks[0].id, &hooks[0].body),
        (&hooks[1].id, &hooks[1].body)
    );
    assert_eq!(hooks[0].body["data"]["orderId"], "order-2");
    shop.sim.faults().behave(|behaviour| {
        behaviour.webhooks.duplicate = false;
        behaviour.webhooks.reorder = true;
    });
    pay(&shop.sim, 3);
    pay(&shop.sim, 4);
    let orders: Vec<Value> = inbox.wait_for(4).await[2..]
        .iter()
        .map(|hook| hook.body["data"]["orderId"].clone())
        .collect();
    assert_eq!(orders, ["order-4", "order-3"]);
}

#[tokio::test]
async fn fractions_lose_their_trailing_zeros() {
    let (shop, inbox) = shop().await;
    for number in 0..8 {
        pay(&shop.sim, number);
    }
    let lengths: Vec<usize> = inbox
        .wait_for(8)
        .await
        .iter()
        .map(|hook| {
            hook.body["createdAt"]
                .as_str()
                .unwrap()
                .split_once('.')
                .unwrap()
                .1
                .len()
        })
        .collect();
    assert!(lengths.iter().any(|length| *length < 6), "{lengths:?}");
    assert!(lengths.contains(&6), "{lengths:?}");
}

#[tokio::test]
async fn what_lies_in_the_past_is_entered_silently() {
    let (shop, inbox) = shop().await;
    let yesterday = shop.sim.clock().now() - Duration::days(1);
    shop.sim
        .console()
        .pay(NewPayment::card("order-past", 1_000).at(yesterday));
    shop.sim.console().pay(NewPayment::card("order-now", 1_000));
    assert_eq!(
        inbox.wait_for(1).await[0].body["data"]["orderId"],
        "order-now"
    );
}
