//! What the desk asks of the engine: how old discrepancies are, and what shows those of a subject without a payment.

use chrono::{DateTime, Utc};
use reconciliation::{Discrepancy, KstDate, age_in_business_days};

use super::Reconciler;
use super::build_verdict::Maker;
use crate::store::{DiscrepancyId, StoreError, VerdictSubject};

impl Reconciler {
    /// How many business days ago something was found, in Seoul; `until` is when it ended, if it has.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn business_days_since(
        &self,
        found: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    ) -> Result<u32, StoreError> {
        let learned = self.0.learned_in_force().await?;
        let until = until.unwrap_or_else(|| self.0.now());
        Ok(age_in_business_days(
            &learned.terms.calendar,
            KstDate::of(found),
            KstDate::of(until),
        ))
    }

    /// The discrepancy of this id among those that a subject has now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn discrepancy_of(
        &self,
        subject: &VerdictSubject,
        id: &DiscrepancyId,
    ) -> Result<Option<Discrepancy>, StoreError> {
        let inner = &self.0;
        let learned = inner.learned_in_force().await?;
        let subjects = std::slice::from_ref(subject);
        let Some(rows) = inner.store.book_rows(subjects).await?.remove(subject) else {
            return Ok(None);
        };
        let coverages = inner.coverages(&learned.settings).await?;
        let maker = Maker {
            coverages: &coverages,
            terms: &learned.terms,
            partial_cancel_rows: learned.settings.partial_cancel_rows,
            as_of: inner.now(),
        };
        let made = maker.make(subject, rows);
        let Some(reconciliation) = made.reconciliation else {
            return Ok(None);
        };
        let known = made.record.discrepancies.iter();
        let place = known.map(|record| &record.id).position(|found| found == id);
        Ok(place.and_then(|place| reconciliation.discrepancies.into_iter().nth(place)))
    }
}
