//! Rows of Toss's settlements list.

use std::collections::HashMap;
use std::fmt;

use reconciliation::{MId, OrderId, PaymentKey, Settlement};

use super::{Store, StoreError};

/// The id of a settlement row: ours, since Toss's rows have none. The same row read again has the same id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SettlementId(String);

impl SettlementId {
    /// Takes an id as it was once given out; one that never was finds nothing.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id: letters, digits, `-`, `_` and `.`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SettlementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A settlement row with its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSettlement {
    /// Our id.
    pub id: SettlementId,
    /// The row.
    pub settlement: Settlement,
}

/// What finds the settlement rows of one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementsKey {
    /// Finds rows that name their payment.
    pub payment_key: PaymentKey,
    /// With the order: finds rows that name no payment.
    pub mid: MId,
    /// As it stands in a row, or behind a row's prefix.
    pub order_id: OrderId,
}

impl Store {
    /// The settlement rows of these payments: those that name the payment, and those that name none but its order, as
    /// it stands or behind a prefix. Ordered by sold date and id; payments without rows are missing from the answer.
    pub async fn settlements_of(
        &self,
        payments: &[SettlementsKey],
    ) -> Result<HashMap<PaymentKey, Vec<StoredSettlement>>, StoreError> {
        todo!()
    }

    /// One settlement row.
    pub async fn settlement(
        &self,
        id: &SettlementId,
    ) -> Result<Option<StoredSettlement>, StoreError> {
        todo!()
    }
}
