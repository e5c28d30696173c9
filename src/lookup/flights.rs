//! One question to Toss at a time: callers who ask for the same payment while it is being read share that reading.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use crate::request_notes::carried;

/// Work under way, by what it works on.
pub(super) struct Flights<K, V>(Arc<Mutex<Board<K, V>>>);

struct Board<K, V> {
    under_way: HashMap<K, Flight<V>>,
    started: u64,
}

struct Flight<V> {
    number: u64,
    outcome: Shared<BoxFuture<'static, V>>,
}

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Board {
            under_way: HashMap::new(),
            started: 0,
        })))
    }

    /// Joins the work under way for the key, or starts it. It runs in a task of its own, so a caller who goes away
    /// does not stop it for the others. `lost` is the answer when that task dies.
    pub(super) async fn join<F>(&self, key: K, lost: V, work: impl FnOnce() -> F) -> V
    where
        F: Future<Output = V> + Send + 'static,
    {
        let flight = {
            let mut board = board(&self.0);
            if let Some(flight) = board.under_way.get(&key) {
                flight.outcome.clone()
            } else {
                board.started += 1;
                let number = board.started;
                let outcome = self.start(key.clone(), number, lost, work());
                let flight = Flight {
                    number,
                    outcome: outcome.clone(),
                };
                board.under_way.insert(key, flight);
                outcome
            }
        };
        flight.await
    }

    /// Lets nobody join the work that is under way now; those who have joined get its outcome.
    pub(super) fn forget(&self) {
        board(&self.0).under_way.clear();
    }

    fn start<F>(&self, key: K, number: u64, lost: V, work: F) -> Shared<BoxFuture<'static, V>>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let board = Arc::clone(&self.0);
        let task = tokio::spawn(carried(async move {
            // Dropped when the work ends, however it ends, so that the next caller starts anew.
            let _landing = Landing { board, key, number };
            work.await
        }));
        task.map(move |outcome| outcome.unwrap_or(lost))
            .boxed()
            .shared()
    }
}

struct Landing<K: Eq + Hash, V: Clone> {
    board: Arc<Mutex<Board<K, V>>>,
    key: K,
    number: u64,
}

impl<K: Eq + Hash, V: Clone> Drop for Landing<K, V> {
    fn drop(&mut self) {
        let mut board = board(&self.board);
        // Forgotten work lands too, when others have long been on their way with the same key.
        let is_own = |flight: &Flight<V>| flight.number == self.number;
        if board.under_way.get(&self.key).is_some_and(is_own) {
            board.under_way.remove(&self.key);
        }
    }
}

fn board<K, V>(board: &Mutex<Board<K, V>>) -> MutexGuard<'_, Board<K, V>> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn fifty_callers_of_one_key_share_one_piece_of_work_and_the_next_starts_anew() {
        let flights = Arc::new(Flights::<&str, usize>::new());
        let started = Arc::new(AtomicUsize::new(0));
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let callers: Vec<_> = (0..50)
            .map(|_| {
                let (flights, started, gate) = (
                    Arc::clone(&flights),
                    Arc::clone(&started),
                    Arc::clone(&gate),
                );
                tokio::spawn(async move {
                    flights
                        .join("key", 0, || async move {
                            let number = started.fetch_add(1, Ordering::SeqCst) + 1;
                            let _opened = gate.acquire().await.unwrap();
                            number
                        })
                        .await
                })
            })
            .collect();
        while started.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        gate.add_permits(1_000);
        for caller in callers {
            assert_eq!(caller.await.unwrap(), 1);
        }
        assert_eq!(flights.join("key", 0, || async { 2 }).await, 2);
    }

    #[tokio::test]
    async fn forgotten_work_is_not_joined_and_does_not_end_what_began_after_it() {
        let flights = Arc::new(Flights::<&str, usize>::new());
        let gates = [(); 2].map(|()| Arc::new(tokio::sync::Semaphore::new(0)));
        let join = |number: usize| {
            let (flights, gate) = (Arc::clone(&flights), Arc::clone(&gates[number]));
            let joined = async move {
                let work = || async move {
                    let _opened = gate.acquire().await.unwrap();
                    number
                };
                flights.join("key", 9, work).await
            };
            tokio::spawn(joined)
        };
        let is_under_way = || board(&flights.0).under_way.contains_key("key");
        let before = join(0);
        while !is_under_way() {
            tokio::task::yield_now().await;
        }
        flights.forget();
        let after = join(1);
        while !is_under_way() {
            tokio::task::yield_now().await;
        }
        gates[0].add_permits(1);
        assert_eq!(before.await.unwrap(), 0);
        assert!(is_under_way());
        gates[1].add_permits(1);
        assert_eq!(after.await.unwrap(), 1);
    }

    #[tokio::test]
    async fn work_that_dies_answers_with_what_was_given_for_that_and_is_forgotten() {
        let flights = Flights::<&str, &str>::new();
        let died = flights
            .join("key", "lost", || async { panic!("on purpose") })
            .await;
        assert_eq!(died, "lost");
        assert_eq!(
            flights.join("key", "lost", || async { "well" }).await,
            "well"
        );
    }
}
