//! The verb that cancels: record the request, check the payment as it is now, call Toss, record what came of it,
//! including that this is not known.
//!
//! The money step runs in a task of the server's own: a caller who hangs up does not stop it.

mod again;
mod approval;
mod content;
mod decision;
mod dry_run;
mod limits;
mod limits_in_force;
mod machine;
#[cfg(test)]
mod machine_approval_tests;
#[cfg(test)]
mod machine_laws;
#[cfg(test)]
mod machine_mark_tests;
#[cfg(test)]
mod machine_samples;
#[cfg(test)]
mod machine_tests;
#[cfg(test)]
mod machine_toss;
#[cfg(test)]
mod machine_world;
mod money_step;
mod money_steps;
mod order;
mod recovery;
mod told;
mod verdict;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{CancelPolicy, CancelRefusal, Money, over_day_limit};
use uuid::Uuid;

use crate::clock::Clock;
use crate::fail_points;
use crate::lookup::{FoundPayment, Lookup, LookupError, PaymentRef};
use crate::merchants::{Merchant, Merchants};
use crate::store::{
    CancelRequest, CancelRequestId, Created, NewCancelRequest, Store, StoreError, StoredCancelError,
};

pub use decision::Finding;
pub use limits_in_force::{LimitsInForce, WeakerLimits};
pub use money_steps::MoneySteps;
pub use order::{Admin, CancelFailure, CancelOrder, CancelOutcome, CancelPreview};

/// How long a caller waits for the outcome before the answer is that it is not known yet.
const CALLER_WAITS: Duration = Duration::from_secs(10);
/// How old the payment may be that only tells which merchant a request belongs to.
const ANY_AGE: Duration = Duration::MAX;

/// Cancels payments.
#[derive(Clone)]
pub struct Canceller(Arc<Inner>);

struct Inner {
    store: Store,
    merchants: Merchants,
    lookup: Lookup,
    clock: Clock,
    money_steps: MoneySteps,
    first_pause: TimeDelta,
    policy: CancelPolicy,
    limits: LimitsInForce,
    /// Names this process in leases.
    process: String,
}

impl Canceller {
    /// A canceller over the given store and merchants. `first_pause` is the pause before Toss is asked again what became
    /// of a cancel, `limits` the merchant's own rules, beside those of the other servers.
    pub fn new(
        store: Store,
        merchants: Merchants,
        lookup: Lookup,
        clock: Clock,
        money_steps: MoneySteps,
        first_pause: Duration,
        limits: LimitsInForce,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            merchants,
            lookup,
            clock,
            money_steps,
            first_pause: TimeDelta::from_std(first_pause).unwrap_or(TimeDelta::MAX),
            policy: limits.policy().clone(),
            process: limits.process().to_owned(),
            limits,
        }))
    }

    /// The instant by which orders are checked now.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// How it is told that another request stands in the way.
    pub fn in_flight(other: &CancelRequest) -> StoredCancelError {
        told::in_flight(other)
    }

    /// How a refusal of the engine is told.
    pub fn refusal(refusal: &CancelRefusal) -> StoredCancelError {
        told::refused_by_us(refusal)
    }

    /// Carries out an order of the named admin, or finds out what came of it when it was given before.
    ///
    /// # Errors
    /// [`CancelFailure`] when the store failed or Toss could not be asked about a payment that was never seen. What
    /// can go wrong with the cancel itself is part of the outcome.
    pub async fn cancel(
        &self,
        admin: &Admin,
        order: CancelOrder,
    ) -> Result<CancelOutcome, CancelFailure> {
        if let Err(error) = content::check(&order) {
            return Ok(CancelOutcome::refused(error));
        }
        if let Some(earlier) = self
            .0
            .store
            .cancel_request_by_client_key(&admin.owner, &order.client_key)
            .await?
        {
            return self.0.answer_again(earlier, &order).await;
        }
        if let Err(error) = self.0.may_cancel() {
            return Ok(CancelOutcome::refused(error));
        }
        let (known, merchant) = match self.0.payment_of(&order).await? {
            Ok(found) => found,
            Err(refused) => return Ok(*refused),
        };
        let refused = |known, error| CancelOutcome {
            payment: Some(known),
            ..CancelOutcome::refused(error)
        };
        let asked = order.clone();
        let mut order = order;
        let counted = self.0.count(&mut order, &known).await?;
        if let Some(Err(refusal)) = counted.map(|amount| self.0.policy.permit_request(amount)) {
            return Ok(refused(known, told::refused_by_us(&refusal)));
        }
        let currency = known.stored.payment.currency;
        let id = Uuid::now_v7();
        let new = NewCancelRequest {
            id: CancelRequestId::new(&id.to_string()),
            payment_key: order.payment_key.clone(),
            account: merchant.account.clone(),
            amount: order.intent.amount,
            currency,
            reason: order.reason.clone(),
            requested_by: admin.name.clone(),
            owner: admin.owner.clone(),
            voids: limits::voids(&asked, &known),
            client_key: order.client_key.clone(),
            content: content::digest(&merchant.toss, &asked),
            idempotency_key: content::idempotency_key(&merchant.toss, &admin.owner, &order),
            requested_at: self.0.clock.now(),
            lease: self.0.lease_for_reading(&merchant),
            baseline_balance: counted.filter(|_| order.intent.amount.is_none()),
            day_limit: self.0.day_limit(currency),
        };
        match self.0.store.create_cancel_request(&new).await? {
            Created::SameKey(earlier) => self.0.answer_again(earlier, &asked).await,
            Created::InFlight(other) => Ok(refused(known, told::in_flight(&other))),
            Created::OverDayLimit { most, asked } => {
                let counted = counted.unwrap_or_else(|| Money::zero(currency));
                let refusal = over_day_limit(most, counted, asked);
                Ok(refused(known, told::refused_by_us(&refusal)))
            }
            Created::New(request) => {
                fail_points::dies("cancel-request-committed");
                let id = request.id.clone();
                let carry_out = move |inner: Arc<Inner>| async move {
                    inner.carry_out(merchant, request, order).await
                };
                self.0.start(id, carry_out).await
            }
        }
    }
}

