//! `POST /v1/payments/{paymentKey}/cancel`.

use chrono::Duration;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Asked, payments};
use crate::bodies::json::Json;
use crate::ledger::cancel::CancelOrder;
use crate::ledger::payment::Payment;
use crate::ledger::refund_account::RefundAccount;
use crate::money::Amount;
use crate::refusal::Refusal;
use crate::world::World;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    cancel_reason: Option<String>,
    cancel_amount: Option<Box<RawValue>>,
    tax_free_amount: Option<Box<RawValue>>,
    tax_exemption_amount: Option<Box<RawValue>>,
    refundable_amount: Option<Box<RawValue>>,
    currency: Option<String>,
    cancel_request_id: Option<String>,
    refund_receive_account: Option<Account>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    bank: String,
    #[serde(rename = "accountNumber")]
    number: String,
    holder_name: String,
}

/// Cancels a payment, or part of it, and answers with the payment.
pub(super) fn cancel(world: &mut World, asked: &Asked<'_>) -> Result<Json, Refusal> {
    let body: Body = serde_json::from_slice(&asked.call.body).map_err(|_| invalid())?;
    let reason_length = body
        .cancel_reason
        .as_deref()
        .map_or(0, |reason| reason.chars().count());
    if !(1..=200).contains(&reason_length) {
        return Err(invalid());
    }
    let index = payments::find(world, asked, &asked.call.id)?;
    let payment = world.ledger.payment(index);
    let order = order(&body, payment)?;
    let just_cancelled = payment
        .cancels
        .last()
        .is_some_and(|cancel| asked.now - cancel.at < Duration::seconds(1));
    if world.behaviour.refuses_consecutive_cancels && just_cancelled {
        return Err(Refusal::of("FORBIDDEN_CONSECUTIVE_REQUEST"));
    }
    world.cancel(index, &order, asked.now, true)?;
    Ok(payments::current(world, asked, index))
}

/// Reads the request against the payment whose currency its amounts are in.
fn order(body: &Body, payment: &Payment) -> Result<CancelOrder, Refusal> {
    let currency = payment.currency();
    if body
        .currency
        .as_deref()
        .is_some_and(|code| code != currency.code())
    {
        return Err(invalid());
    }
    let id_fits = |id: &str| {
        (6..=64).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte))
    };
    if body
        .cancel_request_id
        .as_deref()
        .is_some_and(|id| !id_fits(id))
    {
        return Err(invalid());
    }
    let amount = |raw: &Option<Box<RawValue>>| -> Result<Option<i64>, Refusal> {
        let Some(raw) = raw else { return Ok(None) };
        // Some merchants send amounts as strings, and Toss takes them.
        let text = raw.get().trim_matches('"');
        let read = Amount::parse(text, currency).filter(|amount| amount.minor >= 0);
        read.map(|amount| Some(amount.minor)).ok_or_else(invalid)
    };
    let cancel_amount = amount(&body.cancel_amount)?;
    if cancel_amount == Some(0) {
        return Err(invalid());
    }
    Ok(CancelOrder {
        reason: body.cancel_reason.clone().unwrap_or_default(),
        amount: cancel_amount,
        tax_free: amount(&body.tax_free_amount)?.unwrap_or(0),
        tax_exemption: amount(&body.tax_exemption_amount)?.unwrap_or(0),
        refundable: amount(&body.refundable_amount)?,
        names_currency: body.currency.is_some(),
        request_id: body.cancel_request_id.clone(),
        account: body
            .refund_receive_account
            .as_ref()
            .map(|account| RefundAccount {
                bank: account.bank.clone(),
                number: account.number.clone(),
                holder: account.holder_name.clone(),
            }),
        by_hand: false,
        beyond: false,
    })
}

fn invalid() -> Refusal {
    Refusal::of("INVALID_REQUEST")
}
