//! A token of one merchant sees nothing of another one, whatever it asks.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use toss_sim::{CancelByHand, NewPayment};

use crate::cancel::CANCEL;
use crate::merchants::{SECOND, SECOND_KEY, two_merchants};
use crate::support::{Engine, MERCHANT, SECRET_KEY, Shop, code, data, instant, on_both_databases};

on_both_databases!(
    no_field_shows_another_merchants,
    nobody_cancels_another_merchants_payment
);

/// An order number that both merchants have given.
const SHARED: &str = "order-of-both";

/// Two merchants, each with a payment, one that was cancelled through the API, and one that was cancelled in the console;
/// everything mirrored. The second one's payments of each pair come later.
struct Scene {
    shop: Shop,
    /// A token of the second merchant, with the role admin.
    scoped: String,
    own: Keys,
    others: Keys,
}

/// A merchant's keys.
struct Keys {
    paid: String,
    cancelled: String,
    request: String,
}

impl Scene {
    async fn set(engine: Engine) -> Self {
        let shop = two_merchants(engine).await;
        let console = shop.sim.console();
        for (mid, hour) in [(SECOND, "09"), (MERCHANT, "10")] {
            let payment = |order: &str| {
                let day = instant(&format!("2026-03-17T{hour}:00:00+09:00"));
                NewPayment::card(order, 10_000).for_mid(mid).at(day)
            };
            console.pay(payment(SHARED));
            console.pay(payment(&format!("cancelled-{mid}")));
            let elsewhere = console.pay(payment(&format!("elsewhere-{mid}")));
            let noon = instant("2026-03-18T12:00:00+09:00");
            let by_hand = CancelByHand::everything("console").at(noon);
            console.cancel(&elsewhere, &by_hand).unwrap();
        }
        let merchants = [(MERCHANT, SECRET_KEY), (SECOND, SECOND_KEY)];
        shop.mirror_of(&merchants, ("2026-03-16", "2026-03-19"))
            .await;
        let scoped = shop
            .post(
                &shop.admin,
                "mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret error { message } } }",
                json!({ "input": { "name": "of-second", "role": "ADMIN", "merchants": [SECOND] } }),
            )
            .await;
        let scoped = data(scoped)["createToken"]["secret"]
            .as_str()
            .unwrap()
            .to_owned();
        for mid in [MERCHANT, SECOND] {
            let closed = close_period(&shop, &shop.admin, mid).await;
            assert_eq!(closed["error"], Value::Null, "{closed:#}");
        }
        Self {
            own: keys(&shop, SECOND).await,
            others: keys(&shop, MERCHANT).await,
            scoped,
            shop,
        }
    }

    /// What the second merchant's token is answered.
    async fn ask(&self, query: &str) -> Value {
        data(self.shop.post(&self.scoped, query, Value::Null).await)
    }
}

/// What closing a merchant's period gives.
async fn close_period(shop: &Shop, token: &str, mid: &str) -> Value {
    let query = format!(
        r#"mutation {{ it: closePeriod(input: {{from: "2026-03-16", to: "2026-03-18", mId: "{mid}"}}) {{
            period {{ id }} error {{ code message }} }} }}"#
    );
    data(shop.post(token, &query, Value::Null).await)["it"].take()
}

/// Finds a merchant's payments as an admin, and cancels one of them.
async fn keys(shop: &Shop, mid: &str) -> Keys {
    let query = format!(
        r#"{{ payments(filter: {{mId: ["{mid}"]}}) {{ nodes {{ paymentKey orderId }} }} }}"#
    );
    let payments = shop.ask(&query).await["payments"]["nodes"].clone();
    let of_order = |order: &str| {
        let all = payments.as_array().unwrap();
        let found = all.iter().find(|payment| payment["orderId"] == order);
        found.unwrap()["paymentKey"].as_str().unwrap().to_owned()
    };
    let cancelled = of_order(&format!("cancelled-{mid}"));
    let input = json!({ "paymentKey": cancelled, "idempotencyKey": format!("cancel-{mid}"), "reason": "r" });
    let payload = shop.cancel(&input).await;
    assert_eq!(payload["request"]["status"], "SUCCEEDED", "{payload:#}");
    Keys {
        paid: of_order(SHARED),
        request: payload["request"]["id"].as_str().unwrap().to_owned(),
        cancelled,
    }
}

