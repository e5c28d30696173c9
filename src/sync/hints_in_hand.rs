//! Which payment is read next because of webhooks: the one that has waited longest, unless it is being read or was a moment
//! ago.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::lookup::PaymentRef;

/// A payment is read at most so often because of webhooks.
const REST: Duration = Duration::from_secs(3);

/// The webhooks in hand by the payments that they lead to.
#[derive(Default)]
pub(super) struct Hand {
    payments: HashMap<PaymentRef, Hints>,
    ids: HashSet<String>,
    added: u64,
}

#[derive(Default)]
struct Hints {
    /// Those that wait for a reading.
    waiting: Vec<OpenHint>,
    /// When the first of these came, among all.
    place: u64,
    is_under_way: bool,
    rests_until: Option<Instant>,
}

impl Hand {
    /// How many webhooks there are.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Adds a webhook, unless it is there.
    pub(super) fn add(&mut self, payment: PaymentRef, hint: OpenHint) {
        if self.ids.insert(hint.id.clone()) {
            self.added += 1;
            let hints = self.payments.entry(payment).or_default();
            if hints.waiting.is_empty() {
                hints.place = self.added;
            }
            hints.waiting.push(hint);
        }
    }

    /// The payment to be read next, if one may be, with the webhooks that the reading answers.
    pub(super) fn begin(&mut self, now: Instant) -> Option<(PaymentRef, Vec<OpenHint>)> {
        let is_resting = |hints: &Hints| hints.rests_until.is_some_and(|until| until > now);
        self.payments.retain(|_, hints| {
            hints.is_under_way || !hints.waiting.is_empty() || is_resting(hints)
        });
        let ready = self.payments.iter_mut().filter(|(_, hints)| {
            !hints.is_under_way && !hints.waiting.is_empty() && !is_resting(hints)
        });
        let (payment, hints) = ready.min_by_key(|(_, hints)| hints.place)?;
        hints.is_under_way = true;
        hints.rests_until = Some(now + REST);
        Some((payment.clone(), std::mem::take(&mut hints.waiting)))
    }

    /// A reading has ended.
    pub(super) fn end(&mut self, payment: &PaymentRef, answered: &[OpenHint]) {
        for hint in answered {
            self.ids.remove(&hint.id);
        }
        if let Some(hints) = self.payments.get_mut(payment) {
            hints.is_under_way = false;
        }
    }
}

/// An open webhook in hand.
pub(super) struct OpenHint {
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

    fn hint(id: &str) -> OpenHint {
        OpenHint {
            id: id.to_owned(),
            received_at: DateTime::UNIX_EPOCH,
        }
    }

    fn begun(hand: &mut Hand, now: Instant) -> Option<(PaymentRef, usize)> {
        hand.begin(now)
            .map(|(payment, hints)| (payment, hints.len()))
    }

    #[test]
    fn payments_are_read_in_the_order_of_their_webhooks_and_rest_in_between() {
        let (mut hand, now) = (Hand::default(), Instant::now());
        for (payment, id) in [("order-2", "a"), ("order-1", "b"), ("order-2", "c")] {
            hand.add(order(payment), hint(id));
        }
        hand.add(order("order-1"), hint("b"));
        assert_eq!(hand.len(), 3);
        assert_eq!(begun(&mut hand, now), Some((order("order-2"), 2)));
        assert_eq!(begun(&mut hand, now), Some((order("order-1"), 1)));
        hand.add(order("order-2"), hint("d"));
        // It is under way, however long that takes.
        assert_eq!(begun(&mut hand, now + REST), None);
        hand.end(&order("order-2"), &[hint("a"), hint("c")]);
        assert_eq!(hand.len(), 2);
        let just_before = now + REST - Duration::from_millis(1);
        assert_eq!(begun(&mut hand, just_before), None);
        assert_eq!(begun(&mut hand, now + REST), Some((order("order-2"), 1)));
    }
}
