//! Finding out what became of cancels: at the start and every few seconds, for the requests that no process works on.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use reconciliation::CancelRequestStatus;
use tokio_util::sync::CancellationToken;

use super::cancel_command::CancelFailure;
use super::execute::{Carried, GRACE};
use super::machine::{self, Effect, Event};
use super::patience::Progress;
use super::{Canceller, Inner};
use crate::fail_points;
use crate::merchants::Merchant;
use crate::store::{CancelRequest, StoreError};
use crate::toss::{PaymentReading, TossError};

/// How many requests are read at once.
const AT_ONCE: u64 = 100;
/// How many calls of Toss are under way at once: after an outage there may be many requests, and Toss has just come back.
const CALLS_AT_ONCE: usize = 4;
/// The longest pause between two looks, however long the first pause before Toss is asked again.
const LONGEST_TICK: Duration = Duration::from_secs(5);

impl Canceller {
    /// Takes up abandoned requests and unknown outcomes until it is told to stop. Several processes may do so at once:
    /// leases keep them apart, and the idempotency key makes a double sending harmless should they meet.
    pub async fn recover(self, stop: CancellationToken) {
        let first_pause = self.0.first_pause.to_std().unwrap_or(LONGEST_TICK);
        let tick = first_pause.min(LONGEST_TICK);
        loop {
            if let Err(error) = self.take_up_due(&stop).await {
                tracing::error!(%error, "unfinished cancels could not be looked for");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(tick) => {}
            }
        }
    }

    /// Takes up everything that is due now, and waits for it. Once it is told to stop, it begins nothing more: what it
    /// would begin could not end in order.
    ///
    /// # Errors
    /// When the store could not be asked what is due. What goes wrong with one request is logged and does not keep the
    /// others from being taken up.
    async fn take_up_due(&self, told_to_stop: &CancellationToken) -> Result<(), StoreError> {
        let due = self
            .0
            .store
            .due_cancel_requests(self.0.clock.now(), AT_ONCE)
            .await?;
        stream::iter(due)
            .take_until(told_to_stop.cancelled())
            .for_each_concurrent(CALLS_AT_ONCE, |request| async move {
                let id = request.id.clone();
                let inner = self.0.clone();
                let taken_up = self
                    .0
                    .money_steps
                    .start(async move { inner.take_up(request, &Progress::default()).await });
                match taken_up.await {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => {
                        tracing::error!(%error, request = %id, "a cancel could not be taken up");
                    }
                    Err(died) => {
                        tracing::error!(%died, request = %id, "the money step of a cancel died");
                    }
                }
            })
            .await;
        Ok(())
    }
}

impl Inner {
    /// Goes on with a request that nobody works on: one that was abandoned, or whose outcome is to be found out.
    pub(super) async fn take_up(
        &self,
        request: CancelRequest,
        progress: &Progress,
    ) -> Result<Carried, CancelFailure> {
        let merchant = self.merchants.named(&request.account).cloned();
        let mut current = request;
        // An abandoned sending is unknown first, and then asked about.
        for _ in 0..2 {
            if current.is_leased(self.clock.now()) {
                return Ok(current.into());
            }
            let owned = self.owned_by_others(&current).await?;
            let seen = self.look_at(merchant.as_ref(), &current).await;
            let event = self.event_of(&current, merchant.as_ref(), seen.as_ref());
            let Some(step) = machine::step(&current, event, self.situation(&owned)) else {
                return Ok(current.into());
            };
            let effect = step.effect;
            let next = match self.take(&current, step).await {
                Ok(next) => next,
                // Somebody else has taken it up meanwhile: their outcome is the outcome.
                Err(StoreError::Conflict { .. }) => {
                    return Ok(self.recorded(&current.id).await?.into());
                }
                Err(error) => return Err(error.into()),
            };
            progress.is(&next);
            fail_points::dies("taken-up");
            match (effect, merchant.clone()) {
                (Effect::Nothing, _) | (_, None) => current = next,
                (Effect::Prepare, Some(merchant)) => {
                    return Box::pin(self.carry_out_approved(merchant, next, progress)).await;
                }
                (effect, Some(merchant)) => {
                    return Box::pin(self.follow(effect, &merchant, next, progress)).await;
                }
            }
            if current.status != CancelRequestStatus::Unknown
                || current.next_at > Some(self.clock.now())
            {
                break;
            }
        }
        Ok(current.into())
    }

    fn event_of<'a>(
        &self,
        request: &CancelRequest,
        merchant: Option<&Merchant>,
        seen: Option<&'a PaymentReading>,
    ) -> Event<'a> {
        let lease = || merchant.map_or_else(|| self.lease(GRACE), |m| self.lease_for_call(m));
        match request.status {
            CancelRequestStatus::Unknown => Event::Due {
                api_key: merchant.map(|merchant| merchant.toss.key_fingerprint()),
                lease: lease(),
                seen,
            },
            CancelRequestStatus::AwaitingApproval => Event::Expired(seen),
            _ => Event::Abandoned {
                seen,
                lease: self.lease_for_reading(),
            },
        }
    }

    /// The payment, where the next step depends on it: to see whether a cancel carries the request's mark before another
    /// sending, and whether anything was sent of a request that was given up, or waited, before its sending.
    async fn look_at(
        &self,
        merchant: Option<&Merchant>,
        request: &CancelRequest,
    ) -> Option<PaymentReading> {
        let merchant = merchant?;
        let looks = match request.status {
            CancelRequestStatus::Requested | CancelRequestStatus::AwaitingApproval => true,
            CancelRequestStatus::Unknown => request.mark.is_some() || self.policy.marks_reasons,
            _ => false,
        };
        if !looks {
            return None;
        }
        let reading = merchant.toss.payment(&request.payment_key).await;
        reading
            .inspect_err(|error: &TossError| {
                tracing::warn!(%error, request = %request.id, "the payment of a cancel cannot be looked at");
            })
            .ok()
    }
}
