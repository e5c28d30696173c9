//! The verb that cancels: record the request, check the payment as it is now, call Toss, record what came of it,
//! including that this is not known.
//!
//! The money step runs in a task of the server's own: a caller who hangs up does not stop it.

mod again;
mod content;
mod money_steps;
mod outcome;

use std::sync::Arc;
use std::time::Duration;

use reconciliation::{CancelIntent, CancelRequestStatus, PaymentKey, permit_cancel};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::clock::Clock;
use crate::lookup::{FoundPayment, Lookup, LookupError, PaymentRef};
use crate::merchants::{Merchant, Merchants};
use crate::store::{
    CancelRequest, CancelRequestChange, CancelRequestId, Created, NewCancelRequest, SecretBody,
    Store, StoreError, StoredCancelError,
};
use crate::toss::CancelBody;

pub use money_steps::MoneySteps;

/// How long a caller waits for the outcome before the answer is that it is not known yet.
const CALLER_WAITS: Duration = Duration::from_secs(10);
/// How old the payment may be that only tells which merchant a request belongs to.
const ANY_AGE: Duration = Duration::MAX;
/// How often a change is tried again because somebody else changed the request in between.
const MOST_RACES: u32 = 8;

/// What an admin orders.
#[derive(Clone, Debug)]
pub struct CancelOrder {
    /// The payment.
    pub payment_key: PaymentKey,
    /// The caller's key: the same key and content gives the same answer and never a second cancel.
    pub client_key: String,
    /// Sent to Toss as `cancelReason`.
    pub reason: String,
    /// What to cancel, and the caller's conditions.
    pub intent: CancelIntent,
}

/// What came of an order.
#[derive(Clone, Debug)]
pub struct CancelOutcome {
    /// The request, when one was recorded.
    pub request: Option<CancelRequest>,
    /// The payment as it is now, when Toss knows it.
    pub payment: Option<FoundPayment>,
    /// Why it has not succeeded.
    pub error: Option<StoredCancelError>,
}

/// Why an order has no outcome at all: nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum CancelFailure {
    /// Toss could not be asked about the payment.
    #[error("Toss could not be asked, and nothing was sent: {reason}")]
    Upstream {
        /// What went wrong, fit for a client's eyes.
        reason: String,
    },
    /// The store failed. What is recorded of the request still stands.
    #[error("the store failed")]
    Store(#[source] Arc<StoreError>),
}

impl From<StoreError> for CancelFailure {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl From<LookupError> for CancelFailure {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Upstream { reason } => Self::Upstream { reason },
            LookupError::Store(error) => Self::Store(error),
        }
    }
}

/// Cancels payments.
#[derive(Clone)]
pub struct Canceller(Arc<Inner>);

struct Inner {
    store: Store,
    merchants: Merchants,
    lookup: Lookup,
    clock: Clock,
    money_steps: MoneySteps,
}

