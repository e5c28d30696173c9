//! What each day pays out: from settlement rows, and forecast for events that have none yet.

use reconciliation::{KstDate, MId, Money, PayoutBasis};

use super::Reconciler;
use crate::store::StoreError;

/// What one merchant is paid out in one currency on one day, from rows or forecast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutDay {
    /// The merchant.
    pub mid: MId,
    /// The day.
    pub paid_out_date: KstDate,
    /// From rows, or forecast.
    pub basis: PayoutBasis,
    /// Approvals.
    pub payment_count: u64,
    /// Cancels.
    pub cancel_count: u64,
    /// Σ amount of the approvals.
    pub gross: Money,
    /// Σ amount of the cancels: negative or 0.
    pub cancels: Money,
    /// Σ fee, signed; 0 in a forecast, since fees are known from rows alone.
    pub fee: Money,
    /// What is paid out; below 0 when cancels outweigh.
    pub pay_out: Money,
}

impl Reconciler {
    /// What the days between these two, both included, pay out: newest day first, then by merchant, currency and basis.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn payout_days(
        &self,
        days: (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<Vec<PayoutDay>, StoreError> {
        let _ = (days, mids);
        unimplemented!()
    }
}
