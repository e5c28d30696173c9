//! What addresses of the merchant's own are told: each thing once, signed, and again until it is taken.

use std::collections::BTreeSet;

use chrono::Duration;
use reconciliation::MId;
use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};
use toss_recon::notify::Target;
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use crate::receiver::{Receiver, SECRET, Told};
use crate::running::{self, RunningServer};
use crate::support::{Choices, Engine, MERCHANT, SECRET_KEY, Shop, on_both_databases, until};

on_both_databases!(
    what_needs_somebody_is_told_once_and_again_until_it_is_taken,
    what_is_of_other_merchants_or_from_before_is_not_told,
);

fn target(name: &str, receiver: &Receiver, mids: Option<&[&str]>) -> Target {
    let mids = mids.map(|mids| mids.iter().map(|mid| MId::parse(mid).unwrap()).collect());
    Target::parse(name, &receiver.url, Some(SECRET), false, mids).unwrap()
}

async fn shop(engine: Engine, notify: Vec<Target>) -> Shop {
    let choices = Choices {
        notify,
        ..Choices::default()
    };
    Shop::open_with(engine, choices).await
}

impl Shop {
    async fn execute(&self, sql: &str) {
        let raw = Database::connect(&self.database_url).await.unwrap();
        raw.execute_unprepared(sql).await.unwrap();
        raw.close().await.unwrap();
    }

    /// Waits until an address has begun to be told.
    async fn until_begun(&self, targets: &[&str]) {
        for target in targets {
            let store = self.store().await;
            // Whoever asks first begins it.
            store
                .notice_target(target, self.sim.clock().now())
                .await
                .unwrap();
            store.close().await.unwrap();
        }
    }

    /// A payment that is settled as a thousand won less.
    async fn is_settled_wrongly(&self) {
        self.play("amount_mismatch", "2026-03-03");
        self.mirror(("2026-03-01", "2026-03-19")).await;
        self.verdicts_made().await;
    }

    /// A discrepancy as a verdict would have it, found now.
    async fn finds(&self, id: &str, class: &str, mid: &str) {
        let now = self.sim.clock().now().timestamp_millis();
        self.execute(&format!(
            "INSERT INTO discrepancies (id, subject, mid, class, explanation, began_at, detected_at)
             VALUES ('{id}', '{id}', '{mid}', '{class}', 'made up', {now}, {now})"
        ))
        .await;
    }
}

/// What an address is told of a thing of that kind, once it is.
async fn until_told_of(receiver: &Receiver, kind: &str) -> Value {
    until(async || {
        let told = receiver.told();
        let of_kind = told
            .iter()
            .map(Told::json)
            .find(|told| told["type"] == kind);
        of_kind.map(|mut told| told["data"].take())
    })
    .await
}

async fn until_told(receiver: &Receiver, times: usize) -> Vec<Told> {
    until(async || (receiver.told().len() >= times).then_some(())).await;
    receiver.told()
}

