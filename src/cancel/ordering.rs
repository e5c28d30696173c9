//! An admin's order: found again when it was given before, else recorded and carried out.

use std::sync::Arc;

use reconciliation::{Money, over_day_limit};
use uuid::Uuid;

use super::cancel_command::CancelFailure;
use super::patience::Progress;
use super::{
    Admin, CancelCommand, CancelOutcome, Canceller, Inner, client_errors, limits, mark, validation,
};
use crate::fail_points;
use crate::lookup::FoundPayment;
use crate::merchants::Merchant;
use crate::store::{CancelRequestId, Created, NewCancelRequest};

impl Canceller {
    /// Carries out an order of an admin, or finds out what came of it when it was given before. What can go wrong with it is
    /// part of the outcome.
    pub async fn cancel(&self, admin: &Admin, order: CancelCommand) -> CancelOutcome {
        if let Err(error) = validation::check(&order) {
            return CancelOutcome::refused(error);
        }
        let admin = admin.clone();
        let outcome = self
            .patiently(move |inner, progress| async move {
                Box::pin(inner.ordered(&admin, order, progress))
                    .await
                    .map(Some)
            })
            .await;
        // An order always has an outcome.
        outcome.unwrap_or_else(|| CancelOutcome::refused(client_errors::not_readable()))
    }
}

impl Inner {
    async fn ordered(
        self: Arc<Self>,
        admin: &Admin,
        order: CancelCommand,
        progress: Progress,
    ) -> Result<CancelOutcome, CancelFailure> {
        let earlier = self
            .store
            .cancel_request_by_client_key(&admin.owner, &order.client_key)
            .await?;
        if let Some(earlier) = earlier {
            return self.answer_again(earlier, order, &progress).await;
        }
        if let Err(error) = self.may_cancel() {
            return Ok(CancelOutcome::refused(error));
        }
        let (known, merchant) = match self.payment_of(&order).await? {
            Ok(found) => found,
            Err(refused) => return Ok(*refused),
        };
        // Nothing is recorded, so that the same key is free once the database has been looked after.
        if self.store.has_forgotten_cancels(&order.payment_key).await? {
            return Ok(CancelOutcome::refused_for(
                known,
                client_errors::database_behind(),
            ));
        }
        let asked = order.clone();
        let mut order = order;
        let counted = self.count(&mut order, &known).await?;
        if let Some(Err(refusal)) = counted.map(|amount| self.policy.permit_request(amount)) {
            let error = client_errors::refused_by_us(&refusal);
            return Ok(CancelOutcome::refused_for(known, error));
        }
        let new = self.new_request(admin, &asked, counted, &known, &merchant);
        match self.store.create_cancel_request(&new).await? {
            Created::SameKey(earlier) => self.answer_again(earlier, asked, &progress).await,
            Created::InFlight(other) => Ok(CancelOutcome::refused_for(
                known,
                client_errors::in_flight(&other),
            )),
            Created::OverDayLimit { most, asked } => {
                let counted = counted.unwrap_or_else(|| Money::zero(new.currency));
                let refusal = over_day_limit(most, counted, asked);
                let error = client_errors::refused_by_us(&refusal);
                Ok(CancelOutcome::refused_for(known, error))
            }
            Created::New(request) => {
                progress.is(&request);
                fail_points::dies("cancel-request-committed");
                let carried = self.carry_out(merchant, request, order, &progress).await?;
                fail_points::dies("outcome-committed");
                Ok(self.outcome_of(carried).await)
            }
        }
    }

    fn new_request(
        &self,
        admin: &Admin,
        order: &CancelCommand,
        counted: Option<Money>,
        known: &FoundPayment,
        merchant: &Merchant,
    ) -> NewCancelRequest {
        let payment = &known.stored.payment;
        let currency = payment.currency;
        let idempotency_key = validation::idempotency_key(&merchant.toss, &admin.owner, order);
        NewCancelRequest {
            id: CancelRequestId::new(&Uuid::now_v7().to_string()),
            payment_key: order.payment_key.clone(),
            account: merchant.account.clone(),
            amount: order.intent.amount,
            currency,
            reason: order.reason.clone(),
            requested_by: admin.name.clone(),
            owner: admin.owner.clone(),
            voids: limits::voids(order, known),
            client_key: order.client_key.clone(),
            content: validation::digest(&merchant.toss, order),
            mark: self
                .policy
                .marks_reasons
                .then(|| mark::mark_of(&merchant.toss, &idempotency_key, &order.payment_key)),
            idempotency_key,
            requested_at: self.clock.now(),
            lease: self.lease_for_reading(),
            // Should the server die, less than this at Toss says that it may have been sent all the same.
            baseline_balance: counted
                .filter(|_| order.intent.amount.is_none())
                .or(payment.balance_amount),
            day_limit: self.day_limit(currency),
        }
    }

    /// The payment that an order is for and the merchant whose key cancels it, after every check that needs no fresh
    /// reading; or how the order is refused.
    pub(super) async fn payment_of(
        &self,
        order: &CancelCommand,
    ) -> Result<Result<(FoundPayment, Merchant), Box<CancelOutcome>>, CancelFailure> {
        let refused = |payment, error| {
            Ok(Err(Box::new(CancelOutcome {
                payment,
                ..CancelOutcome::refused(error)
            })))
        };
        if self.policy.marks_reasons
            && let Err(error) = validation::check_room_for_mark(order)
        {
            return refused(None, error);
        }
        let Some(known) = self.lookup.known(&order.payment_key).await? else {
            return refused(None, client_errors::not_found());
        };
        if let Err(error) = validation::check_currencies(order, known.stored.payment.currency) {
            return refused(Some(known), error);
        }
        let Some(merchant) = self.merchants.named(&known.stored.account).cloned() else {
            let error = client_errors::merchant_not_configured(&known.stored.account);
            return refused(Some(known), error);
        };
        Ok(Ok((known, merchant)))
    }
}
