//! What is noted of one request while it is answered: how often Toss was called for it, and which payments its answer is
//! about. The notes go with the request's own task, and with those that carry them on.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reconciliation::PaymentKey;
use tokio::task_local;
use tracing::Instrument as _;

/// Notes of one request. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct RequestNotes(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    toss_calls: AtomicU64,
    /// Work of others that the request waits for too.
    joined: Mutex<Vec<Called>>,
    payments: Mutex<Payments>,
}

#[derive(Debug, Default)]
struct Payments {
    /// In the order in which they were met, [`MOST_NAMED`] at most.
    named: Vec<PaymentKey>,
    all: BTreeSet<PaymentKey>,
}

/// How many payments are named; of more there is their number.
const MOST_NAMED: usize = 20;

task_local! {
    static NOTES: RequestNotes;
    static CALLED: Called;
}

/// Whether Toss has been called within some work. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Called(Arc<AtomicBool>);

impl Called {
    /// Has it noted here when the work calls Toss.
    pub async fn noting<F: Future>(self, work: F) -> F::Output {
        CALLED.scope(self, work).await
    }

    /// Whether it has.
    pub fn is_noted(&self) -> bool {
        self.0.load(Relaxed)
    }
}

impl RequestNotes {
    /// Has what the work does noted here.
    pub async fn noting<F: Future>(self, work: F) -> F::Output {
        NOTES.scope(self, work).await
    }

    /// How often Toss was called, repetitions counted.
    pub fn toss_calls(&self) -> u64 {
        self.0.toss_calls.load(Relaxed)
    }

    /// Whether a call of Toss was waited for, one of its own or of somebody's whose question it joined.
    pub fn waited_for_toss(&self) -> bool {
        let joined = self.0.joined.lock().unwrap_or_else(PoisonError::into_inner);
        self.toss_calls() > 0 || joined.iter().any(Called::is_noted)
    }

    /// The keys of the payments with a comma between, 20 at most and then the number of all.
    pub fn payments(&self) -> String {
        let payments = self.payments_noted();
        let mut text = payments
            .named
            .iter()
            .map(PaymentKey::as_str)
            .collect::<Vec<_>>()
            .join(",");
        if payments.all.len() > payments.named.len() {
            // Writing into a String cannot fail.
            let _ = write!(text, " of {}", payments.all.len());
        }
        text
    }

    fn payments_noted(&self) -> MutexGuard<'_, Payments> {
        let payments = self.0.payments.lock();
        payments.unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes that Toss is called for the request that this task works for, if it works for one.
pub fn note_toss_call() {
    let _ = NOTES.try_with(|notes| notes.0.toss_calls.fetch_add(1, Relaxed));
    let _ = CALLED.try_with(|called| called.0.store(true, Relaxed));
}

/// Notes that the request that this task works for waits for work that others may have begun.
pub fn note_joined(work: &Called) {
    let _ = NOTES.try_with(|notes| {
        let mut joined = notes
            .0
            .joined
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !joined.iter().any(Called::is_noted) {
            // A subscription may go on for weeks: what has ended without a call is let go.
            joined.retain(|work| Arc::strong_count(&work.0) > 1);
            joined.push(work.clone());
        }
    });
}

/// Notes that an answer is about this payment.
pub fn note_payment(key: &PaymentKey) {
    let _ = NOTES.try_with(|notes| {
        let mut payments = notes.payments_noted();
        if payments.all.insert(key.clone()) && payments.named.len() < MOST_NAMED {
            payments.named.push(key.clone());
        }
    });
}

/// Work that is about to be given to a task of its own, with the notes and the span of the request that it is for.
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let notes = NOTES.try_with(Clone::clone).ok();
    let work = work.in_current_span();
    async move {
        match notes {
            Some(notes) => Box::pin(notes.noting(work)).await,
            None => Box::pin(work).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> PaymentKey {
        PaymentKey::parse(&format!("pay{number:02}")).unwrap()
    }

    #[tokio::test]
    async fn what_a_request_does_is_noted_also_in_a_task_of_its_own() {
        let notes = RequestNotes::default();
        note_toss_call();
        let work = async {
            note_toss_call();
            note_payment(&key(1));
            let task = async {
                note_toss_call();
                note_payment(&key(2));
                note_payment(&key(1));
            };
            tokio::spawn(carried(task)).await.unwrap();
            // Without the notes it is somebody else's.
            tokio::spawn(async { note_toss_call() }).await.unwrap();
        };
        notes.clone().noting(work).await;
        assert_eq!(notes.toss_calls(), 2);
        assert_eq!(notes.payments(), "pay01,pay02");
    }

    #[tokio::test]
    async fn a_call_of_toss_is_waited_for_also_where_it_is_of_a_question_that_was_joined() {
        let (notes, theirs) = (RequestNotes::default(), Called::default());
        notes.clone().noting(async { note_joined(&theirs) }).await;
        // Joined, and nothing has been asked of Toss for it.
        assert!(!notes.waited_for_toss());
        theirs.noting(async { note_toss_call() }).await;
        assert!(notes.waited_for_toss());
        assert_eq!(notes.toss_calls(), 0, "it is counted for whoever asked");
        let own = RequestNotes::default();
        own.clone().noting(async { note_toss_call() }).await;
        assert!(own.waited_for_toss());
    }

    #[tokio::test]
    async fn twenty_payments_are_named_and_of_more_there_is_the_number() {
        for (payments, ends) in [(20, "pay19"), (21, "pay19 of 21")] {
            let notes = RequestNotes::default();
            let work = async { (0..payments).for_each(|number| note_payment(&key(number))) };
            notes.clone().noting(work).await;
            let text = notes.payments();
            assert!(text.ends_with(ends), "{text}");
            assert_eq!(text.split(',').count(), 20);
        }
        assert_eq!(RequestNotes::default().payments(), "");
    }
}
