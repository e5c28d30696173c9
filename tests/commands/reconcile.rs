//! `toss-recon reconcile`: what it makes, what it prints, and how it tells that something kept was wrong.

use chrono::Days;
use reconciliation::KstDate;
use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};
use toss_sim::TossSim;

use crate::program::Place;
use crate::server::{place_before, shop};

/// A place that has mirrored the last days of a shop in which everything is in order.
async fn mirrored(sim: &TossSim) -> Place {
    let place = place_before(sim);
    let today = KstDate::of(sim.clock().now());
    let from = KstDate::from_naive(today.naive() - Days::new(12));
    let (from, to) = (from.to_string(), today.to_string());
    let printed = place
        .succeeds(&["sync", "--from", &from, "--to", &to])
        .await;
    assert_eq!(printed.lines().count(), 1, "{printed}");
    place
}

fn json_of(line: &str) -> Value {
    assert_eq!(line.lines().count(), 1, "{line}");
    serde_json::from_str(line).unwrap()
}

#[tokio::test]
async fn an_import_leaves_nothing_due_and_making_everything_anew_confirms_it() {
    let sim = shop("partial_cancels").await;
    let place = mirrored(&sim).await;
    let made = place.succeeds(&["reconcile"]).await;
    assert_eq!(json_of(&made), json!({ "verdicts": 0 }));
    let made = place.succeeds(&["reconcile", "--all"]).await;
    assert_eq!(made, "{\"verdicts\":1,\"differences\":0}\n");
}

#[tokio::test]
async fn a_verdict_that_was_changed_behind_its_back_is_told_and_put_right() {
    let sim = shop("clean_month").await;
    let place = mirrored(&sim).await;
    let url = format!("sqlite://{}", place.path("toss-recon.db").display());
    let database = Database::connect(url).await.unwrap();
    database
        .execute_unprepared(
            "UPDATE verdicts SET verdict = 'DISCREPANT' WHERE verdict = 'RECONCILED'",
        )
        .await
        .unwrap();
    database.close().await.unwrap();
    let ended = place.run(&["reconcile", "--all"]).await;
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let line = json_of(&ended.stdout);
    let differences = line["differences"].as_u64().unwrap();
    assert!(differences > 20, "{line}");
    let told: Vec<&str> = ended.stderr.lines().collect();
    let shown: Vec<&&str> = told
        .iter()
        .filter(|line| line.contains("kept verdict DISCREPANT, made verdict RECONCILED"))
        .collect();
    assert_eq!(shown.len(), 20, "{}", ended.stderr);
    assert!(told.contains(&format!("and {} more", differences - 20).as_str()));
    assert!(told.last().unwrap().starts_with("toss-recon: "));
    let made = place.succeeds(&["reconcile", "--all"]).await;
    assert_eq!(json_of(&made)["differences"], 0);
}
