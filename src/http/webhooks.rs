//! `/webhooks/toss/{secret}`: where Toss says that something happened. What has come whole is answered 200 at once;
//! what was not read to its end is not, so that Toss sends it again. Nothing in it is believed.

use std::{fmt, sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Payload},
};
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::time::timeout;
use tracing::{debug, warn};

use super::limits::{WEBHOOK_BYTES, WEBHOOK_TIME};

/// The header that names a transmission, the same when it is sent again.
const TRANSMISSION_ID: &str = "tosspayments-webhook-transmission-id";

/// What takes a webhook: its transmission id and its body.
type Take = dyn Fn(Option<String>, Vec<u8>) -> BoxFuture<'static, ()> + Send + Sync;

/// The address for Toss's webhooks, and what is done with them. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks {
    secret: SecretString,
    take: Arc<Take>,
}

impl Webhooks {
    /// Takes webhooks whose path ends in the secret.
    pub fn new<F, Fut>(secret: SecretString, take: F) -> Self
    where
        F: Fn(Option<String>, Vec<u8>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self {
            secret,
            take: Arc::new(move |id, body| Box::pin(take(id, body))),
        }
    }
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhooks").finish_non_exhaustive()
    }
}

/// The handler of `/webhooks/toss/{secret}`.
pub(super) async fn take(
    webhooks: Option<Data<Webhooks>>,
    secret: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> HttpResponse {
    let Some(webhooks) = webhooks else {
        return super::not_found().await;
    };
    let expected = webhooks.secret.expose_secret().as_bytes();
    if !bool::from(expected.ct_eq(secret.as_bytes())) {
        return super::not_found().await;
    }
    let id = request
        .headers()
        .get(TRANSMISSION_ID)
        .and_then(|id| id.to_str().ok())
        .map(str::to_owned);
    match timeout(WEBHOOK_TIME, body.to_bytes_limited(WEBHOOK_BYTES)).await {
        Ok(Ok(Ok(bytes))) => {
            // In a task of its own: a busy database must not hold the answer up, nor a client that hangs up stop it.
            let taken = actix_web::rt::spawn((webhooks.take)(id, bytes.to_vec()));
            if timeout(ANSWERED_WITHIN, taken).await.is_err() {
                debug!("a webhook is still being kept while it is answered");
            }
        }
        // Toss is to send it again, and in the end to tell its operator.
        Ok(Err(_)) => {
            warn!(
                limit = WEBHOOK_BYTES,
                "a webhook was too large and is not looked at; Toss is told so, and sends it again"
            );
            return HttpResponse::PayloadTooLarge().finish();
        }
        Ok(Ok(Err(_))) => {
            warn!("a webhook broke off and is not looked at");
            return HttpResponse::BadRequest().finish();
        }
        Err(_) => {
            warn!("a webhook took too long to arrive and is not looked at");
            return HttpResponse::RequestTimeout().finish();
        }
    }
    HttpResponse::Ok().finish()
}

/// An answer does not wait longer for a webhook to be kept.
const ANSWERED_WITHIN: Duration = Duration::from_millis(500);
