//! Going by the database's clock where several processes share one: their own clocks may differ, and leases and due times
//! that one writes are read by the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::clock::{Clock, SharedTime};
use crate::store::{Store, StoreError};

/// How often the database's clock is looked at.
const LOOK: Duration = Duration::from_secs(3);
/// How long a look may take before it is given up.
const LOOK_MAY_TAKE: Duration = Duration::from_secs(5);
/// How much the machine's clock may differ from the database's.
const MAY_DIFFER_BY: TimeDelta = TimeDelta::seconds(2);

/// Keeps this process at the database's time, and knows whether the machine's own clock differs from it.
#[derive(Clone)]
pub(super) struct DatabaseClock(Arc<Inner>);

struct Inner {
    store: Store,
    system: Clock,
    time: Arc<SharedTime>,
    /// Whether it was told that the clocks differ: only a change is logged.
    told: AtomicBool,
}

/// The clock that a command goes by, which is kept at the database's time until this is dropped.
pub(crate) struct CommandClock {
    clock: Clock,
    _kept: Option<AbortOnDropHandle<()>>,
}

impl DatabaseClock {
    /// The clock to go by instead of the given one, and what keeps it. A clock that a test holds stays as it is, and so does
    /// the system's clock on SQLite.
    ///
    /// # Errors
    /// When the database cannot be asked what time it is.
    pub(super) async fn instead_of(
        clock: Clock,
        store: &Store,
    ) -> Result<(Clock, Option<Self>), StoreError> {
        if !clock.is_system() {
            return Ok((clock, None));
        }
        let Some(first) = store.look_at_clock().await? else {
            return Ok((clock, None));
        };
        let time = Arc::new(SharedTime::new(first));
        let kept = Self(Arc::new(Inner {
            store: store.clone(),
            system: clock,
            time: Arc::clone(&time),
            told: AtomicBool::new(false),
        }));
        kept.tell();
        Ok((Clock::shared(time), Some(kept)))
    }

    /// Whether the machine's clock differs from the database's by more than it may.
    pub(super) fn differs(&self) -> bool {
        self.ahead().abs() > MAY_DIFFER_BY
    }

    /// Looks at the database's clock every few seconds until it is told to stop. While the database does not answer, the
    /// process counts on by itself.
    pub(super) async fn keep(self, stop: CancellationToken) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(looks.tick()).await.is_some() {
            let Some(look) = stop.run_until_cancelled(self.look()).await else {
                return;
            };
            if let Err(reason) = look {
                tracing::debug!(reason, "the database's clock cannot be looked at");
            }
            self.tell();
        }
    }

    async fn look(&self) -> Result<(), String> {
        let look = timeout(LOOK_MAY_TAKE, self.0.store.look_at_clock()).await;
        let look = look.map_err(|_| "it takes too long".to_owned())?;
        if let Some(look) = look.map_err(|error| error.to_string())? {
            self.0.time.see(look);
        }
        Ok(())
    }

    /// How far the machine's clock is ahead of the database's.
    fn ahead(&self) -> TimeDelta {
        self.0.time.ahead(self.0.system.now())
    }

    /// Says in the log when the clocks begin to differ, and when they do not any more.
    fn tell(&self) {
        let ahead = self.ahead();
        let differs = ahead.abs() > MAY_DIFFER_BY;
        if self.0.told.swap(differs, Ordering::Relaxed) == differs {
            return;
        }
        let ahead_by_ms = ahead.num_milliseconds();
        if differs {
            tracing::warn!(
                ahead_by_ms,
                "this machine's clock differs from the database's: see that both machines keep their clocks (NTP); \
                 until then this process goes by the database's and is not ready"
            );
        } else {
            tracing::info!(
                ahead_by_ms,
                "this machine's clock agrees with the database's again"
            );
        }
    }
}

impl CommandClock {
    /// The system's clock, or the database's where several machines share one.
    ///
    /// # Errors
    /// When the database cannot be asked what time it is.
    pub(crate) async fn on(store: &Store) -> Result<Self, StoreError> {
        let (clock, database) = DatabaseClock::instead_of(Clock::system(), store).await?;
        let keep = |database: DatabaseClock| tokio::spawn(database.keep(CancellationToken::new()));
        Ok(Self {
            clock,
            _kept: database.map(keep).map(AbortOnDropHandle::new),
        })
    }

    /// The clock.
    pub(crate) fn get(&self) -> Clock {
        self.clock.clone()
    }
}
