//! `POST /v1/payments/confirm`: the merchant takes a payment that the buyer has authenticated.

use chrono::Duration;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Asked, payments};
use crate::bodies::json::Json;
use crate::ledger::payment::Status;
use crate::money::Amount;
use crate::refusal::Refusal;
use crate::world::World;

/// Minutes within which an authenticated payment must be confirmed.
const SESSION_MINUTES: i64 = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    payment_key: String,
    order_id: String,
    amount: Box<RawValue>,
}

/// Approves the payment and answers with it.
pub(super) fn confirm(world: &mut World, asked: &Asked<'_>) -> Result<Json, Refusal> {
    let body: Body =
        serde_json::from_slice(&asked.call.body).map_err(|_| Refusal::of("INVALID_REQUEST"))?;
    let index = payments::find(world, asked, &body.payment_key)?;
    let payment = world.ledger.payment(index);
    if payment.status != Status::InProgress {
        return Err(Refusal::of("ALREADY_PROCESSED_PAYMENT"));
    }
    if asked.now > payment.requested_at + Duration::minutes(SESSION_MINUTES) {
        return Err(Refusal::of("NOT_FOUND_PAYMENT_SESSION"));
    }
    let amount = Amount::parse(body.amount.get().trim_matches('"'), payment.currency());
    if amount != Some(payment.total) || body.order_id != payment.order_id {
        return Err(Refusal::of("INVALID_REQUEST"));
    }
    world.ledger.confirm(index, asked.now);
    world.tell_of_payment(index, asked.now);
    Ok(payments::current(world, asked, index))
}
