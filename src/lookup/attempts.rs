//! Of several attempts to pay one order, the one that has the money.

use chrono::{DateTime, Utc};
use reconciliation::OrderId;

use super::{FoundPayment, Inner, Need, PaymentRef, ReadingError};

impl Inner {
    /// Asked by order, Toss answers its newest attempt. When the store knows another one that holds or held money, that one
    /// is the answer, and Toss is asked about it by its key; as it is stored, and stale, when Toss cannot be.
    pub(super) async fn attempt_with_money(
        &self,
        order: &OrderId,
        newest: FoundPayment,
        asked_at: DateTime<Utc>,
        need: Need,
    ) -> Result<FoundPayment, ReadingError> {
        let newest_key = &newest.stored.payment.payment_key;
        let chosen = self.store.payment_by_order(order).await?;
        let Some(chosen) = chosen.filter(|chosen| chosen.payment.payment_key != *newest_key) else {
            return Ok(newest);
        };
        if let Some(young) = self.younger(Some(&chosen), asked_at - need.max_age) {
            return Ok(young);
        }
        let by = PaymentRef::Key(chosen.payment.payment_key.clone());
        match Box::pin(self.read(&by, Some(&chosen), asked_at, need)).await {
            Ok(read) => Ok(read.unwrap_or(newest)),
            Err(ReadingError::Store(error)) => Err(error.into()),
            Err(ReadingError::Toss(error)) => {
                if !super::fault::is_of_ours(&error) {
                    tracing::warn!(%error, "Toss could not be asked about the attempt that was paid");
                }
                Ok(FoundPayment::last_known(chosen))
            }
        }
    }
}
