//! Following Toss while the server runs: a pass, a pause, and again. Of several processes on one database one follows;
//! when it dies, another takes over.

use std::pin::pin;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, timeout};
use tokio_util::sync::CancellationToken;

use super::Mirror;
use super::payment_readings::PaymentReadings;
use crate::lookup::Lookup;
use crate::store::StoreError;

/// The task that one process at a time does.
const LEASE: &str = "follow";
/// How long a process that says nothing keeps the task.
const LEASE_LASTS: TimeDelta = TimeDelta::seconds(20);
/// How often it says that it is alive, and others look whether it is.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How often a merchant that rests is looked at for days that people want read again.
const REQUESTS_LOOKED_FOR: Duration = Duration::from_secs(2);
/// Merchants whose lists are read at once.
const MERCHANTS_AT_ONCE: usize = 16;
/// Webhooks that are deleted at once: the database is held for a moment only.
const WEBHOOKS_AT_ONCE: u64 = 200;
/// How often payments are looked for of which Toss's words have been kept for long enough.
const TEXTS_LOOKED_AT: Duration = Duration::from_hours(1);
/// How often webhooks are deleted in one pass.
const MOST_DELETIONS: u32 = 50;

/// Follows Toss's lists.
pub struct Follower {
    mirror: Mirror,
    lookup: Lookup,
    /// Names this process in the database.
    holder: String,
}

impl Follower {
    /// A follower of its own name.
    pub fn new(mirror: Mirror, lookup: Lookup) -> Self {
        Self {
            mirror,
            lookup,
            holder: uuid::Uuid::now_v7().to_string(),
        }
    }

    /// Follows until it is told to stop. The day that is being read then is not stored; it is read by the next process.
    pub async fn run(self, stop: CancellationToken) {
        Box::pin(stop.run_until_cancelled(self.follow())).await;
        let store = &self.mirror.0.store;
        if let Err(error) = store.give_lease_back(LEASE, &self.holder).await {
            tracing::debug!(%error, "the lease was not given back; it runs out by itself");
        }
    }

    async fn follow(&self) {
        // Whose it is when a process starts alone is no news.
        let mut was_ours = true;
        loop {
            // A database that cannot be asked gives the lease to nobody.
            let is_ours = self.hold().await.unwrap_or(false);
            if is_ours != was_ours {
                if is_ours {
                    tracing::info!("this process follows Toss's lists now");
                } else {
                    tracing::info!("another process follows Toss's lists");
                }
                was_ours = is_ours;
            }
            if is_ours {
                self.passes().await;
            } else {
                tokio::time::sleep(HEARTBEAT).await;
            }
        }
    }

    /// Follows every merchant's lists and payments until the lease is lost: each by itself, so that a key whose questions are
    /// answered slowly holds up no other one, and a payment no list.
    async fn passes(&self) {
        let at_once = Semaphore::new(MERCHANTS_AT_ONCE);
        let merchants = (0..self.mirror.merchants()).map(|place| self.follow_one(place, &at_once));
        let payments = self.mirror.0.merchants.all().iter().map(|merchant| {
            let readings = PaymentReadings::of(&self.mirror, &self.lookup, merchant);
            async move { readings.run().await }
        });
        tokio::select! {
            _ = join_all(merchants) => {}
            _ = join_all(payments) => {}
            () = self.delete_webhooks() => {}
            () = self.empty_texts() => {}
            () = self.until_lost() => {}
        }
    }

    /// Pass after pass over the lists of the merchant in this place of the settings.
    async fn follow_one(&self, place: usize, at_once: &Semaphore) {
        // It is never closed.
        while let Ok(turn) = at_once.acquire().await {
            self.pass(place).await;
            drop(turn);
            self.rest_for_requests(place, at_once).await;
        }
    }

    /// Rests, but for what people want read again.
    async fn rest_for_requests(&self, place: usize, at_once: &Semaphore) {
        let mut rest = pin!(self.rest());
        while timeout(REQUESTS_LOOKED_FOR, &mut rest).await.is_err() {
            if let Ok(_turn) = at_once.acquire().await {
                self.mirror.requested_of(place).await;
            }
        }
    }

    async fn rest(&self) {
        tokio::time::sleep(super::import::lengthened(self.mirror.0.settings.interval)).await;
    }

    /// One pass over a merchant's lists.
    async fn pass(&self, place: usize) {
        let passed = self.mirror.pass_of(place).await;
        tracing::debug!(
            place,
            days = passed.days,
            changed = passed.changed,
            late = passed.late,
            failed = passed.failed,
            backed_off = passed.backed_off,
            "a pass over a merchant's lists has ended"
        );
    }

    /// Empties what Toss said of payments that have long been finished, time and again.
    async fn empty_texts(&self) {
        loop {
            match self.mirror.empty_old_texts().await {
                Ok(0) => {}
                Ok(payments) => {
                    tracing::info!(payments, "what Toss said of finished payments was emptied");
                }
                Err(error) => tracing::warn!(
                    %error,
                    "what Toss said of finished payments could not be emptied; it is tried again"
                ),
            }
            tokio::time::sleep(TEXTS_LOOKED_AT).await;
        }
    }

    /// Deletes old webhooks, time and again.
    async fn delete_webhooks(&self) {
        loop {
            if let Err(error) = self.delete_old_webhooks().await {
                tracing::debug!(%error, "old webhooks could not be deleted");
            }
            self.rest().await;
        }
    }

    /// Deletes webhooks that have been kept long enough.
    async fn delete_old_webhooks(&self) -> Result<(), StoreError> {
        let inner = &self.mirror.0;
        // A webhook holds what the payment's own answer does.
        let days = inner.settings.webhook_days;
        let days = inner.settings.retention_days.unwrap_or(days).min(days);
        let kept = TimeDelta::days(days.into());
        let before = inner.clock.now() - kept;
        for _ in 0..MOST_DELETIONS {
            let deleted = inner
                .store
                .delete_webhooks(before, WEBHOOKS_AT_ONCE)
                .await?;
            if deleted < WEBHOOKS_AT_ONCE {
                break;
            }
        }
        Ok(())
    }

    /// Waits until another process has the lease, which this one keeps alive meanwhile. A database that is too busy to
    /// be asked, perhaps with a large day of ours, ends nothing: what two processes store is the same.
    async fn until_lost(&self) {
        let mut beats = tokio::time::interval(HEARTBEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            if self.hold().await.is_ok_and(|is_ours| !is_ours) {
                return;
            }
        }
    }

    async fn hold(&self) -> Result<bool, StoreError> {
        let inner = &self.mirror.0;
        let now = inner.clock.now();
        let held = inner
            .store
            .hold_lease(LEASE, &self.holder, now, now + LEASE_LASTS)
            .await;
        if let Err(error) = &held {
            tracing::debug!(%error, "the lease cannot be asked for");
        }
        held
    }
}
