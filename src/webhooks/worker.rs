//! Reads the payments that open webhooks lead to: soon, few at once, each not more often than every few seconds however
//! many webhooks there are, and again until it has been read.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::payload::Payload;
use super::queue::{Queue, QueuedWebhook};
use crate::clock::Clock;
use crate::lookup::{Lookup, PaymentRef};
use crate::store::{OpenWebhook, Store, StoreError};
use crate::toss::because_of_webhook;

/// Payments that are read at once because of webhooks. While they cannot be read, one alone is tried.
const AT_ONCE: usize = 8;
/// Open webhooks in the queue; the others wait in the database.
const MOST_QUEUED: usize = 1_000;
/// Those taken from the database at once.
const TAKEN_AT_ONCE: usize = 100;
/// Others leave a webhook that is in its queue alone for so long; then its process counts as dead.
const HELD: TimeDelta = TimeDelta::minutes(1);
/// How often those are looked for that come due again, and those of processes that died.
const LOOK: Duration = Duration::from_secs(1);
/// A webhook whose payment cannot be read rests for as long as it has been open, within these.
const SHORTEST_REST: TimeDelta = TimeDelta::seconds(3);
const LONGEST_REST: TimeDelta = TimeDelta::minutes(10);
/// A webhook whose payment could not be read for so long is given up. Toss sends one that is not answered for about as long.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::days(3);
/// How long webhooks that have been taken may still be kept after the program was told to stop.
const KEEPING_MAY_TAKE: Duration = Duration::from_secs(5);

/// The work that reads payments.
pub struct WebhookWorker {
    pub(super) store: Store,
    pub(super) lookup: Lookup,
    pub(super) clock: Clock,
    pub(super) keeping: TaskTracker,
    pub(super) kept: Arc<Notify>,
    pub(super) stop: CancellationToken,
}

impl WebhookWorker {
    /// Reads payments until it is told to stop, and sees to it that what has been taken by then is kept. What is open
    /// then is for the next process.
    pub async fn run(self) {
        let read = Box::pin(self.read());
        self.stop.run_until_cancelled(read).await;
        self.keeping.close();
        if timeout(KEEPING_MAY_TAKE, self.keeping.wait())
            .await
            .is_err()
        {
            tracing::warn!("a webhook was still being kept; it may be lost");
        }
    }

    async fn read(&self) {
        let mut queue = Queue::default();
        let mut under_way = FuturesUnordered::new();
        let mut are_read = true;
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // What made readings fail may have been mended before the start.
        let mut is_hastened = false;
        loop {
            if !is_hastened {
                let hastened = self.store.hasten_webhooks(self.clock.now()).await;
                is_hastened = hastened.is_ok();
            }
            if let Err(error) = self.fill(&mut queue).await {
                tracing::debug!(%error, "open webhooks cannot be looked for; it is tried again");
            }
            let most = if are_read { AT_ONCE } else { 1 };
            while under_way.len() < most
                && let Some((payment, webhooks)) = queue.begin(Instant::now())
            {
                under_way.push(self.reading(payment, webhooks));
            }
            tokio::select! {
                _ = looks.tick() => {}
                () = self.kept.notified() => {}
                Some(ended) = under_way.next() => {
                    queue.end(&ended.payment, &ended.webhooks);
                    are_read = self.settle(&ended, are_read).await;
                }
            }
        }
    }

    /// Takes webhooks that are due into the queue.
    async fn fill(&self, queue: &mut Queue) -> Result<(), StoreError> {
        let room = MOST_QUEUED.saturating_sub(queue.len()).min(TAKEN_AT_ONCE);
        if room == 0 {
            return Ok(());
        }
        let (now, most) = (self.clock.now(), u64::try_from(room).unwrap_or(u64::MAX));
        let due = self.store.take_due_webhooks(now, now + HELD, most).await?;
        let mut leading_nowhere = Vec::new();
        for webhook in due {
            let payment = self.payment(&webhook).await;
            let OpenWebhook {
                id, received_at, ..
            } = webhook;
            let webhook = QueuedWebhook { id, received_at };
            match payment {
                Ok(Some(payment)) => queue.add(payment, webhook),
                Ok(None) => leading_nowhere.push(webhook),
                Err(error) => {
                    tracing::debug!(%error, "the payment of a transaction cannot be looked for");
                    self.put_off(&[webhook]).await;
                }
            }
        }
        self.close(&leading_nowhere).await;
        Ok(())
    }

