//! `GET /v1/payments/{paymentKey}` and `GET /v1/payments/orders/{orderId}`.

use super::Asked;
use crate::bodies;
use crate::bodies::json::{Json, Object};
use crate::bodies::method::View;
use crate::bodies::odd::make_odd;
use crate::bodies::old_version::to_version_1_3;
use crate::faults::FaultKind;
use crate::ledger::cancel::CancelStatus;
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

/// The latest attempt at this order, or by switch the latest one that was paid.
pub(super) fn by_order(world: &World, asked: &Asked<'_>) -> Result<Json, Refusal> {
    let order = &asked.call.id;
    let paid = world
        .behaviour
        .orders_answer_paid
        .then(|| world.ledger.paid_by_order(&asked.mids, order))
        .flatten();
    let index = paid
        .or_else(|| world.ledger.by_order(&asked.mids, order))
        .filter(|index| !is_unknown(world, *index))
        .ok_or_else(|| Refusal::of("NOT_FOUND_PAYMENT"))?;
    Ok(shown(world, asked, index))
}

/// The index of a payment that belongs to the caller; another merchant's does not exist for it.
pub(super) fn find(world: &World, asked: &Asked<'_>, payment_key: &str) -> Result<usize, Refusal> {
    world
        .ledger
        .by_key(payment_key)
        .filter(|index| asked.mids.contains(&world.ledger.payment(*index).mid))
        .filter(|index| !is_unknown(world, *index))
        .ok_or_else(|| Refusal::of("NOT_FOUND_PAYMENT"))
}

/// Whether a switch has the payment unknown to everybody.
fn is_unknown(world: &World, index: usize) -> bool {
    let payment = world.ledger.payment(index);
    world
        .payment_troubles
        .iter()
        .any(|trouble| trouble.change == PaymentChange::NotFound && trouble.meets(payment))
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
        if trouble.meets(payment) {
            change(&mut body, payment, &trouble.change);
        }
    }
    body.into()
}

fn change(body: &mut Object, payment: &Payment, change: &PaymentChange) {
    match change {
        PaymentChange::Balance(by) => {
            body.set("balanceAmount", payment.amount(payment.balance + by));
        }
        PaymentChange::Status(status) => body.set("status", status.as_str()),
        PaymentChange::Odd(odd) => make_odd(body, *odd),
        PaymentChange::CancelsWithoutKeys => {
            for cancel in body.cancels_mut() {
                cancel.remove("transactionKey");
            }
        }
        PaymentChange::CancelsWithNullKeys => {
            for cancel in body.cancels_mut() {
                cancel.set("transactionKey", Json::Null);
            }
        }
        PaymentChange::CancelsWithoutTime => {
            let cancels = payment.cancels.iter().zip(body.cancels_mut());
            for (_, cancel) in cancels.filter(|(one, _)| one.status == CancelStatus::InProgress) {
                cancel.remove("canceledAt");
            }
        }
        PaymentChange::Version13 => to_version_1_3(body),
        PaymentChange::RefundStatus(word) => {
            let refunded = payment.cancels.iter().any(|cancel| cancel.moves_money);
            if let Some(account) = body.object_mut("virtualAccount").filter(|_| refunded) {
                account.set("refundStatus", word.as_str());
            }
        }
        PaymentChange::NotFound | PaymentChange::CancelsFail(_) | PaymentChange::CancelsDropped => {
        }
    }
}
