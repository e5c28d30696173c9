//! The books of a period are closed, what comes later is told beside them, its report is written again byte for byte, and it
//! is reopened and closed anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use chrono::Duration;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use toss_recon::access::Role;
use toss_sim::{Amount, CancelByHand, Merchant, NewPayment};

use crate::support::{
    Choices, Engine, MERCHANT, SECRET_KEY, Shop, code, data, instant, on_both_databases,
};
use crate::token::create_token;

on_both_databases!(
    a_period_is_closed_and_what_comes_later_is_told_beside_it,
    a_period_of_a_test_key_is_closed_without_settlements
);

const SHOWN: &str = "id from to mId status closedBy note reopenedBy reopenNote
    summary { currency paymentCount paidAmount { amount } effectiveRefund { amount } netAmount { amount } settledAmount { amount } }
    digests { section sha256 }
    changes { currency figure closed { amount } now { amount } payments { orderId } }";
const TEST_KEY: &str = "test_sk_stand1n0000000000000000";
const PERIOD: (&str, &str) = ("2026-03-16", "2026-03-18");

/// What somebody asks to have closed.
async fn close(shop: &Shop, token: &str, (from, to): (&str, &str), mid: &str) -> Value {
    let query = format!(
        "mutation M($input: ClosePeriodInput!) {{ closePeriod(input: $input) {{ period {{ {SHOWN} }} error {{ code field message }} }} }}"
    );
    let input = json!({ "from": from, "to": to, "mId": mid, "note": "March, by hand" });
    data(shop.post(token, &query, json!({ "input": input })).await)["closePeriod"].take()
}

async fn reopen(shop: &Shop, token: &str, id: &Value, note: &str) -> Value {
    let query = format!(
        "mutation M($input: ReopenPeriodInput!) {{ reopenPeriod(input: $input) {{ period {{ {SHOWN} }} error {{ code field message }} }} }}"
    );
    let input = json!({ "input": { "id": id, "note": note } });
    data(shop.post(token, &query, input).await)["reopenPeriod"].take()
}

async fn periods(shop: &Shop) -> Vec<Value> {
    let query = format!("{{ periods {{ {SHOWN} }} }}");
    let found = shop.ask(&query).await["periods"].take();
    found.as_array().unwrap().clone()
}

fn refused(answer: &Value) -> &str {
    assert_eq!(answer["period"], Value::Null, "{answer:#}");
    answer["error"]["code"].as_str().unwrap()
}

/// What the command writes of a period.
async fn report(shop: &Shop, period: &Value, out: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toss-recon"));
    command
        .args(["report", "--period", period.as_str().unwrap(), "--out"])
        .arg(out)
        .args(more)
        .env("DATABASE_URL", &shop.database_url)
        .env("TOSS_SECRET_KEY", SECRET_KEY);
    let ended = tokio::task::spawn_blocking(move || command.output());
    ended.await.unwrap().unwrap()
}

async fn a_period_is_closed_and_what_comes_later_is_told_beside_it(shop: Shop) {
    let store = shop.store().await;
    let now = instant("2026-03-20T12:00:00+09:00");
    let kim = create_token(&store, "kim", Role::Accountant, now).await;
    let lee = create_token(&store, "lee", Role::Accountant, now).await;
    store.close().await.unwrap();
    let console = shop.sim.console();
    let at = |day: u32| instant(&format!("2026-03-{day}T10:00:00+09:00"));
    console.pay(NewPayment::card("order-a", 10_000).at(at(16)));
    let key = console.pay(NewPayment::card("order-b", 20_000).at(at(17)));
    let part = CancelByHand::part(Amount::won(5_000), "by hand").at(at(18));
    console.cancel(&key, &part).unwrap();
    // Another month's, which the period has nothing to do with.
    console.pay(NewPayment::card("order-before", 7_000).at(at(13)));

    what_cannot_be_closed_is_told(&shop, [&kim, &lee]).await;
    shop.mirror(("2026-03-13", "2026-03-19")).await;
    let period = is_closed(&shop, [&kim, &lee]).await;
    let folder = TempDir::new().unwrap();
    its_report_is_that_of_its_digests(&shop, &period, folder.path()).await;
    what_comes_later_is_told_beside_it(&shop, &period).await;
    its_report_is_the_same_as_before(&shop, &period, folder.path()).await;
    is_reopened_and_closed_anew(&shop, [&kim, &lee], &period).await;
}

