//! One question at a time: callers who ask for the same thing while it is being read share that reading, if it began late
//! enough for them; those for whom it did not share the next one.

mod askers;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::task::AbortHandle;

use crate::request_notes::carried;

use askers::{Asker, Askers};

/// Work under way, by what it works on: at most one piece for each, and one that waits for its end.
pub(crate) struct Flights<K, V>(Arc<Mutex<Board<K, V>>>);

struct Board<K, V> {
    lanes: HashMap<K, Lane<V>>,
    started: u64,
    landed: u64,
}

struct Lane<V> {
    running: Option<Flight<V>>,
    waiting: Option<Flight<V>>,
}

struct Flight<V> {
    number: u64,
    outcome: Shared<BoxFuture<'static, V>>,
    times: Arc<Mutex<Times>>,
    askers: Arc<Askers>,
}

#[derive(Clone, Copy)]
struct Times {
    /// What is older than this, or of this instant, is too old for those who wait.
    younger_than: DateTime<Utc>,
    /// When the question was asked.
    asked_at: Option<DateTime<Utc>>,
}

/// What a piece of work knows of those who wait for it, and tells them.
pub(crate) struct Asking(Arc<Mutex<Times>>);

impl Asking {
    /// What was read at this instant or before it is too old for somebody who waits.
    pub(crate) fn younger_than(&self) -> DateTime<Utc> {
        locked(&self.0).younger_than
    }

    /// Tells that the question is asked from this instant on.
    pub(crate) fn asks_at(&self, now: DateTime<Utc>) {
        locked(&self.0).asked_at = Some(now);
    }
}

impl<V: Clone> Flight<V> {
    /// Whether what it brings is young enough. What has not been asked yet will be younger than what it was begun for.
    fn serves(&self, younger_than: DateTime<Utc>) -> bool {
        let times = *locked(&self.times);
        match times.asked_at {
            Some(asked_at) => asked_at > younger_than,
            None => times.younger_than >= younger_than,
        }
    }

    fn make_younger_than(&self, younger_than: DateTime<Utc>) {
        let mut times = locked(&self.times);
        times.younger_than = times.younger_than.max(younger_than);
    }
}

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Board {
            lanes: HashMap::new(),
            started: 0,
            landed: 0,
        })))
    }

    /// Joins work for the key whose question leaves, or has left, later than `younger_than`; or starts it, behind what is
    /// under way. It runs in a task of its own, so a caller who goes away does not stop it for the others; when all of them
    /// have gone before Toss was called, it ends. `lost` is the answer when that task dies.
    pub(crate) async fn join<F>(
        &self,
        key: K,
        younger_than: DateTime<Utc>,
        lost: V,
        work: impl FnOnce(Asking) -> F + Send + 'static,
    ) -> V
    where
        F: Future<Output = V> + Send + 'static,
    {
        self.join_or_start(key, younger_than, lost, || Ok(()), work)
            .await
    }

    /// As [`Flights::join`]; work is started only where `may_start` lets it, and what that says instead is the answer.
    pub(crate) async fn join_or_start<F>(
        &self,
        key: K,
        younger_than: DateTime<Utc>,
        lost: V,
        may_start: impl FnOnce() -> Result<(), V>,
        work: impl FnOnce(Asking) -> F + Send + 'static,
    ) -> V
    where
        F: Future<Output = V> + Send + 'static,
    {
        let (outcome, _asker) = {
            let mut board = locked(&self.0);
            board.started += 1;
            let number = board.started;
            let lane = board.lanes.entry(key.clone()).or_insert_with(|| Lane {
                running: None,
                waiting: None,
            });
            match lane {
                Lane {
                    running: Some(flight),
                    ..
                } if flight.serves(younger_than) => self.joined(flight, key),
                Lane {
                    waiting: Some(flight),
                    ..
                } => {
                    flight.make_younger_than(younger_than);
                    self.joined(flight, key)
                }
                Lane { running, waiting } => {
                    if let Err(instead) = may_start() {
                        board.tidy(&key);
                        return instead;
                    }
                    let askers = Arc::<Askers>::default();
                    let times = Arc::new(Mutex::new(Times {
                        younger_than,
                        asked_at: None,
                    }));
                    let before = running.as_ref().map(|flight| flight.outcome.clone());
                    let place = if before.is_some() { waiting } else { running };
                    let work = work(Asking(Arc::clone(&times)));
                    let called = &askers.called;
                    let work = called.clone().noting(work);
                    let (outcome, task) = self.start(key.clone(), number, lost, before, work);
                    askers.wait_for(task);
                    let flight = place.insert(Flight {
                        number,
                        outcome,
                        times,
                        askers,
                    });
                    self.joined(flight, key)
                }
            }
        };
        outcome.await
    }

    /// The outcome of the work under way for the key, if what was read at that instant is a part of it.
    pub(crate) fn that_read(
        &self,
        key: &K,
        read_at: DateTime<Utc>,
    ) -> Option<impl Future<Output = V> + use<K, V>> {
        let board = locked(&self.0);
        let flight = board.lanes.get(key)?.running.as_ref()?;
        // Instants of readings are kept to the millisecond.
        let asked_at = locked(&flight.times).asked_at?.timestamp_millis();
        if asked_at > read_at.timestamp_millis() {
            return None;
        }
        let (outcome, asker) = self.joined(flight, key.clone());
        Some(async move {
            let _asker = asker;
            outcome.await
        })
    }

    /// How many pieces of work have ended: while it stays the same, none has.
    pub(crate) fn landed(&self) -> u64 {
        locked(&self.0).landed
    }

    /// Lets nobody join the work that is under way or waits now; those who have joined get its outcome.
    pub(crate) fn forget(&self) {
        locked(&self.0).lanes.clear();
    }

    /// One more who waits for a piece of work; while the board is held.
    fn joined(&self, flight: &Flight<V>, key: K) -> (Shared<BoxFuture<'static, V>>, Asker<K, V>) {
        let asker = Asker::joins(&self.0, key, flight.number, &flight.askers);
        (flight.outcome.clone(), asker)
    }

    fn start<F>(
        &self,
        key: K,
        number: u64,
        lost: V,
        before: Option<Shared<BoxFuture<'static, V>>>,
        work: F,
    ) -> (Shared<BoxFuture<'static, V>>, AbortHandle)
    where
        F: Future<Output = V> + Send + 'static,
    {
        let board = Arc::clone(&self.0);
        let task = tokio::spawn(carried(async move {
            // Dropped when the work ends, however it ends, so that the next caller starts anew.
            let landing = Landing { board, key, number };
            if let Some(before) = before {
                before.await;
                landing.move_up();
            }
            work.await
        }));
        let handle = task.abort_handle();
        let outcome = task.map(move |outcome| outcome.unwrap_or(lost));
        (outcome.boxed().shared(), handle)
    }
}

