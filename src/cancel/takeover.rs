//! An admin takes a request over whose outcome Toss does not tell.

use reconciliation::CancelRequestStatus;

use super::machine::{self, Event};
use super::{Admin, CancelOutcome, Canceller, client_errors};
use crate::store::{CancelRequestId, StoreError};

impl Canceller {
    /// Makes a request that is `UNKNOWN` one that needs an operator, from a minute after it was asked for. `None` when there
    /// is no such request.
    pub async fn take_over(&self, admin: &Admin, id: &CancelRequestId) -> Option<CancelOutcome> {
        let (admin, id) = (admin.clone(), id.clone());
        self.patiently(move |inner, progress| async move {
            let Some(request) = inner.store.cancel_request(&id).await? else {
                return Ok(None);
            };
            progress.is(&request);
            let owned = inner.owned_by_others(&request).await?;
            let event = Event::TakenOver { admin };
            let Some(step) = machine::step(&request, event, inner.situation(&owned)) else {
                let error = match request.status {
                    CancelRequestStatus::Unknown => client_errors::too_young(),
                    _ => client_errors::needs_no_takeover(),
                };
                return Ok(Some(CancelOutcome::unmoved(request, error)));
            };
            match inner.change(&request, step.change).await {
                Ok(next) => Ok(Some(inner.outcome_of(next.into()).await)),
                // It has moved on meanwhile, which is what was wanted.
                Err(StoreError::Conflict { .. }) => {
                    let current = inner.recorded(&id).await?;
                    Ok(Some(inner.outcome_of(current.into()).await))
                }
                Err(error) => Err(error.into()),
            }
        })
        .await
    }
}
