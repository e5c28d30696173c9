//! A caller who asks again with the same idempotency key: the answer of the first time, once there is one.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::CancelRequestStatus;
use tokio::time::{Duration, Instant, sleep};

use super::{CALLER_WAITS, CancelFailure, CancelOrder, CancelOutcome, Inner, outcome};
use crate::merchants::Merchant;
use crate::store::{CancelRequest, CancelRequestChange, StoreError};

/// How often the record of a request is looked at that somebody else carries out.
const LOOKS_EVERY: Duration = Duration::from_millis(100);
/// A request that was not touched for so long is taken up by whoever asks for it. Should its process be alive after all,
/// that is harmless: one of the two wins the change of the record, and Toss knows both by one idempotency key.
const LEFT_BEHIND_AFTER: TimeDelta = TimeDelta::minutes(2);

impl Inner {
    /// The stored answer of a request whose caller asks again. One whose outcome is not known is asked about at Toss
    /// again, with the key and the bytes that were stored: Toss answers what it answered then, or carries it out now.
    /// One that is being carried out is waited for; one that a process left behind when it died is taken up.
    pub(super) async fn answer_again(
        self: &Arc<Self>,
        earlier: CancelRequest,
        content_hash: [u8; 32],
        order: CancelOrder,
    ) -> Result<CancelOutcome, CancelFailure> {
        if earlier.content_hash != content_hash {
            let error = Some(outcome::idempotency_conflict());
            return Ok(CancelOutcome {
                request: None,
                payment: None,
                error,
            });
        }
        let now = self.clock.now();
        let merchant = self.merchants.named(&earlier.account).cloned();
        match (earlier.status, merchant) {
            (CancelRequestStatus::Requested, Some(merchant)) if is_left_behind(&earlier, now) => {
                self.start(merchant, earlier, order).await
            }
            (CancelRequestStatus::Sent, Some(merchant))
                if is_left_behind(&earlier, now) && outcome::may_be_sent_again(&earlier, now) =>
            {
                self.start_again(merchant, earlier).await
            }
            (CancelRequestStatus::Unknown, Some(merchant))
                if outcome::may_be_sent_again(&earlier, now) =>
            {
                self.start_again(merchant, earlier).await
            }
            _ => {
                let request = self.once_it_has_ended(earlier).await?;
                self.outcome_of(request).await
            }
        }
    }

    /// The request when whoever carries it out, be it in another process, has recorded an outcome, or as it is when a
    /// caller has waited long enough.
    async fn once_it_has_ended(
        &self,
        mut request: CancelRequest,
    ) -> Result<CancelRequest, StoreError> {
        let waits_until = Instant::now() + CALLER_WAITS;
        while is_under_way(&request) && Instant::now() < waits_until {
            sleep(LOOKS_EVERY).await;
            request = self.recorded(&request.id).await?;
        }
        Ok(request)
    }

    async fn start_again(
        self: &Arc<Self>,
        merchant: Merchant,
        request: CancelRequest,
    ) -> Result<CancelOutcome, CancelFailure> {
        let inner = Arc::clone(self);
        let id = request.id.clone();
        let step = self.money_steps.start(async move {
            let change = CancelRequestChange {
                sent_at: Some(inner.clock.now()),
                ..CancelRequestChange::to(CancelRequestStatus::Sent)
            };
            inner.send_as(&merchant, &request, change).await
        });
        self.await_step(id, step).await
    }
}

fn is_under_way(request: &CancelRequest) -> bool {
    matches!(
        request.status,
        CancelRequestStatus::Requested | CancelRequestStatus::Sent
    )
}

fn is_left_behind(request: &CancelRequest, now: DateTime<Utc>) -> bool {
    let touched = request.last_sent_at.unwrap_or(request.requested_at);
    now - touched >= LEFT_BEHIND_AFTER
}
