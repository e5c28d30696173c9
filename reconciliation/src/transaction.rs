//! One row of Toss's transactions list (source A).

use chrono::{DateTime, Utc};

use crate::{MId, Money, OrderId, PaymentKey, PaymentMethod, PaymentStatus, TransactionKey};

/// An approval, a cancel, a partial cancel or the issue of a virtual account: one row each, which keeps the status
/// that it was born with. From `GET /v1/transactions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The merchant that the row names.
    pub mid: MId,
    /// The row's own key; a cancel row shares it with the entry of `cancels[]` and with its settlement row.
    pub transaction_key: TransactionKey,
    /// The payment that it belongs to.
    pub payment_key: PaymentKey,
    /// The merchant's order.
    pub order_id: OrderId,
    /// The method's literal as Toss sent it.
    pub method_label: Option<String>,
    /// The status that the row was born with. It alone tells which way the money went, never the amount's sign.
    pub status: PaymentStatus,
    /// When it was approved or cancelled; Toss gives seconds.
    pub transaction_at: DateTime<Utc>,
    /// As listed: 0 for the issue of a virtual account, positive also for a cancel.
    pub amount: Money,
    /// Where Toss listed the row, counted through all pages of one window; orders rows of one instant and status.
    pub listed_position: u32,
}

impl Transaction {
    /// The method, read from its literal.
    pub fn method(&self) -> Option<PaymentMethod> {
        self.method_label.as_deref().map(PaymentMethod::from_label)
    }

    /// Whether it was paid, or was to be paid, through a virtual account.
    pub fn is_virtual_account(&self) -> bool {
        self.method_label
            .as_deref()
            .is_some_and(|label| PaymentMethod::known(label) == Some(PaymentMethod::VirtualAccount))
    }

    /// How two rows of one payment follow each other: the order of [`crate::History`].
    pub fn in_walk_order(&self, other: &Self) -> std::cmp::Ordering {
        self.walk_order().cmp(&other.walk_order())
    }

    /// What rows of one payment are ordered by: instant, life cycle, Toss's order, and then everything else that can
    /// differ, so that the order never depends on the order of arrival.
    pub(crate) fn walk_order(&self) -> impl Ord + '_ {
        (
            self.transaction_at,
            self.status.life_cycle_rank(),
            self.listed_position,
            &self.transaction_key,
            &self.mid,
            &self.status,
            (self.amount.currency(), self.amount.minor()),
            (&self.payment_key, &self.order_id, &self.method_label),
        )
    }
}
