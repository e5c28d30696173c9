//! What is recorded of a cancel, when, and what is not kept.

use std::time::Duration;

use futures_util::future::join;
use reconciliation::CancelRequestStatus;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use toss_recon::store::{CancelRequest, CancelRequestChange};
use toss_recon::toss::{BaseUrl, SecretKey, Toss, TossSettings};
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use super::{SUCCEEDED, UNKNOWN, order, told, won};
use crate::support::{Choices, Engine, Shop, data, on_both_databases, until};

on_both_databases!(
    a_request_is_recorded_before_the_payment_is_read,
    a_request_is_recorded_as_sent_with_its_bytes_before_toss_is_called,
    a_client_that_hangs_up_does_not_stop_its_cancel,
    the_bytes_are_kept_while_the_outcome_is_open_and_erased_when_it_ends,
    a_request_left_behind_while_toss_was_called_is_taken_up_by_its_caller,
    a_request_left_behind_before_toss_was_called_ends_as_never_sent,
    a_request_is_the_same_by_its_id,
);

impl Shop {
    /// Waits until another process would see the only open request in that state.
    async fn until_recorded(&self, status: CancelRequestStatus) -> CancelRequest {
        let store = self.store().await;
        let found = until(async || {
            // As of a day later every open request is due, whoever works on it now.
            let tomorrow = self.sim.clock().now() + chrono::Duration::days(1);
            let open = store.due_cancel_requests(tomorrow, 10).await.unwrap();
            open.into_iter().find(|request| request.status == status)
        });
        let found = found.await;
        store.close().await.unwrap();
        found
    }
}

fn slow() -> FaultKind {
    FaultKind::Slow(Duration::from_millis(800))
}

async fn a_request_is_recorded_before_the_payment_is_read(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    shop.payment("order-1", "id").await;
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Payment, slow()));
    let input = order(&key, "records-00001", json!({}));
    let (payload, recorded) = join(shop.cancel(&input), async {
        let recorded = shop.until_recorded(CancelRequestStatus::Requested).await;
        assert_eq!(shop.calls_of(Endpoint::Cancel), 0);
        recorded
    })
    .await;
    assert_eq!(told(&payload), SUCCEEDED, "{payload:#}");
    assert_eq!((recorded.attempts, recorded.body.is_some()), (0, false));
}

async fn a_request_is_recorded_as_sent_with_its_bytes_before_toss_is_called(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    shop.sim.faults().add(Fault::next(Endpoint::Cancel, slow()));
    let input = order(&key, "records-00002", json!({ "amount": won("3000") }));
    let (payload, recorded) = join(shop.cancel(&input), async {
        let recorded = shop.until_recorded(CancelRequestStatus::Sent).await;
        assert_eq!(shop.executed(&key), 0, "Toss has not carried it out yet");
        recorded
    })
    .await;
    assert_eq!(told(&payload), SUCCEEDED, "{payload:#}");
    let requests = shop.sim.requests();
    let sent = requests
        .iter()
        .find(|request| request.endpoint == Endpoint::Cancel)
        .unwrap();
    assert_eq!(
        sent.idempotency_key.as_deref(),
        Some(recorded.idempotency_key.as_str())
    );
    let sealed = recorded.body.unwrap();
    let base_url = BaseUrl::parse(shop.sim.base_url()).unwrap();
    let secret_key = SecretKey::parse(shop.sim.secret_key()).unwrap();
    let toss = Toss::new(TossSettings::new(base_url, secret_key)).unwrap();
    let body = toss
        .open_body(&recorded.idempotency_key, sealed.expose())
        .unwrap();
    assert_eq!(body.expose_secret().as_bytes(), sent.body);
    assert_eq!(recorded.attempts, 1);
}

async fn a_client_that_hangs_up_does_not_stop_its_cancel(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Payment, slow()).after(1));
    let input = order(&key, "records-00003", json!({}));
    tokio::select! {
        payload = shop.cancel(&input) => panic!("too early: {payload}"),
        () = shop.until_called(Endpoint::Payment, 2) => {}
    }
    until(async || (shop.executed(&key) == 1).then_some(())).await;
    let payload = shop.cancel(&input).await;
    assert_eq!(told(&payload), SUCCEEDED, "{payload:#}");
    assert_eq!(shop.executed(&key), 1);
}

