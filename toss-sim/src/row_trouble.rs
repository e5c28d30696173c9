//! Ways in which one order's transactions, or its payment, are shown wrong, each by a switch.

use chrono::Duration;
use serde::{Deserialize, Deserializer};

use crate::ledger::payment::Payment;
use crate::odd_row::OddRow;

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
    /// They are odd.
    Odd(OddRow),
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
    /// It is odd.
    Odd(OddRow),
    /// Its cancels have no `transactionKey`.
    CancelsWithoutKeys,
    /// The `transactionKey` of its cancels is null.
    CancelsWithNullKeys,
    /// Its cancels have no `canceledAt` while they are in progress.
    CancelsWithoutTime,
    /// It has the shape of API version 1.3.
    Version13,
    /// Nobody knows it: every question about it, and every cancel, is a 404.
    NotFound,
    /// The bank's word for the refund of its deposit, in place of `NONE`, once there was one.
    RefundStatus(String),
    /// A gateway answers its cancels with this status and no body; nothing is executed.
    CancelsFail(u16),
    /// The connection of its cancels is closed without an answer; nothing is executed.
    CancelsDropped,
}

/// One order's trouble with the payment itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentTrouble {
    /// The order, for every attempt at it, or the key of one payment.
    pub order_id: String,
    /// What is wrong.
    pub change: PaymentChange,
}

impl PaymentTrouble {
    pub(crate) fn meets(&self, payment: &Payment) -> bool {
        self.order_id == payment.order_id || self.order_id == payment.payment_key
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    i64::deserialize(deserializer).map(Duration::seconds)
}
