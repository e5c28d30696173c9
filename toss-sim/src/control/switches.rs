//! What can be broken, and what was asked: `/sim/faults`, `/sim/troubles`, `/sim/behaviour`, `/sim/requests`.

use actix_web::web::{self, Bytes};
use chrono::Duration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Data, read};
use crate::faults::Fault;
use crate::kst::written;
use crate::payouts::FeesForm;
use crate::payouts::trouble::SettlementTrouble;
use crate::row_trouble::{PaymentTrouble, TransactionTrouble};
use crate::server::Faults;
use crate::settings::{Behaviour, OverLimit, WebhookSwitches};

/// Switches to move; those that are left out stay.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BehaviourRequest {
    keeps_server_errors: Option<bool>,
    refuses_consecutive_cancels: Option<bool>,
    refuses_cursors_outside: Option<bool>,
    over_limit: Option<OverLimit>,
    settles_test_keys: Option<bool>,
    samples_test_keys: Option<bool>,
    lists_ahead: Option<bool>,
    settles_foreign_wallets: Option<bool>,
    orders_answer_paid: Option<bool>,
    test_calls_per_minute: Option<usize>,
    fees: Option<FeesForm>,
    payment_lag_seconds: Option<i64>,
    webhooks: Option<WebhookSwitches>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WebhookRequest {
    /// Where the first merchant's webhooks go; null switches them off.
    url: Option<String>,
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/faults", web::post().to(add_fault))
        .route("/faults", web::delete().to(clear))
        .route("/troubles/settlement", web::post().to(settlement))
        .route("/troubles/transaction", web::post().to(transaction))
        .route("/troubles/payment", web::post().to(payment))
        .route("/payments/{payment}/hold", web::post().to(hold))
        .route("/payments/{payment}/release", web::post().to(release))
        .route("/behaviour", web::post().to(behave))
        .route("/webhooks", web::post().to(webhooks))
        .route("/idempotency", web::delete().to(forget))
        .route("/requests", web::get().to(requests))
        .route("/requests", web::delete().to(clear_requests));
}

async fn add_fault(sim: Data, body: Bytes) -> Answer {
    let fault: Fault = read(&body)?;
    Faults::new(&sim).add(fault);
    Ok(web::Json(
        json!({ "remaining": Faults::new(&sim).remaining() }),
    ))
}

async fn clear(sim: Data) -> Answer {
    Faults::new(&sim).clear();
    Ok(done())
}

async fn settlement(sim: Data, body: Bytes) -> Answer {
    let trouble: SettlementTrouble = read(&body)?;
    Faults::new(&sim).settlement(trouble);
    Ok(done())
}

async fn transaction(sim: Data, body: Bytes) -> Answer {
    let trouble: TransactionTrouble = read(&body)?;
    Faults::new(&sim).transaction(trouble);
    Ok(done())
}

async fn payment(sim: Data, body: Bytes) -> Answer {
    let trouble: PaymentTrouble = read(&body)?;
    Faults::new(&sim).payment(trouble);
    Ok(done())
}

async fn hold(sim: Data, payment: web::Path<String>) -> Answer {
    Faults::new(&sim).hold(&payment);
    Ok(done())
}

async fn release(sim: Data, payment: web::Path<String>) -> Answer {
    Faults::new(&sim).release(&payment);
    Ok(done())
}

async fn behave(sim: Data, body: Bytes) -> Answer {
    let request: BehaviourRequest = read(&body)?;
    Faults::new(&sim).behave(|behaviour| request.apply(behaviour));
    Ok(done())
}

async fn webhooks(sim: Data, body: Bytes) -> Answer {
    let request: WebhookRequest = read(&body)?;
    sim.with_world(|world| world.merchants[0].webhook_url = request.url);
    Ok(done())
}

async fn forget(sim: Data) -> Answer {
    Faults::new(&sim).forget_idempotency_keys();
    Ok(done())
}

async fn requests(sim: Data) -> Answer {
    let requests: Vec<Value> = sim.with_world(|world| {
        let shown = world.requests.iter().map(|request| {
            json!({
                "at": written(request.at),
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "idempotencyKey": request.idempotency_key,
                "mId": request.mid,
                "fault": request.fault.as_ref().map(|fault| format!("{fault:?}")),
                "status": request.status,
                "replayed": request.replayed,
            })
        });
        shown.collect()
    });
    Ok(web::Json(requests.into()))
}

async fn clear_requests(sim: Data) -> Answer {
    sim.with_world(|world| world.requests.clear());
    Ok(done())
}

fn done() -> web::Json<Value> {
    web::Json(json!({ "done": true }))
}

impl BehaviourRequest {
    fn apply(self, behaviour: &mut Behaviour) {
        let Behaviour {
            keeps_server_errors,
            refuses_consecutive_cancels,
            refuses_cursors_outside,
            over_limit,
            settles_test_keys,
            samples_test_keys,
            lists_ahead,
            settles_foreign_wallets,
            orders_answer_paid,
            test_calls_per_minute,
            fees,
            payment_lag,
            webhooks,
        } = behaviour;
        move_to(keeps_server_errors, self.keeps_server_errors);
        move_to(
            refuses_consecutive_cancels,
            self.refuses_consecutive_cancels,
        );
        move_to(refuses_cursors_outside, self.refuses_cursors_outside);
        move_to(over_limit, self.over_limit);
        move_to(settles_test_keys, self.settles_test_keys);
        move_to(samples_test_keys, self.samples_test_keys);
        move_to(lists_ahead, self.lists_ahead);
        move_to(settles_foreign_wallets, self.settles_foreign_wallets);
        move_to(orders_answer_paid, self.orders_answer_paid);
        move_to(test_calls_per_minute, self.test_calls_per_minute.map(Some));
        move_to(fees, self.fees);
        move_to(payment_lag, self.payment_lag_seconds.map(Duration::seconds));
        move_to(webhooks, self.webhooks);
    }
}

fn move_to<T>(switch: &mut T, position: Option<T>) {
    if let Some(position) = position {
        *switch = position;
    }
}
