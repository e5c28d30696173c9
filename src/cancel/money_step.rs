//! Carrying out what the machine decides: every change is recorded before its effect, and recorded against the state that
//! it was decided in.

use std::borrow::Cow;
use std::time::Duration;

use chrono::TimeDelta;
use reconciliation::{Money, PaymentMethod, PermittedCancel, permit_cancel};
use secrecy::ExposeSecret;

use super::machine::{self, Effect, Event, Prepared, Times};
use super::{CancelOrder, Inner, content, told};
use crate::fail_points;
use crate::merchants::Merchant;
use crate::store::{
    CancelRequest, CancelRequestId, Lease, SecretBody, StoreError, StoredCancelError,
};
use crate::toss::{CancelAnswer, CancelBody, PaymentReading};

/// How often an event is tried again because somebody else changed the request in between.
const MOST_RACES: u32 = 8;
/// What a call may take beyond its own time limit before its request counts as abandoned.
pub(super) const GRACE: Duration = Duration::from_secs(5);

impl Inner {
    /// The money step of a new request: the payment is read again and checked, then Toss is called.
    pub(super) async fn carry_out(
        &self,
        merchant: Merchant,
        request: CancelRequest,
        order: CancelOrder,
    ) -> Result<(), StoreError> {
        let event = match self.prepare(&merchant, &request, &order).await {
            Ok(prepared) => {
                self.keep_apart(&request).await?;
                Event::Prepared(prepared)
            }
            Err(error) => Event::RefusedByUs(error),
        };
        let Some(step) = machine::step(&request, event, self.times()) else {
            return Ok(());
        };
        match self.change(&request, step.change).await {
            Ok(next) => self.follow(step.effect, &merchant, next).await,
            // It took so long that the request was given up as never sent.
            Err(StoreError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Reads the payment and makes every check that depends on it: the same for a dry run and for the cancel itself.
    pub(super) async fn check(
        &self,
        merchant: &Merchant,
        order: &CancelOrder,
    ) -> Result<(PaymentReading, PermittedCancel), StoredCancelError> {
        let reading = merchant
            .toss
            .payment(&order.payment_key)
            .await
            .map_err(|error| told::unsent(&error))?;
        let permitted = permit_cancel(&reading.payment, &order.intent, self.clock.now())
            .map_err(|refusal| told::refused_by_us(&refusal))?;
        let amount = order.intent.amount.unwrap_or(permitted.balance);
        self.policy
            .permit_request(amount)
            .map_err(|refusal| told::refused_by_us(&refusal))?;
        if content::names_own_account(order, &reading) {
            return Err(told::own_account());
        }
        Ok((reading, permitted))
    }

    /// Checks, and writes what is to be sent.
    async fn prepare(
        &self,
        merchant: &Merchant,
        request: &CancelRequest,
        order: &CancelOrder,
    ) -> Result<Prepared, StoredCancelError> {
        let (reading, permitted) = self.check(merchant, order).await?;
        let body = match &request.body {
            // What has been approved is what is sent.
            Some(kept) => kept.clone(),
            None => self.write(merchant, request, order, &reading, permitted.balance)?,
        };
        let amount = order.intent.amount.unwrap_or(permitted.balance);
        let needs_approval = self.policy.needs_approval(amount);
        Ok(Prepared {
            body,
            balance: permitted.balance,
            cancels: machine::cancel_keys(&reading),
            api_key: merchant.toss.key_fingerprint(),
            lease: self.lease_for_call(merchant),
            needs_approval: needs_approval.then_some(self.policy.approval_lives),
        })
    }

    /// Writes the bytes that Toss is to be sent, and seals them.
    fn write(
        &self,
        merchant: &Merchant,
        request: &CancelRequest,
        order: &CancelOrder,
        reading: &PaymentReading,
        balance: Money,
    ) -> Result<SecretBody, StoredCancelError> {
        let reason = if self.policy.marks_reasons {
            Cow::Owned(request.mark().appended_to(&order.reason))
        } else {
            Cow::Borrowed(order.reason.as_str())
        };
        let body = CancelBody {
            reason: &reason,
            amount: order.intent.amount,
            tax_free_amount: order.intent.tax_free_amount,
            refundable_amount: balance,
            refund_account: order.intent.refund_account.as_ref(),
            // Overseas methods that take their time ask for a name of the cancel.
            cancel_request_id: (reading.payment.method() == Some(PaymentMethod::ForeignEasyPay))
                .then_some(request.idempotency_key.as_str()),
        };
        let sealed = merchant.toss.cancel_body(&body).ok().and_then(|body| {
            let sealed = merchant.toss.seal_body(&request.idempotency_key, &body);
            sealed.ok()
        });
        sealed.map(SecretBody::new).ok_or_else(told::unwritable)
    }

    /// Waits until Toss takes another cancel of the same payment.
    async fn keep_apart(&self, request: &CancelRequest) -> Result<(), StoreError> {
        let last = self.store.last_cancel_at(&request.payment_key).await?;
        let pause = machine::wait_before_sending(last, self.clock.now());
        if pause > TimeDelta::zero() {
            tokio::time::sleep(pause.to_std().unwrap_or_default()).await;
        }
        Ok(())
    }

    /// A caller who has waited long enough is told that the outcome is not known, and the record says the same. The
    /// step goes on and records what it finds.
    pub(super) async fn caller_left(&self, id: &CancelRequestId) -> Result<(), StoreError> {
        self.record(self.recorded(id).await?, || Event::CallerLeft)
            .await
    }

    pub(super) async fn follow(
        &self,
        effect: Effect,
        merchant: &Merchant,
        request: CancelRequest,
    ) -> Result<(), StoreError> {
        match effect {
            // Whoever approves a request begins to prepare it.
            Effect::Nothing | Effect::Prepare => Ok(()),
            Effect::Send => self.send(merchant, request).await,
            Effect::ReadPayment => {
                let reading = merchant.toss.payment(&request.payment_key).await.ok();
                self.record(request, || Event::Seen(reading.as_ref())).await
            }
        }
    }

    /// Calls Toss with what is stored and records the answer.
    async fn send(&self, merchant: &Merchant, request: CancelRequest) -> Result<(), StoreError> {
        let sealed = request.body.as_ref().map(SecretBody::expose);
        let body = sealed.and_then(|sealed| {
            let body = merchant.toss.open_body(&request.idempotency_key, sealed);
            body.ok()
        });
        fail_points::dies("sending-committed");
        let answer = match &body {
            Some(body) => {
                let body = body.expose_secret();
                merchant
                    .toss
                    .cancel(&request.payment_key, &request.idempotency_key, body)
                    .await
            }
            // The row was changed by somebody else: what cannot be read is not sent.
            None => {
                return Err(StoreError::Inconsistent {
                    table: "cancel_requests",
                    column: "body",
                    key: request.id.to_string(),
                });
            }
        };
        fail_points::dies("answer-read");
        // A reading that began before the cancel would show the payment as it was.
        self.lookup.begin_anew();
        let now_at_toss: Option<PaymentReading> = if machine::needs_confirmation(&answer) {
            merchant.toss.payment(&request.payment_key).await.ok()
        } else {
            None
        };
        log(&request, &answer);
        let attempt = request.attempts;
        self.record(request, || Event::Answered {
            attempt,
            answer: &answer,
            now_at_toss: now_at_toss.as_ref(),
        })
        .await
    }

    /// Records what an event does, also when the request was changed by somebody else since it was read.
    pub(super) async fn record<'a>(
        &self,
        request: CancelRequest,
        event: impl Fn() -> Event<'a>,
    ) -> Result<(), StoreError> {
        let id = request.id.clone();
        let mut current = request;
        for _ in 0..MOST_RACES {
            let Some(step) = machine::step(&current, event(), self.times()) else {
                return Ok(());
            };
            match self.change(&current, step.change).await {
                Err(StoreError::Conflict { .. }) => current = self.recorded(&id).await?,
                other => return other.map(drop),
            }
        }
        Err(StoreError::Conflict { id: id.to_string() })
    }

    pub(super) async fn change(
        &self,
        request: &CancelRequest,
        change: crate::store::CancelRequestChange,
    ) -> Result<CancelRequest, StoreError> {
        let now = self.clock.now();
        Box::pin(self.store.move_cancel_request(request, change, now)).await
    }

    pub(super) async fn recorded(&self, id: &CancelRequestId) -> Result<CancelRequest, StoreError> {
        let request = self.store.cancel_request(id).await?;
        // Nothing deletes requests.
        request.ok_or_else(|| StoreError::Inconsistent {
            table: "cancel_requests",
            column: "id",
            key: id.to_string(),
        })
    }

    pub(super) fn times(&self) -> Times {
        Times {
            now: self.clock.now(),
            first_pause: self.first_pause,
        }
    }

    /// For the payment to be read and checked: a question that meets silence is asked twice.
    pub(super) fn lease_for_reading(&self, merchant: &Merchant) -> Lease {
        self.lease(merchant.toss.timeout().saturating_mul(2) + GRACE)
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
