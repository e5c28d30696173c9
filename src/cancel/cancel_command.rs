//! What an admin orders, and what came of it.

use std::sync::Arc;

use reconciliation::{CancelIntent, CancelPolicy, Money, PaymentKey, PermittedCancel};

use crate::lookup::{FoundPayment, LookupError};
use crate::store::{CancelRequest, StoreError, StoredCancelError};
use crate::toss::{TossError, Unreadable};

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
pub struct CancelCommand {
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

    /// Nothing was recorded for this payment.
    pub(super) fn refused_for(payment: FoundPayment, error: StoredCancelError) -> Self {
        Self {
            payment: Some(payment),
            ..Self::refused(error)
        }
    }

    /// A request that is left as it is.
    pub(super) fn unmoved(request: CancelRequest, error: StoredCancelError) -> Self {
        Self {
            request: Some(request),
            ..Self::refused(error)
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
        order: &CancelCommand,
        permitted: PermittedCancel,
        policy: &CancelPolicy,
        asked_today: Money,
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
            needs_approval: policy.needs_approval(amount, asked_today),
        }
    }
}

/// Why a step of a cancel broke off. Callers are told so as data.
#[derive(Debug, thiserror::Error)]
pub(super) enum CancelFailure {
    /// Toss could not be asked about the payment, and nothing was sent.
    #[error("Toss could not be asked: {reason}")]
    Upstream {
        /// What went wrong, fit for a client's eyes.
        reason: String,
    },
    /// Toss shows the payment in a way that cannot be read, and nothing was sent.
    #[error("Toss's answer could not be read: {0}")]
    Unreadable(Unreadable),
    /// The store failed before anything was sent. What is recorded of the request still stands.
    #[error("the store failed before anything was sent: {0}")]
    NotRecorded(#[source] Arc<StoreError>),
    /// The store failed when Toss had been called. The record says so, and what became of it is found out.
    #[error("the store failed after Toss was called: {0}")]
    NotWritten(#[source] Arc<StoreError>),
}

impl CancelFailure {
    /// The store failed when Toss had been called.
    pub(super) fn after_sending(error: StoreError) -> Self {
        Self::NotWritten(Arc::new(error))
    }
}

impl From<StoreError> for CancelFailure {
    fn from(error: StoreError) -> Self {
        Self::NotRecorded(Arc::new(error))
    }
}

impl From<TossError> for CancelFailure {
    fn from(error: TossError) -> Self {
        match error.unreadable_field() {
            Some(reason) => Self::Unreadable(reason.clone()),
            None => Self::Upstream {
                reason: error.to_string(),
            },
        }
    }
}

impl From<LookupError> for CancelFailure {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Upstream { reason } | LookupError::TooMany { reason, .. } => {
                Self::Upstream { reason }
            }
            LookupError::Unreadable(reason) => Self::Unreadable(reason),
            LookupError::Store(error) => Self::NotRecorded(error),
        }
    }
}
