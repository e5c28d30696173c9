//! Payments with their cancels, as last read from Toss.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use reconciliation::{Cancel, OrderId, Payment, PaymentKey};

use super::{Store, StoreError};

/// The configured merchant whose key read a row: its name, or the fingerprint of its key.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountName(Arc<str>);

impl AccountName {
    /// Takes the name as it is.
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// A payment as it was last read from Toss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPayment {
    /// The payment.
    pub payment: Payment,
    /// Its cancels, oldest first.
    pub cancels: Vec<Cancel>,
    /// The merchant whose key read it.
    pub account: AccountName,
    /// When it was read, to the millisecond.
    pub read_at: DateTime<Utc>,
}

impl Store {
    /// The payments with these keys; keys that are not stored are missing from the answer.
    pub async fn payments(
        &self,
        keys: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, Arc<StoredPayment>>, StoreError> {
        todo!()
    }

    /// The payment of an order; of several attempts, the one requested last.
    pub async fn payment_by_order(
        &self,
        order: &OrderId,
    ) -> Result<Option<Arc<StoredPayment>>, StoreError> {
        todo!()
    }
}
