//! A program that dies when an address has taken a notice, and before it has noted so.

use std::time::{Duration, Instant};

use tokio::process::Child;

use crate::program::{Shop, ended};
use crate::receiver::{Receiver, SECRET, Told};
use crate::support::{Engine, TestDatabase, on_both_databases};

on_both_databases!(what_a_program_told_before_it_died_is_told_again_under_the_same_id);

async fn what_a_program_told_before_it_died_is_told_again_under_the_same_id(engine: Engine) {
    let (shop, database) = (Shop::open().await, TestDatabase::open(engine).await);
    let receiver = Receiver::open().await;
    let serve = |fails: &str| -> Child {
        let mut command = shop.program(&database.url);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--no-sync"])
            .env("SETTLEMENT_CYCLE", "daily")
            .env("WEBHOOKS_OUT", &receiver.url)
            .env("WEBHOOKS_OUT_SECRET", SECRET)
            .env("FAILPOINTS", fails);
        command.spawn().unwrap()
    };
    receiver.answers(&["500 Internal Server Error"]);
    let dying = serve("notice-told-not-noted=return");
    until(async || database.count("notice_targets").await == 1).await;
    database
        .execute(
            "INSERT INTO discrepancies (id, subject, mid, class, explanation, began_at, detected_at)
             SELECT 'd', 'd', 'tdemoshop01', 'SETTLED_VOID', 'made up', begun_at, begun_at FROM notice_targets",
        )
        .await;
    assert!(!ended(dying).await.status.success());
    let before = receiver.told().len();
    assert_eq!(before, 2, "refused once, then taken");
    // The task is a dead process's for a while.
    database.execute("DELETE FROM leases").await;
    let mut living = serve("");
    until(async || database.count("notices WHERE due_at IS NULL").await == 1).await;
    living.kill().await.unwrap();
    let told = receiver.told();
    assert_eq!(told.len(), 3, "{told:#?}");
    let first = &told[0];
    assert_eq!(first.json()["data"]["class"], "SETTLED_VOID");
    for again in &told[1..] {
        assert_eq!(again.header("webhook-id"), first.header("webhook-id"));
        assert_eq!(again.text(), first.text());
    }
    assert!(told.iter().all(Told::is_signed));
}

async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition().await {
        assert!(Instant::now() < deadline, "it never came true");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
