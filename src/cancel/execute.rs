//! Carrying out what the machine decides: every change is recorded before its effect, and recorded against the state that
//! it was decided in.

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join;
use reconciliation::TransactionKey;
use secrecy::{ExposeSecret, SecretString};

use super::cancel_command::CancelFailure;
use super::machine::{self, Effect, Event, Situation, Step};
use super::patience::Progress;
use super::preparing::Preparation;
use super::{CancelCommand, CancelOutcome, Inner, client_errors};
use crate::fail_points;
use crate::lookup::FoundPayment;
use crate::merchants::Merchant;
use crate::store::{CancelRequest, CancelRequestChange, Lease, SecretBody, StoreError};
use crate::toss::{CancelAnswer, PaymentReading};

/// How often an event is tried again because somebody else changed the request in between.
const MOST_RACES: u32 = 8;
/// What a call may take beyond its own time limit before its request counts as abandoned.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// How long whoever reads the payment may be silent before somebody else may take the request up. Nothing has been sent by
/// then, and what is recorded against an older state is not sent.
const READING_LEASE: Duration = Duration::from_secs(10);
/// How often it says that it is still there.
const READING_LEASE_RENEWED: Duration = Duration::from_secs(3);

/// A request that was carried out as far as it goes, with the payment as Toss's answer showed it, where it did.
pub(super) struct Carried {
    request: CancelRequest,
    payment: Option<FoundPayment>,
}

impl From<CancelRequest> for Carried {
    fn from(request: CancelRequest) -> Self {
        Self {
            request,
            payment: None,
        }
    }
}

impl Inner {
    /// The money step of a new request: the payment is read again and checked, then Toss is called.
    pub(super) async fn carry_out(
        &self,
        merchant: Merchant,
        request: CancelRequest,
        order: CancelCommand,
        progress: &Progress,
    ) -> Result<Carried, CancelFailure> {
        let owned = self.owned_by_others(&request).await?;
        // In places of their own: everything that waits for them would carry their size.
        let prepare = Box::pin(self.prepare(&merchant, &request, &order, &owned));
        let event = match self.keeping_lease(&request, prepare).await? {
            Preparation::Ready(prepared) => Event::Prepared(prepared),
            Preparation::Marked(ref reading) => {
                let event = Event::FoundMarked(reading);
                let step = self.stepped(&merchant, request, event, &owned, progress);
                return Box::pin(step).await;
            }
            Preparation::Refused(error) => Event::RefusedByUs(error),
        };
        Box::pin(self.stepped(&merchant, request, event, &owned, progress)).await
    }

