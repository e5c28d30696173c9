//! `toss-recon demo`, taken at its word: what it prints is read and done.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use reconciliation::KstDate;
use serde_json::{Value, json};
use tokio::process::Command;
use toss_recon::clock::Clock;

use crate::program::Place;
use crate::server::Running;

/// How long something may take that is sure to come.
const PATIENCE: Duration = Duration::from_mins(1);

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
    assert_eq!(labelled(&guide, "GraphiQL "), demo.url("/graphql"));
    let viewer = labelled(&guide, "viewer token ");
    let admin = labelled(&guide, "admin token ");
    let console = format!("{}#sign-in={admin}", demo.url("/console/"));
    assert_eq!(labelled(&guide, "open "), console);
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
    the_examples_of_the_page_find_something(&demo, &viewer).await;
    demo.stop("INT").await;
}

/// Each is sent as the page sends it.
async fn the_examples_of_the_page_find_something(demo: &Running, viewer: &str) {
    let today = KstDate::of(Clock::system().now());
    let examples = include_str!("../../assets/graphiql/examples.graphql")
        .replace("FROM", &today.minus_days(30).to_string())
        .replace("TO", &today.to_string());
    let examples: Vec<&str> = examples.split("\n# ---\n").collect();
    assert_eq!(examples.len(), 5);
    for example in examples {
        let data = demo.ask(viewer, example).await;
        for (field, found) in data.as_object().unwrap() {
            let nodes = found.get("nodes").unwrap_or(found);
            let is_nothing = nodes.is_null() || nodes == &json!([]);
            assert!(!is_nothing, "{field} of {example}");
        }
    }
}

