//! The three envelopes in which payments, deposits and cancels are told.

use chrono::{DateTime, Utc};

use crate::bodies::json::{Json, Object};
use crate::bodies::literal::Language;
use crate::bodies::method::View;
use crate::bodies::{cancel, payment};
use crate::kst::KST;
use crate::ledger::cancel::Cancel;
use crate::ledger::payment::Payment;

/// `{eventType, createdAt, data}` with the whole payment.
pub(crate) fn payment_status_changed(told: &Payment, at: DateTime<Utc>, micros: u32) -> Vec<u8> {
    let view = View {
        language: Language::Korean,
        now: at,
        paid_out: None,
    };
    let body = Object::new()
        .with("eventType", "PAYMENT_STATUS_CHANGED")
        .with("createdAt", created_at(at, micros))
        .with("data", payment::body(told, view));
    Json::from(body).to_bytes()
}

/// The flat one of virtual accounts: neither an eventType nor a paymentKey.
pub(crate) fn deposit_callback(told: &Payment, at: DateTime<Utc>, micros: u32) -> Vec<u8> {
    let body = Object::new()
        .with("createdAt", created_at(at, micros))
        .with("secret", told.secret.clone())
        .with("status", told.status.word())
        .with("transactionKey", told.last_transaction_key.clone())
        .with("orderId", told.order_id.as_str());
    Json::from(body).to_bytes()
}

/// `{eventType, createdAt, data}` with the cancel alone: the payment's key is not in it.
pub(crate) fn cancel_status_changed(
    of: &Payment,
    told: &Cancel,
    at: DateTime<Utc>,
    micros: u32,
) -> Vec<u8> {
    let body = Object::new()
        .with("eventType", "CANCEL_STATUS_CHANGED")
        .with("createdAt", created_at(at, micros))
        .with("data", cancel::body(of, told));
    Json::from(body).to_bytes()
}

/// Microseconds without an offset, KST, trailing zeros dropped: five digits do occur.
fn created_at(at: DateTime<Utc>, micros: u32) -> String {
    let second = at.with_timezone(&KST).format("%Y-%m-%dT%H:%M:%S");
    let fraction = format!("{micros:06}");
    let kept = fraction.trim_end_matches('0');
    format!("{second}.{}", if kept.is_empty() { "000000" } else { kept })
}
