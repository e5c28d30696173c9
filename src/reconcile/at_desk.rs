//! What the desk asks of the engine: how old discrepancies are, and what shows those of a subject without a payment.

use chrono::{DateTime, Utc};
use reconciliation::{Discrepancy, KstDate, age_in_business_days};

use super::Reconciler;
use super::build_verdict::Maker;
use crate::store::{DiscrepancyId, StoreError, VerdictSubject};

impl Reconciler {
    /// Opens acknowledged discrepancies again whose day has come.
    pub(super) async fn reopen_acknowledged(&self) -> Result<(), StoreError> {
        self.0.store.reopen_acknowledged(self.0.now()).await?;
        Ok(())
    }

    /// Today in Seoul, while acknowledgements that have ended by now are still kept: they are told as open. Once there are
    /// none it is not looked for again on that day, since none ends on the day on which it is given.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn acknowledgements_end_by(&self) -> Result<Option<KstDate>, StoreError> {
        let today = KstDate::of(self.0.now());
        let mut none_on = self.0.none_ended_on.lock().await;
        if *none_on == Some(today) {
            return Ok(None);
        }
        if self.0.store.have_ended(today).await? {
            return Ok(Some(today));
        }
        *none_on = Some(today);
        Ok(None)
    }

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
