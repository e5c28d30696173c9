//! Payments whose rows and texts are odd, as merchants reported them: what is odd hides nothing else.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use toss_recon::access::Role;
use toss_recon::store::Store;
use toss_recon::toss::BaseUrl;
use toss_sim::{Settings, SimClock, TossSim};

use crate::cancel::CANCEL;
use crate::given_toss::{Given, GivenToss};
use crate::postgres;
use crate::running::{self, RunningServer};
use crate::support::{Engine, data, instant, on_both_databases};
use crate::token::create_token;

on_both_databases!(odd_rows_and_texts_hide_nothing_else);

const SELECTION: &str = "status stale balanceAmount { amount } paidAmount { amount } effectiveRefund { amount }
    cancels { transactionKey reason amount { amount } canceledAt } settlements { soldDate payOutAmount { amount } }
    reconciliation { verdict discrepancies { class transactionKey explanation } }";

/// The server before a Toss that answers as it is given.
struct Scene {
    toss: GivenToss,
    server: RunningServer,
    admin: String,
    _sim: TossSim,
    _folder: TempDir,
}

impl Scene {
    async fn open(engine: Engine, given: Given) -> Self {
        let now = instant("2026-11-20T12:00:00+09:00");
        let settings = Settings {
            clock: SimClock::manual(now),
            ..Settings::default()
        };
        let sim = TossSim::start(settings).await.unwrap();
        let toss = GivenToss::start(given).await;
        let folder = TempDir::new().unwrap();
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("test.db").display()),
            Engine::Postgres => postgres::database().await,
        };
        let mut merchant = running::merchant("accshop", crate::support::SECRET_KEY);
        merchant.settlement_cycle = None;
        let merchants = vec![merchant];
        let mut config = running::config(&sim, &url, merchants);
        config.toss.base_url = BaseUrl::parse(&toss.base_url).unwrap();
        let server = RunningServer::start(config, &sim, std::convert::identity).await;
        let store = Store::open(&url.parse().unwrap()).await.unwrap();
        let admin = create_token(&store, "test-admin", Role::Admin, now).await;
        store.close().await.unwrap();
        Self {
            toss,
            server,
            admin,
            _sim: sim,
            _folder: folder,
        }
    }

    async fn post(&self, query: &str, variables: Value) -> Value {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client
            .post(format!("http://{}/graphql", self.server.address))
            .bearer_auth(&self.admin)
            .json(&json!({ "query": query, "variables": variables }))
            .send()
            .await
            .unwrap();
        data(answer.json().await.unwrap())
    }

    async fn payment(&self, key: &str) -> Value {
        let query = format!(
            r#"{{ payment(by: {{paymentKey: "{key}"}}, maxAgeSeconds: 0) {{ {SELECTION} }} }}"#
        );
        self.post(&query, Value::Null).await["payment"].clone()
    }

    async fn cancel(&self, key: &str, amount: &str) -> Value {
        let input = json!({
            "paymentKey": key, "idempotencyKey": format!("cancel-{key}"), "reason": "고객 요청",
            "amount": { "amount": amount, "currency": "KRW" },
        });
        let answer = self.post(CANCEL, json!({ "input": input })).await;
        answer["cancelPayment"].clone()
    }
}

