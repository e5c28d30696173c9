//! Webhooks: what is told, in which envelope, and when it is told again. Sending is `delivery`'s part.

pub(crate) mod delivery;
pub(crate) mod envelope;

use chrono::{DateTime, Duration, Utc};

use crate::ids::Ids;
use crate::ledger::payment::{Payment, Status};
use crate::settings::WebhookSwitches;

/// Minutes from each failed delivery to the next.
const RETRY_MINUTES: [i64; 7] = [1, 4, 16, 64, 256, 1024, 4096];

/// A webhook to deliver.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) body: Vec<u8>,
    /// Deliveries that failed so far.
    pub(crate) retried: usize,
    due: DateTime<Utc>,
}

/// Webhooks that wait: for their instant, for the next one (when reordered), or for their delivery.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: Vec<Webhook>,
    ready: Vec<Webhook>,
    held: Option<Webhook>,
    made: u64,
}

impl Outbox {
    /// Tells of a payment's new status; virtual accounts get their flat callback as well.
    pub(crate) fn payment_changed(
        &mut self,
        payment: &Payment,
        url: Option<String>,
        at: DateTime<Utc>,
        ids: Ids,
        switches: &mut WebhookSwitches,
    ) {
        let Some(url) = url else { return };
        if !matches!(
            payment.status,
            Status::WaitingForDeposit | Status::InProgress
        ) {
            let body = envelope::payment_status_changed(payment, at, ids.micros(self.made));
            self.post(url.clone(), body, at, ids, switches);
        }
        if payment.account.is_some() {
            let body = envelope::deposit_callback(payment, at, ids.micros(self.made));
            self.post(url, body, at, ids, switches);
        }
    }

    /// Tells that an asynchronous cancel has ended.
    pub(crate) fn cancel_changed(
        &mut self,
        payment: &Payment,
        nth: usize,
        url: Option<String>,
        at: DateTime<Utc>,
        ids: Ids,
        switches: &mut WebhookSwitches,
    ) {
        let (Some(url), Some(cancel)) = (url, payment.cancels.get(nth)) else {
            return;
        };
        let body = envelope::cancel_status_changed(payment, cancel, at, ids.micros(self.made));
        self.post(url, body, at, ids, switches);
    }

    /// Moves what is due to the deliveries.
    pub(crate) fn release_due(&mut self, now: DateTime<Utc>) {
        let (due, later) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|hook| hook.due <= now);
        self.waiting = later;
        self.ready.extend::<Vec<Webhook>>(due);
    }

    /// Takes everything that is to be delivered now.
    pub(crate) fn take_ready(&mut self) -> Vec<Webhook> {
        std::mem::take(&mut self.ready)
    }

    /// Puts a webhook whose delivery failed back, until Toss gives it up.
    pub(crate) fn failed(&mut self, mut hook: Webhook, now: DateTime<Utc>) {
        if let Some(minutes) = RETRY_MINUTES.get(hook.retried) {
            hook.retried += 1;
            hook.due = now + Duration::minutes(*minutes);
            self.waiting.push(hook);
        }
    }

    pub(crate) fn next_due(&self) -> Option<DateTime<Utc>> {
        self.waiting.iter().map(|hook| hook.due).min()
    }

    fn post(
        &mut self,
        url: String,
        body: Vec<u8>,
        at: DateTime<Utc>,
        ids: Ids,
        switches: &mut WebhookSwitches,
    ) {
        self.made += 1;
        if switches.drop_next > 0 {
            switches.drop_next -= 1;
            return;
        }
        let hook = Webhook {
            id: ids.transmission(self.made),
            url,
            body,
            retried: 0,
            due: at,
        };
        if switches.reorder && self.held.is_none() {
            self.held = Some(hook);
            return;
        }
        for hook in std::iter::once(hook).chain(self.held.take()) {
            if switches.duplicate {
                self.waiting.push(hook.clone());
            }
            self.waiting.push(hook);
        }
    }
}
