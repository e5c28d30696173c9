//! A caller who asks again with the same idempotency key: the answer of the first time, once there is one.

use chrono::{DateTime, Utc};
use reconciliation::CancelRequestStatus;
use tokio::time::{Duration, Instant, sleep};

use super::cancel_command::CancelFailure;
use super::machine::was_never_sent;
use super::patience::{CALLER_WAITS, Progress};
use super::{CancelCommand, CancelOutcome, Inner, client_errors, validation};
use crate::store::{CancelRequest, StoreError};

/// How often the record of a request is looked at that somebody else carries out.
const LOOKS_EVERY: Duration = Duration::from_millis(100);

impl Inner {
    /// The stored answer of a request whose caller asks again. One that is being carried out is waited for; one that
    /// nobody works on, because its outcome is not known or its process died, is taken up now.
    pub(super) async fn answer_again(
        &self,
        earlier: CancelRequest,
        order: CancelCommand,
        progress: &Progress,
    ) -> Result<CancelOutcome, CancelFailure> {
        if !self.is_same(&earlier, &order) {
            return Ok(CancelOutcome::refused(client_errors::idempotency_conflict()));
        }
        progress.is(&earlier);
        if !may_be_taken_up(&earlier, self.clock.now()) {
            let request = self.once_it_has_ended(earlier).await?;
            return Ok(self.outcome_of(request.into()).await);
        }
        let merchant = self.merchants.named(&earlier.account).cloned();
        let carried = match merchant {
            // The order is at hand again, so that what was lost with it can be written anew, under the same key.
            Some(merchant)
                if earlier.status == CancelRequestStatus::Unknown && was_never_sent(&earlier) =>
            {
                self.carry_out(merchant, earlier, order, progress).await?
            }
            _ => self.take_up(earlier, progress).await?,
        };
        Ok(self.outcome_of(carried).await)
    }

    /// Whether an order is the one that the request recorded.
    pub(super) fn is_same(&self, request: &CancelRequest, order: &CancelCommand) -> bool {
        let merchant = self.merchants.named(&request.account);
        validation::is_same(request, order, merchant.map(|merchant| &merchant.toss))
    }

    /// The request when whoever carries it out, be it in another process, has recorded an outcome, or as it is when a
    /// caller has waited long enough.
    pub(super) async fn once_it_has_ended(
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
}

fn may_be_taken_up(request: &CancelRequest, now: DateTime<Utc>) -> bool {
    let open = is_under_way(request) || request.status == CancelRequestStatus::Unknown;
    open && !request.is_leased(now)
}

fn is_under_way(request: &CancelRequest) -> bool {
    matches!(
        request.status,
        CancelRequestStatus::Requested | CancelRequestStatus::Sent
    )
}