/// Everything of a payment.
const PAYMENT: &str = "id mId paymentKey orderId orderName history { id mId paymentKey payment { paymentKey } } settlements { id mId paymentKey } \
    cancels { origin request { id paymentKey } } reconciliation { discrepancies { id mId paymentKey } }";

/// What each field of `Query` is asked.
fn questions(own: &Keys, ids: &[String]) -> Vec<(&'static str, String)> {
    let range = r#"range: {from: "2026-03-01", to: "2026-04-30"}"#;
    let (paid, request) = (&own.paid, &own.request);
    let id = &ids[0];
    let all_ids = json!(ids).to_string();
    vec![
        (
            "payments",
            format!("payments(orderBy: AMOUNT_DESC) {{ totalCount nodes {{ {PAYMENT} }} }}"),
        ),
        (
            "settlements",
            "settlements { nodes { id mId paymentKey payment { paymentKey } } }".to_owned(),
        ),
        (
            "discrepancies",
            format!(
                "discrepancies(orderBy: LARGEST_DELTA) {{ totalCount nodes {{ id mId paymentKey payment {{ {PAYMENT} }} }} }}"
            ),
        ),
        (
            "discrepancyCounts",
            "discrepancyCounts { class count delta { amount } }".to_owned(),
        ),
        (
            "reconciliation",
            format!("reconciliation({range}, basis: EVENT) {{ mId paymentCount }}"),
        ),
        (
            "payoutDays",
            format!("payoutDays({range}) {{ mId events {{ nodes {{ id mId paymentKey }} }} }}"),
        ),
        (
            "transactions",
            format!(
                "transactions {{ totalCount nodes {{ id mId paymentKey origin payout {{ estimatedFee {{ amount }} }} payment {{ {PAYMENT} }} }} }}"
            ),
        ),
        ("receivables", format!("receivables({range}) {{ mId }}")),
        ("payoutTotals", format!("payoutTotals({range}) {{ mId }}")),
        (
            "periods",
            "periods { id mId summary { mId } changes { figure payments { paymentKey } } }"
                .to_owned(),
        ),
        ("businessDays", format!("businessDays({range}) {{ date }}")),
        ("settlementCycle", "settlementCycle { mId }".to_owned()),
        ("coverage", "coverage { mId }".to_owned()),
        (
            "cancelRequest",
            format!(
                r#"cancelRequest(id: "{request}") {{ id paymentKey auditEntries {{ subject }} }}"#
            ),
        ),
        (
            "cancelRequests",
            "cancelRequests { totalCount nodes { id paymentKey payment { paymentKey } } }"
                .to_owned(),
        ),
        (
            "auditLog",
            "auditLog(first: 200) { nodes { action subject detail } }".to_owned(),
        ),
        (
            "payment",
            format!(r#"payment(by: {{paymentKey: "{paid}"}}) {{ {PAYMENT} }}"#),
        ),
        ("node", format!(r#"node(id: "{id}") {{ id }}"#)),
        ("nodes", format!("nodes(ids: {all_ids}) {{ id }}")),
        ("tokens", "tokens { name merchants }".to_owned()),
        ("viewer", "viewer { name merchants }".to_owned()),
        ("banks", "banks { code }".to_owned()),
    ]
}

/// The ids of everything that a merchant has.
async fn ids(scene: &Scene, token: &str, mid: &str) -> Vec<String> {
    let query = format!(
        r#"{{
            payments(filter: {{mId: ["{mid}"]}}) {{ nodes {{ id history {{ id }} }} }}
            settlements(filter: {{mId: ["{mid}"]}}) {{ nodes {{ id }} }}
            discrepancies(filter: {{mId: ["{mid}"]}}) {{ nodes {{ id }} }}
            cancelRequests(filter: {{mId: ["{mid}"]}}) {{ nodes {{ id }} }}
            periods(mId: ["{mid}"]) {{ id }}
        }}"#
    );
    let answer = data(scene.shop.post(token, &query, Value::Null).await);
    let mut found = Vec::new();
    collect(&answer, &mut found);
    found
}

/// Every `id` in an answer.
fn collect(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            into.extend(fields.get("id").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, into));
        }
        Value::Array(all) => all.iter().for_each(|value| collect(value, into)),
        _ => {}
    }
}

