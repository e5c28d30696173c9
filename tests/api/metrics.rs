//! `/metrics` of the real server: what moves when it is asked, calls Toss, and has work that stands open.

use reqwest::StatusCode;
use serde_json::{Value, json};
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use crate::support::{MERCHANT, SECRET_KEY, Shop, instant, on_both_databases, until};

on_both_databases!(
    requests_are_counted_by_operation_and_outcome,
    calls_of_toss_are_counted_by_api_and_outcome,
    a_cancel_of_unknown_outcome_stands_open_until_it_is_known,
    verdicts_are_due_until_they_are_made,
    a_list_grows_old_while_nobody_reads_it,
    nothing_secret_or_personal_is_shown_and_nobody_sees_it_through_a_proxy_without_a_token,
);

const VIEWER: &str = "{ viewer { name } }";

impl Shop {
    async fn metrics(&self) -> String {
        let request = self.client().get(self.url("/metrics"));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.text().await.unwrap()
    }

    /// The value of one series, spelled as `/metrics` spells it.
    async fn measured(&self, series: &str) -> String {
        let text = self.metrics().await;
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        value
            .unwrap_or_else(|| panic!("{series} is not in\n{text}"))
            .to_owned()
    }

    async fn until_measured(&self, series: &str, expected: &str) {
        until(async || (self.measured(series).await == expected).then_some(())).await;
    }
}

