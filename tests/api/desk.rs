//! The desk: a discrepancy is found, given to somebody, acknowledged, comes back by itself, ends by itself, and is found again
//! by its state, in both languages.

use chrono::Duration;
use serde_json::{Value, json};
use toss_recon::access::Role;
use toss_sim::{NewPayment, Onset, SettledEvent, SettlementChange, SettlementTrouble};

use crate::support::{Shop, code, data, instant, on_both_databases};
use crate::token::create_token;

on_both_databases!(a_discrepancy_is_worked_on_until_it_ends);

/// Everything that the desk shows of a discrepancy.
const SHOWN: &str = "id class severity state assignee acknowledgedUntil resolvedAt ageBusinessDays
    notes { by action text } delta { amount currency } explanation(locale: EN) korean: explanation(locale: KO)
    evidence { transactions { amount { amount } } settlements { amount { amount } }
        previousSettlement { amount { amount } } gaps { from } cancelRequest { id } }";
const COUNTS: &str = "{ discrepancyCounts { class severity count delta { amount currency } } }";
const NOTHING: [Value; 0] = [];

/// What the row of the order's approval is short of from then on, beside what it is short of already.
fn short_by(shop: &Shop, won: i64, onset: Onset) {
    shop.sim.faults().settlement(SettlementTrouble {
        order_id: "order-1".into(),
        event: SettledEvent::Approval,
        change: SettlementChange::Amount(-won),
        onset,
    });
}

/// What somebody does about discrepancies, and how they stand then.
async fn step(shop: &Shop, token: &str, field: &str, input: Value) -> Value {
    let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let query = format!(
        "mutation M($input: {kind}!) {{ {field}(input: $input) {{ discrepancies {{ {SHOWN} }} error {{ code field message }} }} }}"
    );
    data(shop.post(token, &query, json!({ "input": input })).await)[field].take()
}

async fn listed(shop: &Shop, filter: &str) -> Vec<Value> {
    shop.all("discrepancies", filter, 50, SHOWN).await
}

/// Has Toss asked about the payment and its rows.
async fn look_again(shop: &Shop) {
    shop.payment("order-1", "id").await;
    shop.verdicts_made().await;
}

fn actions(found: &Value) -> Vec<&str> {
    let notes = found["notes"].as_array().unwrap();
    notes
        .iter()
        .map(|note| note["action"].as_str().unwrap())
        .collect()
}

async fn a_discrepancy_is_worked_on_until_it_ends(shop: Shop) {
    let store = shop.store().await;
    let now = instant("2026-03-20T12:00:00+09:00");
    let kim = create_token(&store, "kim", Role::Accountant, now).await;
    let lee = create_token(&store, "lee", Role::Accountant, now).await;
    store.close().await.unwrap();
    // Paid on a Friday. Of 52,000 Toss settles 51,000, then 50,500, then all.
    shop.sim.console().pay(NewPayment::card("order-1", 52_000));
    short_by(&shop, 1_000, Onset::Always);
    short_by(&shop, 500, Onset::At(instant("2026-03-24T00:00:00+09:00")));
    short_by(
        &shop,
        -1_500,
        Onset::At(instant("2026-03-26T00:00:00+09:00")),
    );
    shop.pass(Duration::days(3));
    shop.mirror(("2026-03-20", "2026-03-23")).await;

    let id = is_found(&shop).await;
    others_do_nothing_about_it(&shop, &id).await;
    of_two_at_once_the_later_is_told(&shop, [&kim, &lee], &id).await;
    is_acknowledged(&shop, [&kim, &lee], &id).await;
    comes_back_with_other_evidence(&shop, &id).await;
    comes_back_on_its_day(&shop, &lee, &id).await;
    what_cannot_be_done_is_told(&shop, &kim, &id).await;
    ends_by_itself(&shop, &id).await;
    is_told_in_korean_that_it_ended(&shop, &kim, &id).await;
    everything_done_is_in_the_audit_log(&shop, &kim).await;
}

async fn is_found(shop: &Shop) -> String {
    let [found] = &listed(shop, "").await[..] else {
        panic!("one discrepancy");
    };
    assert_eq!(found["class"], "AMOUNT_MISMATCH");
    assert_eq!(
        (&found["severity"], &found["state"]),
        (&json!("ERROR"), &json!("OPEN"))
    );
    assert_eq!(
        (&found["assignee"], &found["ageBusinessDays"]),
        (&Value::Null, &json!(0))
    );
    assert_eq!(
        found["evidence"]["transactions"],
        json!([{ "amount": { "amount": "52000" } }])
    );
    assert_eq!(
        found["evidence"]["settlements"],
        json!([{ "amount": { "amount": "51000" } }])
    );
    assert!(
        found["korean"].as_str().unwrap().contains("51,000원"),
        "{found:#}"
    );
    let expected = json!([{ "class": "AMOUNT_MISMATCH", "severity": "ERROR", "count": 1,
        "delta": [{ "amount": "-1000", "currency": "KRW" }] }]);
    assert_eq!(shop.ask(COUNTS).await["discrepancyCounts"], expected);
    found["id"].as_str().unwrap().to_owned()
}

