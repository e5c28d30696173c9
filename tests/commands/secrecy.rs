//! Nothing secret or personal is logged, however much is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use toss_sim::NewPayment;

use crate::program::SECRET_KEY;
use crate::server::{Running, client, place_before, shop, token};

const CANCEL: &str = "mutation Cancel($input: CancelPaymentInput!) {
    cancelPayment(input: $input) { request { id status } error { code message } }
}";

#[tokio::test]
async fn a_log_of_everything_holds_no_key_token_account_or_name() {
    for format in ["text", "json"] {
        let sim = shop("account_never_paid").await;
        let key = sim
            .console()
            .pay(NewPayment::virtual_account("order-to-refund", 9_900));
        sim.console().deposit(&key, None).unwrap();
        let place = place_before(&sim)
            .set("LOG", "trace")
            .set("LOG_FORMAT", format);
        let admin = token(&place, "admin", "admin").await;
        let server = Running::serve(&place, &[]).await;
        server
            .ask(
                &admin,
                r#"{ payment(by: {orderId: "order-to-refund"}) { status history { effect } settlements { soldDate } } }"#,
            )
            .await;
        let account = "90817263544550";
        let holder = "홍길동무명";
        let input = json!({
            "paymentKey": key, "idempotencyKey": "refund-0001", "reason": "고객 요청",
            "refundAccount": { "bank": "88", "accountNumber": account, "holderName": holder },
        });
        let done = server
            .ask_with(&admin, CANCEL, json!({ "input": input }))
            .await;
        assert_eq!(
            done["cancelPayment"]["request"]["status"], "SUCCEEDED",
            "{done}"
        );
        let id = done["cancelPayment"]["request"]["id"].as_str().unwrap();
        let shown = shown(&server, &admin, id, &key).await;
        let (_, stderr) = server.stop("TERM").await;

        assert!(stderr.contains("TRACE") && stderr.contains("Toss answered"));
        let (_, token_secret) = admin.split_at("trc_0123456789_".len());
        let secrets = [
            SECRET_KEY,
            &STANDARD.encode(format!("{SECRET_KEY}:")),
            &admin,
            token_secret,
            account,
            holder,
            r"\ud64d\uae38\ub3d9",
        ];
        for secret in secrets {
            let mut lines = stderr.lines().chain(shown.lines());
            let leak = lines.find(|line| line.contains(secret));
            assert_eq!(leak, None, "{secret}");
        }
    }
}

/// What whoever subscribes to a request and its payment is told, and what `/metrics` shows.
async fn shown(server: &Running, token: &str, id: &str, key: &str) -> String {
    let mut shown = server.get("/metrics").await.text().await.unwrap();
    for (query, until) in [
        (
            format!(
                r#"subscription {{ cancelRequestChanged(id: "{id}") {{ status reason tossMessage error {{ message }} }} }}"#
            ),
            "event: complete",
        ),
        (
            format!(
                r#"subscription {{ paymentChanged(paymentKey: "{key}") {{ status virtualAccount {{ refundStatus }}
                    cancels {{ reason request {{ status reason }} }} history {{ effect }} }} }}"#
            ),
            "event: next",
        ),
    ] {
        let asked = client()
            .post(server.url("/graphql"))
            .bearer_auth(token)
            .header("accept", "text/event-stream")
            .json(&json!({ "query": query }));
        let mut answer = asked.send().await.unwrap();
        let mut events = String::new();
        while !(events.contains(until) && events.ends_with("\n\n")) {
            let bytes = answer.chunk().await.unwrap().expect("more");
            events += std::str::from_utf8(&bytes).unwrap();
        }
        assert!(!events.contains("errors"), "{events}");
        shown += &events;
    }
    shown
}