async fn no_field_shows_another_merchants(engine: Engine) {
    let scene = Scene::set(engine).await;
    let own_ids = ids(&scene, &scene.shop.admin, SECOND).await;
    let foreign_ids = ids(&scene, &scene.shop.admin, MERCHANT).await;
    assert!(own_ids.len() >= 10 && foreign_ids.len() == own_ids.len());
    let questions = questions(&scene.own, &own_ids);

    // A field that is not asked about here is one that nobody has thought of.
    let schema = scene
        .ask("{ __schema { queryType { fields { name } } } }")
        .await;
    let fields: BTreeSet<&str> = schema["__schema"]["queryType"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|field| field["name"].as_str())
        .collect();
    let asked: BTreeSet<&str> = questions.iter().map(|(field, _)| *field).collect();
    assert_eq!(asked, fields, "every field of Query is asked here");

    let mut foreign = vec![MERCHANT, &scene.others.paid, &scene.others.cancelled];
    foreign.extend(foreign_ids.iter().map(String::as_str));
    for (field, question) in &questions {
        let answer = scene.ask(&format!("{{ {question} }}")).await[field].to_string();
        for word in &foreign {
            assert!(!answer.contains(word), "{field} shows {word}: {answer}");
        }
        let is_empty = matches!(answer.as_str(), "null" | "[]" | r#"{"nodes":[]}"#);
        assert!(!is_empty, "{field} shows nothing of their own: {answer}");
    }
    no_report_shows_another_merchants(&scene).await;
    let tokens = &scene.ask("{ tokens { name } }").await["tokens"];
    assert_eq!(
        tokens,
        &json!([{ "name": "of-second" }]),
        "those that see more are not shown"
    );
    // The length of a list is that of what they see, and what is looked for is looked for among it.
    let own = scene.ask("{ payments { totalCount } }").await;
    assert_eq!(own["payments"]["totalCount"], 3);
    let query = format!(
        r#"{{ payments(filter: {{search: "{}"}}) {{ totalCount nodes {{ paymentKey }} }} }}"#,
        scene.others.paid
    );
    let found = &scene.ask(&query).await["payments"];
    assert_eq!(found, &json!({ "totalCount": 0, "nodes": [] }));
    // Asked for outright, it is as if there were none.
    assert_eq!(
        ids(&scene, &scene.scoped, MERCHANT).await,
        Vec::<String>::new()
    );
    let list = json!(foreign_ids).to_string();
    let nodes = &scene
        .ask(&format!("{{ nodes(ids: {list}) {{ id }} }}"))
        .await["nodes"];
    assert!(
        nodes.as_array().unwrap().iter().all(Value::is_null),
        "{nodes}"
    );
    for id in &foreign_ids {
        let node = scene
            .ask(&format!(r#"{{ node(id: "{id}") {{ id }} }}"#))
            .await;
        assert_eq!(node, json!({ "node": null }));
    }
    let query = format!(
        r#"{{ payment(by: {{paymentKey: "{}"}}, maxAgeSeconds: 0) {{ id }} cancelRequest(id: "{}") {{ id }} }}"#,
        scene.others.paid, scene.others.request
    );
    let nothing = json!({ "payment": null, "cancelRequest": null });
    assert_eq!(scene.ask(&query).await, nothing);
    // The order is one of theirs too, though somebody else has it as well, and later.
    let shared = format!(r#"{{ payment(by: {{orderId: "{SHARED}"}}) {{ mId paymentKey }} }}"#);
    let of_own = json!({ "mId": SECOND, "paymentKey": scene.own.paid });
    assert_eq!(scene.ask(&shared).await["payment"], of_own);
    // And everything is there for whoever sees all.
    let all = scene.shop.ask("{ coverage { mId } }").await.to_string();
    assert!(all.contains(MERCHANT) && all.contains(SECOND), "{all}");
}

/// Nor does a report.
async fn no_report_shows_another_merchants(scene: &Scene) {
    let report = scene.shop.report(&scene.scoped, ".json").await;
    let report = String::from_utf8(report).unwrap();
    assert!(report.contains(SECOND) && report.contains(&scene.own.paid));
    assert!(!report.contains(MERCHANT) && !report.contains(&scene.others.paid));
}

async fn nobody_cancels_another_merchants_payment(engine: Engine) {
    let scene = Scene::set(engine).await;
    let Scene {
        shop,
        scoped,
        others,
        own,
    } = &scene;
    let attempt = async |key: &str, intent: &str| {
        let input = json!({ "paymentKey": key, "idempotencyKey": intent, "reason": "r" });
        let answer = shop.post(scoped, CANCEL, json!({ "input": input })).await;
        data(answer)["cancelPayment"].clone()
    };
    // The second one was never seen here.
    let unseen = shop.sim.console().pay(NewPayment::card("unseen", 1_000));
    for key in [&others.paid, &unseen, &"no-such-payment".to_owned()] {
        let refused = attempt(key, "not-theirs-1").await;
        assert_eq!(refused["error"]["code"], "NOT_FOUND_PAYMENT", "{refused:#}");
        assert_eq!(refused["request"], Value::Null);
        assert!(shop.sim.executed_cancels(key).is_empty());
    }
    for mutation in [
        "approveCancelRequest",
        "withdrawCancelRequest",
        "takeOverCancelRequest",
    ] {
        let query = format!(
            r#"mutation {{ it: {mutation}(id: "{}") {{ error {{ code }} }} }}"#,
            others.request
        );
        let answer = data(shop.post(scoped, &query, Value::Null).await);
        assert_eq!(answer, json!({ "it": null }), "{mutation}");
    }
    let query = format!(
        r#"mutation {{ it: resolveCancelRequest(id: "{}", outcome: EXECUTED, note: "n") {{ error {{ code }} }} }}"#,
        others.request
    );
    assert_eq!(
        data(shop.post(scoped, &query, Value::Null).await),
        json!({ "it": null })
    );
    let not_theirs = close_period(shop, scoped, MERCHANT).await;
    assert_eq!(not_theirs["error"]["code"], "NOT_FOUND", "{not_theirs:#}");
    let theirs = close_period(shop, scoped, SECOND).await;
    assert_eq!(theirs["error"]["code"], "OVERLAPS", "{theirs:#}");
    let query = format!(r#"{{ periods(mId: ["{MERCHANT}"]) {{ id }} }}"#);
    let period = shop.ask(&query).await["periods"][0]["id"].take();
    let reopened = format!(
        r#"mutation {{ it: reopenPeriod(input: {{id: {period}, note: "n"}}) {{ period {{ id }} error {{ code }} }} }}"#
    );
    let reopened = data(shop.post(scoped, &reopened, Value::Null).await);
    assert_eq!(
        reopened["it"],
        json!({ "period": null, "error": { "code": "NOT_FOUND" } })
    );
    let done = attempt(&own.paid, "their-own-1").await;
    assert_eq!(done["request"]["status"], "SUCCEEDED", "{done:#}");

    // Whoever sees one merchant cannot make themselves see more, nor take back what sees more.
    let widened = r#"mutation { createToken(input: {name: "wide", role: VIEWER}) { secret error { code field } } }"#;
    let payload = data(shop.post(scoped, widened, Value::Null).await);
    let expected =
        json!({ "secret": null, "error": { "code": "OUT_OF_SCOPE", "field": "merchants" } });
    assert_eq!(payload["createToken"], expected);
    let revoking = r#"mutation { revokeToken(name: "test-admin") { name } }"#;
    let revoked = data(shop.post(scoped, revoking, Value::Null).await);
    assert_eq!(revoked, json!({ "revokeToken": null }));
    let viewer = shop.post(
        &shop.viewer,
        "mutation { revokeToken(name: \"of-second\") { name } }",
        Value::Null,
    );
    assert_eq!(code(&viewer.await), "FORBIDDEN");
}
