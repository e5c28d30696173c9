//! Closed periods.

use reconciliation::KstDate;
use reconciliation::MId;

use super::Scoped;
use crate::graphql::error::ApiError;
use crate::periods::ChangedFigure;
use crate::periods::CloseAsked;
use crate::periods::CloseRefused;
use crate::periods::PeriodError;
use crate::periods::PeriodFigures;
use crate::periods::Periods;
use crate::store::PeriodId;
use crate::store::Source;
use crate::store::StoredPeriod;
use crate::sync::DaysRefused;
use crate::sync::Mirror;

impl Scoped<'_, '_> {
    /// As [`Store::periods`].
    pub(in crate::graphql) async fn periods(
        &self,
        mids: Option<Vec<MId>>,
    ) -> Result<Vec<StoredPeriod>, ApiError> {
        let mids = self.scope.narrowed(mids);
        Ok(self.store()?.periods(mids.as_deref()).await?)
    }

    /// As [`Store::period`].
    pub(in crate::graphql) async fn period(
        &self,
        id: &PeriodId,
    ) -> Result<Option<StoredPeriod>, ApiError> {
        let found = self.store()?.period(id).await?;
        Ok(found.filter(|period| self.includes(&period.mid)))
    }

    /// As [`Periods::figures`], of a period that was found here.
    pub(in crate::graphql) async fn period_figures(
        &self,
        period: &StoredPeriod,
    ) -> Result<PeriodFigures, ApiError> {
        let periods: &Periods = self.opened()?;
        let figures = periods.figures(period).await;
        figures.map_err(|error| ApiError::internal(&error))
    }

    /// As [`Periods::changes`], of a period that was found here.
    pub(in crate::graphql) async fn period_changes(
        &self,
        period: &StoredPeriod,
    ) -> Result<Vec<ChangedFigure>, ApiError> {
        let periods: &Periods = self.opened()?;
        let changes = periods.changes(period).await;
        changes.map_err(|error| ApiError::internal(&error))
    }

    /// As [`Periods::close`], of a merchant that [`Scoped::includes`]. The inner error is why it is not closed.
    pub(in crate::graphql) async fn close_period(
        &self,
        asked: CloseAsked,
    ) -> Result<Result<StoredPeriod, CloseRefused>, ApiError> {
        let periods: &Periods = self.opened()?;
        match periods.close(asked).await {
            Ok(period) => Ok(Ok(period)),
            Err(PeriodError::Refused(refused)) => Ok(Err(refused)),
            Err(PeriodError::Store(error)) => Err(error.into()),
            Err(error) => Err(ApiError::internal(&error)),
        }
    }

    /// As [`Store::reopen_period`].
    pub(in crate::graphql) async fn reopen_period(
        &self,
        id: &PeriodId,
        by: (&str, &str),
    ) -> Result<Option<(StoredPeriod, bool)>, ApiError> {
        let periods: &Periods = self.opened()?;
        let merchants = self.scope.merchants();
        Ok(periods.reopen(id, by, merchants.as_deref()).await?)
    }

    /// Whether whoever asks may see this merchant.
    pub(in crate::graphql) fn includes(&self, mid: &MId) -> bool {
        self.scope.includes(mid)
    }

    /// As [`Mirror::request_days`], by whoever asks and of what they may see.
    pub(in crate::graphql) async fn request_days(
        &self,
        sources: &[Source],
        days: (KstDate, KstDate),
    ) -> Result<Result<u32, DaysRefused>, ApiError> {
        let mirror: &Mirror = self.opened()?;
        let (by, scope) = (&self.principal.name, self.scope);
        Ok(mirror.request_days(by, scope, sources, days).await?)
    }
}
