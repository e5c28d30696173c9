//! `GET /v1/payments/{paymentKey}` and `GET /v1/payments/orders/{orderId}`.

use super::Asked;
use crate::bodies;
use crate::bodies::json::Json;
use crate::bodies::method::View;
use crate::faults::FaultKind;
use crate::ledger::payment::Payment;
use crate::payouts::approval_paid_out;
use crate::refusal::Refusal;
use crate::row_trouble::PaymentChange;
use crate::world::World;

/// The payment with this key, when it is the caller's.
pub(super) fn by_key(world: &World, asked: &Asked<'_>) -> Result<Json, Refusal> {
    let index = find(world, asked, &asked.call.id)?;
    Ok(shown(world, asked, index))
}

/// The latest attempt at this order.
pub(super) fn by_order(world: &World, asked: &Asked<'_>) -> Result<Json, Refusal> {
    let index = world
        .ledger
        .by_order(&asked.mids, &asked.call.id)
        .ok_or_else(|| Refusal::of("NOT_FOUND_PAYMENT"))?;
    Ok(shown(world, asked, index))
}

/// The index of a payment that belongs to the caller; another merchant's does not exist for it.
pub(super) fn find(world: &World, asked: &Asked<'_>, payment_key: &str) -> Result<usize, Refusal> {
    world
        .ledger
        .by_key(payment_key)
        .filter(|index| asked.mids.contains(&world.ledger.payment(*index).mid))
        .ok_or_else(|| Refusal::of("NOT_FOUND_PAYMENT"))
}

/// The payment as it is now: the answer to a change.
pub(super) fn current(world: &World, asked: &Asked<'_>, index: usize) -> Json {
    written(world, asked, world.ledger.payment(index))
}

fn shown(world: &World, asked: &Asked<'_>, index: usize) -> Json {
    let lag = world.behaviour.payment_lag;
    if asked.fault == Some(&FaultKind::Stale) {
        written(world, asked, world.ledger.before_latest_change(index))
    } else if lag > chrono::Duration::zero() {
        written(world, asked, world.ledger.as_of(index, asked.now - lag))
    } else {
        current(world, asked, index)
    }
}

fn written(world: &World, asked: &Asked<'_>, payment: &Payment) -> Json {
    let view = View {
        language: asked.call.language(),
        now: asked.now,
        paid_out: world
            .merchant_of(&payment.mid)
            .and_then(|merchant| approval_paid_out(payment, &merchant.contract)),
    };
    let mut body = bodies::payment::body(payment, view);
    for trouble in &world.payment_troubles {
        if trouble.order_id == payment.order_id {
            match &trouble.change {
                PaymentChange::Balance(by) => {
                    body.set("balanceAmount", payment.amount(payment.balance + by));
                }
                PaymentChange::Status(status) => body.set("status", status.as_str()),
            }
        }
    }
    body.into()
}