/// Whoever may only read does nothing here, and whoever is of another merchant does not find it.
async fn others_do_nothing_about_it(shop: &Shop, id: &str) {
    let query = format!(
        r#"mutation {{ noteDiscrepancies(input: {{ids: ["{id}"], note: "n"}}) {{ error {{ code }} }} }}"#
    );
    assert_eq!(
        code(&shop.post(&shop.viewer, &query, Value::Null).await),
        "FORBIDDEN"
    );
    let made = r#"mutation { createToken(input: {name: "of-other", role: ACCOUNTANT, merchants: ["othershop"]}) { secret } }"#;
    let other = data(shop.post(&shop.admin, made, Value::Null).await);
    let other = other["createToken"]["secret"].as_str().unwrap();
    let not_theirs = step(
        shop,
        other,
        "noteDiscrepancies",
        json!({ "ids": [id], "note": "n" }),
    )
    .await;
    assert_eq!(not_theirs["error"]["code"], "NOT_FOUND", "{not_theirs:#}");
    assert_eq!(not_theirs["discrepancies"], json!(NOTHING));
}

/// Two at once: the later one is told.
async fn of_two_at_once_the_later_is_told(shop: &Shop, [kim, lee]: [&str; 2], id: &str) {
    let mut changes = shop
        .subscribe(&shop.viewer, "subscription { discrepanciesChanged { at } }")
        .await;
    changes.data().await;
    let given = step(
        shop,
        kim,
        "assignDiscrepancies",
        json!({ "ids": [id], "assignee": "김정산" }),
    )
    .await;
    assert_eq!(given["error"], Value::Null, "{given:#}");
    assert_eq!(given["discrepancies"][0]["assignee"], "김정산");
    changes.data().await;
    let later = step(
        shop,
        lee,
        "assignDiscrepancies",
        json!({ "ids": [id], "assignee": "이대사" }),
    )
    .await;
    assert_eq!(later["error"]["code"], "ALREADY_ASSIGNED");
    assert!(
        later["error"]["message"].as_str().unwrap().contains("kim"),
        "{later:#}"
    );
    assert_eq!(later["discrepancies"][0]["assignee"], "김정산");
    assert_eq!(listed(shop, r#"assignee: "김정산""#).await.len(), 1);
    assert_eq!(listed(shop, r#"assignee: "이대사""#).await, NOTHING);
}

async fn is_acknowledged(shop: &Shop, [kim, lee]: [&str; 2], id: &str) {
    let input = json!({ "ids": [id], "note": "토스에 문의함", "until": "2026-03-31" });
    let known = step(shop, kim, "acknowledgeDiscrepancies", input.clone()).await;
    assert_eq!(known["error"], Value::Null, "{known:#}");
    assert_eq!(known["discrepancies"][0]["state"], "ACKNOWLEDGED");
    assert_eq!(known["discrepancies"][0]["acknowledgedUntil"], "2026-03-31");
    let again = step(shop, lee, "acknowledgeDiscrepancies", input).await;
    assert_eq!(again["error"]["code"], "ALREADY_ACKNOWLEDGED");
    assert_eq!(listed(shop, "").await, NOTHING);
    assert_eq!(shop.ask(COUNTS).await["discrepancyCounts"], json!(NOTHING));
    assert_eq!(
        listed(shop, "state: [ACKNOWLEDGED], severity: [ERROR]")
            .await
            .len(),
        1
    );
    assert_eq!(
        listed(shop, "state: [ACKNOWLEDGED], severity: [INFO, WAIT]").await,
        NOTHING
    );
    let of_payment = "reconciliation { discrepancies { id state } }";
    let of_payment = shop.payment("order-1", of_payment).await;
    assert_eq!(
        of_payment["reconciliation"]["discrepancies"],
        json!([{ "id": id, "state": "ACKNOWLEDGED" }])
    );
}

/// Its evidence changes, and it is back under the same id, with who has it and what was said of it.
async fn comes_back_with_other_evidence(shop: &Shop, id: &str) {
    shop.pass(Duration::days(1));
    look_again(shop).await;
    let [back] = &listed(shop, "").await[..] else {
        panic!("it is back");
    };
    assert_eq!(back["id"], id);
    assert_eq!(back["delta"]["amount"], "-1500");
    assert_eq!(
        (&back["assignee"], &back["ageBusinessDays"]),
        (&json!("김정산"), &json!(1))
    );
    assert_eq!(
        actions(back),
        ["ASSIGNED", "ACKNOWLEDGED", "EVIDENCE_CHANGED"]
    );
    assert_eq!(
        back["notes"][1],
        json!({ "by": "kim", "action": "ACKNOWLEDGED", "text": "토스에 문의함" })
    );
    assert_eq!(back["notes"][2]["by"], "toss-recon");
}

/// Its day comes.
async fn comes_back_on_its_day(shop: &Shop, lee: &str, id: &str) {
    let input = json!({ "ids": [id], "note": "내일 다시", "until": "2026-03-25" });
    let known = step(shop, lee, "acknowledgeDiscrepancies", input).await;
    assert_eq!(
        known["discrepancies"][0]["state"], "ACKNOWLEDGED",
        "{known:#}"
    );
    shop.pass(Duration::days(1));
    // It is told as open at once, and opened by the background.
    loop {
        assert_eq!(listed(shop, "state: [ACKNOWLEDGED]").await, NOTHING);
        let [back] = &listed(shop, "").await[..] else {
            panic!("its day has come");
        };
        assert_eq!(back["state"], "OPEN");
        if actions(back)[3..] == ["ACKNOWLEDGED", "DAY_CAME"] {
            break;
        }
        assert_eq!(actions(back)[3..], ["ACKNOWLEDGED"]);
    }
}

async fn what_cannot_be_done_is_told(shop: &Shop, kim: &str, id: &str) {
    for (field, input, code) in [
        (
            "reopenDiscrepancies",
            json!({ "ids": [id] }),
            "NOT_ACKNOWLEDGED",
        ),
        (
            "acknowledgeDiscrepancies",
            json!({ "ids": [id], "note": "n", "until": "2026-03-25" }),
            "INVALID_INPUT",
        ),
        (
            "acknowledgeDiscrepancies",
            json!({ "ids": [id], "note": " " }),
            "INVALID_INPUT",
        ),
        (
            "noteDiscrepancies",
            json!({ "ids": vec![id; 201], "note": "n" }),
            "INVALID_INPUT",
        ),
        (
            "noteDiscrepancies",
            json!({ "ids": [id, "RGlzY3JlcGFuY3k6eA"], "note": "n" }),
            "NOT_FOUND",
        ),
        (
            "noteDiscrepancies",
            json!({ "ids": [id], "note": "n", "seenAt": "2026-03-23T12:00:00+09:00" }),
            "CHANGED",
        ),
    ] {
        let refused = step(shop, kim, field, input).await;
        assert_eq!(refused["error"]["code"], code, "{refused:#}");
    }
}

/// Toss puts the row right, and it ends by itself.
async fn ends_by_itself(shop: &Shop, id: &str) {
    shop.pass(Duration::days(1));
    look_again(shop).await;
    let open = listed(
        shop,
        "class: [AMOUNT_MISMATCH], state: [OPEN, ACKNOWLEDGED]",
    )
    .await;
    assert_eq!(open, NOTHING);
    let [ended] = &listed(shop, "state: [RESOLVED]").await[..] else {
        panic!("it is kept");
    };
    assert_eq!(
        (&ended["id"], &ended["state"]),
        (&json!(id), &json!("RESOLVED"))
    );
    assert!(
        ended["resolvedAt"]
            .as_str()
            .unwrap()
            .starts_with("2026-03-26T12:00:00"),
        "{ended:#}"
    );
    assert_eq!(ended["ageBusinessDays"], 3);
    assert_eq!(actions(ended)[5..], ["RESOLVED"]);
}

async fn is_told_in_korean_that_it_ended(shop: &Shop, kim: &str, id: &str) {
    let korean = shop
        .client()
        .post(shop.url("/graphql"))
        .bearer_auth(kim)
        .header("accept-language", "ko")
        .json(&json!({ "query": format!(
            r#"mutation {{ acknowledgeDiscrepancies(input: {{ids: ["{id}"], note: "n"}}) {{ error {{ code message }} }} }}"#
        ) }));
    let korean: Value = korean.send().await.unwrap().json().await.unwrap();
    let error = &korean["data"]["acknowledgeDiscrepancies"]["error"];
    assert_eq!(error["code"], "RESOLVED", "{korean:#}");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .starts_with("이미 해소된"),
        "{korean:#}"
    );
}

async fn everything_done_is_in_the_audit_log(shop: &Shop, kim: &str) {
    let log = data(
        shop.post(
            kim,
            "{ auditLog(first: 50) { nodes { action actor detail } } }",
            Value::Null,
        )
        .await,
    );
    let entries = log["auditLog"]["nodes"].as_array().unwrap();
    let desk = entries.iter().filter(|entry| {
        entry["action"]
            .as_str()
            .unwrap()
            .starts_with("DISCREPANCY_")
    });
    let desk: Vec<_> = desk
        .map(|entry| {
            (
                entry["action"].as_str().unwrap(),
                entry["actor"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        desk,
        [
            ("DISCREPANCY_ACKNOWLEDGED", "lee"),
            ("DISCREPANCY_ACKNOWLEDGED", "kim"),
            ("DISCREPANCY_ASSIGNED", "kim"),
        ]
    );
    assert!(
        !log.to_string().contains("문의"),
        "words stand at the desk alone"
    );
}
