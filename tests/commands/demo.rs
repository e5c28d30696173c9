//! `toss-recon demo`, taken at its word: what it prints is read and done.

use std::net::TcpListener;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::program::Place;
use crate::server::Running;

async fn demo(place: &Place) -> Running {
    let demo = Running::start(place, &["demo", "--port", "0"], &["http://"]).await;
    demo.says("The simulated Toss itself answers at").await;
    demo
}

/// The word behind a label.
fn labelled(guide: &str, label: &str) -> String {
    let behind = guide
        .split_once(label)
        .unwrap_or_else(|| panic!("{guide}"))
        .1;
    behind.split_whitespace().next().unwrap().to_owned()
}

/// The lines from the one that begins so, to the next empty one.
fn paragraph(guide: &str, beginning: &str) -> String {
    guide
        .lines()
        .skip_while(|line| !line.starts_with(beginning))
        .take_while(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn the_printed_query_shows_what_the_guide_says() {
    let place = Place::new();
    let demo = demo(&place).await;
    let guide = demo.stderr();
    assert!(
        guide.trim_start().starts_with("toss-recon demo:"),
        "no noise: {guide}"
    );
    assert_eq!(labelled(&guide, "open "), demo.url("/graphql"));
    let viewer = labelled(&guide, "viewer token ");
    let admin = labelled(&guide, "admin token ");
    let query = paragraph(&guide, "query {");

    let data = demo.ask(&viewer, &query).await;
    let never_paid = &data["neverPaid"];
    let rows: Vec<Value> = never_paid["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["status"], row["amount"]["amount"], row["effect"]]))
        .collect();
    assert_eq!(
        rows,
        [
            json!(["WAITING_FOR_DEPOSIT", "0", "NONE"]),
            json!(["CANCELED", "22400", "VOIDED"])
        ]
    );
    assert_eq!(
        never_paid["effectiveRefund"],
        json!({ "amount": "0", "currency": "KRW" })
    );
    assert_eq!(never_paid["settlements"], json!([]));

    let partly = &data["partlyCancelled"];
    assert_eq!(
        partly["effectiveRefund"],
        json!({ "amount": "8000", "currency": "KRW" })
    );
    let settlements = partly["settlements"].as_array().unwrap();
    assert_eq!(settlements.len(), 3);
    for date in ["soldDate", "paidOutDate"] {
        let mut dates: Vec<&str> = settlements
            .iter()
            .map(|row| row[date].as_str().unwrap())
            .collect();
        dates.dedup();
        assert_eq!(dates.len(), 3, "{date}: {settlements:?}");
    }
    let again = demo.ask(&admin, "{ __typename }").await;
    assert_eq!(again["__typename"], "Query");
    demo.stop("INT").await;
}

#[tokio::test]
async fn the_printed_command_works_in_a_shell() {
    let place = Place::new();
    let demo = demo(&place).await;
    let command = paragraph(&demo.stderr(), "curl ");
    let output = Command::new("sh")
        .args(["-c", &command])
        .env("no_proxy", "*")
        .output()
        .await
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let payment = &answer["data"]["payment"];
    assert_eq!(payment["effectiveRefund"]["amount"], "0", "{answer}");
    assert_eq!(payment["history"][1]["effect"], "VOIDED", "{answer}");
    demo.stop("TERM").await;
}

#[tokio::test]
async fn nothing_is_kept_when_it_ends() {
    let place = Place::new();
    let folders = || std::fs::read_dir(place.path("")).unwrap().count();
    let demo = demo(&place).await;
    assert_eq!(folders(), 1, "its database is somewhere");
    let (stdout, _) = demo.stop("INT").await;
    assert_eq!(stdout, "");
    assert_eq!(folders(), 0);
}

#[tokio::test]
async fn a_port_in_use_is_told_with_the_option_that_changes_it() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port().to_string();
    let place = Place::new();
    let line = place.refuses(1, &["demo", "--port", &port]).await;
    assert!(
        line.contains(&port) && line.contains("in use") && line.contains("--port"),
        "{line}"
    );
    assert_eq!(std::fs::read_dir(place.path("")).unwrap().count(), 0);
}
