//! What an admin orders, and what came of it.

use std::sync::Arc;

use reconciliation::{CancelIntent, CancelPolicy, Money, PaymentKey, PermittedCancel};

use crate::lookup::{FoundPayment, LookupError};
use crate::store::{CancelRequest, StoreError, StoredCancelError};

/// Who orders, approves or decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin {
    /// The name of the token.
    pub name: String,
    /// The person or system that the token stands for: keys, limits and approvals are the owner's.
    pub owner: String,
}

/// What an admin orders.
#[derive(Clone, Debug)]
pub struct CancelOrder {
    /// The payment.
    pub payment_key: PaymentKey,
    /// The caller's key: the same key and content gives the same answer and never a second cancel.
    pub client_key: String,
    /// Sent to Toss as `cancelReason`.
    pub reason: String,
    /// What to cancel, and the caller's conditions.
    pub intent: CancelIntent,
}

/// What came of an order.
#[derive(Clone, Debug)]
pub struct CancelOutcome {
    /// The request, when one was recorded.
    pub request: Option<CancelRequest>,
    /// The payment as it is now, when Toss knows it.
    pub payment: Option<FoundPayment>,
    /// Why it has not succeeded.
    pub error: Option<StoredCancelError>,
    /// What would be sent, when the order was only tried out.
    pub preview: Option<CancelPreview>,
}

impl CancelOutcome {
    /// Nothing was recorded.
    pub(super) fn refused(error: StoredCancelError) -> Self {
        Self {
            request: None,
            payment: None,
            error: Some(error),
            preview: None,
        }
    }
}

/// What an order would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelPreview {
    /// What would be cancelled.
    pub amount: Money,
    /// The balance before; it would be sent along, so that Toss refuses when it has changed.
    pub balance_before: Money,
    /// The balance after.
    pub balance_after: Money,
    /// Whether it would hand an unpaid virtual account back and move no money.
    pub voids: bool,
    /// Whether it would wait for another admin's approval first.
    pub needs_approval: bool,
}

impl CancelPreview {
    pub(super) fn of(
        order: &CancelOrder,
        permitted: PermittedCancel,
        policy: &CancelPolicy,
    ) -> Self {
        let balance = permitted.balance;
        let amount = order.intent.amount.unwrap_or(balance);
        // The amount is positive and not above the balance, or the order would not have been permitted.
        let left = balance.minor().saturating_sub(amount.minor());
        Self {
            amount,
            balance_before: balance,
            balance_after: Money::from_minor(left, balance.currency()),
            voids: permitted.voids,
            needs_approval: policy.needs_approval(amount),
        }
    }
}

/// Why an order has no outcome at all: nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum CancelFailure {
    /// Toss could not be asked about the payment.
    #[error("Toss could not be asked, and nothing was sent: {reason}")]
    Upstream {
        /// What went wrong, fit for a client's eyes.
        reason: String,
    },
    /// The store failed. What is recorded of the request still stands.
    #[error("the store failed")]
    Store(#[source] Arc<StoreError>),
}

impl From<StoreError> for CancelFailure {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl From<LookupError> for CancelFailure {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Upstream { reason } => Self::Upstream { reason },
            LookupError::Store(error) => Self::Store(error),
        }
    }
}
