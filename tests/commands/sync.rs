//! `toss-recon sync`: how it ends, and what it prints.

use chrono::{Days, NaiveDate};
use serde_json::Value;
use toss_sim::{
    Endpoint, Fault, FaultKind, TossSim, TransactionChange, TransactionTrouble, kst_date,
};

use crate::postgres;
use crate::program::Place;
use crate::server::{Running, place_before, shop};

/// So many days before today in Seoul.
fn day(sim: &TossSim, before_today: u64) -> NaiveDate {
    kst_date(sim.clock().now()) - Days::new(before_today)
}

fn text(sim: &TossSim, before_today: u64) -> String {
    day(sim, before_today).to_string()
}

/// How many days of a list were asked for, each once.
fn days_asked(sim: &TossSim, path: &str) -> usize {
    let mut days: Vec<String> = sim
        .requests()
        .iter()
        .filter(|request| request.path == path)
        .map(|request| format!("{:?}", request.query))
        .collect();
    days.sort();
    days.dedup();
    days.len()
}

#[tokio::test]
async fn one_line_of_json_is_all_that_a_pipe_gets_and_a_second_run_changes_nothing() {
    for database in ["sqlite://kept.db".to_owned(), postgres::database().await] {
        let sim = shop("account_never_paid").await;
        // What a run that works logs is on stderr too: nothing is what it has to say.
        let place = place_before(&sim).set("DATABASE_URL", database);
        let (from, to) = (text(&sim, 12), text(&sim, 3));
        let sync = ["sync", "--from", &from, "--to", &to];
        let printed = place.succeeds(&sync).await;
        assert!(
            printed.ends_with('\n') && printed.lines().count() == 1,
            "{printed:?}"
        );
        // Nothing of it was ever settled.
        let expected = r#"{"transactions":2,"settlements":0,"days":10,"changed":2}"#;
        assert_eq!(printed.trim_end(), expected);
        let first: Value = serde_json::from_str(&printed).unwrap();
        let again: Value = serde_json::from_str(&place.succeeds(&sync).await).unwrap();
        assert_eq!(again["changed"], 0);
        for count in ["transactions", "settlements", "days"] {
            assert_eq!(again[count], first[count], "{count}");
        }
    }
}