impl<K: Eq + Hash, V> Board<K, V> {
    /// Lets nobody join the work of that number any more.
    fn take_away(&mut self, key: &K, number: u64) {
        let Some(lane) = self.lanes.get_mut(key) else {
            return;
        };
        // Forgotten work ends too, when others have long been on their way with the same key.
        for place in [&mut lane.running, &mut lane.waiting] {
            if place.as_ref().is_some_and(|flight| flight.number == number) {
                *place = None;
            }
        }
        self.tidy(key);
    }

    fn tidy(&mut self, key: &K) {
        let is_empty = |lane: &Lane<V>| lane.running.is_none() && lane.waiting.is_none();
        if self.lanes.get(key).is_some_and(is_empty) {
            self.lanes.remove(key);
        }
    }
}

struct Landing<K: Eq + Hash, V: Clone> {
    board: Arc<Mutex<Board<K, V>>>,
    key: K,
    number: u64,
}

impl<K: Eq + Hash, V: Clone> Landing<K, V> {
    /// What waited is under way now.
    fn move_up(&self) {
        let mut board = locked(&self.board);
        if let Some(lane) = board.lanes.get_mut(&self.key)
            && lane
                .waiting
                .as_ref()
                .is_some_and(|flight| flight.number == self.number)
        {
            lane.running = lane.waiting.take();
        }
    }
}