    async fn stepped(
        &self,
        merchant: &Merchant,
        request: CancelRequest,
        event: Event<'_>,
        owned: &HashSet<TransactionKey>,
        progress: &Progress,
    ) -> Result<Carried, CancelFailure> {
        let Some(step) = machine::step(&request, event, self.situation(owned)) else {
            return Ok(request.into());
        };
        let effect = step.effect;
        match self.take(&request, step).await {
            Ok(next) => {
                progress.is(&next);
                self.follow(effect, merchant, next, progress).await
            }
            // It took so long that somebody else has taken the request up.
            Err(StoreError::Conflict { .. }) => Ok(self.recorded(&request.id).await?.into()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn follow(
        &self,
        effect: Effect,
        merchant: &Merchant,
        request: CancelRequest,
        progress: &Progress,
    ) -> Result<Carried, CancelFailure> {
        match effect {
            // Whoever approves a request begins to prepare it.
            Effect::Nothing | Effect::Prepare => Ok(request.into()),
            Effect::Send => {
                let carried = Box::pin(self.send(merchant, request)).await?;
                progress.is(&carried.request);
                Ok(carried)
            }
            Effect::ReadPayment => {
                let owned = self.owned_by_others(&request).await?;
                let reading = merchant.toss.payment(&request.payment_key).await.ok();
                let event = || Event::Seen(reading.as_ref());
                Ok(self.record_beside(request, event, &owned).await?.into())
            }
        }
    }

    /// Calls Toss with what is stored and records the answer.
    async fn send(
        &self,
        merchant: &Merchant,
        request: CancelRequest,
    ) -> Result<Carried, CancelFailure> {
        // A row that was changed by somebody else may hold none: what cannot be read is not sent.
        let body = opened(merchant, &request).ok_or_else(|| StoreError::Inconsistent {
            table: "cancel_requests",
            column: "body",
            key: request.id.to_string(),
        })?;
        // Committed is what others can read, too.
        if !self
            .store
            .sent_is_readable(&request.id, request.version)
            .await?
        {
            return Err(StoreError::Unavailable {
                reason: "what was committed cannot be read over another connection".to_owned(),
            }
            .into());
        }
        fail_points::dies("sending-committed");
        let call = merchant.toss.cancel(
            &request.payment_key,
            &request.idempotency_key,
            body.expose_secret(),
        );
        let (answer, owned) = join(call, self.owned_by_others(&request)).await;
        let answered_at = self.clock.now();
        fail_points::dies("answer-read");
        // A reading that began before the cancel would show the payment as it was.
        self.lookup.begin_anew();
        log(&request, &answer);
        let owned = owned.map_err(CancelFailure::after_sending)?;
        let seen: Option<PaymentReading> = if machine::needs_confirmation(&answer) {
            merchant.toss.payment(&request.payment_key).await.ok()
        } else {
            None
        };
        let attempt = request.attempts;
        let event = || Event::Answered {
            attempt,
            answer: &answer,
            seen: seen.as_ref(),
        };
        let recorded = self.record_beside(request, event, &owned).await;
        let request = recorded.map_err(CancelFailure::after_sending)?;
        let shown = match (&answer, &seen) {
            // Later answers to the same key repeat the first, and show the payment as it was then.
            (CancelAnswer::Done { reading, .. }, _) if attempt == 1 => Some(&**reading),
            (_, Some(reading)) => Some(reading),
            _ => None,
        };
        let payment = match shown {
            Some(reading) => {
                let kept = self.lookup.keep(&merchant.account, reading, answered_at);
                kept.await.ok().flatten()
            }
            None => None,
        };
        Ok(Carried { request, payment })
    }

    /// Records what an event does, also when the request was changed by somebody else since it was read.
    pub(super) async fn record<'a>(
        &self,
        request: CancelRequest,
        event: impl Fn() -> Event<'a>,
    ) -> Result<CancelRequest, StoreError> {
        self.record_beside(request, event, &HashSet::new()).await
    }

    /// As [`Self::record`], beside the cancels that other requests caused.
    pub(super) async fn record_beside<'a>(
        &self,
        request: CancelRequest,
        event: impl Fn() -> Event<'a>,
        owned: &HashSet<TransactionKey>,
    ) -> Result<CancelRequest, StoreError> {
        let id = request.id.clone();
        let mut current = request;
        for _ in 0..MOST_RACES {
            let Some(step) = machine::step(&current, event(), self.situation(owned)) else {
                return Ok(current);
            };
            match self.take(&current, step).await {
                Err(StoreError::Conflict { .. }) => current = self.recorded(&id).await?,
                other => return other,
            }
        }
        Err(StoreError::Conflict { id: id.to_string() })
    }

    /// Records a step, and what it shows of the database.
    pub(super) async fn take(
        &self,
        request: &CancelRequest,
        step: Step,
    ) -> Result<CancelRequest, StoreError> {
        let next = self.change(request, step.change).await?;
        if let Some(evidence) = &step.forgotten {
            // In a place of its own: every step would carry its size.
            Box::pin(self.note_forgotten(&request.payment_key, &request.account, evidence)).await?;
        }
        Ok(next)
    }

    pub(super) async fn change(
        &self,
        request: &CancelRequest,
        change: CancelRequestChange,
    ) -> Result<CancelRequest, StoreError> {
        let now = self.clock.now();
        Box::pin(self.store.move_cancel_request(request, change, now)).await
    }

    /// The request, the payment as it is now, and the error that the request's state stands for.
    pub(super) async fn outcome_of(&self, carried: Carried) -> CancelOutcome {
        let Carried { request, payment } = carried;
        let payment = match payment {
            Some(payment) => Some(payment),
            // What became of the request is known, also when nothing else can be had just now.
            None => self
                .lookup
                .payment_alone(&request.payment_key)
                .await
                .inspect_err(
                    |error| tracing::warn!(%error, "a payment is not shown with its cancel"),
                )
                .ok()
                .flatten(),
        };
        let error = client_errors::error_of(&request);
        CancelOutcome {
            request: Some(request),
            payment,
            error,
            preview: None,
        }
    }

    /// Does the work while the record says every few seconds that somebody is at it.
    async fn keeping_lease<T>(&self, request: &CancelRequest, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(READING_LEASE_RENEWED) => {
                    let lease = self.lease_for_reading();
                    if let Err(error) = self.store.renew_cancel_lease(request, &lease).await {
                        tracing::warn!(%error, request = %request.id, "the lease of a cancel could not be renewed");
                    }
                }
            }
        }
    }

    pub(super) fn situation<'a>(&self, owned: &'a HashSet<TransactionKey>) -> Situation<'a> {
        Situation {
            now: self.clock.now(),
            first_pause: self.first_pause,
            owned,
        }
    }

    /// For the payment to be read and checked. It is renewed while that takes.
    pub(super) fn lease_for_reading(&self) -> Lease {
        self.lease(READING_LEASE)
    }

    pub(super) fn lease_for_call(&self, merchant: &Merchant) -> Lease {
        self.lease(merchant.toss.timeout() + GRACE)
    }

    pub(super) fn lease(&self, lasts: Duration) -> Lease {
        let now = self.clock.now();
        let lasts = TimeDelta::from_std(lasts).unwrap_or(TimeDelta::MAX);
        Lease {
            owner: self.process.clone(),
            until: now.checked_add_signed(lasts).unwrap_or(now),
        }
    }
}

/// The bytes that were kept for sending; `None` where there are none, or where this merchant's key does not open them.
pub(super) fn opened(merchant: &Merchant, request: &CancelRequest) -> Option<SecretString> {
    let sealed = request.body.as_ref().map(SecretBody::expose)?;
    let body = merchant.toss.open_body(&request.idempotency_key, sealed);
    body.ok()
}

fn log(request: &CancelRequest, answer: &CancelAnswer) {
    let (id, attempt) = (&request.id, request.attempts);
    match answer {
        CancelAnswer::Done { .. } => {
            tracing::info!(request = %id, attempt, "Toss carried a cancel out");
        }
        CancelAnswer::Refused { refusal, .. } => {
            tracing::info!(request = %id, attempt, code = %refusal.code, "Toss refused a cancel");
        }
        CancelAnswer::NotSent { reason } => {
            tracing::warn!(request = %id, attempt, reason, "a cancel could not be sent");
        }
        CancelAnswer::Unknown { reason, .. } => {
            tracing::warn!(request = %id, attempt, %reason, "what became of a cancel is not known");
        }
    }
}