async fn the_bytes_are_kept_while_the_outcome_is_open_and_erased_when_it_ends(engine: Engine) {
    let choices = Choices {
        timeout: Duration::from_secs(2),
        ..Choices::default()
    };
    let shop = Shop::open_with(engine, choices).await;
    let key = shop
        .sim
        .console()
        .pay(NewPayment::virtual_account("order-va", 22_400));
    shop.sim.console().deposit(&key, None).unwrap();
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Cancel, FaultKind::ExecuteThenDrop));
    let account = json!({ "bank": "88", "accountNumber": "110222333444", "holderName": "김환불" });
    let input = order(&key, "records-00004", json!({ "refundAccount": account }));
    let store = shop.store().await;
    let recorded = async || {
        let found = store
            .cancel_request_by_client_key("test-admin", "records-00004")
            .await;
        found.unwrap().unwrap()
    };
    let open = shop.cancel(&input).await;
    assert_eq!(told(&open), UNKNOWN, "{open:#}");
    let body = recorded().await.body.unwrap();
    assert!(!body.expose().contains("110222333444"), "it is sealed");
    let ended = shop.cancel(&input).await;
    assert_eq!(told(&ended), SUCCEEDED, "{ended:#}");
    assert!(recorded().await.body.is_none());
    store.close().await.unwrap();
    for answer in [open, ended] {
        let text = answer.to_string();
        assert!(
            !text.contains("110222333444") && !text.contains("김환불"),
            "{text}"
        );
    }
}

async fn a_request_left_behind_while_toss_was_called_is_taken_up_by_its_caller(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let input = order(&key, "left-behind-1", json!({ "amount": won("3000") }));
    shop.leave_behind(&input, CancelRequestStatus::Sent).await;
    let payload = shop.cancel(&input).await;
    assert_eq!(told(&payload), SUCCEEDED, "{payload:#}");
    assert_eq!(shop.executed(&key), 1);
}

async fn a_request_left_behind_before_toss_was_called_ends_as_never_sent(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    let input = order(&key, "left-behind-2", json!({ "amount": won("3000") }));
    shop.leave_behind(&input, CancelRequestStatus::Requested)
        .await;
    let payload = shop.cancel(&input).await;
    assert_eq!(
        told(&payload),
        (Some("REJECTED"), Some("NEVER_SENT"), Some("RETRY")),
        "{payload:#}"
    );
    assert_eq!(shop.executed(&key), 0);
}

impl Shop {
    /// Leaves what a process leaves that is killed in the middle of this cancel: before it called Toss, or while it did.
    async fn leave_behind(&self, input: &Value, state: CancelRequestStatus) {
        self.sim
            .faults()
            .add(Fault::next(Endpoint::Cancel, FaultKind::Drop));
        assert_eq!(told(&self.cancel(input).await), UNKNOWN);
        let id = input["idempotencyKey"].as_str().unwrap();
        let store = self.store().await;
        let request = store.cancel_request_by_client_key("test-admin", id).await;
        let change = CancelRequestChange::to(state);
        let request = request.unwrap().unwrap();
        let now = self.sim.clock().now();
        store
            .move_cancel_request(&request, change, now)
            .await
            .unwrap();
        store.close().await.unwrap();
    }
}

async fn a_request_is_the_same_by_its_id(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Cancel, FaultKind::ExecuteThenDrop));
    let input = order(&key, "records-00006", json!({ "amount": won("3000") }));
    let fields =
        "id paymentKey status amount { amount currency } reason requestedBy requestedAt resolvedAt
                  transactionKey error { code message advice field }";
    for expected in [UNKNOWN, SUCCEEDED] {
        let payload = shop.cancel(&input).await;
        assert_eq!(told(&payload), expected);
        let query = format!(
            "{{ cancelRequest(id: {}) {{ {fields} }} }}",
            payload["request"]["id"]
        );
        let answer = shop.post(&shop.viewer, &query, Value::Null).await;
        assert_eq!(data(answer)["cancelRequest"], payload["request"]);
    }
}
