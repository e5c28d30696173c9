//! How much of the server queries may take at once: by what they cost a few heavy ones and many light ones, with a queue that
//! nobody waits in for long, and by what their answers take while they are made.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Queries that cost more are heavy. A payment with everything there is to it is a light one: it may wait long for Toss.
const LIGHT_UP_TO: usize = 1_500;
/// What heavy queries may cost together: two of the heaviest. Each uses several connections at once.
const HEAVY_AT_ONCE: usize = 16_000;
/// Light queries at once, of those that cost no more than [`LEAST`].
const LIGHT_AT_ONCE: usize = 256;
/// What a light query counts for at least: it may wait for Toss, and does nothing meanwhile.
const LEAST: usize = 100;
/// What all answers may take that are being made, in bytes of JSON: four of the largest. In memory it is some fifteen times as
/// much.
const MADE_AT_ONCE: usize = 32 * 1024 * 1024;
/// Queries of one kind that wait for their turn.
const MOST_WAITING: usize = 128;
/// How long one waits.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The lanes that queries are executed in. Cheap to clone: clones share them.
#[derive(Clone, Debug)]
pub struct Lanes {
    light: Lane,
    heavy: Lane,
    made: Arc<AtomicUsize>,
}

/// A place in a lane, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

/// There is no place, and will be none for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoPlace;

#[derive(Clone, Debug)]
struct Lane {
    room: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    longest_wait: Duration,
}

impl Default for Lanes {
    fn default() -> Self {
        Self::with_wait(LONGEST_WAIT)
    }
}

impl Lanes {
    fn with_wait(longest: Duration) -> Self {
        Self {
            light: Lane::new(LIGHT_AT_ONCE * LEAST, longest),
            heavy: Lane::new(HEAVY_AT_ONCE, longest),
            made: Arc::default(),
        }
    }

    /// A place for a query of that cost, as soon as there is one.
    pub(super) async fn place(&self, cost: usize) -> Result<Place, NoPlace> {
        if cost <= LIGHT_UP_TO {
            self.light.place(cost.max(LEAST)).await
        } else {
            self.heavy.place(cost.min(HEAVY_AT_ONCE)).await
        }
    }
}

impl Lanes {
    /// An answer has grown by so many bytes. Whether there is room for them.
    pub(super) fn add(&self, bytes: usize) -> bool {
        let before = self.made.fetch_add(bytes, Ordering::Relaxed);
        before.saturating_add(bytes) <= MADE_AT_ONCE
    }

    /// An answer of so many bytes is made, or given up.
    pub(super) fn give_back(&self, bytes: usize) {
        self.made.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Lane {
    fn new(room: usize, longest_wait: Duration) -> Self {
        Self {
            longest_wait,
            room: Arc::new(Semaphore::new(room)),
            queue: Arc::new(Semaphore::new(MOST_WAITING)),
        }
    }

    async fn place(&self, weight: usize) -> Result<Place, NoPlace> {
        let weight = u32::try_from(weight).map_err(|_| NoPlace)?;
        let free = Arc::clone(&self.room).try_acquire_many_owned(weight);
        let permit = if let Ok(permit) = free {
            permit
        } else {
            let _waits = self.queue.try_acquire().map_err(|_| NoPlace)?;
            let next = Arc::clone(&self.room).acquire_many_owned(weight);
            let in_time = timeout(self.longest_wait, next)
                .await
                .map_err(|_| NoPlace)?;
            in_time.map_err(|_| NoPlace)?
        };
        Ok(Place { _permit: permit })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn two_of_the_heaviest_run_at_once_and_the_next_waits_for_one_of_them() {
        let lanes = Lanes::default();
        let mut running = Vec::new();
        for _ in 0..2 {
            running.push(lanes.place(8_000).await.unwrap());
        }
        let waiting = lanes.place(8_000);
        tokio::pin!(waiting);
        assert!(waiting.as_mut().now_or_never().is_none());
        running.pop();
        assert!(waiting.await.is_ok());
    }

    #[tokio::test]
    async fn light_queries_pass_heavy_ones_and_have_an_end_too() {
        let lanes = Lanes::with_wait(Duration::from_millis(5));
        let _heavy = lanes.place(usize::MAX).await.unwrap();
        assert!(lanes.place(LIGHT_UP_TO + 1).await.is_err());
        let mut running = Vec::new();
        for _ in 0..LIGHT_AT_ONCE {
            running.push(lanes.place(1).await.unwrap());
        }
        assert!(lanes.place(1).await.is_err());
        running.pop();
        assert!(lanes.place(LEAST).await.is_ok());
    }

    #[tokio::test]
    async fn of_the_dearest_light_queries_few_run_at_once() {
        let lanes = Lanes::with_wait(Duration::from_millis(5));
        let mut running = Vec::new();
        for _ in 0..LIGHT_AT_ONCE * LEAST / LIGHT_UP_TO {
            running.push(lanes.place(LIGHT_UP_TO).await.unwrap());
        }
        assert_eq!(running.len(), 17);
        assert!(lanes.place(LIGHT_UP_TO).await.is_err());
        assert!(lanes.place(LEAST).await.is_ok(), "a small one passes");
    }

    #[test]
    fn answers_share_the_room_in_which_they_are_made() {
        let lanes = Lanes::default();
        assert!(lanes.add(MADE_AT_ONCE));
        assert!(!lanes.add(1));
        lanes.give_back(2);
        assert!(lanes.clone().add(1));
    }

    #[tokio::test]
    async fn a_full_queue_is_told_at_once() {
        let lanes = Lanes::default();
        let _running = lanes.place(usize::MAX).await.unwrap();
        let mut waiting: Vec<_> = (0..MOST_WAITING)
            .map(|_| Box::pin(lanes.place(8_000)))
            .collect();
        for place in &mut waiting {
            assert!(place.as_mut().now_or_never().is_none());
        }
        let refused = lanes.place(8_000).now_or_never();
        assert_eq!(refused.unwrap().unwrap_err(), NoPlace);
        // Whoever goes away makes room.
        waiting.pop();
        assert!(lanes.place(8_000).now_or_never().is_none());
    }
}