fn case(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/cases/reported")
        .join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Takes in what a case gives.
fn take(given: &mut Given, case: &Value) {
    let rows = |field: &str| case["given"][field].as_array().unwrap().clone();
    for payment in rows("payments") {
        let key = payment["paymentKey"].as_str().unwrap().to_owned();
        given.payments.push((key, payment.to_string()));
    }
    given.transactions.extend(rows("transactions"));
    given.settlements.extend(rows("settlements"));
}

/// The case of a cancel of ours that an old version answers without a key, as it answers those of others.
fn with_an_old_answer_to_a_cancel(given: &mut Given, case: &Value) {
    take(given, case);
    let mut after = case["given"]["payments"][0].clone();
    after["status"] = json!("PARTIAL_CANCELED");
    after["balanceAmount"] = json!(6_000);
    after["transactionKey"] = json!("C-old2-1");
    after["cancels"] = json!([{
        "cancelAmount": 4_000, "cancelReason": "고객 요청", "taxFreeAmount": 0, "taxAmount": null,
        "refundableAmount": 6_000, "canceledAt": "2026-11-20T12:00:00+09:00",
    }]);
    given.canceled.push(("old2".to_owned(), after.to_string()));
}

/// The case of the reason that was cut in an emoji, whose cancels are described in words.
fn with_half_a_character(given: &mut Given, case: &Value) {
    take(given, case);
    let cancel = |key: &str, amount: u32, reason: &str, at: &str, left: u32| {
        format!(
            r#"{{"transactionKey":"{key}","cancelAmount":{amount},"cancelReason":"{reason}","canceledAt":"{at}","cancelStatus":"DONE","refundableAmount":{left}}}"#
        )
    };
    let first = cancel(
        "C-half1-1",
        3_000,
        r"선물 취소 \ud83d",
        "2026-10-20T15:00:00+09:00",
        7_000,
    );
    let second = cancel(
        "C-half1-2",
        1_000,
        "고객 요청",
        "2026-11-20T12:00:00+09:00",
        6_000,
    );
    let mut payment = case["given"]["payments"][0].clone();
    let mut body = |balance: u32, cancels: &str| {
        payment["cancels"] = json!([]);
        payment["balanceAmount"] = json!(balance);
        let text = payment.to_string();
        text.replace(r#""cancels":[]"#, &format!(r#""cancels":[{cancels}]"#))
    };
    let before = body(7_000, &first);
    let after = body(6_000, &format!("{first},{second}"));
    given.payments.last_mut().unwrap().1 = before;
    given.canceled.push(("half1".to_owned(), after));
}

fn classes(payment: &Value) -> Vec<&str> {
    let found = payment["reconciliation"]["discrepancies"]
        .as_array()
        .unwrap();
    let mut classes: Vec<&str> = found
        .iter()
        .map(|of| of["class"].as_str().unwrap())
        .collect();
    // Days that no reading of one payment brings.
    classes.retain(|class| *class != "SOURCE_GAP");
    classes
}

async fn odd_rows_and_texts_hide_nothing_else(engine: Engine) {
    let [keyless, own, odd_row, half, weekly] = [
        "01-cancel-without-transaction-key.json",
        "02-own-cancel-on-an-old-version.json",
        "23-one-odd-row-hides-its-day.json",
        "27-reason-cut-in-an-emoji.json",
        "29-weekly-row-not-found-live.json",
    ]
    .map(case);
    let mut given = Given::default();
    take(&mut given, &keyless);
    take(&mut given, &weekly);
    with_an_old_answer_to_a_cancel(&mut given, &own);
    take(&mut given, &odd_row);
    with_half_a_character(&mut given, &half);
    let old = keyless["given"]["payments"][0].clone();
    let variant = |key: &str, change: &dyn Fn(&mut Value)| {
        let mut payment = old.clone();
        payment["paymentKey"] = json!(key);
        payment["orderId"] = json!(format!("o-{key}"));
        change(&mut payment);
        (key.to_owned(), payment.to_string())
    };
    given.payments.push(variant("old3", &|payment| {
        let cancel = &mut payment["cancels"][0];
        cancel["cancelStatus"] = json!("IN_PROGRESS");
        cancel["transactionKey"] = Value::Null;
        cancel["canceledAt"] = Value::Null;
    }));
    given.payments.push(variant("sick1", &|payment| {
        payment["totalAmount"] = json!("많이");
    }));
    let scene = Scene::open(engine, given).await;
    a_cancel_without_a_key_is_found_by_its_row(&scene, &keyless["expected"]).await;
    an_own_cancel_that_toss_gives_without_a_key_has_succeeded(&scene, &own["expected"]).await;
    rows_of_an_unknown_cycle_are_found(&scene).await;
    one_odd_row_is_named_and_the_others_count(&scene, &odd_row["expected"]).await;
    half_a_character_is_no_reason(&scene, &half["expected"]).await;
    what_cannot_be_read_needs_a_person(&scene).await;
}

async fn a_cancel_without_a_key_is_found_by_its_row(scene: &Scene, expected: &Value) {
    let old = scene.payment("old1").await;
    assert_eq!(old["status"], expected["status"]);
    for field in ["balanceAmount", "paidAmount", "effectiveRefund"] {
        assert_eq!(old[field]["amount"], expected[field], "{field}");
    }
    assert_eq!(classes(&old), ["CANCELED_ELSEWHERE"], "{old:#}");
    assert_eq!(old["cancels"].as_array().unwrap().len(), 1);
    assert_eq!(old["cancels"][0]["transactionKey"], "C-old1-1");
    let under_way = scene.payment("old3").await;
    assert_eq!(under_way["balanceAmount"]["amount"], "6000");
    let cancel = &under_way["cancels"][0];
    assert_eq!(cancel["transactionKey"], Value::Null);
    assert_eq!(
        cancel["canceledAt"], "2026-11-20T12:00:00+09:00",
        "when it was read"
    );
}

async fn an_own_cancel_that_toss_gives_without_a_key_has_succeeded(
    scene: &Scene,
    expected: &Value,
) {
    let told = scene.cancel("old2", "4000").await;
    assert_eq!(told["request"]["status"], expected["status"], "{told:#}");
    let payment = scene.payment("old2").await;
    assert_eq!(
        payment["effectiveRefund"]["amount"],
        expected["effectiveRefund"]
    );
    assert_eq!(payment["stale"], false);
}

async fn rows_of_an_unknown_cycle_are_found(scene: &Scene) {
    let weekly = scene.payment("wk1").await;
    let settlements = weekly["settlements"].as_array().unwrap();
    let sold: Vec<&Value> = settlements.iter().map(|row| &row["soldDate"]).collect();
    assert_eq!(sold, ["2026-10-18", "2026-10-25"], "{weekly:#}");
    assert_eq!(
        weekly["reconciliation"]["verdict"], "RECONCILED",
        "{weekly:#}"
    );
}

async fn one_odd_row_is_named_and_the_others_count(scene: &Scene, expected: &Value) {
    let well = scene.payment("well1").await;
    assert_eq!(well["paidAmount"]["amount"], expected["paidAmount"]);
    assert_eq!(well["stale"], false);
    let row = &expected["settlements"][0];
    let settled =
        json!([{ "soldDate": row["soldDate"], "payOutAmount": { "amount": row["payOutAmount"] } }]);
    assert_eq!(well["settlements"], settled);
    assert_eq!(classes(&well), [] as [&str; 0], "{well:#}");
    let sick = scene.payment("sick0").await;
    assert_eq!(
        sick["paidAmount"]["amount"],
        expected["sick0"]["paidAmount"]
    );
    assert_ne!(sick["reconciliation"]["verdict"], "RECONCILED");
    assert_eq!(classes(&sick), ["UNREADABLE_ROW"], "{sick:#}");
    let of_row = "{ discrepancies(filter: {class: [UNREADABLE_ROW]}) { nodes { paymentKey transactionKey explanation } }
        coverage { source faults { day code message nextAttemptAt } } }";
    let listed = scene.post(of_row, Value::Null).await;
    assert_eq!(
        listed["discrepancies"]["nodes"],
        json!([{
            "paymentKey": "sick0", "transactionKey": "T-sick0",
            "explanation": "A row of the list of settlements of 2026-10-14 could not be read: paidOutDate is missing. \
                What it says is in no amount.",
        }])
    );
    let faults: Vec<&Value> = listed["coverage"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|list| list["faults"].as_array().unwrap())
        .collect();
    assert_eq!(
        faults,
        [&json!({
            "day": "2026-10-14", "code": "UNREADABLE_ROW", "nextAttemptAt": null,
            "message": "1 row could not be read: payment sick0, transaction T-sick0: paidOutDate is missing.",
        })]
    );
    // Toss gives the date at last.
    scene.toss.change(|given| {
        let mut rows = given.settlements.iter_mut();
        let row = rows.find(|row| row["paymentKey"] == "sick0").unwrap();
        row["paidOutDate"] = json!("2026-10-22");
    });
    let mended = scene.payment("sick0").await;
    assert_eq!(classes(&mended), [] as [&str; 0], "{mended:#}");
    assert_eq!(mended["settlements"][0]["payOutAmount"]["amount"], "4874");
}

async fn half_a_character_is_no_reason(scene: &Scene, expected: &Value) {
    let half = scene.payment("half1").await;
    for field in ["status", "stale"] {
        assert_eq!(half[field], expected[field]);
    }
    for field in ["balanceAmount", "effectiveRefund"] {
        assert_eq!(half[field]["amount"], expected[field]);
    }
    assert_eq!(half["cancels"][0]["reason"], expected["reason"]);
    let canceled = scene.cancel("half1", "1000").await;
    assert_eq!(
        canceled["request"]["status"], expected["cancel"],
        "{canceled:#}"
    );
    assert_eq!(canceled["payment"]["balanceAmount"]["amount"], "6000");
}

async fn what_cannot_be_read_needs_a_person(scene: &Scene) {
    let refused = scene.cancel("sick1", "1000").await;
    assert_eq!(refused["error"]["code"], "UPSTREAM_UNAVAILABLE");
    assert_eq!(refused["error"]["advice"], "NEEDS_PERSON");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("totalAmount is not a number"), "{message}");
}
