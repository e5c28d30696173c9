//! Ways in which one order's transactions, or its payment, are shown wrong, each by a switch.

use chrono::Duration;
use serde::{Deserialize, Deserializer};

/// What is wrong with an order's transaction rows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TransactionChange {
    /// They are not listed.
    Hidden,
    /// They appear so much later than they happened.
    Late(#[serde(deserialize_with = "seconds")] Duration),
    /// The newest of them has this status.
    Status(String),
}

/// One order's trouble in the transaction list.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TransactionTrouble {
    /// The order.
    pub order_id: String,
    /// What is wrong.
    pub change: TransactionChange,
}

/// What is wrong with a payment's body.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PaymentChange {
    /// `balanceAmount` differs by so many minor units.
    Balance(i64),
    /// `status` is this word.
    Status(String),
}

/// One order's trouble in the payment's own body.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentTrouble {
    /// The order.
    pub order_id: String,
    /// What is wrong.
    pub change: PaymentChange,
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    i64::deserialize(deserializer).map(Duration::seconds)
}
