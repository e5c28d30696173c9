//! How long a caller waits, and what is told to one who has waited long enough.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use super::cancel_command::CancelFailure;
use super::machine::Event;
use super::{CancelOutcome, Canceller, Inner, client_errors};
use crate::store::{CancelRequest, CancelRequestId};

/// How long a caller waits for the outcome before the answer is that it is not known yet.
pub(super) const CALLER_WAITS: Duration = Duration::from_secs(10);
/// How much longer the record may take to say so, and to be read.
const RECORD_MAY_TAKE: Duration = Duration::from_secs(1);

/// The request that a step works on, for a caller who does not wait for the step's end.
#[derive(Clone, Default)]
pub(super) struct Progress(Arc<Mutex<Option<CancelRequest>>>);

impl Progress {
    /// Says which request it is, and how far it has got.
    pub(super) fn is(&self, request: &CancelRequest) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request.clone());
    }

    fn request(&self) -> Option<CancelRequest> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Canceller {
    /// Has a task of the server's own do the work and waits for it as long as a caller waits.
    pub(super) async fn patiently<W>(
        &self,
        work: impl FnOnce(Arc<Inner>, Progress) -> W,
    ) -> Option<CancelOutcome>
    where
        W: Future<Output = Result<Option<CancelOutcome>, CancelFailure>> + Send + 'static,
    {
        let progress = Progress::default();
        let step = self
            .0
            .money_steps
            .start(work(Arc::clone(&self.0), progress.clone()));
        match timeout(CALLER_WAITS, step).await {
            Ok(Ok(Ok(outcome))) => outcome,
            Ok(Ok(Err(failure))) => Some(failed(&failure, progress.request())),
            Ok(Err(died)) => {
                tracing::error!(%died, "the task of a cancel died");
                Some(self.0.as_recorded(progress).await)
            }
            Err(_elapsed) => {
                tracing::warn!("a cancel takes longer than its caller waits");
                Some(self.0.caller_leaves(progress).await)
            }
        }
    }
}

impl Inner {
    /// A caller who has waited long enough is told that the outcome is not known, and the record says the same. The step goes
    /// on and records what it finds.
    async fn caller_leaves(&self, progress: Progress) -> CancelOutcome {
        if let Some(request) = progress.request() {
            let id = request.id.clone();
            let leaves = self.record(request, || Event::CallerLeft);
            match timeout(RECORD_MAY_TAKE, leaves).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, request = %id, "that a caller has left could not be recorded");
                }
                Err(_elapsed) => {
                    tracing::warn!(request = %id, "that a caller has left could not be recorded in time");
                }
            }
        }
        self.as_recorded(progress).await
    }

    /// The request as the record has it, or as it was last known where the record cannot be read.
    async fn as_recorded(&self, progress: Progress) -> CancelOutcome {
        let Some(request) = progress.request() else {
            return CancelOutcome::refused(client_errors::not_readable());
        };
        match timeout(RECORD_MAY_TAKE, self.recorded(&request.id)).await {
            Ok(Ok(request)) => {
                let error = client_errors::error_of(&request);
                CancelOutcome {
                    request: Some(request),
                    payment: None,
                    error,
                    preview: None,
                }
            }
            _ => CancelOutcome::unmoved(request, client_errors::not_readable()),
        }
    }

    pub(super) async fn recorded(
        &self,
        id: &CancelRequestId,
    ) -> Result<CancelRequest, crate::store::StoreError> {
        let request = self.store.cancel_request(id).await?;
        // Nothing deletes requests.
        request.ok_or_else(|| crate::store::StoreError::Inconsistent {
            table: "cancel_requests",
            column: "id",
            key: id.to_string(),
        })
    }
}

/// How a failure is told. The request that was worked on is told with it, as it was last known.
fn failed(failure: &CancelFailure, request: Option<CancelRequest>) -> CancelOutcome {
    let error = match failure {
        CancelFailure::Upstream { reason } => client_errors::not_asked(reason),
        CancelFailure::Unreadable(reason) => client_errors::unreadable(reason),
        CancelFailure::NotRecorded(cause) => {
            tracing::error!(error = %cause, "a cancel could not be recorded, and nothing was sent");
            client_errors::not_recorded(cause)
        }
        CancelFailure::NotWritten(cause) => {
            tracing::error!(error = %cause, "what became of a cancel could not be recorded");
            client_errors::not_readable()
        }
    };
    CancelOutcome {
        request,
        ..CancelOutcome::refused(error)
    }
}
