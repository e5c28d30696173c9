//! Keeping verdicts up to date while the server runs. Of several processes on one database one does so; when it dies,
//! another takes over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Inner, Reconciler};
use crate::store::StoreError;

/// The task that one process at a time does.
const LEASE: &str = "reconcile";
/// How long a process that says nothing keeps the task.
const LEASE_LASTS: TimeDelta = TimeDelta::seconds(20);
/// The longest that a pass goes on before the lease is held anew.
const PASS_LASTS: Duration = Duration::from_secs(5);
/// The pause between two looks for verdicts that are due.
const PAUSE: Duration = Duration::from_secs(1);
/// The pause of a process that does not have the task, or whose database does not answer.
const LONG_PAUSE: Duration = Duration::from_secs(5);

/// How keeping goes, so that only a change is logged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Going {
    Ours,
    Anothers,
    Failing,
}

/// This process's name for the task of keeping verdicts, and what it has of it.
pub(super) struct Task {
    holder: String,
    /// Whether it keeps verdicts for as long as it runs.
    keeps: AtomicBool,
    /// Whether it took the task for a moment, to settle on its terms.
    was_taken: AtomicBool,
}

impl Default for Task {
    fn default() -> Self {
        Self {
            holder: uuid::Uuid::now_v7().to_string(),
            keeps: AtomicBool::new(false),
            was_taken: AtomicBool::new(false),
        }
    }
}

impl Inner {
    /// Takes or keeps the task, and tells whether it is this process's.
    pub(super) async fn hold_task(&self) -> Result<bool, StoreError> {
        let (now, holder) = (self.now(), &self.task.holder);
        let until = now + LEASE_LASTS;
        let is_ours = self.store.hold_lease(LEASE, holder, now, until).await?;
        self.task.was_taken.fetch_or(is_ours, Ordering::Relaxed);
        Ok(is_ours)
    }

    /// Gives the task back, if it was taken by a process that does not keep verdicts.
    pub(super) async fn let_task_go(&self) {
        let is_taken = self.task.was_taken.load(Ordering::Relaxed);
        if is_taken && !self.task.keeps.load(Ordering::Relaxed) {
            self.give_task_back().await;
        }
    }

    async fn give_task_back(&self) {
        self.task.was_taken.store(false, Ordering::Relaxed);
        let given = self.store.give_lease_back(LEASE, &self.task.holder).await;
        if let Err(error) = given {
            tracing::debug!(%error, "the lease was not given back; it runs out by itself");
        }
    }
}

impl Reconciler {
    /// Keeps verdicts up to date until it is told to stop. It looks every second, and at once when something `changed`.
    pub async fn run(self, stop: CancellationToken, changed: Arc<Notify>) {
        self.0.task.keeps.store(true, Ordering::Relaxed);
        Box::pin(stop.run_until_cancelled(self.keep(&changed))).await;
        self.0.task.keeps.store(false, Ordering::Relaxed);
        self.0.give_task_back().await;
    }

    async fn keep(&self, changed: &Notify) {
        // Whose it is when a process starts alone is no news.
        let mut was = Going::Ours;
        loop {
            let (is, behind) = match self.keep_once().await {
                Ok(Some(behind)) => (Going::Ours, behind),
                Ok(None) => (Going::Anothers, false),
                Err(error) => {
                    if was != Going::Failing {
                        tracing::warn!(%error, "verdicts cannot be kept up to date; it is tried again every few seconds");
                    }
                    (Going::Failing, false)
                }
            };
            match (was, is) {
                (Going::Failing, Going::Ours) => {
                    tracing::info!("verdicts are kept up to date again");
                }
                (Going::Anothers, Going::Ours) => {
                    tracing::info!("this process keeps verdicts up to date now");
                }
                (Going::Ours, Going::Anothers) => {
                    tracing::info!("another process keeps verdicts up to date");
                }
                _ => {}
            }
            was = is;
            if behind {
                continue;
            }
            let pause = if is == Going::Ours { PAUSE } else { LONG_PAUSE };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = changed.notified(), if is == Going::Ours => {}
            }
        }
    }

    /// One pass, if the task is ours; whether there is more to do at once.
    async fn keep_once(&self) -> Result<Option<bool>, StoreError> {
        if !self.0.hold_task().await? {
            return Ok(None);
        }
        self.reopen_acknowledged().await?;
        let caught_up = self.catch_up(PASS_LASTS).await?;
        Ok(Some(caught_up.is_behind && caught_up.verdicts > 0))
    }
}
