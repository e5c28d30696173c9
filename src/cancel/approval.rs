//! Another admin's word on a request that waits for one: what was kept for sending is sent, or nothing ever is.

use reconciliation::CancelIntent;

use super::machine::{self, Effect, Event};
use super::{Admin, CancelFailure, CancelOrder, CancelOutcome, Canceller, Inner, told};
use crate::fail_points;
use crate::merchants::Merchant;
use crate::store::{
    CancelRequest, CancelRequestChange, CancelRequestId, OwnerStanding, SecretBody, StoreError,
    StoredCancelError,
};

impl Canceller {
    /// Approves a request as the named admin, who must not be the requester. The payment is read and checked again; its
    /// balance must be what it was. The same admin approving again gets the answer of the first time. `None` when there is
    /// no such request.
    ///
    /// # Errors
    /// [`CancelFailure`] when the store failed, or Toss could not be asked about the payment; the request waits on then.
    pub async fn approve(
        &self,
        admin: &Admin,
        id: &CancelRequestId,
    ) -> Result<Option<CancelOutcome>, CancelFailure> {
        let Some(request) = self.0.store.cancel_request(id).await? else {
            return Ok(None);
        };
        if request.owner == admin.owner {
            return Ok(Some(refused(request, told::not_yours_to_approve())));
        }
        if request
            .approval
            .as_ref()
            .is_some_and(|approval| approval.by == admin.name)
        {
            let request = self.0.once_it_has_ended(request).await?;
            return Ok(Some(self.0.outcome_of(request).await?));
        }
        let Some(merchant) = self.0.merchants.named(&request.account).cloned() else {
            let error = told::merchant_not_configured(&request.account);
            return Ok(Some(refused(request, error)));
        };
        let event = Event::Approved {
            admin: admin.clone(),
            lease: self.0.lease_for_reading(&merchant),
        };
        let Some(mut step) = machine::step(&request, event, self.0.times()) else {
            return Ok(Some(refused(request, told::awaits_no_approval())));
        };
        if step.effect == Effect::Prepare {
            match self.0.store.owner_standing(&request.owner).await? {
                OwnerStanding::InForce => {}
                OwnerStanding::Suspended => {
                    return Ok(Some(refused(request, told::owner_suspended())));
                }
                // It began to wait after its owner's last token was taken back.
                OwnerStanding::Revoked => step = self.0.withdrawn_with_its_owner(&request),
            }
        }
        if step.effect == Effect::Prepare {
            can_be_asked(&merchant, &request).await?;
        }
        let next = match self.0.decided(&request, step.change).await? {
            Ok(next) => next,
            Err(refused) => return Ok(Some(*refused)),
        };
        fail_points::dies("approval-committed");
        Ok(Some(if step.effect == Effect::Prepare {
            self.0
                .start(next.id.clone(), move |inner| async move {
                    Box::pin(inner.carry_out_approved(merchant, next)).await
                })
                .await?
        } else {
            self.0.outcome_of(next).await?
        }))
    }

    /// Ends a request that waits for approval, as the named admin. Nothing was sent. `None` when there is no such request.
    ///
    /// # Errors
    /// [`CancelFailure`] when the store failed.
    pub async fn withdraw(
        &self,
        admin: &Admin,
        id: &CancelRequestId,
    ) -> Result<Option<CancelOutcome>, CancelFailure> {
        let Some(request) = self.0.store.cancel_request(id).await? else {
            return Ok(None);
        };
        let event = Event::Withdrawn {
            admin: admin.clone(),
        };
        let Some(step) = machine::step(&request, event, self.0.times()) else {
            return Ok(Some(refused(request, told::awaits_no_approval())));
        };
        Ok(Some(match self.0.decided(&request, step.change).await? {
            Ok(ended) => self.0.outcome_of(ended).await?,
            Err(refused) => *refused,
        }))
    }
}

impl Inner {
    fn withdrawn_with_its_owner(&self, request: &CancelRequest) -> machine::Step {
        let now = self.clock.now();
        machine::settled(CancelRequestChange::withdrawn_with_its_owner(
            &request.owner,
            now,
        ))
    }

    /// Records a person's word, unless somebody else's came first.
    async fn decided(
        &self,
        request: &CancelRequest,
        change: CancelRequestChange,
    ) -> Result<Result<CancelRequest, Box<CancelOutcome>>, StoreError> {
        match self.change(request, change).await {
            Ok(next) => Ok(Ok(next)),
            Err(StoreError::Conflict { .. }) => {
                let current = self.recorded(&request.id).await?;
                Ok(Err(Box::new(refused(current, told::awaits_no_approval()))))
            }
            Err(error) => Err(error),
        }
    }

    /// The money step of a request that has just been approved.
    async fn carry_out_approved(
        &self,
        merchant: Merchant,
        request: CancelRequest,
    ) -> Result<(), StoreError> {
        match approved_order(&merchant, &request) {
            Ok(order) => self.carry_out(merchant, request, order).await,
            Err(error) => {
                self.record(request, || Event::RefusedByUs(error.clone()))
                    .await
            }
        }
    }
}

/// Whether Toss tells of the payment now. An approval that comes in an outage would end the request for nothing.
async fn can_be_asked(merchant: &Merchant, request: &CancelRequest) -> Result<(), CancelFailure> {
    match merchant.toss.payment(&request.payment_key).await {
        Err(error) if error.is_outage() => Err(CancelFailure::Upstream {
            reason: error.to_string(),
        }),
        _ => Ok(()),
    }
}

/// The order as it was given, put together from the record and the sealed bytes, so that every check can be made again.
fn approved_order(
    merchant: &Merchant,
    request: &CancelRequest,
) -> Result<CancelOrder, StoredCancelError> {
    let sealed = request.body.as_ref().map(SecretBody::expose);
    let body = sealed.and_then(|sealed| {
        let body = merchant.toss.open_body(&request.idempotency_key, sealed);
        body.ok()
    });
    let body = body.ok_or_else(told::key_replaced)?;
    let refund_account = crate::toss::refund_account_of(&body).map_err(|_| told::key_replaced())?;
    Ok(CancelOrder {
        payment_key: request.payment_key.clone(),
        client_key: request.client_key.clone(),
        reason: request.reason.clone(),
        intent: CancelIntent {
            amount: request.amount,
            // Held against the amount when it was asked for; the payment has no say in it.
            tax_free_amount: None,
            expected_balance: request.baseline_balance,
            // Every deposited virtual account is refunded to an account; without one, a virtual account was to be handed
            // back, and for anything else this says nothing.
            void_unpaid: refund_account.is_none(),
            refund_account,
        },
    })
}

fn refused(request: CancelRequest, error: StoredCancelError) -> CancelOutcome {
    CancelOutcome {
        request: Some(request),
        ..CancelOutcome::refused(error)
    }
}
