//! That work ends when all who waited for it have gone before Toss was called, and never otherwise.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, yield_now};

use super::*;
use crate::request_notes::note_toss_call;

const LONG_AGO: DateTime<Utc> = DateTime::<Utc>::MIN_UTC;

/// Work that waits for its turn at Toss, calls it, and waits for the answer.
#[derive(Clone)]
struct Questions {
    flights: Arc<Flights<&'static str, usize>>,
    turns: Arc<Semaphore>,
    answers: Arc<Semaphore>,
    called: Arc<AtomicUsize>,
    answered: Arc<AtomicUsize>,
}

impl Questions {
    fn new() -> Self {
        Self {
            flights: Arc::new(Flights::new()),
            turns: Arc::new(Semaphore::new(0)),
            answers: Arc::new(Semaphore::new(0)),
            called: Arc::default(),
            answered: Arc::default(),
        }
    }

    async fn ask(&self, younger_than: DateTime<Utc>) -> JoinHandle<usize> {
        let asks = self.clone();
        let asker = tokio::spawn(async move {
            let it = asks.clone();
            let work = move |_: Asking| async move {
                it.turns.acquire().await.unwrap().forget();
                note_toss_call();
                it.called.fetch_add(1, Ordering::SeqCst);
                it.answers.acquire().await.unwrap().forget();
                it.answered.fetch_add(1, Ordering::SeqCst) + 1
            };
            asks.flights.join("key", younger_than, 0, work).await
        });
        settle().await;
        asker
    }

    async fn goes(&self, asker: JoinHandle<usize>) {
        asker.abort();
        assert!(asker.await.unwrap_err().is_cancelled());
        settle().await;
    }

    fn count(&self) -> (usize, usize) {
        (
            self.called.load(Ordering::SeqCst),
            self.answered.load(Ordering::SeqCst),
        )
    }

    fn is_empty(&self) -> bool {
        locked(&self.flights.0).lanes.is_empty()
    }
}

/// Lets every task run until it waits.
async fn settle() {
    for _ in 0..20 {
        yield_now().await;
    }
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_any_more_is_not_asked() {
    let questions = Questions::new();
    let first = questions.ask(LONG_AGO).await;
    let second = questions.ask(LONG_AGO).await;
    questions.goes(first).await;
    assert!(!questions.is_empty(), "one still waits");
    questions.goes(second).await;
    assert!(questions.is_empty());
    questions.turns.add_permits(1);
    settle().await;
    assert_eq!(questions.count(), (0, 0));
    // The next one asks anew.
    questions.answers.add_permits(1);
    let next = questions.ask(LONG_AGO).await;
    assert_eq!(next.await.unwrap(), 1);
}

#[tokio::test]
async fn one_that_has_been_asked_is_read_to_its_end_and_may_be_joined() {
    let questions = Questions::new();
    questions.turns.add_permits(1);
    let asker = questions.ask(LONG_AGO).await;
    questions.goes(asker).await;
    let joins = questions.ask(LONG_AGO).await;
    questions.goes(joins).await;
    questions.answers.add_permits(1);
    settle().await;
    assert_eq!(questions.count(), (1, 1));
    assert!(questions.is_empty());
}

#[tokio::test]
async fn forgotten_work_that_nobody_waits_for_ends_without_what_began_after_it() {
    let questions = Questions::new();
    let before = questions.ask(LONG_AGO).await;
    questions.flights.forget();
    let after = questions.ask(LONG_AGO).await;
    questions.goes(before).await;
    questions.turns.add_permits(2);
    questions.answers.add_permits(2);
    assert_eq!(after.await.unwrap(), 1);
    settle().await;
    assert_eq!(questions.count(), (1, 1));
}

#[tokio::test]
async fn what_waits_for_its_turn_behind_another_ends_too_and_holds_nobody_up() {
    let questions = Questions::new();
    questions.turns.add_permits(1);
    let first = questions.ask(LONG_AGO).await;
    // A reading that has not said when it was asked serves whoever needs no younger one.
    let too_young = questions.ask(DateTime::UNIX_EPOCH).await;
    questions.goes(too_young).await;
    questions.turns.add_permits(1);
    questions.answers.add_permits(2);
    assert_eq!(first.await.unwrap(), 1);
    settle().await;
    assert_eq!(questions.count(), (1, 1));
    assert!(questions.is_empty());
}

#[tokio::test]
async fn work_is_started_only_where_that_is_allowed_and_joined_by_anybody() {
    let questions = Questions::new();
    let refused = |_: Asking| async { unreachable!("nobody may start it") };
    let join = |younger_than| {
        let flights = &questions.flights;
        flights.join_or_start("key", younger_than, 0, || Err(7), refused)
    };
    assert_eq!(join(LONG_AGO).await, 7);
    assert!(questions.is_empty());
    let asked = questions.ask(LONG_AGO).await;
    questions.turns.add_permits(1);
    questions.answers.add_permits(1);
    assert_eq!(join(LONG_AGO).await, 1, "it is under way");
    assert_eq!(asked.await.unwrap(), 1);
}
