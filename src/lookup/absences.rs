//! What Toss has just said not to have, so that it is not asked for the same nothing time and again. For some seconds, in
//! bounded memory, and only about what is not stored: what a list, a webhook's reading or a cancel has brought is found in
//! the store before anybody looks here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use moka::sync::Cache;

use super::PaymentRef;

/// How long it is remembered.
const LASTS: Duration = Duration::from_secs(10);
/// Payments remembered at once.
const MOST: u64 = 10_000;

/// Payments that none of this process's merchants has, each with the instant at which that was asked.
pub(super) struct Absences {
    asked_at: Cache<PaymentRef, DateTime<Utc>>,
    /// How often something was forgotten: what was asked before that is not remembered any more.
    forgotten: AtomicU64,
}

/// The time since which nothing was forgotten.
#[derive(Clone, Copy)]
pub(super) struct Since(u64);

impl Absences {
    pub(super) fn new() -> Self {
        Self {
            asked_at: Cache::builder()
                .max_capacity(MOST)
                .time_to_live(LASTS)
                .build(),
            forgotten: AtomicU64::new(0),
        }
    }

    /// To be taken before Toss is asked.
    pub(super) fn since(&self) -> Since {
        Since(self.forgotten.load(Ordering::Acquire))
    }

    /// Remembers what was asked at that instant, unless something has been forgotten meanwhile: the answer may be older than
    /// what has been heard.
    pub(super) fn remember(&self, by: &PaymentRef, asked_at: DateTime<Utc>, since: Since) {
        if self.since().0 == since.0 {
            self.asked_at.insert(by.clone(), asked_at);
        }
    }

    /// Whether there was no such payment when it was asked for after that instant.
    pub(super) fn knows(&self, by: &PaymentRef, younger_than: DateTime<Utc>) -> bool {
        let asked_at = self.asked_at.get(by);
        asked_at.is_some_and(|asked_at| asked_at > younger_than)
    }

    /// Forgets a payment: something has named it.
    pub(super) fn forget(&self, by: &PaymentRef) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.asked_at.invalidate(by);
    }

    /// Forgets all.
    pub(super) fn forget_all(&self) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.asked_at.invalidate_all();
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use reconciliation::PaymentKey;

    use super::*;

    fn payment(number: u64) -> PaymentRef {
        PaymentRef::Key(PaymentKey::parse(&format!("p-{number}")).unwrap())
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    #[test]
    fn what_was_asked_late_enough_is_known_until_something_names_it() {
        let absences = Absences::new();
        for number in 0..2 {
            absences.remember(&payment(number), at(5), absences.since());
        }
        assert!(absences.knows(&payment(0), at(4)));
        assert!(!absences.knows(&payment(0), at(5)), "it is too old");
        absences.forget(&payment(0));
        assert!(!absences.knows(&payment(0), at(4)));
        assert!(absences.knows(&payment(1), at(4)), "another payment");
        absences.forget_all();
        assert!(!absences.knows(&payment(1), at(4)));
    }

    #[test]
    fn an_answer_that_was_asked_for_before_something_was_heard_is_not_remembered() {
        let absences = Absences::new();
        let before = absences.since();
        absences.forget(&payment(0));
        absences.remember(&payment(0), at(5), before);
        assert!(!absences.knows(&payment(0), at(4)));
        absences.remember(&payment(0), at(5), absences.since());
        assert!(absences.knows(&payment(0), at(4)));
    }

    #[test]
    fn however_much_is_asked_for_the_memory_is_bounded() {
        let absences = Absences::new();
        for number in 0..MOST + 500 {
            absences.remember(&payment(number), at(5), absences.since());
        }
        absences.asked_at.run_pending_tasks();
        assert!(absences.asked_at.entry_count() <= MOST);
    }
}