async fn what_needs_somebody_is_told_once_and_again_until_it_is_taken(engine: Engine) {
    let (receiver, slack) = (Receiver::open().await, Receiver::open().await);
    let to_slack = Target::parse("slack", &slack.url, None, true, None).unwrap();
    let shop = shop(engine, vec![target("ops", &receiver, None), to_slack]).await;
    shop.until_begun(&["ops", "slack"]).await;
    receiver.answers(&[
        "500 Internal Server Error",
        // Not followed: nobody is told at another address than that of the settings.
        &format!("307 Temporary Redirect\r\nlocation: {}", slack.url),
    ]);
    shop.is_settled_wrongly().await;
    for times in 1..=3 {
        let told = until_told(&receiver, times).await;
        assert!(told.iter().all(Told::is_signed), "{told:#?}");
        shop.pass(Duration::minutes(2));
    }
    let told = receiver.told();
    let ids: BTreeSet<&str> = told.iter().map(|told| told.header("webhook-id")).collect();
    assert_eq!(ids.len(), 1, "{told:#?}");
    assert!(told.iter().all(|one| one.text() == told[0].text()));
    let said = told[2].json();
    assert_eq!(said["type"], "discrepancy.found");
    assert_eq!(said["data"]["class"], "AMOUNT_MISMATCH");
    assert_eq!(said["data"]["severity"], "ERROR");
    assert_eq!(said["data"]["mId"], MERCHANT);
    let key = shop.payment_key("order-amount-off").await;
    assert_eq!(said["data"]["paymentKey"], key);
    let shown = until_told(&slack, 1).await[0].json();
    let text = shown["text"].as_str().unwrap();
    assert!(text.contains("AMOUNT_MISMATCH"), "{text}");

    // A request that needs a person, and a day that takes money back.
    let paid = shop.sim.console().pay(NewPayment::card("order-1", 1_000));
    let fault = Fault::next(Endpoint::Cancel, FaultKind::ExecuteThenDrop);
    shop.sim.faults().add(fault);
    let input = json!({ "paymentKey": paid, "idempotencyKey": "notices-0001", "reason": "r" });
    shop.cancel(&input).await;
    shop.execute("UPDATE cancel_requests SET status = 'NEEDS_OPERATOR', next_at = NULL")
        .await;
    let request = until_told_of(&receiver, "cancel.needs_operator").await;
    assert_eq!(request["paymentKey"], paid);
    shop.execute(&format!(
        "INSERT INTO payout_sums (mid, sold_date, paid_out_date, event_date, method_label, kind, currency, row_count, \
         amount, fee, pay_out) VALUES ('{MERCHANT}', '2026-03-19', '2026-03-23', NULL, '카드', 'CANCEL', 'KRW', 1, \
         -480000, 0, -480000)"
    ))
    .await;
    shop.pass(Duration::minutes(6));
    let day = until_told_of(&receiver, "payout.negative").await;
    assert_eq!(day["payOutAmount"], "-480000");
    assert_eq!(day["paidOutDate"], "2026-03-23");

    // What comes after all of it is told last: nothing was told twice.
    shop.pass(Duration::minutes(6));
    shop.finds("later", "SETTLED_VOID", MERCHANT).await;
    let told = until(async || {
        let told = receiver.told();
        let last = told.last()?.json();
        (last["data"]["class"] == "SETTLED_VOID").then_some(told)
    })
    .await;
    assert!(told.iter().all(Told::is_signed));
    // The first one took three attempts.
    let mut things: Vec<String> = told[2..]
        .iter()
        .map(|told| told.json()["data"].to_string())
        .collect();
    let taken = things.len();
    things.sort();
    things.dedup();
    assert_eq!(things.len(), taken, "{told:#?}");
    let all = until_told(&slack, taken).await;
    assert_eq!(all.len(), taken);
    // What came of an attempt is counted after the receiver has it.
    let sent = |target: &str, outcome: &str, times: usize| {
        format!(r#"toss_recon_notices_sent_total{{target="{target}",outcome="{outcome}"}} {times}"#)
    };
    let series = [
        sent("ops", "ok", taken),
        sent("ops", "refused", 2),
        sent("slack", "ok", taken),
        r#"toss_recon_notice_oldest_age_seconds{target="ops"} 0"#.to_owned(),
    ];
    let metrics = until(async || {
        let sent = shop.client().get(shop.url("/metrics")).send();
        let text = sent.await.unwrap().text().await.unwrap();
        series
            .iter()
            .all(|one| text.contains(one.as_str()))
            .then_some(text)
    })
    .await;
    for kept in [SECRET, &SECRET[6..], SECRET_KEY, &receiver.url] {
        assert!(
            !told.iter().any(|told| told.text().contains(kept)),
            "{kept}"
        );
        assert!(!metrics.contains(kept), "{kept}");
    }
}

async fn what_is_of_other_merchants_or_from_before_is_not_told(engine: Engine) {
    let (receiver, of_other) = (Receiver::open().await, Receiver::open().await);
    let notify = vec![
        target("ops", &receiver, None),
        target("other", &of_other, Some(&["othershop01"])),
    ];
    let shop = shop(engine, notify).await;
    shop.until_begun(&["ops", "other"]).await;
    shop.execute("UPDATE notice_targets SET begun_at = begun_at + 60000")
        .await;
    shop.finds("before", "SETTLED_VOID", "othershop01").await;
    shop.pass(Duration::minutes(2));
    shop.finds("of-ours", "SETTLED_VOID", MERCHANT).await;
    // Neither is an error.
    shop.finds("waits", "SOURCE_GAP", "othershop01").await;
    shop.finds("knows", "CANCELED_ELSEWHERE", "othershop01")
        .await;
    until_told(&receiver, 1).await;
    shop.pass(Duration::minutes(2));
    shop.finds("of-others", "FEE_ARITHMETIC", "othershop01")
        .await;
    let all = until_told(&receiver, 2).await;
    let theirs = until_told(&of_other, 1).await;
    let classes = |told: &[Told]| -> Vec<String> {
        let class = |told: &Told| told.json()["data"]["class"].as_str().unwrap().to_owned();
        told.iter().map(class).collect()
    };
    assert_eq!(classes(&all), ["SETTLED_VOID", "FEE_ARITHMETIC"]);
    assert_eq!(classes(&theirs), ["FEE_ARITHMETIC"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_replicas_one_tells_and_the_other_takes_over() {
    let receiver = Receiver::open().await;
    let notify = vec![target("ops", &receiver, None)];
    let shop = shop(Engine::Postgres, notify.clone()).await;
    let merchants = vec![running::merchant(MERCHANT, SECRET_KEY)];
    let mut config = running::config(&shop.sim, &shop.database_url, merchants);
    config.notify = notify;
    let second = RunningServer::start(config, &shop.sim, std::convert::identity).await;
    shop.until_begun(&["ops"]).await;
    for (number, id) in ["first", "second"].into_iter().enumerate() {
        shop.finds(id, "SETTLED_VOID", MERCHANT).await;
        until_told(&receiver, number + 1).await;
    }
    // Whoever told has the task; when it says no more, the other has it.
    shop.execute("UPDATE leases SET holder = 'a process that died' WHERE name = 'notify'")
        .await;
    shop.pass(Duration::minutes(2));
    shop.finds("third", "SETTLED_VOID", MERCHANT).await;
    let told = until_told(&receiver, 3).await;
    drop(second);
    shop.finds("fourth", "SETTLED_VOID", MERCHANT).await;
    let all = until_told(&receiver, 4).await;
    let ids: BTreeSet<&str> = all.iter().map(|told| told.header("webhook-id")).collect();
    assert_eq!((ids.len(), told.len()), (4, 3), "{all:#?}");
}
