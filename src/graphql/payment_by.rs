//! What a payment is asked for by, and how old the answer may be.

use async_graphql::{ID, OneofObject};
use reconciliation::{OrderId, PaymentKey};

use super::error::ApiError;
use super::node_id::NodeId;
use crate::lookup::PaymentRef;

/// How old an answer may be when a client does not say.
pub(super) const DEFAULT_MAX_AGE_SECONDS: i32 = 30;

/// Which payment. Give exactly one of the fields.
#[derive(Debug, OneofObject)]
pub(super) enum PaymentBy {
    /// The `id` of a Payment, as this API gave it.
    Id(ID),
    /// Toss's key of the payment.
    PaymentKey(String),
    /// The merchant's order number. Of several attempts to pay one order, the one that holds or held money, else the newest;
    /// `otherAttempts` has the rest.
    OrderId(String),
}

impl PaymentBy {
    /// What to look up.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for what cannot be an id, a payment key or an order number: Toss is not asked for it.
    pub(super) fn to_ref(&self) -> Result<PaymentRef, ApiError> {
        match self {
            Self::Id(id) => NodeId::payment(id).map(PaymentRef::Key),
            Self::PaymentKey(text) => PaymentKey::parse(text)
                .map(PaymentRef::Key)
                .map_err(|error| ApiError::bad_user_input(format!("paymentKey: {error}"))),
            Self::OrderId(text) => OrderId::parse(text)
                .map(PaymentRef::Order)
                .map_err(|error| ApiError::bad_user_input(format!("orderId: {error}"))),
        }
    }
}
