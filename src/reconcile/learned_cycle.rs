//! How often a merchant's sales are closed, as settled rows have taught it: for whoever looks for the rows of one payment.

use reconciliation::{MId, PaymentMethod, SettlementCycle};

use super::Reconciler;
use super::contracts::Taught;
use crate::store::StoreError;

impl Reconciler {
    /// The cycle that a method's own rows teach, else all rows of the merchant. `None` while they do not decide.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn learned_cycle(
        &self,
        mid: &MId,
        method: Option<&PaymentMethod>,
    ) -> Result<Option<SettlementCycle>, StoreError> {
        let labels = self.0.taught().await?.remove(mid).unwrap_or_default();
        let (mut own, mut together) = (Taught::default(), Taught::default());
        for (label, taught) in &labels {
            let of = label.as_deref().map(PaymentMethod::from_label);
            if of.is_some() && of.as_ref() == method {
                own.events.extend(&taught.events);
            }
            together.events.extend(&taught.events);
        }
        Ok(own.cycle().or_else(|| together.cycle()))
    }
}
