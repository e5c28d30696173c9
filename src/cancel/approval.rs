//! Another admin's word on a request that waits for one: what was kept for sending is sent, or nothing ever is.

use std::sync::Arc;

use reconciliation::{CancelIntent, CancelRequestStatus};

use super::cancel_command::CancelFailure;
use super::execute::{Carried, opened};
use super::machine::{self, Effect, Event};
use super::patience::Progress;
use super::{Admin, CancelCommand, CancelOutcome, Canceller, Inner, client_errors};
use crate::fail_points;
use crate::merchants::Merchant;
use crate::store::{
    CancelRequest, CancelRequestChange, CancelRequestId, OwnerStanding, StoreError,
    StoredCancelError,
};
use crate::toss::PaymentReading;

impl Canceller {
    /// Approves a request as an admin who must not be its owner. The payment is read and checked again; its balance must be
    /// what it was. The same admin approving again gets the answer of the first time. While Toss cannot be asked about the
    /// payment, the request waits on. `None` when there is no such request.
    pub async fn approve(&self, admin: &Admin, id: &CancelRequestId) -> Option<CancelOutcome> {
        let (admin, id) = (admin.clone(), id.clone());
        self.patiently(move |inner, progress| inner.approved(admin, id, progress))
            .await
    }

    /// Ends a request that waits for approval, as an admin. Nothing was sent. `None` when there is no such request.
    pub async fn withdraw(&self, admin: &Admin, id: &CancelRequestId) -> Option<CancelOutcome> {
        let (admin, id) = (admin.clone(), id.clone());
        self.patiently(move |inner, progress| inner.withdrawn(admin, id, progress))
            .await
    }
}

impl Inner {
    async fn approved(
        self: Arc<Self>,
        admin: Admin,
        id: CancelRequestId,
        progress: Progress,
    ) -> Result<Option<CancelOutcome>, CancelFailure> {
        let Some(request) = self.store.cancel_request(&id).await? else {
            return Ok(None);
        };
        progress.is(&request);
        let unmoved = |request, error| Ok(Some(CancelOutcome::unmoved(request, error)));
        if request.owner == admin.owner {
            return unmoved(request, client_errors::not_yours_to_approve());
        }
        let approval = request.approval.as_ref();
        if approval.is_some_and(|approval| approval.by == admin.name) {
            let request = self.once_it_has_ended(request).await?;
            return Ok(Some(self.outcome_of(request.into()).await));
        }
        let Some(merchant) = self.merchants.named(&request.account).cloned() else {
            let error = client_errors::merchant_not_configured(&request.account);
            return unmoved(request, error);
        };
        if let Err(error) = self.may_cancel() {
            return unmoved(request, error);
        }
        // An approval that comes in an outage would end the request for nothing.
        let seen = seen_while_waiting(&merchant, &request).await?;
        let event = Event::Approved {
            admin,
            lease: self.lease_for_reading(),
            seen: seen.as_ref(),
        };
        let owned = self.owned_by_others(&request).await?;
        let Some(mut step) = machine::step(&request, event, self.situation(&owned)) else {
            return unmoved(request, client_errors::awaits_no_approval());
        };
        if step.effect == Effect::Prepare {
            match self
                .store
                .owner_standing(&request.owner, self.clock.now())
                .await?
            {
                OwnerStanding::InForce => {}
                OwnerStanding::Suspended => {
                    return unmoved(request, client_errors::owner_suspended());
                }
                // It began to wait after its owner's last token was taken back.
                OwnerStanding::Revoked => {
                    let now = self.clock.now();
                    let withdrawn =
                        CancelRequestChange::withdrawn_with_its_owner(&request.owner, now);
                    step = machine::settled(withdrawn);
                }
            }
        }
        let next = match self.decided(&request, step.change).await? {
            Ok(next) => next,
            Err(refused) => return Ok(Some(*refused)),
        };
        progress.is(&next);
        fail_points::dies("approval-committed");
        let carried = match step.effect {
            Effect::Prepare => self.carry_out_approved(merchant, next, &progress).await?,
            _ => next.into(),
        };
        fail_points::dies("outcome-committed");
        Ok(Some(self.outcome_of(carried).await))
    }

    async fn withdrawn(
        self: Arc<Self>,
        admin: Admin,
        id: CancelRequestId,
        progress: Progress,
    ) -> Result<Option<CancelOutcome>, CancelFailure> {
        let Some(request) = self.store.cancel_request(&id).await? else {
            return Ok(None);
        };
        progress.is(&request);
        let owned = self.owned_by_others(&request).await?;
        let seen = match self.merchants.named(&request.account) {
            Some(merchant) => seen_while_waiting(merchant, &request).await?,
            None => None,
        };
        let event = Event::Withdrawn {
            admin,
            seen: seen.as_ref(),
        };
        let Some(step) = machine::step(&request, event, self.situation(&owned)) else {
            let error = client_errors::awaits_no_approval();
            return Ok(Some(CancelOutcome::unmoved(request, error)));
        };
        Ok(Some(match self.decided(&request, step.change).await? {
            Ok(ended) => self.outcome_of(ended.into()).await,
            Err(refused) => *refused,
        }))
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
                let error = client_errors::awaits_no_approval();
                Ok(Err(Box::new(CancelOutcome::unmoved(current, error))))
            }
            Err(error) => Err(error),
        }
    }

    /// The money step of a request that has been approved.
    pub(super) async fn carry_out_approved(
        &self,
        merchant: Merchant,
        request: CancelRequest,
        progress: &Progress,
    ) -> Result<Carried, CancelFailure> {
        match approved_order(&merchant, &request) {
            Ok(order) => self.carry_out(merchant, request, order, progress).await,
            Err(error) => {
                let refused = || Event::RefusedByUs(error.clone());
                Ok(self.record(request, refused).await?.into())
            }
        }
    }
}

/// The payment of a request that waits for approval; `None` of one that does not.
async fn seen_while_waiting(
    merchant: &Merchant,
    request: &CancelRequest,
) -> Result<Option<PaymentReading>, CancelFailure> {
    if request.status != CancelRequestStatus::AwaitingApproval {
        return Ok(None);
    }
    Ok(Some(merchant.toss.payment(&request.payment_key).await?))
}

/// The order as it was given, put together from the record and the sealed bytes, so that every check can be made again.
fn approved_order(
    merchant: &Merchant,
    request: &CancelRequest,
) -> Result<CancelCommand, StoredCancelError> {
    let body = opened(merchant, request).ok_or_else(client_errors::key_replaced)?;
    let refund_account =
        crate::toss::refund_account_of(&body).map_err(|_| client_errors::key_replaced())?;
    Ok(CancelCommand {
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
