//! Everything that is stored of some payments, as their verdicts need it.

use std::collections::HashMap;
use std::sync::Arc;

use reconciliation::{FormerSettlement, ListedSettlement, Transaction};

use super::{CancelRequest, SettlementId, Store, StoreError, StoredPayment, VerdictSubject};

/// What is stored of one subject.
#[derive(Clone, Debug, Default)]
pub struct BookRows {
    /// Counts the changes of these books; 0 while nothing was ever marked.
    pub books_version: i64,
    /// The payment with its cancels; `None` when only settlement rows name it.
    pub payment: Option<Arc<StoredPayment>>,
    /// When it began, as lists have it.
    pub began_at: Option<chrono::DateTime<chrono::Utc>>,
    /// Its transaction rows, unordered.
    pub transactions: Vec<Transaction>,
    /// The settlement rows that name it, or that name no payment but its order, with their ids.
    pub settlements: Vec<(SettlementId, ListedSettlement)>,
    /// What such rows said in earlier readings.
    pub former_settlements: Vec<FormerSettlement>,
    /// Our cancel requests for it, oldest first.
    pub requests: Vec<CancelRequest>,
}

impl Store {
    /// What is stored of these subjects. The version of each is read first, so that a change that comes while the rest
    /// is read is noticed by [`Store::save_verdicts`]. For a row without a payment: the row, or nothing when a payment
    /// has its order.
    pub async fn book_rows(
        &self,
        subjects: &[VerdictSubject],
    ) -> Result<HashMap<VerdictSubject, BookRows>, StoreError> {
        let _ = subjects;
        unimplemented!()
    }
}
