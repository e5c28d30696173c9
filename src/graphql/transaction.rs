//! One row of a payment's history as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use reconciliation::{Event, History};

use super::books::Books;
use super::error::ApiError;
use super::money::Money;
use super::node_id::{NodeId, TransactionId};
use super::payment::Payment;
use super::scalars::DateTime;
use super::scoped::Scoped;
use super::status::{PaymentMethod, PaymentStatus};

/// What a transaction did to the money that was held. More values may come: treat values you do not know as `NONE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::Effect")]
pub(super) enum TransactionEffect {
    /// No money moved, and none was meant to; for example, a virtual account was issued.
    None,
    /// Money came in.
    Paid,
    /// A deposit into a virtual account bounced: the money that was held is gone again, and the account waits for
    /// another deposit.
    PaymentReversed,
    /// Money went back to the buyer.
    Refunded,
    /// A virtual account was cancelled while nobody had paid into it: the account number was handed back, and no money
    /// moved. It is not a refund, although Toss lists it as CANCELED with the full amount.
    Voided,
}

/// One event of a history. The place is one that the history has.
pub(super) struct Transaction {
    history: Arc<History>,
    place: usize,
}

impl Transaction {
    /// Every event, in the order of the walk.
    pub(super) fn all_of(history: &Arc<History>) -> Vec<Self> {
        (0..history.events().len())
            .map(|place| Self {
                history: Arc::clone(history),
                place,
            })
            .collect()
    }

    /// The event that an id names.
    pub(super) fn find(history: &Arc<History>, id: &TransactionId) -> Option<Self> {
        let place = history.events().iter().position(|event| {
            event.transaction.transaction_key == id.transaction_key
                && event.transaction.mid == id.mid
        })?;
        Some(Self {
            history: Arc::clone(history),
            place,
        })
    }

    fn event(&self) -> &Event {
        &self.history.events()[self.place]
    }

    fn row(&self) -> &reconciliation::Transaction {
        &self.event().transaction
    }
}

/// One line of Toss's transactions list: an approval, a cancel, or the issue of a virtual account. It never changes.
#[Object]
impl Transaction {
    /// Opaque and stable: keep it, pass it on, never take it apart.
    pub(super) async fn id(&self) -> ID {
        let row = self.row();
        NodeId::Transaction(TransactionId {
            payment_key: row.payment_key.clone(),
            transaction_key: row.transaction_key.clone(),
            mid: row.mid.clone(),
        })
        .to_id()
    }

    /// The merchant at Toss (상점아이디).
    async fn m_id(&self) -> &str {
        self.row().mid.as_str()
    }

    /// Toss's key of this line. A cancel has the same key in `Payment.cancels` and in `Payment.settlements`.
    async fn transaction_key(&self) -> &str {
        self.row().transaction_key.as_str()
    }

    /// Toss's key of the payment.
    async fn payment_key(&self) -> &str {
        self.row().payment_key.as_str()
    }

    /// The payment, as it was last read; Toss is not asked. Null when only this line is stored.
    async fn payment(&self, ctx: &Context<'_>) -> Result<Option<Payment>, ApiError> {
        let key = &self.row().payment_key;
        let stored = Scoped::of(ctx)?.stored_payment(key).await?;
        Ok(stored.map(|stored| Payment::from(Books::as_stored(stored))))
    }

    /// The merchant's own order number.
    async fn order_id(&self) -> &str {
        self.row().order_id.as_str()
    }

    /// How it was paid, or was to be paid.
    async fn method(&self) -> PaymentMethod {
        PaymentMethod::from_label(self.row().method_label.as_deref())
    }

    /// Toss's own word for the method, e.g. 가상계좌.
    async fn method_label(&self) -> Option<&str> {
        self.row().method_label.as_deref()
    }

    /// The payment's status that this line recorded.
    async fn status(&self) -> PaymentStatus {
        PaymentStatus::from(&self.row().status)
    }

    /// Toss's own word for the status.
    async fn status_label(&self) -> &str {
        self.row().status.as_str()
    }

    /// When it happened, to the second.
    async fn transaction_at(&self) -> DateTime {
        DateTime(self.row().transaction_at)
    }

    /// As Toss lists it: positive for a cancel too, unlike in `Settlement`, where a cancel's amounts are negative. Do
    /// not add these up; add up `effectiveAmount`.
    async fn amount(&self) -> Money {
        Money(self.row().amount)
    }

    /// What it did to the money held.
    async fn effect(&self) -> TransactionEffect {
        self.event().effect.into()
    }

    /// What it changed of the money held: positive when paid, negative when refunded or when a deposit bounced, 0
    /// otherwise. Their sum is the payment's `netAmount`.
    async fn effective_amount(&self) -> Money {
        Money(self.event().effective_amount)
    }
}
