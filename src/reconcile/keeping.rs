//! Keeping verdicts up to date while the server runs. Of several processes on one database one does so; when it dies,
//! another takes over.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Reconciler;
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

impl Reconciler {
    /// Keeps verdicts up to date until it is told to stop. It looks every second, and at once when something `changed`.
    pub async fn run(self, stop: CancellationToken, changed: Arc<Notify>) {
        let holder = uuid::Uuid::now_v7().to_string();
        Box::pin(stop.run_until_cancelled(self.keep(&holder, &changed))).await;
        if let Err(error) = self.0.store.give_lease_back(LEASE, &holder).await {
            tracing::debug!(%error, "the lease was not given back; it runs out by itself");
        }
    }

    async fn keep(&self, holder: &str, changed: &Notify) {
        // Whose it is when a process starts alone is no news.
        let mut was = Going::Ours;
        loop {
            let (is, behind) = match self.keep_once(holder).await {
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
    async fn keep_once(&self, holder: &str) -> Result<Option<bool>, StoreError> {
        let inner = &self.0;
        let now = inner.now();
        let is_ours = inner
            .store
            .hold_lease(LEASE, holder, now, now + LEASE_LASTS)
            .await?;
        if !is_ours {
            return Ok(None);
        }
        let caught_up = self.catch_up(PASS_LASTS).await?;
        Ok(Some(caught_up.is_behind && caught_up.verdicts > 0))
    }
}