impl<K: Eq + Hash, V: Clone> Drop for Landing<K, V> {
    fn drop(&mut self) {
        let mut board = locked(&self.board);
        board.landed += 1;
        board.take_away(&self.key, self.number);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use chrono::TimeDelta;
    use tokio::sync::Semaphore;
    use tokio::task::{JoinHandle, yield_now};

    use super::*;

    const LONG_AGO: DateTime<Utc> = DateTime::<Utc>::MIN_UTC;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    /// Pieces of work that tell their number, counted from 1, each when its gate is opened.
    #[derive(Clone)]
    struct Works {
        flights: Arc<Flights<&'static str, usize>>,
        started: Arc<AtomicUsize>,
        gate: Arc<Semaphore>,
    }

    impl Works {
        fn new() -> Self {
            Self {
                flights: Arc::new(Flights::new()),
                started: Arc::default(),
                gate: Arc::new(Semaphore::new(0)),
            }
        }

        /// Asks for what is younger than an instant; work that it starts asks at the other.
        async fn join(&self, younger_than: DateTime<Utc>, asks_at: i64) -> JoinHandle<usize> {
            let works = self.clone();
            let joined = tokio::spawn(async move {
                let Self {
                    flights,
                    started,
                    gate,
                } = works;
                let work = move |asking: Asking| async move {
                    asking.asks_at(at(asks_at));
                    let number = started.fetch_add(1, Ordering::SeqCst) + 1;
                    gate.acquire().await.unwrap().forget();
                    number
                };
                flights.join("key", younger_than, 0, work).await
            });
            // It joins, and what it starts is under way.
            for _ in 0..20 {
                yield_now().await;
            }
            joined
        }

        fn started(&self) -> usize {
            self.started.load(Ordering::SeqCst)
        }
    }

    #[tokio::test]
    async fn fifty_callers_of_one_key_share_one_piece_of_work_and_the_next_starts_anew() {
        let works = Works::new();
        let mut callers = Vec::new();
        for _ in 0..50 {
            callers.push(works.join(at(0), 1).await);
        }
        works.gate.add_permits(1);
        for caller in callers {
            assert_eq!(caller.await.unwrap(), 1);
        }
        works.gate.add_permits(1);
        assert_eq!(works.join(at(0), 1).await.await.unwrap(), 2);
    }

    #[tokio::test]
    async fn what_was_asked_before_is_joined_only_by_those_for_whom_it_is_young_enough() {
        let works = Works::new();
        let first = works.join(at(4), 5).await;
        let older = works.join(at(4), 6).await;
        let too_young = works.join(at(5), 6).await;
        let younger_still = works.join(at(6), 7).await;
        assert_eq!(works.started(), 1, "one is under way, one waits");
        works.gate.add_permits(1);
        assert_eq!(first.await.unwrap(), 1);
        assert_eq!(older.await.unwrap(), 1);
        works.gate.add_permits(1);
        assert_eq!(too_young.await.unwrap(), 2);
        assert_eq!(younger_still.await.unwrap(), 2);
        assert_eq!(works.started(), 2);
    }

    #[tokio::test]
    async fn a_part_of_what_is_under_way_leads_to_the_whole_of_it() {
        let works = Works::new();
        let whole = works.join(at(4), 5).await;
        let that_read = |second| works.flights.that_read(&"key", at(second));
        assert!(that_read(4).is_none(), "it was there before");
        let part = that_read(5).expect("it is under way");
        works.gate.add_permits(1);
        assert_eq!(part.await, 1);
        assert_eq!(whole.await.unwrap(), 1);
        assert!(that_read(5).is_none(), "it has ended");
    }

    #[tokio::test]
    async fn what_waits_learns_of_the_youngest_that_anybody_needs() {
        let flights = Arc::new(Flights::<&str, DateTime<Utc>>::new());
        let gate = Arc::new(Semaphore::new(0));
        let join = |needs: i64| {
            let (flights, gate) = (Arc::clone(&flights), Arc::clone(&gate));
            tokio::spawn(async move {
                let work = move |asking: Asking| async move {
                    asking.asks_at(at(0));
                    gate.acquire().await.unwrap().forget();
                    asking.younger_than()
                };
                flights.join("key", at(needs), LONG_AGO, work).await
            })
        };
        let joined = [join(1), join(3), join(2)];
        for _ in 0..20 {
            yield_now().await;
        }
        gate.add_permits(2);
        let [first, second, third] = joined;
        assert_eq!(first.await.unwrap(), at(1));
        assert_eq!(second.await.unwrap(), at(3));
        assert_eq!(third.await.unwrap(), at(3));
    }

    #[tokio::test]
    async fn forgotten_work_is_not_joined_and_does_not_end_what_began_after_it() {
        let works = Works::new();
        let before = works.join(LONG_AGO, 1).await;
        works.flights.forget();
        let after = works.join(LONG_AGO, 2).await;
        assert_eq!(works.started(), 2, "nobody waits for what is forgotten");
        works.gate.add_permits(1);
        assert_eq!(before.await.unwrap(), 1);
        let joined = works.join(LONG_AGO, 3).await;
        assert_eq!(works.started(), 2);
        works.gate.add_permits(1);
        assert_eq!(after.await.unwrap(), 2);
        assert_eq!(joined.await.unwrap(), 2);
    }

    #[tokio::test]
    async fn work_that_dies_answers_with_what_was_given_for_that_and_is_forgotten() {
        let flights = Flights::<&str, &str>::new();
        let died = flights
            .join("key", LONG_AGO, "lost", |_| async { panic!("on purpose") })
            .await;
        assert_eq!(died, "lost");
        let well = flights.join("key", LONG_AGO, "lost", |_| async { "well" });
        assert_eq!(well.await, "well");
        assert!(locked(&flights.0).lanes.is_empty());
    }
}

#[cfg(test)]
#[path = "flights/abandoned_tests.rs"]
mod abandoned_tests;
