//! `toss-recon audit verify`: whole or broken, signed by whom, and what is said where a key is missing.

use sea_orm::{ConnectionTrait, Database};
use serde_json::json;
use toss_sim::NewPayment;

use crate::program::{Place, SECRET_KEY};
use crate::server::{Running, place_before, shop, token};

const NEW_KEY: &str = "live_sk_stand1n1111111111111111";
const VERIFY: [&str; 2] = ["audit", "verify"];
const CANCEL: &str = "mutation Cancel($input: CancelPaymentInput!) {
    cancelPayment(input: $input) { request { status } error { code message } }
}";

/// A shop that has been served, with one cancel: the key in use, a token, and three steps.
async fn served() -> (toss_sim::TossSim, Place) {
    let sim = shop("account_never_paid").await;
    let key = sim
        .console()
        .pay(NewPayment::card("order-to-refund", 9_900));
    let place = place_before(&sim).write("old-key", SECRET_KEY);
    let server = Running::serve(&place, &["--no-sync"]).await;
    let admin = token(&place, "admin", "admin").await;
    let input = json!({ "paymentKey": key, "idempotencyKey": "refund-0001", "reason": "test" });
    let done = server
        .ask_with(&admin, CANCEL, json!({ "input": input }))
        .await;
    assert_eq!(
        done["cancelPayment"]["request"]["status"], "SUCCEEDED",
        "{done}"
    );
    server.stop("TERM").await;
    (sim, place)
}

/// The name of the key behind the number of signed entries.
fn key_behind<'a>(said: &'a str, signed: &str) -> &'a str {
    let line = said.lines().find_map(|line| line.strip_prefix(signed));
    line.unwrap_or_else(|| panic!("no {signed:?}: {said}"))
}

#[tokio::test]
async fn entries_are_counted_by_the_keys_that_signed_them_also_after_a_rotation() {
    let (_sim, place) = served().await;
    let said = place.succeeds(&VERIFY).await;
    assert!(
        said.starts_with("5 entries, all whole; the last hash is "),
        "{said}"
    );
    assert_eq!(
        said.lines()
            .next()
            .and_then(|line| line.rsplit(' ').next())
            .map(str::len),
        Some(64)
    );
    let old = key_behind(&said, "5 signed with the key ").to_owned();
    assert!(said.ends_with("\n0 not signed\n"), "{said}");

    // Served again with the same key, nothing is said anew; with another one it is.
    Running::serve(&place, &["--no-sync"])
        .await
        .stop("TERM")
        .await;
    assert!(place.succeeds(&VERIFY).await.starts_with("5 entries"));
    let place = place.set("TOSS_SECRET_KEY", NEW_KEY);
    Running::serve(&place, &["--no-sync"])
        .await
        .stop("TERM")
        .await;
    let line = place.refuses(1, &VERIFY).await;
    assert!(line.contains(&old) && line.contains("--key-file"), "{line}");
    let said = place
        .succeeds(&["audit", "verify", "--key-file", "old-key"])
        .await;
    assert!(said.starts_with("6 entries, all whole"), "{said}");
    assert_eq!(key_behind(&said, "5 signed with the key "), old);
    assert_ne!(key_behind(&said, "1 signed with the key "), old);
    for secret in [SECRET_KEY, NEW_KEY] {
        assert!(!said.contains(&secret["live_sk_".len()..]), "{said}");
    }
}

#[tokio::test]
async fn without_the_key_a_signed_log_is_not_called_whole() {
    let (_sim, place) = served().await;
    // An empty variable is no setting.
    let place = place.set("TOSS_SECRET_KEY", "");
    let line = place.refuses(1, &VERIFY).await;
    assert!(
        line.contains("set TOSS_SECRET_KEY") && line.contains("(5 from 1 on)"),
        "{line}"
    );
    let said = place
        .succeeds(&["audit", "verify", "--key-file", "old-key"])
        .await;
    assert!(said.starts_with("5 entries, all whole"), "{said}");
    // Made without the key, beside the others.
    token(&place, "viewer", "viewer").await;
    let said = place
        .succeeds(&["audit", "verify", "--key-file", "old-key"])
        .await;
    assert!(
        said.starts_with("6 entries") && said.ends_with("\n1 not signed\n"),
        "{said}"
    );

    let url = format!("sqlite://{}", place.path("toss-recon.db").display());
    let database = Database::connect(&url).await.unwrap();
    for statement in [
        "DROP TRIGGER audit_entries_no_update",
        "UPDATE audit_entries SET signature = zeroblob(32) WHERE number = 3",
    ] {
        database.execute_unprepared(statement).await.unwrap();
    }
    database.close().await.unwrap();
    let line = place
        .refuses(1, &["audit", "verify", "--key-file", "old-key"])
        .await;
    assert!(
        line.contains("broken at entry 3: its signature is wrong"),
        "{line}"
    );
}

#[tokio::test]
async fn a_log_that_was_never_signed_is_checked_without_a_key() {
    let place = Place::new();
    let said = place.succeeds(&VERIFY).await;
    assert_eq!(
        said,
        format!(
            "0 entries, all whole; the last hash is {}\n0 not signed\n",
            "0".repeat(64)
        )
    );
    token(&place, "admin", "admin").await;
    let said = place.succeeds(&VERIFY).await;
    assert!(
        said.starts_with("1 entries, all whole") && said.ends_with("\n1 not signed\n"),
        "{said}"
    );
}

#[tokio::test]
async fn a_key_file_that_cannot_be_used_is_named() {
    let place = Place::new().write("no-key", "nothing of Toss");
    for (file, why) in [
        ("missing", "cannot be read"),
        ("no-key", "holds white space"),
    ] {
        let line = place
            .refuses(2, &["audit", "verify", "--key-file", file])
            .await;
        assert!(
            line.contains("--key-file") && line.contains(file) && line.contains(why),
            "{line}"
        );
        assert!(!line.contains("nothing of Toss"), "{line}");
    }
}
