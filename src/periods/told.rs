//! What a period was closed with, and what has changed since.

use reconciliation::{BookedSums, FigureChange, PaymentKey, figure_changes};

use super::{PeriodError, Periods};
use crate::reconcile::{DatedSummary, Grouping, summed};
use crate::store::{PeriodId, PeriodSection, StoredPeriod};

/// So many payments are named for one figure.
const MOST_NAMED: u64 = 100;

/// What a period was closed with.
#[derive(Clone, Debug)]
pub struct PeriodFigures {
    /// Its sums by `EVENT`, one element a currency.
    pub summary: Vec<DatedSummary>,
    /// The sections of its report.
    pub sections: Vec<PeriodSection>,
}

/// A figure that would be another now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFigure {
    /// As it was, and as it would be.
    pub change: FigureChange,
    /// The payments that changed it, the last change first; a hundred at most.
    pub payments: Vec<PaymentKey>,
}

impl Periods {
    /// What the period was closed with.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn figures(&self, period: &StoredPeriod) -> Result<PeriodFigures, PeriodError> {
        let days = self.store.period_days(&period.id).await?;
        Ok(PeriodFigures {
            summary: summed(&days, period.from, Grouping::default())?,
            sections: self.store.period_sections(&period.id).await?,
        })
    }

    /// Which of its figures would be others now.
    ///
    /// # Errors
    /// When the store fails, or a sum does not fit.
    pub async fn changes(&self, period: &StoredPeriod) -> Result<Vec<ChangedFigure>, PeriodError> {
        let differences = self.store.period_differences(&period.id).await?;
        if differences.is_empty() {
            return Ok(Vec::new());
        }
        let closed = self.figures(period).await?.summary;
        let mut changed = Vec::new();
        for difference in differences {
            let currency = difference.currency;
            let of_currency = closed.iter().find(|sum| sum.sums.currency() == currency);
            let closed = of_currency.map_or_else(|| BookedSums::zero(currency), |sum| sum.sums);
            let now = closed.plus(&difference.sums)?;
            for change in figure_changes(&closed, &now)? {
                let payments = self.changed_by(&period.id, &change).await?;
                changed.push(ChangedFigure { change, payments });
            }
        }
        Ok(changed)
    }

    async fn changed_by(
        &self,
        id: &PeriodId,
        change: &FigureChange,
    ) -> Result<Vec<PaymentKey>, PeriodError> {
        let currency = change.now.currency();
        let found = self
            .store
            .period_changed_by(id, currency, change.figure, MOST_NAMED);
        Ok(found.await?)
    }
}