    /// The payment that a webhook leads to.
    async fn payment(&self, webhook: &OpenWebhook) -> Result<Option<PaymentRef>, StoreError> {
        match Payload::by(webhook.body.as_bytes()) {
            Some(Payload::Payment(payment)) => Ok(Some(payment)),
            Some(Payload::Transaction(key)) => {
                let found = self.store.payment_of_transaction(&key).await?;
                Ok(found.map(PaymentRef::Key))
            }
            None => Ok(None),
        }
    }

    /// Reads a payment in a task of its own.
    fn reading(
        &self,
        payment: PaymentRef,
        webhooks: Vec<QueuedWebhook>,
    ) -> impl Future<Output = Ended> + use<> {
        let (lookup, by) = (self.lookup.clone(), payment.clone());
        let read = async move { lookup.read_anew(&by).await };
        let read = tokio::spawn(because_of_webhook(read));
        let read = AbortOnDropHandle::new(read);
        async move {
            let failure = match read.await {
                Ok(Ok(_)) => None,
                Ok(Err(error)) if error.is_final() => {
                    tracing::debug!(%error, "Toss refuses to show a payment that a webhook named");
                    None
                }
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some("the reading was lost".to_owned()),
            };
            Ended {
                payment,
                webhooks,
                failure,
            }
        }
    }

    /// Closes the webhooks of a reading, or puts them off; tells whether payments can be read.
    async fn settle(&self, ended: &Ended, could_be_read: bool) -> bool {
        match &ended.failure {
            None => {
                if !could_be_read {
                    tracing::info!("payments that webhooks name can be read again");
                }
                self.close(&ended.webhooks).await;
            }
            Some(error) => {
                if could_be_read {
                    tracing::warn!(%error, "a payment that a webhook named cannot be read; it is tried again");
                } else {
                    tracing::debug!(%error, "a payment that a webhook named still cannot be read");
                }
                self.put_off(&ended.webhooks).await;
            }
        }
        ended.failure.is_none()
    }

    async fn put_off(&self, webhooks: &[QueuedWebhook]) {
        let now = self.clock.now();
        let is_old = |webhook: &&QueuedWebhook| now - webhook.received_at > GIVEN_UP_AFTER;
        let (old, others): (Vec<&QueuedWebhook>, Vec<&QueuedWebhook>) =
            webhooks.iter().partition(is_old);
        if !old.is_empty() {
            tracing::warn!(
                webhooks = old.len(),
                days = GIVEN_UP_AFTER.num_days(),
                "a payment that webhooks named could not be read; they are given up"
            );
            self.close(old).await;
        }
        let newest = others.iter().map(|webhook| webhook.received_at).max();
        let due_at = now + rest_after(now - newest.unwrap_or(now));
        let put_off = self.store.put_webhooks_off(&ids(others), due_at).await;
        if let Err(error) = put_off {
            tracing::debug!(%error, "webhooks are not put off; they come due when they are no longer held");
        }
    }

    async fn close(&self, webhooks: impl IntoIterator<Item = &QueuedWebhook>) {
        if let Err(error) = self.store.close_webhooks(&ids(webhooks)).await {
            tracing::debug!(%error, "webhooks are not closed; what they name will be read again");
        }
    }
}

/// A reading that has ended.
struct Ended {
    payment: PaymentRef,
    /// The webhooks that it answers: those that were queued when it began.
    webhooks: Vec<QueuedWebhook>,
    /// Why it is to be tried again.
    failure: Option<String>,
}

fn ids<'h>(webhooks: impl IntoIterator<Item = &'h QueuedWebhook>) -> Vec<&'h str> {
    webhooks
        .into_iter()
        .map(|webhook| webhook.id.as_str())
        .collect()
}

/// How long a webhook rests after a failure, given how long it has been open: each rest is as long as all before.
fn rest_after(open_for: TimeDelta) -> TimeDelta {
    open_for.clamp(SHORTEST_REST, LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_double_from_three_seconds_to_ten_minutes() {
        let mut open_for = TimeDelta::zero();
        let mut rests = Vec::new();
        for _ in 0..11 {
            let rest = rest_after(open_for);
            rests.push(rest.num_seconds());
            open_for += rest;
        }
        assert_eq!(rests, [3, 3, 6, 12, 24, 48, 96, 192, 384, 600, 600]);
        assert_eq!(rest_after(TimeDelta::hours(-1)), SHORTEST_REST);
    }
}
