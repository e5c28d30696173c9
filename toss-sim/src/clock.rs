//! The stand-in's own clock, so that a day passes when a test says so.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use tokio::sync::Notify;

/// What time it is at the stand-in. Clones show, and move, the same hands.
#[derive(Clone, Debug)]
pub struct SimClock {
    hands: Arc<Mutex<Hands>>,
    moved: Arc<Notify>,
}

#[derive(Clone, Copy, Debug)]
struct Hands {
    shown: DateTime<Utc>,
    /// When `shown` was right, for a clock that runs by itself.
    running_since: Option<Instant>,
}

impl SimClock {
    /// A clock that stands at `instant` until it is advanced.
    pub fn manual(instant: DateTime<Utc>) -> Self {
        Self::new(instant, None)
    }

    /// A clock that shows `instant` now and runs at the speed of the system's.
    pub fn running_from(instant: DateTime<Utc>) -> Self {
        Self::new(instant, Some(Instant::now()))
    }

    /// The instant shown.
    pub fn now(&self) -> DateTime<Utc> {
        let hands = *self.hands();
        match hands.running_since {
            None => hands.shown,
            Some(since) => {
                hands.shown
                    + Duration::from_std(since.elapsed()).unwrap_or_else(|_| Duration::zero())
            }
        }
    }

    /// Moves the hands forward; a negative duration moves them back.
    pub fn advance(&self, by: Duration) {
        self.hands().shown += by;
        self.moved.notify_waiters();
    }

    /// Sets the hands to `instant`.
    pub fn set(&self, instant: DateTime<Utc>) {
        self.advance(instant - self.now());
    }

    /// Whether time passes without being told to.
    pub fn is_running(&self) -> bool {
        self.hands().running_since.is_some()
    }

    /// Woken whenever the hands are moved, or when there is something new to wait for.
    pub(crate) fn moved(&self) -> &Notify {
        &self.moved
    }

    fn new(shown: DateTime<Utc>, running_since: Option<Instant>) -> Self {
        Self {
            hands: Arc::new(Mutex::new(Hands {
                shown,
                running_since,
            })),
            moved: Arc::new(Notify::new()),
        }
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
