//! One question to Toss at a time: callers who ask for the same payment while it is being read share that reading.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

/// Work under way, by what it works on.
pub(super) struct Flights<K, V>(Arc<Mutex<HashMap<K, Shared<BoxFuture<'static, V>>>>>);

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(HashMap::new())))
    }

    /// Joins the work under way for the key, or starts it. It runs in a task of its own, so a caller who goes away
    /// does not stop it for the others. `lost` is the answer when that task dies.
    pub(super) async fn join<F>(&self, key: K, lost: V, work: impl FnOnce() -> F) -> V
    where
        F: Future<Output = V> + Send + 'static,
    {
        let flight = {
            let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(flight) = flights.get(&key) {
                flight.clone()
            } else {
                let flight = self.start(key.clone(), lost, work());
                flights.insert(key, flight.clone());
                flight
            }
        };
        flight.await
    }

    fn start<F>(&self, key: K, lost: V, work: F) -> Shared<BoxFuture<'static, V>>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let flights = Arc::clone(&self.0);
        let task = tokio::spawn(async move {
            // Dropped when the work ends, however it ends, so that the next caller starts anew.
            let _landing = Landing { flights, key };
            work.await
        });
        task.map(move |outcome| outcome.unwrap_or(lost))
            .boxed()
            .shared()
    }
}

struct Landing<K: Eq + Hash, V: Clone> {
    flights: Arc<Mutex<HashMap<K, Shared<BoxFuture<'static, V>>>>>,
    key: K,
}

impl<K: Eq + Hash, V: Clone> Drop for Landing<K, V> {
    fn drop(&mut self) {
        self.flights
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
    }
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