async fn a_period_of_a_test_key_is_closed_without_settlements(engine: Engine) {
    let choices = Choices {
        merchants: vec![(Merchant::new(MERCHANT, TEST_KEY), TEST_KEY)],
        ..Choices::default()
    };
    let shop = Shop::open_with(engine, choices).await;
    let noon = instant("2026-03-17T12:00:00+09:00");
    shop.sim
        .console()
        .pay(NewPayment::card("order-a", 10_000).at(noon));
    shop.mirror_of(&[(MERCHANT, TEST_KEY)], ("2026-03-13", "2026-03-19"))
        .await;
    let closed = close(&shop, &shop.admin, PERIOD, MERCHANT).await;
    assert_eq!(closed["error"], Value::Null, "{closed:#}");
    let summary = &closed["period"]["summary"][0];
    assert_eq!(
        (
            &summary["paidAmount"]["amount"],
            &summary["settledAmount"]["amount"]
        ),
        (&json!("10000"), &json!("0"))
    );
}

async fn what_cannot_be_closed_is_told(shop: &Shop, [kim, lee]: [&str; 2]) {
    let query = r#"mutation { closePeriod(input: {from: "2026-03-16", to: "2026-03-18", mId: "x"}) { error { code } } }"#;
    let answer = shop.post(&shop.viewer, query, Value::Null).await;
    assert_eq!(code(&answer), "FORBIDDEN");
    let unread = close(shop, kim, PERIOD, MERCHANT).await;
    assert_eq!(refused(&unread), "NOT_READ");
    let message = unread["error"]["message"].as_str().unwrap();
    assert!(message.contains("2026-03-16"), "{message}");
    let korean = shop.client().post(shop.url("/graphql")).bearer_auth(lee);
    let korean = korean.header("Accept-Language", "ko").json(&json!({ "query":
        format!(r#"mutation {{ closePeriod(input: {{from: "2026-03-16", to: "2026-03-18", mId: "{MERCHANT}"}}) {{ error {{ message }} }} }}"#) }));
    let korean: Value = korean.send().await.unwrap().json().await.unwrap();
    let message = korean["data"]["closePeriod"]["error"]["message"].to_string();
    assert!(message.contains("읽지 못했습니다"), "{message}");
    for (days, mid, expected) in [
        (("2026-03-18", "2026-03-16"), MERCHANT, "INVALID_INPUT"),
        (("2026-03-16", "2026-03-20"), MERCHANT, "NOT_OVER"),
        (("2024-03-16", "2026-03-16"), MERCHANT, "INVALID_INPUT"),
        (PERIOD, "nobody", "NOT_FOUND"),
    ] {
        let answer = close(shop, kim, days, mid).await;
        assert_eq!(refused(&answer), expected, "{days:?} {mid}");
    }
    assert_eq!(periods(shop).await, Vec::<Value>::new());
}

async fn is_closed(shop: &Shop, [kim, lee]: [&str; 2]) -> Value {
    let closed = close(shop, kim, PERIOD, MERCHANT).await;
    assert_eq!(closed["error"], Value::Null, "{closed:#}");
    let period = closed["period"].clone();
    assert_eq!(
        (
            &period["status"],
            &period["closedBy"],
            &period["note"],
            &period["mId"]
        ),
        (
            &json!("CLOSED"),
            &json!("kim"),
            &json!("March, by hand"),
            &json!(MERCHANT)
        )
    );
    let amount = |minor: &str| json!({ "amount": minor });
    assert_eq!(
        period["summary"],
        json!([{ "currency": "KRW", "paymentCount": 2, "paidAmount": amount("30000"),
            "effectiveRefund": amount("5000"), "netAmount": amount("25000"), "settledAmount": amount("25000") }])
    );
    assert_eq!(period["changes"], json!([]));
    assert_eq!(periods(shop).await, std::slice::from_ref(&period));
    let again = close(shop, lee, ("2026-03-17", "2026-03-18"), MERCHANT).await;
    assert_eq!(refused(&again), "OVERLAPS");
    let message = again["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("kim") && message.contains(PERIOD.1),
        "{message}"
    );
    let node = format!(
        "{{ node(id: {}) {{ ... on Period {{ closedBy }} }} }}",
        period["id"]
    );
    assert_eq!(shop.ask(&node).await["node"], json!({ "closedBy": "kim" }));
    period
}

/// The SHA-256 of each file in a folder.
fn hashes(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).unwrap();
    let hashes = files.map(|file| {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let hash: [u8; 32] = Sha256::digest(&bytes).into();
        let digits = |text: String, byte: &u8| text + &format!("{byte:02x}");
        hash.iter().fold(String::new(), digits)
    });
    hashes.collect()
}

async fn its_report_is_that_of_its_digests(shop: &Shop, period: &Value, folder: &Path) {
    let csv = folder.join("first");
    let written = report(shop, &period["id"], &csv, &["--format", "csv"]).await;
    assert!(written.status.success(), "{written:?}");
    let hashes = hashes(&csv);
    let digests = period["digests"].as_array().unwrap();
    let sections: Vec<&str> = digests
        .iter()
        .map(|digest| digest["section"].as_str().unwrap())
        .collect();
    assert!(
        sections.contains(&"events") && sections.contains(&"period"),
        "{sections:?}"
    );
    for digest in digests {
        let sha256 = digest["sha256"].as_str().unwrap();
        assert!(hashes.contains(sha256), "{digest}");
    }
    for file in ["first.xlsx", "first.json"] {
        let written = report(shop, &period["id"], &folder.join(file), &[]).await;
        assert!(written.status.success(), "{written:?}");
    }
    let json: Value =
        serde_json::from_slice(&fs::read(folder.join("first.json")).unwrap()).unwrap();
    assert_eq!(json["period"][0]["closedBy"], "kim");
    assert_eq!(json["payments"].as_array().unwrap().len(), 2);
    let unknown = report(shop, &json!("no-such-period"), &folder.join("none"), &[]).await;
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
}

/// A payment of the period is listed late, and a refund dated into it.
async fn what_comes_later_is_told_beside_it(shop: &Shop, period: &Value) {
    let console = shop.sim.console();
    let late = instant("2026-03-17T15:00:00+09:00");
    let key = console.pay(NewPayment::card("order-late", 8_000).at(late));
    let part = CancelByHand::part(Amount::won(1_000), "late").at(late + Duration::hours(1));
    console.cancel(&key, &part).unwrap();
    // Beside it, what changes nothing of it.
    let after = instant("2026-03-19T15:00:00+09:00");
    console.pay(NewPayment::card("order-after", 3_000).at(after));
    shop.pass(Duration::days(1));
    for order in ["order-late", "order-after"] {
        shop.payment(order, "id").await;
    }
    shop.verdicts_made().await;

    let [now] = &periods(shop).await[..] else {
        panic!("one period");
    };
    for field in ["id", "status", "summary", "digests"] {
        assert_eq!(now[field], period[field], "{field}");
    }
    let changes = now["changes"].as_array().unwrap();
    let figure = |name: &str| changes.iter().find(|change| change["figure"] == name);
    let paid = figure("paidAmount").unwrap();
    assert_eq!(
        (&paid["closed"]["amount"], &paid["now"]["amount"]),
        (&json!("30000"), &json!("38000"))
    );
    let refunds = figure("effectiveRefund").unwrap();
    assert_eq!(
        (&refunds["closed"]["amount"], &refunds["now"]["amount"]),
        (&json!("5000"), &json!("6000"))
    );
    for change in changes {
        assert_eq!(
            change["payments"],
            json!([{ "orderId": "order-late" }]),
            "{change}"
        );
    }
    assert_eq!(
        figure("voidedAmount"),
        None,
        "what stayed the same is not told"
    );
    let query = format!(
        r#"{{ reconciliation(range: {{from: "{}", to: "{}"}}, basis: EVENT) {{ paidAmount {{ amount }} }} }}"#,
        PERIOD.0, PERIOD.1
    );
    let sums = &shop.ask(&query).await["reconciliation"];
    assert_eq!(sums, &json!([{ "paidAmount": paid["now"] }]));
}

async fn its_report_is_the_same_as_before(shop: &Shop, period: &Value, folder: &Path) {
    for (first, again) in [
        ("first.xlsx", "again.xlsx"),
        ("first.json", "again.json"),
        ("first", "again"),
    ] {
        let is_folder = !first.contains('.');
        let csv: &[&str] = if is_folder { &["--format", "csv"] } else { &[] };
        let written = report(shop, &period["id"], &folder.join(again), csv).await;
        assert!(written.status.success(), "{written:?}");
        if is_folder {
            assert_eq!(hashes(&folder.join(first)), hashes(&folder.join(again)));
        } else {
            let read = |name: &str| fs::read(folder.join(name)).unwrap();
            assert!(read(first) == read(again), "{first} is another now");
        }
    }
}

async fn is_reopened_and_closed_anew(shop: &Shop, [kim, lee]: [&str; 2], period: &Value) {
    let id = &period["id"];
    let query = format!(
        r#"mutation {{ reopenPeriod(input: {{id: {id}, note: "n"}}) {{ error {{ code }} }} }}"#
    );
    let answer = shop.post(&shop.viewer, &query, Value::Null).await;
    assert_eq!(code(&answer), "FORBIDDEN");
    let wordless = reopen(shop, lee, id, "  ").await;
    assert_eq!(
        (refused(&wordless), &wordless["error"]["field"]),
        ("INVALID_INPUT", &json!("note"))
    );
    let nothing = reopen(shop, lee, &json!("UGVyaW9kOng"), "why").await;
    assert_eq!(refused(&nothing), "NOT_FOUND");
    let reopened = reopen(shop, lee, id, "a payment was late").await;
    assert_eq!(reopened["error"], Value::Null, "{reopened:#}");
    let shown = &reopened["period"];
    assert_eq!(
        (
            &shown["status"],
            &shown["reopenedBy"],
            &shown["reopenNote"],
            &shown["summary"]
        ),
        (
            &json!("REOPENED"),
            &json!("lee"),
            &json!("a payment was late"),
            &period["summary"]
        )
    );
    let again = reopen(shop, kim, id, "me too").await;
    assert_eq!(again["error"]["code"], "ALREADY_REOPENED", "{again:#}");
    assert_eq!(again["period"]["reopenedBy"], "lee");

    let closed = close(shop, lee, PERIOD, MERCHANT).await;
    assert_eq!(closed["error"], Value::Null, "{closed:#}");
    let anew = &closed["period"];
    assert_ne!(anew["id"], *id);
    assert_eq!(anew["summary"][0]["paidAmount"]["amount"], "38000");
    assert_eq!(anew["changes"], json!([]));
    let listed = periods(shop).await;
    let ids: Vec<&Value> = listed.iter().map(|period| &period["id"]).collect();
    assert_eq!(ids, [&anew["id"], id]);

    let log = "{ auditLog(first: 50) { nodes { action actor } } }";
    let log = data(shop.post(&shop.admin, log, Value::Null).await);
    let entries = log["auditLog"]["nodes"].as_array().unwrap();
    let of_periods: Vec<(&str, &str)> = entries
        .iter()
        .map(|entry| {
            (
                entry["action"].as_str().unwrap(),
                entry["actor"].as_str().unwrap(),
            )
        })
        .filter(|(action, _)| action.starts_with("PERIOD"))
        .collect();
    assert_eq!(
        of_periods,
        [
            ("PERIOD_CLOSED", "lee"),
            ("PERIOD_REOPENED", "lee"),
            ("PERIOD_CLOSED", "kim")
        ]
    );
}