#[tokio::test]
async fn what_came_late_is_read_on_demand_and_named_in_the_log() {
    let sim = shop("account_never_paid").await;
    let hidden = |change| TransactionTrouble {
        order_id: "order-never-paid".to_owned(),
        change,
    };
    sim.faults().transaction(hidden(TransactionChange::Hidden));
    let place = place_before(&sim);
    let (from, to) = (text(&sim, 12), text(&sim, 3));
    let sync = ["sync", "--from", &from, "--to", &to];
    place.succeeds(&sync).await;
    sim.faults().clear();
    let unchanged = place.succeeds(&sync).await;
    assert!(unchanged.contains(r#""changed":0"#), "{unchanged}");
    let ended = place.run(&[&sync[..], &["--again"]].concat()).await;
    assert_eq!(ended.status, 0);
    assert!(ended.stdout.contains(r#""changed":2"#), "{}", ended.stdout);
    let lines: Vec<&str> = ended.stderr.lines().collect();
    for line in &lines {
        assert!(line.contains("rows came late"), "{line}");
    }
    assert!(!lines.is_empty());
    let again = place.succeeds(&[&sync[..], &["--again"]].concat()).await;
    assert!(again.contains(r#""changed":0"#), "{again}");
    sim.faults().transaction(hidden(TransactionChange::Hidden));
    let ended = place.run(&[&sync[..], &["--again"]].concat()).await;
    assert_eq!(ended.status, 0);
    assert!(ended.stdout.contains(r#""changed":0"#), "{}", ended.stdout);
    let lines: Vec<&str> = ended.stderr.lines().collect();
    for line in &lines {
        assert!(line.contains("lists fewer transactions"), "{line}");
    }
    assert!(!lines.is_empty(), "what is gone is not gone in silence");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_once_and_nobody_waits_for_it() {
    let sim = shop("partial_cancels").await;
    for endpoint in [Endpoint::Transactions, Endpoint::Settlements] {
        let odd = Fault::next(endpoint, FaultKind::OddRow).times(10_000);
        sim.faults().add(odd);
    }
    let place = place_before(&sim);
    let (from, to) = (text(&sim, 12), text(&sim, 3));
    let sync = ["sync", "--from", &from, "--to", &to];
    let ended = place.run(&sync).await;
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let printed: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(printed["days"], 10);
    let named = |stderr: &str| -> Vec<String> {
        let lines = stderr
            .lines()
            .filter(|line| line.contains("could not be read"));
        lines.map(ToOwned::to_owned).collect()
    };
    let lines = named(&ended.stderr);
    assert!(!lines.is_empty(), "{}", ended.stderr);
    for line in &lines {
        let is_told = line.contains("payment ") && line.ends_with("amount is not a number");
        assert!(is_told && line.contains(" of 2"), "{line}");
        assert!(!line.contains("많이"), "{line}");
    }
    let again = place.run(&sync).await;
    assert_eq!(again.status, 0, "{}", again.stderr);
    assert_eq!(
        named(&again.stderr),
        lines,
        "it is named as long as it is there"
    );
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(again["changed"], 0, "the day has been read");
    sim.faults().clear();
    let mended = place.run(&[&sync[..], &["--again"]].concat()).await;
    assert_eq!(mended.status, 0, "{}", mended.stderr);
    assert_eq!(named(&mended.stderr), [] as [String; 0]);
}

#[tokio::test]
async fn one_list_alone_leaves_the_other_alone() {
    for (only, path) in [
        ("transactions", "/v1/transactions"),
        ("settlements", "/v1/settlements"),
    ] {
        let sim = shop("partial_cancels").await;
        let place = place_before(&sim);
        let (from, to) = (text(&sim, 10), text(&sim, 5));
        place
            .succeeds(&["sync", "--from", &from, "--to", &to, "--only", only])
            .await;
        let paths: Vec<String> = sim.requests().into_iter().map(|asked| asked.path).collect();
        assert!(paths.iter().all(|asked| asked == path), "{paths:?}");
        assert_eq!(days_asked(&sim, path), 6);
    }
}

#[tokio::test]
async fn days_and_lists_that_cannot_be_meant_are_wrong_usage() {
    let sim = shop("account_never_paid").await;
    let place = place_before(&sim);
    let (early, late) = (text(&sim, 5), text(&sim, 3));
    let today = text(&sim, 0);
    let tomorrow = (day(&sim, 0) + Days::new(1)).to_string();
    let cases: [(&[&str], &str); 10] = [
        (
            &["--from", &late, "--to", &early],
            "give the earlier day first",
        ),
        (&["--from", "2026-02-30", "--to", &late], "--from"),
        (&["--from", &early, "--to", "yesterday"], "--to"),
        (&["--from", "20260101", "--to", &late], "write it as"),
        (&["--from", &today, "--to", &tomorrow], "is in the future"),
        (
            &["--from", &early, "--to", &late, "--only", "payments"],
            "transactions",
        ),
        (&["--from", &early], "--to"),
        (&["--to", &late], "--from"),
        (&["--from", "", "--to", &late], "--from"),
        (&["--from", "0026-11-20", "--to", &late], "look at the year"),
    ];
    for (options, word) in cases {
        let line = place.refuses(2, &[&["sync"], options].concat()).await;
        assert!(line.contains(word), "{options:?}: {line}");
    }
    assert!(sim.requests().is_empty(), "nothing was asked");
    assert!(!place.path("toss-recon.db").exists(), "nothing was made");
}

#[tokio::test]
async fn without_a_key_it_is_a_wrong_setting() {
    let line = Place::new()
        .refuses(2, &["sync", "--from", "2026-01-01", "--to", "2026-01-02"])
        .await;
    assert!(line.contains("TOSS_SECRET_KEY"), "{line}");
}

#[tokio::test]
async fn a_toss_that_refuses_or_is_down_is_a_failure_with_the_day_and_what_to_do() {
    let sim = shop("account_never_paid").await;
    let place = place_before(&sim)
        .set("LOG", "error")
        .set("SYNC_RETRY_SECONDS", "0");
    let (from, to) = (text(&sim, 12), text(&sim, 3));
    let sync = ["sync", "--from", &from, "--to", &to];
    let refusal = FaultKind::Refusal("UNAUTHORIZED_KEY".to_owned());
    sim.faults()
        .add(Fault::next(Endpoint::Transactions, refusal).after(4));
    let line = place.refuses(1, &sync).await;
    let stuck = format!("transactions of {}", text(&sim, 8));
    for word in [&stuck, "UNAUTHORIZED_KEY", "run it again"] {
        assert!(line.contains(word), "{line}");
    }
    let (address, requests) = (sim.base_url().to_owned(), sim.requests());
    drop(sim);
    let of_list = requests.iter().filter(|one| one.path == "/v1/transactions");
    assert_eq!(of_list.count(), 5);
    // Nobody listens there any more.
    let line = place.refuses(1, &sync).await;
    for word in [&stuck, "run it again"] {
        assert!(line.contains(word), "{line}");
    }
    assert!(!line.contains(&address), "{line}");
}

#[tokio::test]
async fn a_limit_of_calls_is_kept() {
    let sim = shop("account_never_paid").await;
    // A fifth of the minute's calls at once, then one every 0.625 seconds.
    let place = place_before(&sim).set("TOSS_CALLS_PER_MINUTE", "120");
    let (from, to) = (text(&sim, 27), text(&sim, 1));
    let sync = [
        "sync",
        "--from",
        &from,
        "--to",
        &to,
        "--only",
        "transactions",
    ];
    place.succeeds(&sync).await;
    let requests = sim.requests();
    assert_eq!(requests.len(), 27);
    let took = requests[26].at - requests[0].at;
    assert!(took > chrono::Duration::milliseconds(3 * 600), "{took}");
}

#[tokio::test]
async fn a_server_reads_the_days_that_the_settings_name() {
    let sim = shop("account_never_paid").await;
    let place = place_before(&sim)
        .set("SYNC_TRANSACTION_DAYS", "3")
        .set("SYNC_SETTLEMENT_DAYS", "5")
        // While the cycle is unknown, days ahead are read as well, as many as the month still has.
        .set("SETTLEMENT_CYCLE", "daily")
        .set("LOG", "info,toss_recon=debug");
    let server = Running::serve(&place, &[]).await;
    server
        .says("a pass over a merchant's lists has ended")
        .await;
    server.stop("TERM").await;
    assert_eq!(days_asked(&sim, "/v1/transactions"), 3);
    assert_eq!(days_asked(&sim, "/v1/settlements"), 5);
}