impl Canceller {
    /// A canceller over the given store and merchants.
    pub fn new(
        store: Store,
        merchants: Merchants,
        lookup: Lookup,
        clock: Clock,
        money_steps: MoneySteps,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            merchants,
            lookup,
            clock,
            money_steps,
        }))
    }

    /// Carries out an order of the named admin, or finds out what came of it when it was given before.
    ///
    /// # Errors
    /// [`CancelFailure`] when the store failed or Toss could not be asked about a payment that was never seen. What
    /// can go wrong with the cancel itself is part of the outcome.
    pub async fn cancel(
        &self,
        admin: &str,
        order: CancelOrder,
    ) -> Result<CancelOutcome, CancelFailure> {
        if let Err(error) = content::check(&order) {
            return Ok(CancelOutcome {
                request: None,
                payment: None,
                error: Some(error),
            });
        }
        let content_hash = content::hash(&order);
        if let Some(earlier) = self
            .0
            .store
            .cancel_request_by_client_key(admin, &order.client_key)
            .await?
        {
            return self.0.answer_again(earlier, content_hash, order).await;
        }
        let by = PaymentRef::Key(order.payment_key.clone());
        let Some(known) = self.0.lookup.payment(&by, ANY_AGE).await? else {
            let error = Some(outcome::not_found());
            return Ok(CancelOutcome {
                request: None,
                payment: None,
                error,
            });
        };
        let Some(merchant) = self.0.merchants.named(&known.stored.account).cloned() else {
            let error = Some(outcome::merchant_not_configured(&known.stored.account));
            return Ok(CancelOutcome {
                request: None,
                payment: Some(known),
                error,
            });
        };
        if let Err(error) = content::check_currencies(&order, known.stored.payment.currency) {
            return Ok(CancelOutcome {
                request: None,
                payment: Some(known),
                error: Some(error),
            });
        }
        let id = Uuid::now_v7();
        let new = NewCancelRequest {
            id: CancelRequestId::new(&id.to_string()),
            payment_key: order.payment_key.clone(),
            account: merchant.account.clone(),
            amount: order.intent.amount,
            currency: known.stored.payment.currency,
            reason: order.reason.clone(),
            requested_by: admin.to_owned(),
            client_key: order.client_key.clone(),
            content_hash,
            idempotency_key: format!("cr-{id}"),
            requested_at: self.0.clock.now(),
        };
        match self.0.store.create_cancel_request(&new).await? {
            Created::SameKey(earlier) => self.0.answer_again(earlier, content_hash, order).await,
            Created::InFlight(other) => Ok(CancelOutcome {
                request: None,
                payment: Some(known),
                error: Some(outcome::in_flight(&other)),
            }),
            Created::New(request) => self.0.start(merchant, request, order).await,
        }
    }
}

impl Inner {
    /// Starts the money step of a request that has not been sent, and waits for it as long as a caller waits.
    async fn start(
        self: &Arc<Self>,
        merchant: Merchant,
        request: CancelRequest,
        order: CancelOrder,
    ) -> Result<CancelOutcome, CancelFailure> {
        let inner = Arc::clone(self);
        let id = request.id.clone();
        let step = self
            .money_steps
            .start(async move { inner.carry_out(merchant, request, order).await });
        self.await_step(id, step).await
    }

    /// Waits for the money step as long as a caller waits, then answers with the request as it is.
    async fn await_step(
        &self,
        id: CancelRequestId,
        step: tokio::task::JoinHandle<Result<(), StoreError>>,
    ) -> Result<CancelOutcome, CancelFailure> {
        match tokio::time::timeout(CALLER_WAITS, step).await {
            Ok(Ok(done)) => done?,
            Ok(Err(died)) => {
                tracing::error!(%died, request = %id, "the money step of a cancel died");
            }
            Err(_elapsed) => {
                tracing::warn!(request = %id, "a cancel takes longer than its caller waits");
                self.mark_unknown(&id).await?;
            }
        }
        let request = self.recorded(&id).await?;
        self.outcome_of(request).await
    }