fn requests(operation: &str, outcome: &str) -> String {
    format!(r#"toss_recon_graphql_requests_total{{operation="{operation}",outcome="{outcome}"}}"#)
}

fn calls(api: &str, outcome: &str) -> String {
    format!(r#"toss_recon_toss_calls_total{{api="{api}",outcome="{outcome}"}}"#)
}

fn cancels(status: &str) -> String {
    format!(r#"toss_recon_cancel_requests_open{{status="{status}"}}"#)
}

async fn requests_are_counted_by_operation_and_outcome(shop: Shop) {
    let took = r#"toss_recon_graphql_request_duration_seconds_count{operation="query"}"#;
    assert_eq!(shop.measured(&requests("query", "ok")).await, "0");
    assert_eq!(shop.measured(took).await, "0");
    shop.ask(VIEWER).await;
    shop.ask(VIEWER).await;
    shop.refusal("{ noSuchField }").await;
    shop.refusal("{ unclosed").await;
    shop.post("no token", VIEWER, Value::Null).await;
    shop.refusal(r#"mutation { cancelPayment(input: {paymentKey: "k", idempotencyKey: "metrics-0001", reason: "r"}) { request { id } } }"#)
        .await;
    for (operation, outcome, expected) in [
        ("query", "ok", "2"),
        ("query", "refused", "1"),
        ("query", "failed", "0"),
        ("none", "refused", "2"),
        ("mutation", "errors", "1"),
        ("mutation", "ok", "0"),
    ] {
        let series = requests(operation, outcome);
        assert_eq!(shop.measured(&series).await, expected, "{series}");
    }
    assert_eq!(shop.measured(took).await, "3");
}

async fn calls_of_toss_are_counted_by_api_and_outcome(shop: Shop) {
    shop.play("partial_cancels", "2026-03-03");
    shop.payment("order-partial-cancels", "status").await;
    for (api, endpoint) in [
        ("payment", Endpoint::PaymentByOrder),
        ("transactions", Endpoint::Transactions),
        ("settlements", Endpoint::Settlements),
    ] {
        let made = shop.calls_of(endpoint);
        assert!(made > 0, "{api}");
        let series = calls(api, "ok");
        assert_eq!(shop.measured(&series).await, made.to_string());
        let took = format!(r#"toss_recon_toss_call_duration_seconds_count{{api="{api}"}}"#);
        assert_eq!(shop.measured(&took).await, made.to_string());
    }
    assert_eq!(shop.measured(&calls("payment", "failed")).await, "0");

    shop.refusal(r#"{ payment(by: {orderId: "never-ordered"}) { status } }"#)
        .await;
    assert_eq!(shop.measured(&calls("payment", "refused")).await, "1");

    for (kind, outcome) in [
        (FaultKind::Status(503), "failed"),
        (FaultKind::Drop, "unreachable"),
        (FaultKind::Html, "unreadable"),
    ] {
        let fault = Fault::next(Endpoint::PaymentByOrder, kind);
        shop.sim.faults().add(fault);
        shop.payment("order-partial-cancels", "status").await;
        let series = calls("payment", outcome);
        assert_eq!(shop.measured(&series).await, "1", "{series}");
    }
}

async fn a_cancel_of_unknown_outcome_stands_open_until_it_is_known(shop: Shop) {
    for status in [
        "unknown",
        "needs_operator",
        "awaiting_approval",
        "sent",
        "requested",
    ] {
        assert_eq!(shop.measured(&cancels(status)).await, "0", "{status}");
    }
    let key = shop.sim.console().pay(NewPayment::card("order-1", 1_000));
    let fault = Fault::next(Endpoint::Cancel, FaultKind::ExecuteThenDrop);
    shop.sim.faults().add(fault);
    let input = json!({ "paymentKey": key, "idempotencyKey": "metrics-0001", "reason": "r" });
    let payload = shop.cancel(&input).await;
    assert_eq!(payload["request"]["status"], "UNKNOWN", "{payload:#}");
    assert_eq!(shop.measured(&cancels("unknown")).await, "1");
    assert_eq!(shop.measured(&calls("cancel", "unreachable")).await, "1");
    assert_eq!(shop.measured(&requests("mutation", "ok")).await, "1");

    shop.pass(chrono::Duration::minutes(1));
    shop.until_measured(&cancels("unknown"), "0").await;
    shop.until_measured(&calls("cancel", "ok"), "1").await;
}

async fn verdicts_are_due_until_they_are_made(shop: Shop) {
    let due = "toss_recon_verdicts_due";
    // Somebody else keeps verdicts, and does not.
    let far = instant("2036-03-20T12:00:00+09:00");
    let store = shop.store().await;
    let held = store.hold_lease("reconcile", "a test", far, far).await;
    assert_eq!(held, Ok(true));
    assert_eq!(shop.measured(due).await, "0");
    shop.play("partial_cancels", "2026-03-03");
    shop.payment("order-partial-cancels", "status").await;
    assert_eq!(shop.measured(due).await, "1");
    store.give_lease_back("reconcile", "a test").await.unwrap();
    store.close().await.unwrap();
    shop.until_measured(due, "0").await;
}

async fn a_list_grows_old_while_nobody_reads_it(shop: Shop) {
    let age = |list| format!(r#"toss_recon_list_read_age_seconds{{list="{list}"}}"#);
    for list in ["transactions", "settlements"] {
        assert_eq!(shop.measured(&age(list)).await, "inf", "{list}");
    }
    shop.mirror(("2026-03-18", "2026-03-19")).await;
    for list in ["transactions", "settlements"] {
        assert_eq!(shop.measured(&age(list)).await, "0", "{list}");
    }
    shop.pass(chrono::Duration::hours(2));
    for list in ["transactions", "settlements"] {
        assert_eq!(shop.measured(&age(list)).await, "7200", "{list}");
    }
}

async fn nothing_secret_or_personal_is_shown_and_nobody_sees_it_through_a_proxy_without_a_token(
    shop: Shop,
) {
    shop.play("partial_cancels", "2026-03-03");
    shop.payment("order-partial-cancels", "status").await;
    let key = shop.payment_key("order-partial-cancels").await;
    shop.ask("query NamedByItsClient { viewer { name } }").await;
    let forwarded = || {
        shop.client()
            .get(shop.url("/metrics"))
            .header("x-forwarded-for", "203.0.113.7")
    };
    let refused = forwarded().send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert!(!refused.text().await.unwrap().contains("toss_recon_"));
    let shown = forwarded().bearer_auth(&shop.viewer).send().await.unwrap();
    assert_eq!(shown.status(), StatusCode::OK);
    assert_eq!(
        shown.headers()["content-type"],
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let text = shown.text().await.unwrap();
    assert!(
        text.contains("\ntoss_recon_build_info{version=\""),
        "{text}"
    );
    for kept in [
        SECRET_KEY,
        MERCHANT,
        key.as_str(),
        "order-partial-cancels",
        "NamedByItsClient",
        shop.viewer.as_str(),
        "test-viewer",
        shop.database_url.as_str(),
    ] {
        assert!(!text.contains(kept), "{kept} in\n{text}");
    }
}
