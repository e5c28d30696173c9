//! Sums, payout days, cycles, and what has been read.

use reconciliation::BusinessCalendar;
use reconciliation::DateBasis;
use reconciliation::KstDate;
use reconciliation::MId;

use super::Scoped;
use crate::graphql::error::ApiError;
use crate::reconcile::DatedSummary;
use crate::reconcile::Grouping;
use crate::reconcile::MethodCycle;
use crate::reconcile::PayoutDay;
use crate::reconcile::Receivable;
use crate::reconcile::Reconciler;
use crate::sync::Coverage;
use crate::sync::Mirror;

impl Scoped<'_, '_> {
    /// As [`Reconciler::sums_by_date`].
    pub(in crate::graphql) async fn sums_by_date(
        &self,
        days: (KstDate, KstDate),
        basis: DateBasis,
        grouping: Grouping,
        mids: Option<Vec<MId>>,
    ) -> Result<Vec<DatedSummary>, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        let mids = self.scope.narrowed(mids);
        let sums = reconciler.sums_by_date(days, basis, grouping, mids.as_deref());
        Ok(sums.await?)
    }

    /// As [`Reconciler::receivables`].
    pub(in crate::graphql) async fn receivables(
        &self,
        days: (KstDate, KstDate),
        mids: Option<Vec<MId>>,
    ) -> Result<Vec<Receivable>, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        let mids = self.scope.narrowed(mids);
        Ok(reconciler.receivables(days, mids.as_deref()).await?)
    }

    /// As [`Reconciler::business_calendar`]: it is nobody's.
    pub(in crate::graphql) async fn business_calendar(&self) -> Result<BusinessCalendar, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        Ok(reconciler.business_calendar().await?)
    }

    /// As [`Reconciler::payout_days`].
    pub(in crate::graphql) async fn payout_days(
        &self,
        days: (KstDate, KstDate),
        mids: Option<Vec<MId>>,
    ) -> Result<Vec<PayoutDay>, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        let mids = self.scope.narrowed(mids);
        Ok(reconciler.payout_days(days, mids.as_deref()).await?)
    }

    /// As [`Reconciler::settlement_cycles`].
    pub(in crate::graphql) async fn settlement_cycles(
        &self,
        mids: Option<Vec<MId>>,
    ) -> Result<Vec<MethodCycle>, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        let mids = self.scope.narrowed(mids);
        Ok(reconciler.settlement_cycles(mids.as_deref()).await?)
    }

    /// As [`Mirror::coverage`].
    pub(in crate::graphql) async fn coverage(&self) -> Result<Vec<Coverage>, ApiError> {
        let mut coverage = self.opened::<Mirror>()?.coverage().await?;
        coverage.retain(|part| self.scope.includes_named(&part.mid));
        Ok(coverage)
    }
}
