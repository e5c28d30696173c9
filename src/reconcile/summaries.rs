//! Totals over the payments that began in one period, per merchant and currency.

use reconciliation::{KstDate, MId, Verdict};

use super::Reconciler;
use crate::store::{PaymentSums, StoreError};

/// The payments of one merchant in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The merchant.
    pub mid: MId,
    /// How many payments.
    pub payment_count: u64,
    /// Their sums; the currency is theirs.
    pub sums: PaymentSums,
    /// How many stand how, in the order of [`Verdict::ALL`]; verdicts that nobody has are left out.
    pub verdicts: Vec<(Verdict, u64)>,
}

impl Reconciler {
    /// Totals over the payments that began between these days, both included, by merchant and currency.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn summaries(
        &self,
        days: (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<Vec<Summary>, StoreError> {
        let _ = (days, mids);
        unimplemented!()
    }
}
