//! Others tell of a cancel before its answer does, or instead of it: webhooks, true and forged, and the import of Toss's
//! lists. What they say leads to a reading; the request is decided by the answer to its key alone.

use std::time::Duration;

use reconciliation::{CancelRequestStatus as Status, KstDate};
use serde_json::{Value, json};
use toss_sim::FaultKind;

use crate::scene::{Scene, kill, scenes_on_both_databases};
use crate::shop::{As, Shop, on_both_databases};
use crate::wire::Trick;

mod webhooks {
    use super::*;

    on_both_databases!(
        a_webhook_that_comes_before_the_answer,
        a_webhook_that_comes_instead_of_the_answer,
        a_webhook_that_comes_afterwards_and_twice,
        a_forged_webhook_about_a_cancel_that_never_ran,
    );

    async fn a_webhook_that_comes_before_the_answer(shop: Shop) {
        let payment = shop.card(10_000);
        shop.next_cancels(1, FaultKind::Slow(Duration::from_millis(600)));
        let told = async {
            while shop.sendings(&payment) == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let data = json!({ "paymentKey": payment, "status": "CANCELED" });
            shop.webhook("whtrans_early", data).await;
        };
        let (answer, ()) =
            tokio::join!(shop.cancel(As::Kim, &payment, "key-told", json!({})), told);
        assert_eq!(answer["request"]["status"], "SUCCEEDED", "{answer:#}");
        assert_eq!(answer["payment"]["balanceAmount"]["amount"], "0");
        assert_eq!(
            (shop.sendings(&payment), shop.executed(&payment).len()),
            (1, 1)
        );
    }

    /// The payment is read because of it and shows the cancel; whose it is, the key tells.
    async fn a_webhook_that_comes_instead_of_the_answer(shop: Shop) {
        let payment = shop.card(10_000);
        shop.next_cancels(1, FaultKind::ExecuteThenHang);
        let told = async {
            while shop.executed(&payment).is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let data = json!({ "paymentKey": payment, "status": "CANCELED" });
            shop.webhook("whtrans_instead", data).await;
        };
        let (answer, ()) =
            tokio::join!(shop.cancel(As::Kim, &payment, "key-told", json!({})), told);
        assert_eq!(answer["request"]["status"], "UNKNOWN", "{answer:#}");
        let ended = shop.becomes(&answer["request"], "SUCCEEDED").await;
        assert_eq!(
            json!([ended["transactionKey"]]),
            json!(shop.executed(&payment))
        );
        assert_eq!(shop.sendings(&payment), 2, "only the key decides");
    }

    async fn a_webhook_that_comes_afterwards_and_twice(shop: Shop) {
        let payment = shop.card(10_000);
        shop.cancel(As::Kim, &payment, "key-told", json!({})).await;
        let before = shop.requests_for(&payment).await;
        let readings = readings(&shop, &payment);
        let data = json!({ "paymentKey": payment, "status": "CANCELED" });
        for _ in 0..2 {
            shop.webhook("whtrans_after", data.clone()).await;
        }
        until_read_again(&shop, &payment, readings).await;
        assert_eq!(shop.requests_for(&payment).await, before);
        assert_eq!(
            (shop.sendings(&payment), shop.executed(&payment).len()),
            (1, 1)
        );
    }

    async fn a_forged_webhook_about_a_cancel_that_never_ran(shop: Shop) {
        let payment = shop.card(10_000);
        shop.next_cancels(1, FaultKind::Drop);
        let lost = shop.cancel(As::Kim, &payment, "key-told", json!({})).await;
        assert_eq!(lost["request"]["status"], "UNKNOWN");
        let readings = readings(&shop, &payment);
        let forged = json!({
            "paymentKey": payment,
            "status": "CANCELED",
            "balanceAmount": 0,
            "cancels": [{ "transactionKey": "forged", "cancelAmount": 10_000, "cancelStatus": "DONE" }],
        });
        shop.webhook("whtrans_forged", forged).await;
        until_read_again(&shop, &payment, readings).await;
        let ended = shop.becomes(&lost["request"], "SUCCEEDED").await;
        assert_eq!(
            json!([ended["transactionKey"]]),
            json!(shop.executed(&payment))
        );
    }

    fn readings(shop: &Shop, payment: &str) -> usize {
        let path = format!("/v1/payments/{payment}");
        let calls = shop.sim.requests();
        calls.iter().filter(|call| call.path == path).count()
    }

    async fn until_read_again(shop: &Shop, payment: &str, before: usize) {
        while readings(shop, payment) <= before {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

mod imports {
    use super::*;

    scenes_on_both_databases!(the_import_sees_the_cancel_before_its_answer_does);

    async fn the_import_sees_the_cancel_before_its_answer_does(mut scene: Scene) {
        // Time for the import, before it is asked about again.
        scene.program = scene.program.with("CANCEL_RETRY_SECONDS", "300");
        let running = scene.started().await;
        let _executed = scene.wire.on_next_cancel(Trick::Unanswered);
        let told = scene.order("key-seen").await.unwrap();
        assert_eq!(told["request"]["status"], "UNKNOWN", "{told:#}");
        let today = KstDate::of(now()).to_string();
        let (status, said) = scene
            .program
            .run(&["sync", "--from", &today, "--to", &today])
            .await;
        assert_eq!(status, Some(0), "{said}");
        let summary: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        assert_eq!(
            summary["transactions"], 2,
            "the payment and its cancel: {summary}"
        );
        let seen = scene.recorded().await.unwrap();
        assert_eq!(
            (seen.status, seen.attempts),
            (Status::Unknown, 1),
            "a row proves nothing"
        );
        let origin = "query ($key: String!) { payment(by: { paymentKey: $key }) { cancels { origin request { id } } } }";
        let asked = json!({ "key": scene.payment });
        let shown = scene
            .program
            .post(&scene.admin, origin, asked.clone())
            .await
            .unwrap();
        assert_eq!(
            shown["data"]["payment"]["cancels"][0]["origin"], "UNCERTAIN",
            "{shown:#}"
        );
        // Its caller need not wait so long.
        scene.order("key-seen").await.unwrap();
        let (status, request) = scene.settles("key-seen").await;
        assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
        let shown = scene
            .program
            .post(&scene.admin, origin, asked)
            .await
            .unwrap();
        let cancel = &shown["data"]["payment"]["cancels"][0];
        assert_eq!(cancel["origin"], "OURS", "{shown:#}");
        assert_eq!(cancel["request"]["id"], crate::books::shown_id(&request));
        kill(running).await;
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the program under test reads the system's clock"
    )]
    fn now() -> chrono::DateTime<chrono::Utc> {
        chrono::Utc::now()
    }
}
