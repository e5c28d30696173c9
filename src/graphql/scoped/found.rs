//! Settlement rows, discrepancies, and the desk.

use chrono::DateTime;
use chrono::Utc;
use reconciliation::DeskStep;
use reconciliation::KstDate;

use super::Scoped;
use super::note_of_discrepancy;
use crate::graphql::error::ApiError;
use crate::reconcile::Reconciler;
use crate::store::ClassCount;
use crate::store::DeltaPlace;
use crate::store::DeskAct;
use crate::store::DeskRefused;
use crate::store::DiscrepancyFilter;
use crate::store::DiscrepancyId;
use crate::store::DiscrepancyPlace;
use crate::store::Page;
use crate::store::PageRequest;
use crate::store::SettlementFilter;
use crate::store::SettlementId;
use crate::store::SettlementPlace;
use crate::store::StoredDiscrepancy;
use crate::store::StoredSettlement;
use crate::store::VerdictSubject;

impl Scoped<'_, '_> {
    /// As [`Store::list_settlements`].
    pub(in crate::graphql) async fn list_settlements(
        &self,
        filter: SettlementFilter,
        page: &PageRequest<SettlementPlace>,
    ) -> Result<Page<(SettlementPlace, StoredSettlement)>, ApiError> {
        let filter = SettlementFilter {
            mids: self.scope.narrowed(filter.mids),
            ..filter
        };
        Ok(self.store()?.list_settlements(&filter, page).await?)
    }

    /// As [`Store::settlement`].
    pub(in crate::graphql) async fn settlement(
        &self,
        id: &SettlementId,
    ) -> Result<Option<StoredSettlement>, ApiError> {
        let found = self.store()?.settlement(id).await?;
        Ok(found.filter(|row| self.scope.includes(&row.settlement.mid)))
    }

    /// As [`Store::list_discrepancies`].
    pub(in crate::graphql) async fn list_discrepancies(
        &self,
        filter: DiscrepancyFilter,
        page: &PageRequest<DiscrepancyPlace>,
    ) -> Result<Page<(DiscrepancyPlace, StoredDiscrepancy)>, ApiError> {
        let filter = DiscrepancyFilter {
            mids: self.scope.narrowed(filter.mids),
            ended_by: self.acknowledgements_end_by().await?,
            ..filter
        };
        let page = self.store()?.list_discrepancies(&filter, page).await?;
        for (_, stored) in &page.rows {
            note_of_discrepancy(stored);
        }
        Ok(page)
    }

    /// As [`Store::list_discrepancies_by_delta`].
    pub(in crate::graphql) async fn list_discrepancies_by_delta(
        &self,
        filter: DiscrepancyFilter,
        page: &PageRequest<DeltaPlace>,
    ) -> Result<Page<(DeltaPlace, StoredDiscrepancy)>, ApiError> {
        let filter = DiscrepancyFilter {
            mids: self.scope.narrowed(filter.mids),
            ended_by: self.acknowledgements_end_by().await?,
            ..filter
        };
        let store = self.store()?;
        let page = store.list_discrepancies_by_delta(&filter, page).await?;
        for (_, stored) in &page.rows {
            note_of_discrepancy(stored);
        }
        Ok(page)
    }

    /// As [`Scoped::discrepancies`], of one.
    pub(in crate::graphql) async fn discrepancy(
        &self,
        id: &DiscrepancyId,
    ) -> Result<Option<StoredDiscrepancy>, ApiError> {
        let mut found = self.discrepancies(std::slice::from_ref(id)).await?;
        Ok(found.pop())
    }

    /// As [`Store::discrepancies`], in their order; those that may not be seen, and those that there are not, are left out.
    pub(in crate::graphql) async fn discrepancies(
        &self,
        ids: &[DiscrepancyId],
    ) -> Result<Vec<StoredDiscrepancy>, ApiError> {
        let ended_by = self.acknowledgements_end_by().await?;
        let mut found = self.store()?.discrepancies(ids, ended_by).await?;
        let found = ids.iter().filter_map(|id| found.remove(id));
        let seen: Vec<_> = found
            .filter(|stored| self.scope.includes(&stored.record.mid))
            .collect();
        seen.iter().for_each(note_of_discrepancy);
        Ok(seen)
    }

    /// As [`Reconciler::acknowledgements_end_by`].
    pub(in crate::graphql) async fn acknowledgements_end_by(
        &self,
    ) -> Result<Option<KstDate>, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        Ok(reconciler.acknowledgements_end_by().await?)
    }

    /// As [`Store::discrepancy_counts`].
    pub(in crate::graphql) async fn discrepancy_counts(
        &self,
        filter: DiscrepancyFilter,
    ) -> Result<Vec<ClassCount>, ApiError> {
        let filter = DiscrepancyFilter {
            mids: self.scope.narrowed(filter.mids),
            ended_by: self.acknowledgements_end_by().await?,
            ..filter
        };
        Ok(self.store()?.discrepancy_counts(&filter).await?)
    }

    /// As [`Store::step_at_desk`], by whoever asks and now.
    pub(in crate::graphql) async fn step_at_desk(
        &self,
        ids: &[DiscrepancyId],
        step: &DeskStep,
        words: Option<&str>,
        seen_at: Option<DateTime<Utc>>,
    ) -> Result<Result<(), DeskRefused>, ApiError> {
        let merchants = self.scope.merchants();
        let act = DeskAct {
            by: &self.principal.name,
            at: self.canceller()?.now(),
            step,
            words,
            seen_at,
            merchants: merchants.as_deref(),
        };
        Ok(self.store()?.step_at_desk(ids, &act).await?)
    }

    /// As [`Reconciler::business_days_since`].
    pub(in crate::graphql) async fn business_days_since(
        &self,
        found: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    ) -> Result<u32, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        Ok(reconciler.business_days_since(found, until).await?)
    }

    /// As [`Reconciler::discrepancy_of`], of one that may be seen.
    pub(in crate::graphql) async fn discrepancy_of(
        &self,
        subject: &VerdictSubject,
        id: &DiscrepancyId,
    ) -> Result<Option<reconciliation::Discrepancy>, ApiError> {
        if self.discrepancy(id).await?.is_none() {
            return Ok(None);
        }
        let reconciler: &Reconciler = self.opened()?;
        Ok(reconciler.discrepancy_of(subject, id).await?)
    }
}
