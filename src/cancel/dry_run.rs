//! Going through every check of a cancel without recording or sending anything.

use super::{
    Admin, CancelFailure, CancelOrder, CancelOutcome, CancelPreview, Canceller, content, limits,
    told,
};

impl Canceller {
    /// What would come of an order if it were given now: the refusal that it would meet, or what would be sent.
    ///
    /// # Errors
    /// As [`Canceller::cancel`].
    pub async fn dry_run(
        &self,
        admin: &Admin,
        order: &CancelOrder,
    ) -> Result<CancelOutcome, CancelFailure> {
        if let Err(error) = content::check(order) {
            return Ok(CancelOutcome::refused(error));
        }
        let earlier = self
            .0
            .store
            .cancel_request_by_client_key(&admin.owner, &order.client_key)
            .await?;
        if let Some(earlier) = earlier {
            if !self.0.is_same(&earlier, order) {
                return Ok(CancelOutcome::refused(told::idempotency_conflict()));
            }
            // It has been given: what came of it is the answer, as it will be to the order itself.
            return self.0.outcome_of(earlier).await;
        }
        if let Err(error) = self.0.may_cancel() {
            return Ok(CancelOutcome::refused(error));
        }
        let (known, merchant) = match self.0.payment_of(order).await? {
            Ok(found) => found,
            Err(refused) => return Ok(*refused),
        };
        let told = |error| CancelOutcome {
            payment: Some(known.clone()),
            ..CancelOutcome::refused(error)
        };
        let mut order = order.clone();
        let counted = self.0.count(&mut order, &known).await?;
        if let Some(Err(refusal)) = counted.map(|amount| self.0.policy.permit_request(amount)) {
            return Ok(told(told::refused_by_us(&refusal)));
        }
        if let Some(other) = self.0.store.cancel_in_flight(&order.payment_key).await? {
            return Ok(told(told::in_flight(&other)));
        }
        if let Some(counted) = counted
            && !limits::voids(&order, &known)
            && let Err(refusal) = self.0.check_day(&admin.owner, counted).await?
        {
            return Ok(told(told::refused_by_us(&refusal)));
        }
        Ok(match self.0.check(&merchant, &order).await {
            Ok((_, permitted)) => CancelOutcome {
                request: None,
                payment: Some(known.clone()),
                error: None,
                preview: Some(CancelPreview::of(&order, permitted, &self.0.policy)),
            },
            Err(error) => told(error),
        })
    }
}