/// The values of an enum of the schema.
async fn values(demo: &Running, token: &str, of: &str) -> Vec<String> {
    let query = format!("{{ __type(name: \"{of}\") {{ enumValues {{ name }} }} }}");
    let data = demo.ask(token, &query).await;
    let values = data["__type"]["enumValues"].as_array().unwrap();
    let names = values.iter().map(|value| value["name"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

fn nodes(data: &Value, list: &str) -> Vec<Value> {
    data[list]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_class_and_every_state_that_a_person_can_meet_is_there() {
    let place = Place::new();
    let demo = demo(&place).await;
    let viewer = labelled(&demo.stderr(), "viewer token ");

    let classes = values(&demo, &viewer, "DiscrepancyClass").await;
    assert!(classes.len() >= 15, "{classes:?}");
    for class in classes {
        let query = format!(
            "{{ discrepancies(filter: {{ class: [{class}] }}, first: 1) {{ nodes {{ explanation }} }} }}"
        );
        let found = nodes(&demo.ask(&viewer, &query).await, "discrepancies");
        assert_eq!(found.len(), 1, "{class}");
    }
    for verdict in values(&demo, &viewer, "Verdict").await {
        let query = format!(
            "{{ payments(filter: {{ verdict: [{verdict}] }}, first: 1) {{ nodes {{ orderId }} }} }}"
        );
        let found = nodes(&demo.ask(&viewer, &query).await, "payments");
        assert_eq!(found.len(), 1, "{verdict}");
    }

    let today = KstDate::of(Clock::system().now());
    let query = format!(
        "{{ payoutDays(range: {{ from: \"{}\", to: \"{}\" }}) {{ basis currency payOutAmount {{ amount }} }} }}",
        today.minus_days(50),
        today.plus_days(50)
    );
    let days = demo.ask(&viewer, &query).await["payoutDays"].take();
    let day = |basis: &str, is_below_zero: bool| {
        days.as_array().unwrap().iter().any(|day| {
            let amount = day["payOutAmount"]["amount"].as_str().unwrap();
            day["basis"] == basis
                && day["currency"] == "KRW"
                && amount.starts_with('-') == is_below_zero
        })
    };
    assert!(day("SETTLED", false) && day("FORECAST", false), "{days:#}");
    assert!(day("SETTLED", true), "{days:#}");

    let query = r#"{
        second: payment(by: { orderId: "order-second-attempt" }) { status }
        split: payment(by: { orderId: "order-split" }) { settlements { amount { amount } transactionKey } }
        tried: payment(by: { orderId: "test-card" }) { settlements { soldDate } reconciliation { verdict } }
        payments(filter: { status: [ABORTED] }) { nodes { orderId } }
    }"#;
    let data = demo.ask(&viewer, query).await;
    assert_eq!(data["second"]["status"], "DONE");
    let refused = nodes(&data, "payments");
    assert!(
        refused.contains(&json!({ "orderId": "order-second-attempt" })),
        "the first attempt: {refused:?}"
    );
    let rows = data["split"]["settlements"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[0], rows[1], "halves of one event");
    assert_eq!(
        data["tried"],
        json!({ "settlements": [], "reconciliation": { "verdict": "INCOMPLETE" } }),
        "with a test key"
    );
    demo.stop("INT").await;
}

#[tokio::test]
async fn one_cancel_was_carried_out_one_is_unknown_and_one_waits_for_the_second_admin() {
    let place = Place::new();
    let demo = demo(&place).await;
    let guide = demo.stderr();
    let (admin, second) = (
        labelled(&guide, "admin token "),
        labelled(&guide, "second admin "),
    );
    let asked = "{ cancelRequests { nodes { id status requestedBy error { code } } } }";
    let began = Instant::now();
    let requests = loop {
        let requests = nodes(&demo.ask(&admin, asked).await, "cancelRequests");
        // Now and then Toss is just being asked again what became of the unknown one.
        let is_being_asked = requests.iter().any(|request| request["status"] == "SENT");
        if !is_being_asked || began.elapsed() > PATIENCE {
            break requests;
        }
    };
    let with = |status: &str| {
        let found: Vec<&Value> = requests
            .iter()
            .filter(|request| request["status"] == status)
            .collect();
        assert_eq!(found.len(), 1, "{status}: {requests:#?}");
        found[0]
    };
    assert_eq!(requests.len(), 3);
    for (status, code) in [
        ("SUCCEEDED", Value::Null),
        ("UNKNOWN", json!("OUTCOME_UNKNOWN")),
        ("AWAITING_APPROVAL", json!("APPROVAL_REQUIRED")),
    ] {
        assert_eq!(with(status)["requestedBy"], "demo-admin");
        let found = with(status)["error"]["code"].clone();
        assert_eq!(found, code, "{status}");
    }
    let approve = format!(
        "mutation {{ approveCancelRequest(id: {}) {{ request {{ status }} error {{ message }} }} }}",
        with("AWAITING_APPROVAL")["id"]
    );
    let approved = demo.ask(&second, &approve).await;
    assert_eq!(
        approved["approveCancelRequest"],
        json!({ "request": { "status": "SUCCEEDED" }, "error": null })
    );
    demo.stop("INT").await;
}

/// The blocks of a language in the README, and in the pages on mirroring and reconciliation.
fn blocks(language: &str) -> Vec<String> {
    let pages = [
        include_str!("../../README.md"),
        include_str!("../../docs/mirroring.md"),
        include_str!("../../docs/reconciliation.md"),
    ]
    .concat();
    let fence = format!("```{language}\n");
    pages
        .split(&fence)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_queries_of_the_readme_find_what_it_shows() {
    let place = Place::new();
    let demo = demo(&place).await;
    let guide = demo.stderr();
    let (viewer, admin) = (
        labelled(&guide, "viewer token "),
        labelled(&guide, "admin token "),
    );
    let today = KstDate::of(Clock::system().now());
    let shown: Vec<Value> = blocks("json")
        .iter()
        .map(|answer| serde_json::from_str::<Value>(answer).unwrap()["data"].clone())
        .collect();
    let [never_paid, cancel, mirrored, work] = &blocks("graphql")[..] else {
        panic!("another number of queries than this test knows");
    };
    assert_eq!(demo.ask(&viewer, never_paid).await, shown[0]);

    let key = r#"{ payment(by: { orderId: "order-today" }) { paymentKey } }"#;
    let key = demo.ask(&viewer, key).await["payment"]["paymentKey"].take();
    let cancel = cancel.replace(r#"paymentKey: "…""#, &format!("paymentKey: {key}"));
    let cancelled = demo.ask(&admin, &cancel).await["cancelPayment"].take();
    assert_eq!(cancelled["request"]["status"], "SUCCEEDED", "{cancelled:#}");
    assert_eq!(cancelled["payment"]["balanceAmount"]["amount"], "39000");

    let mirrored = mirrored
        .replace("2026-03-01", &today.minus_days(40).to_string())
        .replace("2026-03-31", &today.to_string());
    let data = demo.ask(&viewer, &mirrored).await;
    assert!(!nodes(&data, "payments").is_empty(), "{data:#}");
    assert!(!data["coverage"].as_array().unwrap().is_empty());

    let work = nodes(&demo.ask(&viewer, work).await, "discrepancies");
    for node in nodes(&shown[1], "discrepancies") {
        assert!(work.contains(&node), "{node:#} is not among {work:#?}");
    }
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
    let place = Place::new().set("LOG", "info").set("LOG_FORMAT", "json");
    let folders = || std::fs::read_dir(place.path("")).unwrap().count();
    let demo = demo(&place).await;
    assert_eq!(folders(), 1, "its database is somewhere");
    // Without the setting its log begins with nothing.
    let log = demo.stderr();
    let begins = log.lines().next().unwrap_or_default();
    assert!(begins.starts_with('{') && begins.contains("INFO"), "{log}");
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
