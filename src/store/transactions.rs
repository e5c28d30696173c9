//! Rows of Toss's transactions list.

use std::collections::HashMap;

use reconciliation::{MId, PaymentKey, Transaction, TransactionKey};

use super::{Store, StoreError};

impl Store {
    /// The rows of these payments, unordered; payments without rows are missing from the answer.
    pub async fn transactions_of(
        &self,
        payments: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, Vec<Transaction>>, StoreError> {
        todo!()
    }

    /// The payment that a row belongs to.
    pub async fn transaction_payment(
        &self,
        mid: &MId,
        transaction: &TransactionKey,
    ) -> Result<Option<PaymentKey>, StoreError> {
        todo!()
    }
}
