//! What Toss said of payments is emptied once they have been finished for long enough, and nothing else changes by it.

use std::process::{Command, Output};

use chrono::Duration;
use reconciliation::{MId, PaymentKey, Verdict};
use toss_recon::store::{AuditVerdict, VerdictSubject};
use toss_recon::sync::{Mirror, MirrorSettings};

use super::{Desk, content, stands, stored};
use crate::support::{
    Engine, MID, clock, merchants, month, on_both_databases, settings, steady_shop,
};

on_both_databases!(finished_payments_lose_what_toss_said_of_them_and_nothing_else);

const DAYS: u32 = 75;

/// A mirror of the same shop that keeps what Toss said for so many days.
fn forgetting(desk: &Desk) -> Mirror {
    let settings = MirrorSettings {
        retention_days: Some(DAYS),
        ..settings(5_000)
    };
    let (merchants, clock) = (merchants(&desk.sim), clock(&desk.sim));
    Mirror::new(desk.store().clone(), merchants, clock, settings)
}

/// Every payment, and whether it is reconciled.
async fn payments(desk: &Desk) -> Vec<(PaymentKey, bool)> {
    let verdicts = stored(desk.store()).await.into_iter();
    let of_payments = verdicts.filter_map(|(subject, record)| match subject {
        VerdictSubject::Payment(key) => Some((key, stands(&record)? == Verdict::Reconciled)),
        VerdictSubject::Row(_) => None,
    });
    of_payments.collect()
}

/// What `toss-recon raw` says of a payment.
fn raw(desk: &Desk, key: &PaymentKey) -> Output {
    Command::new(env!("CARGO_BIN_EXE_toss-recon"))
        .args(["raw", key.as_str(), "--database-url", &desk.database.url])
        .current_dir(std::env::temp_dir())
        .env_clear()
        .output()
        .unwrap()
}

async fn finished_payments_lose_what_toss_said_of_them_and_nothing_else(engine: Engine) {
    let desk = Desk::open(steady_shop().await, engine).await;
    desk.sim.clock().advance(Duration::days(40));
    desk.import(&month()).await;
    let some: Vec<PaymentKey> = desk.keys().into_iter().step_by(9).collect();
    desk.read_live(&some).await;
    desk.catch_up().await;
    let forgetting = forgetting(&desk);
    assert_eq!(forgetting.empty_old_texts().await.unwrap(), 0, "too young");
    desk.sim.clock().advance(Duration::days(90));
    assert_eq!(
        desk.mirror.empty_old_texts().await.unwrap(),
        0,
        "not asked for"
    );
    desk.catch_up().await;
    let (store, before) = (desk.store(), content(desk.store()).await);
    let (now, mid) = (desk.sim.clock().now(), MId::parse(MID).unwrap());

    // What has changed since it was looked at is left alone.
    let page = store.kept_payments(&mid, now, None, 3).await.unwrap();
    let bump = |by: &str| format!("UPDATE verdicts SET books_version = books_version {by}");
    desk.database.execute(&bump("+ 1")).await;
    assert_eq!(store.empty_texts(&page, now, DAYS).await.unwrap(), 0);
    desk.database.execute(&bump("- 1")).await;
    assert_eq!(desk.database.count("emptied_payments").await, 0);

    let emptied = forgetting.empty_old_texts().await.unwrap();
    let payments = payments(&desk).await;
    let finished = payments.iter().filter(|(_, is_finished)| *is_finished);
    assert_eq!(emptied, finished.clone().count());
    assert!(emptied > 50 && emptied < payments.len(), "{emptied}");
    for (key, is_finished) in &payments {
        let texts = store.raw_texts(key).await.unwrap();
        assert_eq!(texts.is_empty(), *is_finished, "{key}");
        let at = store.texts_emptied_at(key).await.unwrap();
        assert_eq!(at.is_some(), *is_finished, "{key}");
    }
    assert_eq!(
        forgetting.empty_old_texts().await.unwrap(),
        0,
        "nothing is left"
    );
    assert_eq!(content(store).await, before);
    desk.assert_confirmed().await;

    let entries = store.audit_entries(None, 100).await.unwrap();
    let told: Vec<&str> = entries
        .iter()
        .filter(|entry| entry.action == "TEXTS_EMPTIED")
        .map(|entry| entry.detail.as_str())
        .collect();
    // Those of each merchant by themselves.
    assert!(told.len() >= emptied.div_ceil(50), "{told:?}");
    for (key, _) in finished.clone() {
        assert!(
            told.iter().any(|detail| detail.contains(key.as_str())),
            "{key}"
        );
    }
    let whole = store.verify_audit().await.unwrap();
    assert!(matches!(whole, AuditVerdict::Whole { .. }), "{whole:?}");

    let (key, _) = finished
        .clone()
        .find(|(key, _)| some.contains(key))
        .unwrap();
    let told = raw(&desk, key);
    let words = String::from_utf8(told.stderr).unwrap();
    assert_eq!(told.status.code(), Some(1), "{words}");
    assert!(words.contains("was emptied at 2026-"), "{words}");

    // Reading it again brings it back, until it is emptied again.
    desk.read_live(std::slice::from_ref(key)).await;
    assert!(raw(&desk, key).status.success());
    desk.catch_up().await;
    assert!(forgetting.empty_old_texts().await.unwrap() > 0);
    assert!(store.raw_texts(key).await.unwrap().is_empty());
}
