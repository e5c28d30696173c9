//! Which payment is read next because of webhooks: the one that has waited longest, unless it is being read or was a moment
//! ago.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::lookup::PaymentRef;

/// A payment is read at most so often because of webhooks.
const REST: Duration = Duration::from_secs(3);

/// The webhooks that wait, by the payments that they lead to.
#[derive(Default)]
pub(super) struct Queue {
    payments: HashMap<PaymentRef, OfPayment>,
    ids: HashSet<String>,
    added: u64,
}

#[derive(Default)]
struct OfPayment {
    /// Those that wait for a reading.
    waiting: Vec<QueuedWebhook>,
    /// When the first of these came, among all.
    place: u64,
    is_under_way: bool,
    rests_until: Option<Instant>,
}

impl Queue {
    /// How many webhooks there are.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Adds a webhook, unless it is there.
    pub(super) fn add(&mut self, payment: PaymentRef, webhook: QueuedWebhook) {
        if self.ids.insert(webhook.id.clone()) {
            self.added += 1;
            let webhooks = self.payments.entry(payment).or_default();
            if webhooks.waiting.is_empty() {
                webhooks.place = self.added;
            }
            webhooks.waiting.push(webhook);
        }
    }

    /// The payment to be read next, if one may be, with the webhooks that the reading answers.
    pub(super) fn begin(&mut self, now: Instant) -> Option<(PaymentRef, Vec<QueuedWebhook>)> {
        let is_resting =
            |webhooks: &OfPayment| webhooks.rests_until.is_some_and(|until| until > now);
        self.payments.retain(|_, webhooks| {
            webhooks.is_under_way || !webhooks.waiting.is_empty() || is_resting(webhooks)
        });
        let ready = self.payments.iter_mut().filter(|(_, webhooks)| {
            !webhooks.is_under_way && !webhooks.waiting.is_empty() && !is_resting(webhooks)
        });
        let (payment, webhooks) = ready.min_by_key(|(_, webhooks)| webhooks.place)?;
        webhooks.is_under_way = true;
        webhooks.rests_until = Some(now + REST);
        Some((payment.clone(), std::mem::take(&mut webhooks.waiting)))
    }

    /// A reading has ended.
    pub(super) fn end(&mut self, payment: &PaymentRef, answered: &[QueuedWebhook]) {
        for webhook in answered {
            self.ids.remove(&webhook.id);
        }
        if let Some(webhooks) = self.payments.get_mut(payment) {
            webhooks.is_under_way = false;
        }
    }
}

/// An open webhook that waits here.
pub(super) struct QueuedWebhook {
    pub(super) id: String,
    pub(super) received_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use reconciliation::OrderId;

    use super::*;

    fn order(id: &str) -> PaymentRef {
        PaymentRef::Order(OrderId::parse(id).unwrap())
    }

    fn webhook(id: &str) -> QueuedWebhook {
        QueuedWebhook {
            id: id.to_owned(),
            received_at: DateTime::UNIX_EPOCH,
        }
    }

    fn begun(queue: &mut Queue, now: Instant) -> Option<(PaymentRef, usize)> {
        queue
            .begin(now)
            .map(|(payment, webhooks)| (payment, webhooks.len()))
    }

    #[test]
    fn payments_are_read_in_the_order_of_their_webhooks_and_rest_in_between() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        for (payment, id) in [("order-2", "a"), ("order-1", "b"), ("order-2", "c")] {
            queue.add(order(payment), webhook(id));
        }
        queue.add(order("order-1"), webhook("b"));
        assert_eq!(queue.len(), 3);
        assert_eq!(begun(&mut queue, now), Some((order("order-2"), 2)));
        assert_eq!(begun(&mut queue, now), Some((order("order-1"), 1)));
        queue.add(order("order-2"), webhook("d"));
        // It is under way, however long that takes.
        assert_eq!(begun(&mut queue, now + REST), None);
        queue.end(&order("order-2"), &[webhook("a"), webhook("c")]);
        assert_eq!(queue.len(), 2);
        let just_before = now + REST - Duration::from_millis(1);
        assert_eq!(begun(&mut queue, just_before), None);
        assert_eq!(begun(&mut queue, now + REST), Some((order("order-2"), 1)));
    }
}
