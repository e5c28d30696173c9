//! Which payment is read next in the background, and when: what is urgent first, and neither more often than the key may ask
//! nor faster while nothing is answered.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use reconciliation::PaymentKey;
use tokio::time::Instant;

use crate::store::DuePayment;

/// Payments of one merchant that are read at once.
const AT_ONCE: usize = 4;
/// Those of them that nothing makes urgent, so that none that is urgent waits for them.
const UNREAD_AT_ONCE: usize = 2;
/// Urgent payments a minute, where the key has no limit; else half of what it may ask.
const URGENT_PER_MINUTE: u32 = 300;
/// Others a minute, where the key has no limit; else a quarter of what it may ask.
const UNREAD_PER_MINUTE: u32 = 120;
/// While nothing is answered, the pause between two readings doubles up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The payments of one merchant that are to be read, and those that are being read.
pub(super) struct PaymentQueue {
    urgent: VecDeque<DuePayment>,
    unread: VecDeque<DuePayment>,
    /// Each with whether it is urgent.
    under_way: HashMap<PaymentKey, bool>,
    between_urgent: Duration,
    between_unread: Duration,
    next_at: Instant,
    next_unread_at: Instant,
    /// Readings in a row that nothing was answered to.
    unanswered: u32,
}

impl PaymentQueue {
    /// An empty one for a key that may ask about so many payments a minute.
    pub(super) fn new(calls_per_minute: Option<u32>, now: Instant) -> Self {
        let between = |most: u32, share: u32| {
            let allowed = calls_per_minute.map_or(most, |calls| (calls / share).clamp(1, most));
            Duration::from_mins(1) / allowed
        };
        Self {
            urgent: VecDeque::new(),
            unread: VecDeque::new(),
            under_way: HashMap::new(),
            between_urgent: between(URGENT_PER_MINUTE, 2),
            between_unread: between(UNREAD_PER_MINUTE, 4),
            next_at: now,
            next_unread_at: now,
            unanswered: 0,
        }
    }

    /// Replaces what waits by what has been found now.
    pub(super) fn fill(&mut self, urgent: Vec<DuePayment>, unread: Vec<DuePayment>) {
        let waits = |due: &DuePayment| !self.under_way.contains_key(&due.payment_key);
        self.urgent = urgent.into_iter().filter(waits).collect();
        self.unread = unread.into_iter().filter(waits).collect();
    }

    /// When a payment may be read, if one may be once those under way are as they are now.
    pub(super) fn turn(&self) -> Option<Instant> {
        if self.under_way.len() >= AT_ONCE {
            None
        } else if !self.urgent.is_empty() {
            Some(self.next_at)
        } else if !self.unread.is_empty() && self.unread_under_way() < UNREAD_AT_ONCE {
            Some(self.next_at.max(self.next_unread_at))
        } else {
            None
        }
    }

    /// The payment to be read now, if its turn has come.
    pub(super) fn begin(&mut self, now: Instant) -> Option<DuePayment> {
        self.turn().filter(|turn| *turn <= now)?;
        let urgent = self.urgent.pop_front();
        let is_urgent = urgent.is_some();
        let due = urgent.or_else(|| self.unread.pop_front())?;
        self.next_at = now + self.between_urgent;
        if !is_urgent {
            self.next_unread_at = now + self.between_unread;
        }
        self.under_way.insert(due.payment_key.clone(), is_urgent);
        Some(due)
    }

    /// A reading has ended, with an answer or without.
    pub(super) fn end(&mut self, payment: &PaymentKey, is_answered: bool, now: Instant) {
        self.under_way.remove(payment);
        if is_answered {
            self.unanswered = 0;
            return;
        }
        let pause = FIRST_PAUSE * (1 << self.unanswered.min(10));
        self.unanswered = self.unanswered.saturating_add(1);
        self.next_at = self.next_at.max(now + pause.min(LONGEST_PAUSE));
    }

    fn unread_under_way(&self) -> usize {
        let is_unread = |is_urgent: &&bool| !**is_urgent;
        self.under_way.values().filter(is_unread).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(key: &str) -> DuePayment {
        DuePayment {
            payment_key: PaymentKey::parse(key).unwrap(),
            attempts: 0,
        }
    }

    fn all(keys: &[&str]) -> Vec<DuePayment> {
        keys.iter().map(|key| due(key)).collect()
    }

    fn begun(queue: &mut PaymentQueue, now: Instant) -> Option<String> {
        let due = queue.begin(now)?;
        Some(due.payment_key.to_string())
    }

    #[test]
    fn what_is_urgent_comes_first_and_others_leave_room_for_it() {
        let now = Instant::now();
        let mut queue = PaymentQueue::new(None, now);
        queue.fill(all(&["a"]), all(&["b", "c", "d"]));
        let mut at = now;
        let mut next = || {
            at += Duration::from_secs(1);
            (begun(&mut queue, at), at)
        };
        assert_eq!(next().0.as_deref(), Some("a"));
        assert_eq!(next().0.as_deref(), Some("b"));
        assert_eq!(next().0.as_deref(), Some("c"));
        let (none, at) = next();
        assert_eq!(none, None, "two at once");
        queue.fill(all(&["e", "f"]), all(&["b", "d"]));
        let (first, later) = (begun(&mut queue, at), at + Duration::from_secs(1));
        assert_eq!(first.as_deref(), Some("e"));
        assert_eq!(begun(&mut queue, later), None, "four at once");
        queue.end(&due("b").payment_key, true, later);
        assert_eq!(begun(&mut queue, later).as_deref(), Some("f"));
    }

    #[test]
    fn a_key_that_may_ask_little_is_asked_by_half_and_by_a_quarter_of_it() {
        let now = Instant::now();
        for (limit, urgent, unread) in [
            (None, 300, 120),
            (Some(10_000), 300, 120),
            (Some(100), 50, 25),
            (Some(1), 1, 1),
        ] {
            let mut queue = PaymentQueue::new(limit, now);
            let minute = Duration::from_mins(1);
            queue.fill(all(&["a"]), Vec::new());
            assert!(queue.begin(now).is_some());
            queue.fill(all(&["b"]), Vec::new());
            assert_eq!(queue.turn(), Some(now + minute / urgent), "{limit:?}");
            let later = now + minute;
            queue.fill(Vec::new(), all(&["c"]));
            assert!(queue.begin(later).is_some());
            queue.fill(Vec::new(), all(&["d"]));
            assert_eq!(queue.turn(), Some(later + minute / unread), "{limit:?}");
        }
    }

    #[test]
    fn while_nothing_is_answered_less_and_less_is_asked() {
        let now = Instant::now();
        let mut queue = PaymentQueue::new(None, now);
        let mut pauses = Vec::new();
        for _ in 0..7 {
            let began = queue.next_at;
            queue.fill(all(&["a"]), Vec::new());
            let due = queue.begin(began).unwrap();
            queue.end(&due.payment_key, false, began);
            pauses.push((queue.next_at - began).as_millis());
        }
        assert_eq!(pauses, [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
        let began = queue.next_at;
        queue.fill(all(&["a"]), Vec::new());
        let due = queue.begin(began).unwrap();
        queue.end(&due.payment_key, true, began);
        assert_eq!((queue.next_at - began).as_millis(), 200);
    }
}
