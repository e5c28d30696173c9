//! `toss-recon serve` from end to end, before the stand-in for Toss.

use serde_json::{Value, json};

use crate::postgres;
use crate::program::Place;
use crate::server::{Running, place_before, shop, token};

const NEVER_PAID: &str = r#"{ payment(by: {orderId: "order-never-paid"}, maxAgeSeconds: 0) {
    status stale effectiveRefund { amount } history { status effect amount { amount } }
} }"#;

#[tokio::test]
async fn a_payment_that_was_never_seen_is_answered_live() {
    let sim = shop("account_never_paid").await;
    shows_a_void(&place_before(&sim)).await;
}

#[tokio::test]
async fn the_same_is_answered_out_of_postgresql() {
    let sim = shop("account_never_paid").await;
    let place = place_before(&sim).set("DATABASE_URL", postgres::database().await);
    shows_a_void(&place).await;
    assert!(!place.path("toss-recon.db").exists());
}

async fn shows_a_void(place: &Place) {
    let viewer = token(place, "viewer", "viewer").await;
    let server = Running::serve(place, &["--no-sync"]).await;
    assert_eq!(
        server.ask(&viewer, NEVER_PAID).await["payment"],
        json!({
            "status": "CANCELED", "stale": false, "effectiveRefund": { "amount": "0" },
            "history": [
                { "status": "WAITING_FOR_DEPOSIT", "effect": "NONE", "amount": { "amount": "0" } },
                { "status": "CANCELED", "effect": "VOIDED", "amount": { "amount": "22400" } },
            ],
        })
    );
    let refused = server.post("trc_nobody", NEVER_PAID, Value::Null).await;
    assert_eq!(refused.status(), 401);

    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.get(path).await.status(), 200, "{path}");
    }
    let page = crate::server::client()
        .get(server.url("/graphql"))
        .header("Accept", "text/html")
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("GraphiQL"));
    let (stdout, stderr) = server.stop("TERM").await;
    assert_eq!(stdout, "", "the log is on stderr");
    assert!(
        !stderr.contains('\u{1b}'),
        "colours are for terminals: {stderr}"
    );
}

#[tokio::test]
async fn what_was_stored_survives_a_kill_and_is_the_answer_while_toss_is_silent() {
    let sim = shop("account_never_paid").await;
    let place = place_before(&sim);
    let viewer = token(&place, "viewer", "viewer").await;
    let server = Running::serve(&place, &[]).await;
    let live = server.ask(&viewer, NEVER_PAID).await;
    server.signal("KILL");
    let (status, ..) = server.end().await;
    assert_eq!(status.code(), None, "killed");
    drop(sim);

    let server = Running::serve(&place, &[]).await;
    let kept = server.ask(&viewer, NEVER_PAID).await;
    assert_eq!(kept["payment"]["stale"], true);
    assert_eq!(kept["payment"]["history"], live["payment"]["history"]);
    server.stop("TERM").await;
}

#[tokio::test]
async fn the_log_for_machines_is_one_json_object_a_line() {
    let sim = shop("account_never_paid").await;
    let place = place_before(&sim)
        .set("LOG_FORMAT", "json")
        .set("LOG", "debug");
    let viewer = token(&place, "viewer", "viewer").await;
    let server = Running::serve(&place, &[]).await;
    server.ask(&viewer, NEVER_PAID).await;
    let (_, stderr) = server.stop("TERM").await;
    let lines: Vec<Value> = stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    assert!(lines.len() > 3);
    for line in &lines {
        assert!(line["timestamp"].is_string() && line["level"].is_string());
    }
}

#[tokio::test]
async fn the_usual_log_tells_of_a_start_and_an_end_and_nothing_more() {
    let place = Place::with_key();
    let server = Running::serve(&place, &["--no-sync"]).await;
    server.get("/readyz").await;
    let (_, stderr) = server.stop("TERM").await;
    let ours = stderr
        .lines()
        .filter(|line| line.contains(" INFO toss_recon::commands::serve: "))
        .count();
    let new = " WARN toss_recon::commands::new_database: a new, empty database was made";
    assert_eq!(stderr.matches(new).count(), 1, "{stderr}");
    assert_eq!((stderr.lines().count(), ours), (5, 4), "{stderr}");
}