    /// A caller who has waited long enough is told that the outcome is not known, and the record says the same. The
    /// step goes on and records what it finds.
    async fn mark_unknown(&self, id: &CancelRequestId) -> Result<(), StoreError> {
        let request = self.recorded(id).await?;
        if request.status != CancelRequestStatus::Sent {
            return Ok(());
        }
        let change = CancelRequestChange {
            error: Some(outcome::not_known_yet()),
            ..CancelRequestChange::to(CancelRequestStatus::Unknown)
        };
        match self.store.move_cancel_request(&request, change).await {
            Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn recorded(&self, id: &CancelRequestId) -> Result<CancelRequest, StoreError> {
        let request = self.store.cancel_request(id).await?;
        request.ok_or_else(|| lost_row(id))
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
        let error = outcome::error_of(&request);
        Ok(CancelOutcome {
            request: Some(request),
            payment,
            error,
        })
    }

    /// The money step of a new request: the payment is read again and checked, then Toss is called.
    async fn carry_out(
        &self,
        merchant: Merchant,
        request: CancelRequest,
        order: CancelOrder,
    ) -> Result<(), StoreError> {
        let reading = match merchant.toss.payment(&order.payment_key).await {
            Ok(reading) => reading,
            Err(error) => return self.reject(&request, outcome::unsent(&error)).await,
        };
        let permitted = match permit_cancel(&reading.payment, &order.intent) {
            Ok(permitted) => permitted,
            Err(refusal) => {
                return self
                    .reject(&request, outcome::refused_by_us(&refusal))
                    .await;
            }
        };
        if content::names_own_account(&order, &reading) {
            return self.reject(&request, outcome::own_account()).await;
        }
        let body = merchant.toss.cancel_body(&CancelBody {
            reason: &order.reason,
            amount: order.intent.amount,
            tax_free_amount: order.intent.tax_free_amount,
            refundable_amount: permitted.balance,
            refund_account: order.intent.refund_account.as_ref(),
        });
        let Ok(body) = body else {
            return self.reject(&request, outcome::unwritable()).await;
        };
        let change = CancelRequestChange {
            sent_at: Some(self.clock.now()),
            body: Some(SecretBody::new(body.expose_secret().to_owned())),
            baseline_balance: Some(permitted.balance),
            baseline_cancel_keys: Some(outcome::cancel_keys(&reading)),
            ..CancelRequestChange::to(CancelRequestStatus::Sent)
        };
        self.send_as(&merchant, &request, change).await
    }

    /// Records that Toss is being called, then calls it.
    async fn send_as(
        &self,
        merchant: &Merchant,
        request: &CancelRequest,
        change: CancelRequestChange,
    ) -> Result<(), StoreError> {
        match self.store.move_cancel_request(request, change).await {
            Ok(sent) => self.send(merchant, sent).await,
            // Somebody else has taken it up meanwhile: their outcome is the outcome.
            Err(StoreError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Calls Toss with what is stored and records the answer.
    async fn send(&self, merchant: &Merchant, request: CancelRequest) -> Result<(), StoreError> {
        let Some(body) = &request.body else {
            return Err(lost_row(&request.id));
        };
        let answer = merchant
            .toss
            .cancel(
                &request.payment_key,
                &request.idempotency_key,
                body.expose(),
            )
            .await;
        self.lookup.begin_anew();
        let now_at_toss = if outcome::needs_confirmation(&request, &answer) {
            merchant.toss.payment(&request.payment_key).await.ok()
        } else {
            None
        };
        let change = outcome::change_for(&request, &answer, now_at_toss.as_ref(), self.clock.now());
        self.record(request, change).await
    }

    /// Records what Toss's answer means, also when the request was marked unknown while Toss was answering.
    async fn record(
        &self,
        sent: CancelRequest,
        change: CancelRequestChange,
    ) -> Result<(), StoreError> {
        let id = sent.id.clone();
        let mut current = sent;
        for _ in 0..MOST_RACES {
            match self
                .store
                .move_cancel_request(&current, change.clone())
                .await
            {
                Err(StoreError::Conflict { .. }) => current = self.recorded(&id).await?,
                other => return other.map(drop),
            }
            if current.status.is_final() {
                return Ok(());
            }
        }
        Err(StoreError::Conflict { id: id.to_string() })
    }

    async fn reject(
        &self,
        request: &CancelRequest,
        error: StoredCancelError,
    ) -> Result<(), StoreError> {
        let change = CancelRequestChange {
            error: Some(error),
            resolved_at: Some(self.clock.now()),
            ..CancelRequestChange::to(CancelRequestStatus::Rejected)
        };
        match self.store.move_cancel_request(request, change).await {
            // Somebody else has taken it up meanwhile: their outcome is the outcome.
            Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// A request that was just written cannot be found, or lacks what was written with it.
fn lost_row(id: &CancelRequestId) -> StoreError {
    StoreError::Inconsistent {
        table: "cancel_requests",
        column: "id",
        key: id.to_string(),
    }
}
