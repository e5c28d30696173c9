//! `/healthz`, whether the process is alive, and `/readyz`, whether it can serve. Both say a class of reason, never a detail.

use std::{fmt, future::Future, sync::Arc};

use actix_web::{HttpResponse, http::header::CACHE_CONTROL, web::Data};
use futures_util::future::BoxFuture;
use serde::Serialize;
use tokio::time::timeout;
use tracing::warn;

use super::limits::READINESS_TIME;

/// The check behind `/readyz`. Cheap to clone.
#[derive(Clone)]
pub struct Readiness(Arc<dyn Fn() -> BoxFuture<'static, Result<(), NotReady>> + Send + Sync>);

impl Readiness {
    /// Ready when `check` says so within [`READINESS_TIME`].
    pub fn new<F, Fut>(check: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), NotReady>> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(check())))
    }
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readiness").finish_non_exhaustive()
    }
}

/// Why the server cannot serve at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotReady {
    /// The database does not answer, or not in time.
    DatabaseUnreachable,
    /// The database answers, and nothing can be written: its disk may be full.
    DatabaseNotWritable,
    /// The database's schema is not the one this program needs.
    NotMigrated,
    /// Another server on the database has stricter limits for cancels.
    WeakerLimits,
    /// This machine's clock differs from the database's.
    ClockDiffers,
    /// The server is told to stop and lets its last requests end.
    Stopping,
}

/// The handler of `/healthz`.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(Health {
            status: "alive",
            reason: None,
        })
}

/// The handler of `/readyz`.
pub(super) async fn ready(readiness: Data<Readiness>) -> HttpResponse {
    let checked = timeout(READINESS_TIME, (readiness.0)()).await;
    let (mut response, health) = match checked.unwrap_or(Err(NotReady::DatabaseUnreachable)) {
        Ok(()) => (
            HttpResponse::Ok(),
            Health {
                status: "ready",
                reason: None,
            },
        ),
        Err(reason) => {
            warn!(?reason, "not ready");
            (
                HttpResponse::ServiceUnavailable(),
                Health {
                    status: "not_ready",
                    reason: Some(reason),
                },
            )
        }
    };
    response
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(health)
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<NotReady>,
}
