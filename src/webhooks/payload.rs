//! What a webhook's body names, in whichever of Toss's envelopes.

use reconciliation::{OrderId, PaymentKey, TransactionKey};
use serde_json::Value;

use crate::lookup::PaymentRef;

/// What a webhook leads to a payment by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Payload {
    /// The payment itself.
    Payment(PaymentRef),
    /// One of its transactions: `CANCEL_STATUS_CHANGED` brings a cancel alone, without its payment's key.
    Transaction(TransactionKey),
}

impl Payload {
    /// What a body names, if anything. A deposit's names an order and a transaction: the order says more.
    pub(super) fn by(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let places = [&body["data"], &body["entityBody"], &body];
        let key = |place: &&Value| PaymentKey::parse(place["paymentKey"].as_str()?).ok();
        let order = |place: &&Value| OrderId::parse(place["orderId"].as_str()?).ok();
        let transaction =
            |place: &&Value| TransactionKey::parse(place["transactionKey"].as_str()?).ok();
        let payment = || places.iter().find_map(key).map(PaymentRef::Key);
        let by_order = || places.iter().find_map(order).map(PaymentRef::Order);
        payment()
            .or_else(by_order)
            .map(Self::Payment)
            .or_else(|| places.iter().find_map(transaction).map(Self::Transaction))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(body: &str) -> Option<Payload> {
        Payload::by(body.as_bytes())
    }

    #[test]
    fn each_envelope_names_its_payment() {
        let key = PaymentRef::Key(PaymentKey::parse("p-1").unwrap());
        let order = PaymentRef::Order(OrderId::parse("order-1").unwrap());
        let (key, order) = (Some(Payload::Payment(key)), Some(Payload::Payment(order)));
        let payment = r#"{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"2026-01-02T14:46:59.65327","data":{"paymentKey":"p-1","orderId":"order-1","status":"NEW_WORD"}}"#;
        assert_eq!(named(payment), key);
        let deposit = r#"{"createdAt":"2026-01-02T14:46:59.653+09:00","secret":"s","status":"DONE","transactionKey":"t","orderId":"order-1"}"#;
        assert_eq!(named(deposit), order);
        let entity = r#"{"eventType":"payout.changed","entityType":"payout","entityBody":{"paymentKey":"p-1"}}"#;
        assert_eq!(named(entity), key);
        let cancel = r#"{"eventType":"CANCEL_STATUS_CHANGED","createdAt":"2026-01-02T14:46:59.65327","data":{"transactionKey":"t-1","cancelStatus":"DONE"}}"#;
        let transaction = TransactionKey::parse("t-1").unwrap();
        assert_eq!(named(cancel), Some(Payload::Transaction(transaction)));
    }

    #[test]
    fn what_names_no_payment_is_no_hint() {
        for body in [
            "",
            "[]",
            "null",
            "7",
            "\u{0}",
            r#"{"data":null}"#,
            r#"{"data":{"paymentKey":7}}"#,
            r#"{"data":{"transactionKey":""}}"#,
            r#"{"eventType":"BILLING_DELETED","data":{"billingKey":"b"}}"#,
        ] {
            assert_eq!(named(body), None, "{body}");
        }
    }
}
