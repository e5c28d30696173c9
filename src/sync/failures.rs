//! What is kept of days that could not be read, while a list is passed over.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use reconciliation::KstDate;

use super::{Inner, MOST_FAILED, SyncError, faults};
use crate::merchants::Merchant;
use crate::store::{FailedDay, Source, StoreError};

/// The days of one list whose last reading failed.
pub(super) struct Failures<'p> {
    inner: &'p Inner,
    merchant: &'p Merchant,
    source: Source,
    days: BTreeSet<KstDate>,
}

impl<'p> Failures<'p> {
    /// As they are kept.
    pub(super) async fn of(
        inner: &'p Inner,
        merchant: &'p Merchant,
        source: Source,
    ) -> Result<Self, StoreError> {
        let kept = inner
            .store
            .failed_days(&merchant.account, source, MOST_FAILED);
        Ok(Self {
            days: kept.await?.into_iter().map(|failed| failed.day).collect(),
            inner,
            merchant,
            source,
        })
    }

    /// A day has failed.
    pub(super) async fn add(&mut self, failed: FailedDay) -> Result<(), StoreError> {
        self.days.insert(failed.day);
        let store = &self.inner.store;
        store
            .day_failed(&self.merchant.account, self.source, &failed)
            .await
    }

    /// The list has failed at a day. That the database cannot be told is nothing new then.
    pub(super) async fn add_of_list(
        &mut self,
        day: KstDate,
        error: &SyncError,
        next_attempt_at: DateTime<Utc>,
    ) {
        let failed = FailedDay {
            day,
            code: faults::code_of(error).to_owned(),
            failed_at: self.inner.clock.now(),
            next_attempt_at: Some(next_attempt_at),
        };
        if let Err(error) = self.add(failed).await {
            tracing::debug!(%error, "that a day failed is not kept");
        }
    }

    /// A day has been read.
    pub(super) async fn read(&mut self, day: KstDate) -> Result<(), StoreError> {
        if !self.days.remove(&day) {
            return Ok(());
        }
        let store = &self.inner.store;
        store
            .days_succeeded(&self.merchant.account, self.source, &[day])
            .await
    }
}
