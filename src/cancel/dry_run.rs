//! Going through every check of a cancel without recording or sending anything.

use super::{
    ANY_AGE, CancelFailure, CancelOrder, CancelOutcome, CancelPreview, Canceller, content, told,
};
use crate::lookup::PaymentRef;

impl Canceller {
    /// What would come of an order if it were given now: the refusal that it would meet, or what would be sent.
    ///
    /// # Errors
    /// As [`Canceller::cancel`].
    pub async fn dry_run(
        &self,
        admin: &str,
        order: &CancelOrder,
    ) -> Result<CancelOutcome, CancelFailure> {
        if let Err(error) = content::check(order) {
            return Ok(CancelOutcome::refused(error));
        }
        let earlier = self
            .0
            .store
            .cancel_request_by_client_key(admin, &order.client_key)
            .await?;
        if let Some(earlier) = earlier {
            if earlier.content_hash != content::hash(order) {
                return Ok(CancelOutcome::refused(told::idempotency_conflict()));
            }
            // It has been given: what came of it is the answer, as it will be to the order itself.
            return self.0.outcome_of(earlier).await;
        }
        let by = PaymentRef::Key(order.payment_key.clone());
        let Some(known) = self.0.lookup.payment(&by, ANY_AGE).await? else {
            return Ok(CancelOutcome::refused(told::not_found()));
        };
        let told = |error| CancelOutcome {
            payment: Some(known.clone()),
            ..CancelOutcome::refused(error)
        };
        if let Err(error) = content::check_currencies(order, known.stored.payment.currency) {
            return Ok(told(error));
        }
        let Some(merchant) = self.0.merchants.named(&known.stored.account) else {
            return Ok(told(told::merchant_not_configured(&known.stored.account)));
        };
        if let Some(other) = self.0.store.cancel_in_flight(&order.payment_key).await? {
            return Ok(told(told::in_flight(&other)));
        }
        Ok(match self.0.check(merchant, order).await {
            Ok((_, permitted)) => CancelOutcome {
                request: None,
                payment: Some(known.clone()),
                error: None,
                preview: Some(CancelPreview::of(order, permitted)),
            },
            Err(error) => told(error),
        })
    }
}