impl Inner {
    /// The payment that an order is for and the merchant whose key cancels it, after every check that needs no fresh
    /// reading; or how the order is refused.
    async fn payment_of(
        &self,
        order: &CancelOrder,
    ) -> Result<Result<(FoundPayment, Merchant), Box<CancelOutcome>>, CancelFailure> {
        let refused = |payment, error| {
            Ok(Err(Box::new(CancelOutcome {
                payment,
                ..CancelOutcome::refused(error)
            })))
        };
        if self.policy.marks_reasons
            && let Err(error) = content::check_room_for_mark(order)
        {
            return refused(None, error);
        }
        let by = PaymentRef::Key(order.payment_key.clone());
        let Some(known) = self.lookup.payment(&by, ANY_AGE).await? else {
            return refused(None, told::not_found());
        };
        if let Err(error) = content::check_currencies(order, known.stored.payment.currency) {
            return refused(Some(known), error);
        }
        let Some(merchant) = self.merchants.named(&known.stored.account).cloned() else {
            let error = told::merchant_not_configured(&known.stored.account);
            return refused(Some(known), error);
        };
        Ok(Ok((known, merchant)))
    }

    /// Starts the money step of a request that has not been sent, and waits for it as long as a caller waits.
    async fn start<S>(
        self: &Arc<Self>,
        id: CancelRequestId,
        step: impl FnOnce(Arc<Self>) -> S,
    ) -> Result<CancelOutcome, CancelFailure>
    where
        S: Future<Output = Result<(), StoreError>> + Send + 'static,
    {
        let step = self.money_steps.start(step(Arc::clone(self)));
        self.await_step(id, step).await
    }

    /// Waits for the money step as long as a caller waits, then answers with the request as it is.
    async fn await_step(
        &self,
        id: CancelRequestId,
        step: tokio::task::JoinHandle<Result<(), StoreError>>,
    ) -> Result<CancelOutcome, CancelFailure> {
        match tokio::time::timeout(CALLER_WAITS, step).await {
            Ok(Ok(done)) => {
                fail_points::dies("outcome-committed");
                done?;
            }
            Ok(Err(died)) => {
                tracing::error!(%died, request = %id, "the money step of a cancel died");
            }
            Err(_elapsed) => {
                tracing::warn!(request = %id, "a cancel takes longer than its caller waits");
                self.caller_left(&id).await?;
            }
        }
        let request = self.recorded(&id).await?;
        self.outcome_of(request).await
    }

    /// The request, the payment as it is now, and the error that the request's state stands for.
    async fn outcome_of(&self, request: CancelRequest) -> Result<CancelOutcome, CancelFailure> {
        let by = PaymentRef::Key(request.payment_key.clone());
        let payment = match self.lookup.payment(&by, Duration::ZERO).await {
            Ok(payment) => payment,
            // What became of the request is known, also when Toss has just gone silent.
            Err(LookupError::Upstream { .. }) => None,
            Err(LookupError::Store(error)) => return Err(CancelFailure::Store(error)),
        };
        let error = told::error_of(&request);
        Ok(CancelOutcome {
            request: Some(request),
            payment,
            error,
            preview: None,
        })
    }
}
