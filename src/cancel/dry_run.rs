//! Going through every check of a cancel without recording or sending anything.

use super::cancel_command::CancelFailure;
use super::{
    Admin, CancelCommand, CancelOutcome, CancelPreview, Canceller, Inner, client_errors, limits,
    validation,
};

impl Canceller {
    /// What would come of an order if it were given now: the refusal that it would meet, or what would be sent.
    pub async fn dry_run(&self, admin: &Admin, order: &CancelCommand) -> CancelOutcome {
        if let Err(error) = validation::check(order) {
            return CancelOutcome::refused(error);
        }
        let (admin, order) = (admin.clone(), order.clone());
        let outcome = self
            .patiently(
                move |inner, _progress| async move { inner.tried(&admin, order).await.map(Some) },
            )
            .await;
        // An order always has an outcome.
        outcome.unwrap_or_else(|| CancelOutcome::refused(client_errors::not_readable()))
    }
}

impl Inner {
    async fn tried(
        &self,
        admin: &Admin,
        mut order: CancelCommand,
    ) -> Result<CancelOutcome, CancelFailure> {
        let earlier = self
            .store
            .cancel_request_by_client_key(&admin.owner, &order.client_key)
            .await?;
        if let Some(earlier) = earlier {
            if !self.is_same(&earlier, &order) {
                return Ok(CancelOutcome::refused(client_errors::idempotency_conflict()));
            }
            // It has been given: what came of it is the answer, as it will be to the order itself.
            return Ok(self.outcome_of(earlier.into()).await);
        }
        if let Err(error) = self.may_cancel() {
            return Ok(CancelOutcome::refused(error));
        }
        let (known, merchant) = match self.payment_of(&order).await? {
            Ok(found) => found,
            Err(refused) => return Ok(*refused),
        };
        let counted = self.count(&mut order, &known).await?;
        if let Some(Err(refusal)) = counted.map(|amount| self.policy.permit_request(amount)) {
            let error = client_errors::refused_by_us(&refusal);
            return Ok(CancelOutcome::refused_for(known, error));
        }
        if let Some(other) = self.store.cancel_in_flight(&order.payment_key).await? {
            return Ok(CancelOutcome::refused_for(
                known,
                client_errors::in_flight(&other),
            ));
        }
        if let Some(counted) = counted
            && !limits::voids(&order, &known)
            && let Err(refusal) = self.check_day(&admin.owner, counted).await?
        {
            let error = client_errors::refused_by_us(&refusal);
            return Ok(CancelOutcome::refused_for(known, error));
        }
        if self.store.has_forgotten_cancels(&order.payment_key).await? {
            return Ok(CancelOutcome::refused_for(
                known,
                client_errors::database_behind(),
            ));
        }
        let reading = match merchant.toss.payment(&order.payment_key).await {
            Ok(reading) => reading,
            Err(error) => {
                return Ok(CancelOutcome::refused_for(
                    known,
                    client_errors::unsent(&error),
                ));
            }
        };
        let permitted = match self.permit(&order, &reading) {
            Ok(permitted) => permitted,
            Err(error) => return Ok(CancelOutcome::refused_for(known, error)),
        };
        let currency = permitted.balance.currency();
        let asked = self
            .asked_of_payment(&admin.owner, &order.payment_key, currency, None)
            .await?;
        Ok(CancelOutcome {
            request: None,
            payment: Some(known),
            error: None,
            preview: Some(CancelPreview::of(&order, permitted, &self.policy, asked)),
        })
    }
}
