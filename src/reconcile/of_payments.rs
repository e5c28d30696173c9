//! How some payments stand at this moment, whatever is kept of them.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use reconciliation::{DeskState, PaymentKey};

use super::build_verdict::Maker;
use super::{FoundAs, Reconciled, Reconciler};
use crate::store::{
    AtDesk, DiscrepancyRecord, StoreError, StoredDiscrepancy, StoredPayment, VerdictSubject,
};

impl Reconciler {
    /// How these payments stand now, each from its own rows in the store and by the terms that verdicts are made by. One
    /// whose sums do not fit is missing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of_payments(
        &self,
        payments: &[Arc<StoredPayment>],
    ) -> Result<HashMap<PaymentKey, Arc<Reconciled>>, StoreError> {
        let inner = &self.0;
        let keys: Vec<PaymentKey> = payments
            .iter()
            .map(|stored| stored.payment.payment_key.clone())
            .collect();
        let subjects: Vec<VerdictSubject> =
            keys.iter().cloned().map(VerdictSubject::Payment).collect();
        let learned = inner.learned_in_force().await?;
        let mut rows = inner.store.book_rows(&subjects).await?;
        let coverages = inner.coverages(&learned.settings).await?;
        let mut detected = inner.store.discrepancies_of_payments(&keys).await?;
        if let Some(today) = self.acknowledgements_end_by().await? {
            let detected = detected.values_mut();
            inner.store.tell_as_open(today, detected).await?;
        }
        let as_of = inner.now();
        let maker = Maker {
            coverages: &coverages,
            terms: &learned.terms,
            partial_cancel_rows: learned.settings.partial_cancel_rows,
            as_of,
        };
        let mut found = HashMap::with_capacity(keys.len());
        for (key, subject) in keys.into_iter().zip(subjects) {
            let Some(rows) = rows.remove(&subject) else {
                continue;
            };
            let made = maker.make(&subject, rows);
            let Some(reconciliation) = made.reconciliation else {
                continue;
            };
            let found_as = made.record.discrepancies.into_iter().map(|record| {
                let stored = detected.get(&record.id);
                found_as(record, stored, as_of)
            });
            let reconciled = Reconciled {
                found: found_as.collect(),
                reconciliation,
            };
            found.insert(key, Arc::new(reconciled));
        }
        Ok(found)
    }
}

/// How one that was found now is known. What was acknowledged is open again while its evidence is another.
fn found_as(
    record: DiscrepancyRecord,
    stored: Option<&StoredDiscrepancy>,
    as_of: DateTime<Utc>,
) -> FoundAs {
    let Some(stored) = stored else {
        return FoundAs {
            id: record.id,
            detected_at: as_of,
            at_desk: AtDesk::OPEN,
        };
    };
    let is_same = stored.record.evidence == record.evidence;
    let state = match stored.at_desk.state {
        DeskState::Acknowledged if is_same => DeskState::Acknowledged,
        _ => DeskState::Open,
    };
    FoundAs {
        id: record.id,
        detected_at: stored.detected_at,
        at_desk: AtDesk {
            state,
            ..stored.at_desk.clone()
        },
    }
}
