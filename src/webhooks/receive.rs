//! Takes webhooks. Each says that a payment may have changed; nothing in it is believed. The database is where they wait
//! until the payment has been read, so that neither a failure nor the end of the process loses one.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::payload::Payload;
use super::worker::WebhookWorker;
use crate::clock::Clock;
use crate::fail_points;
use crate::lookup::Lookup;
use crate::store::{Store, StoreError};

/// Longest id of a transmission that is taken as it is.
const LONGEST_ID: usize = 200;
/// How often a webhook is tried to be kept: with pauses that double from a tenth of a second up to ten, for a minute.
const KEEPING_ATTEMPTS: usize = 12;
const KEEPING_FIRST_PAUSE: Duration = Duration::from_millis(100);
const KEEPING_LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A webhook as it came.
#[derive(Clone, Copy)]
pub struct Webhook<'a> {
    /// Toss's id of the transmission, the same when it is sent again.
    pub transmission_id: Option<&'a str>,
    /// The body, whatever is in it.
    pub body: &'a [u8],
}

/// Takes webhooks, and has the payments read. Cheap to clone.
#[derive(Clone)]
pub struct WebhookReceiver {
    store: Store,
    lookup: Lookup,
    clock: Clock,
    /// Outlives the workers that take webhooks.
    runtime: Handle,
    /// Webhooks that are being kept.
    keeping: TaskTracker,
    /// Told of each webhook that is to be looked at.
    kept: Arc<Notify>,
}

impl WebhookReceiver {
    /// What takes webhooks, and the work that reads payments until it is told to stop. Webhooks are kept on the given
    /// runtime, which must outlive the workers that serve requests.
    pub fn new(
        store: Store,
        lookup: Lookup,
        clock: Clock,
        runtime: Handle,
    ) -> (Self, impl FnOnce(CancellationToken) -> WebhookWorker) {
        let (keeping, kept) = (TaskTracker::new(), Arc::new(Notify::new()));
        let webhooks = Self {
            store: store.clone(),
            lookup: lookup.clone(),
            clock: clock.clone(),
            runtime,
            keeping: keeping.clone(),
            kept: Arc::clone(&kept),
        };
        let read = move |stop| WebhookWorker {
            store,
            lookup,
            clock,
            keeping,
            kept,
            stop,
        };
        (webhooks, read)
    }

    /// Keeps a webhook, and has the payment that it names read. One that came before leads to another reading only while
    /// that payment has not been read since. Dropping the future does not stop it.
    ///
    /// # Errors
    /// When it cannot be kept, after some attempts.
    pub async fn take(&self, webhook: Webhook<'_>) -> Result<(), StoreError> {
        let (id, text) = (
            id_of(webhook),
            String::from_utf8_lossy(webhook.body).into_owned(),
        );
        let now = self.clock.now();
        let named = Payload::by(webhook.body);
        let due_at = named.as_ref().map(|_| now);
        if let Some(Payload::Payment(payment)) = &named {
            self.lookup.may_exist(payment);
        }
        let (store, kept) = (self.store.clone(), Arc::clone(&self.kept));
        let keeping = async move {
            let keep = || store.save_webhook(&id, &text, now, due_at);
            let pauses = ExponentialBuilder::new()
                .with_min_delay(KEEPING_FIRST_PAUSE)
                .with_max_delay(KEEPING_LONGEST_PAUSE)
                .with_max_times(KEEPING_ATTEMPTS);
            let is_open = keep.retry(pauses).await?;
            fail_points::dies("webhook-kept");
            if is_open {
                kept.notify_one();
            }
            Ok(())
        };
        let ended = self.keeping.spawn_on(keeping, &self.runtime).await;
        ended.unwrap_or_else(|_| {
            Err(StoreError::Unavailable {
                reason: "a webhook was lost while it was being kept".to_owned(),
            })
        })
    }
}

/// The transmission's id, or a hash of the body: two different bodies without an id are two webhooks.
fn id_of(webhook: Webhook<'_>) -> String {
    let given = webhook.transmission_id.filter(|id| {
        !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(|b| b.is_ascii_graphic())
    });
    given.map_or_else(
        || {
            let digest = Sha256::digest(webhook.body);
            format!("sha256:{}", URL_SAFE_NO_PAD.encode(digest))
        },
        str::to_owned,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_known_by_its_transmission_or_its_content() {
        let id = |transmission_id, body| {
            id_of(Webhook {
                transmission_id,
                body,
            })
        };
        assert_eq!(id(Some("whtrans_1"), b"a"), id(Some("whtrans_1"), b"b"));
        assert_ne!(id(None, b"a"), id(None, b"b"));
        assert_eq!(id(Some(""), b"a"), id(None, b"a"));
        assert_eq!(id(Some("a b"), b"a"), id(None, b"a"));
    }
}
