//! What webhooks hint at: payments that may have changed. Nothing in a hint is believed; the payment is read from Toss,
//! soon, and not more often than every few seconds however many hints there are.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reconciliation::{OrderId, PaymentKey};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::fail_points;
use crate::lookup::{Lookup, PaymentRef};
use crate::store::{Store, StoreError};

/// Hints that wait to be looked at. Those beyond are dropped: a pass finds what they meant.
const MOST_WAITING: usize = 1_000;
/// A payment is read at most so often because of hints.
const REST: Duration = Duration::from_secs(3);
/// Longest id of a transmission that is taken as it is.
const LONGEST_ID: usize = 200;

/// A webhook as it came.
#[derive(Clone, Copy)]
pub struct Hint<'a> {
    /// Toss's id of the transmission, the same when it is sent again.
    pub transmission_id: Option<&'a str>,
    /// The body, whatever is in it.
    pub body: &'a [u8],
}

/// Takes hints, and has the payments read. Cheap to clone.
#[derive(Clone)]
pub struct Hints {
    store: Store,
    clock: Clock,
    payments: mpsc::Sender<PaymentRef>,
}

impl Hints {
    /// What takes hints, and the work that reads payments until it is told to stop.
    pub fn new(
        store: Store,
        lookup: Lookup,
        clock: Clock,
    ) -> (Self, impl FnOnce(CancellationToken) -> ReadingHints) {
        let (payments, waiting) = mpsc::channel(MOST_WAITING);
        let hints = Self {
            store,
            clock,
            payments,
        };
        let read = move |stop| ReadingHints {
            lookup,
            waiting,
            stop,
        };
        (hints, read)
    }

    /// Keeps a webhook, and has the payment that it names read. One that came before is not looked at again.
    ///
    /// # Errors
    /// When it cannot be kept; the payment is read all the same.
    pub async fn take(&self, hint: Hint<'_>) -> Result<(), StoreError> {
        let text = String::from_utf8_lossy(hint.body);
        let saved = self
            .store
            .save_webhook(&id_of(hint), &text, self.clock.now())
            .await;
        fail_points::dies("webhook-kept");
        let is_new = *saved.as_ref().unwrap_or(&true);
        if is_new && let Some(payment) = named_payment(hint.body) {
            // A full queue is what passes are for.
            if self.payments.try_send(payment).is_err() {
                tracing::warn!(
                    "more webhooks than can be looked at; the next pass finds what they meant"
                );
            }
        }
        saved.map(drop)
    }
}

/// The work that reads payments.
pub struct ReadingHints {
    lookup: Lookup,
    waiting: mpsc::Receiver<PaymentRef>,
    stop: CancellationToken,
}

impl ReadingHints {
    /// Reads payments until it is told to stop.
    pub async fn run(mut self) {
        let stop = self.stop.clone();
        stop.run_until_cancelled(self.read()).await;
    }

    async fn read(&mut self) {
        let reading = TaskTracker::new();
        // When each payment may be read next, and whether a hint has come since it was.
        let mut known: HashMap<PaymentRef, (Instant, bool)> = HashMap::new();
        loop {
            let now = Instant::now();
            known.retain(|payment, (next, hinted)| {
                if *next > now {
                    return true;
                }
                if *hinted {
                    reading.spawn(read_one(self.lookup.clone(), payment.clone()));
                    (*next, *hinted) = (now + REST, false);
                }
                *next > now
            });
            let soonest = known.values().map(|(next, _)| *next).min();
            tokio::select! {
                payment = self.waiting.recv() => {
                    let Some(payment) = payment else { return };
                    known.entry(payment).or_insert((now, true)).1 = true;
                }
                () = sleep_until(soonest.unwrap_or(now)), if soonest.is_some() => {}
            }
        }
    }
}

async fn read_one(lookup: Lookup, payment: PaymentRef) {
    if let Err(error) = lookup.payment(&payment, Duration::ZERO).await {
        tracing::warn!(%error, "a payment that a webhook named could not be read");
    }
}

/// The transmission's id, or a hash of the body: two different bodies without an id are two webhooks.
fn id_of(hint: Hint<'_>) -> String {
    let given = hint.transmission_id.filter(|id| {
        !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(|b| b.is_ascii_graphic())
    });
    given.map_or_else(
        || {
            let digest = Sha256::digest(hint.body);
            format!("sha256:{}", URL_SAFE_NO_PAD.encode(digest))
        },
        str::to_owned,
    )
}

/// The payment that a body names, whichever of Toss's three envelopes it has. A deposit's names an order alone.
fn named_payment(body: &[u8]) -> Option<PaymentRef> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let places = [&body["data"], &body["entityBody"], &body];
    let key = |place: &&Value| PaymentKey::parse(place["paymentKey"].as_str()?).ok();
    let order = |place: &&Value| OrderId::parse(place["orderId"].as_str()?).ok();
    places
        .iter()
        .find_map(key)
        .map(PaymentRef::Key)
        .or_else(|| places.iter().find_map(order).map(PaymentRef::Order))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(body: &str) -> Option<PaymentRef> {
        named_payment(body.as_bytes())
    }

    #[test]
    fn each_envelope_names_its_payment() {
        let key = Some(PaymentRef::Key(PaymentKey::parse("p-1").unwrap()));
        let order = Some(PaymentRef::Order(OrderId::parse("order-1").unwrap()));
        let payment = r#"{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"2026-01-02T14:46:59.65327","data":{"paymentKey":"p-1","orderId":"order-1","status":"NEW_WORD"}}"#;
        assert_eq!(named(payment), key);
        let deposit = r#"{"createdAt":"2026-01-02T14:46:59.653+09:00","secret":"s","status":"DONE","transactionKey":"t","orderId":"order-1"}"#;
        assert_eq!(named(deposit), order);
        let entity = r#"{"eventType":"payout.changed","entityType":"payout","entityBody":{"paymentKey":"p-1"}}"#;
        assert_eq!(named(entity), key);
    }

    #[test]
    fn what_names_no_payment_is_no_hint() {
        for body in [
            "",
            "[]",
            "null",
            "7",
            "\u{0}",
            r#"{"data":null}"#,
            r#"{"data":{"paymentKey":7}}"#,
            r#"{"eventType":"BILLING_DELETED","data":{"billingKey":"b"}}"#,
        ] {
            assert_eq!(named(body), None, "{body}");
        }
    }

    #[test]
    fn a_webhook_is_known_by_its_transmission_or_its_content() {
        let id = |transmission_id, body| {
            id_of(Hint {
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
