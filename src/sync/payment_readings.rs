//! Reads payments beside the lists: those that a listed row has outdated, virtual accounts that wait, and, when nothing is more
//! urgent, those that only rows have told of and that may not be as their rows say. What cannot be read is tried again, by
//! whichever process, after growing pauses.

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::stream::{FuturesUnordered, StreamExt};
use reconciliation::KstDate;
use tokio::time::{Instant, MissedTickBehavior, sleep_until, timeout};

use super::backoff::doubling;
use super::payment_queue::PaymentQueue;
use super::{Inner, Mirror};
use crate::lookup::{Lookup, PaymentRef};
use crate::merchants::Merchant;
use crate::store::{DuePayment, Source, StoreError, StoredPayment};

/// The longest that one reading may take.
const READING_MAY_TAKE: Duration = Duration::from_secs(30);
/// How often it is looked for payments, unless the pause between two passes is shorter.
const LOOK: Duration = Duration::from_secs(5);
/// Those taken from the database at once, of each kind.
const TAKEN_AT_ONCE: u64 = 50;
/// A payment that cannot be read is tried again after the shorter, and each time after twice as long up to the longer.
const TRIED_AGAIN: RangeInclusive<TimeDelta> = TimeDelta::seconds(30)..=TimeDelta::hours(1);
/// A virtual account that waits is looked at again after an hour, and then less and less often: its due date passes without
/// a row and without a webhook, and is seen six hours later at most.
const WAITING_REST: RangeInclusive<TimeDelta> = TimeDelta::hours(1)..=TimeDelta::hours(6);
/// Longer than an account may wait, which is 2,160 hours.
const WAITING_LASTS: TimeDelta = TimeDelta::days(92);

/// The work that reads one merchant's payments.
pub(super) struct PaymentReadings<'a> {
    mirror: &'a Inner,
    lookup: &'a Lookup,
    merchant: &'a Merchant,
}

/// A reading that has ended.
struct Ended {
    due: DuePayment,
    read: Reading,
}

/// What came of a reading.
enum Reading {
    /// It is stored.
    Stored,
    /// Toss shows no such payment.
    Unknown,
    /// Toss said nothing of use, or not in time.
    Unanswered,
}

impl<'a> PaymentReadings<'a> {
    pub(super) fn of(mirror: &'a Mirror, lookup: &'a Lookup, merchant: &'a Merchant) -> Self {
        Self {
            mirror: &mirror.0,
            lookup,
            merchant,
        }
    }

    /// Reads payments until it is dropped.
    pub(super) async fn run(self) {
        let calls = self.merchant.toss.calls_per_minute();
        let mut queue = PaymentQueue::new(calls, Instant::now());
        let mut under_way = FuturesUnordered::new();
        let mut looks = tokio::time::interval(LOOK.min(self.mirror.settings.interval));
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            while let Some(due) = queue.begin(Instant::now()) {
                under_way.push(Box::pin(self.read(due)));
            }
            let turn = queue.turn();
            tokio::select! {
                _ = looks.tick() => {
                    if let Err(error) = self.fill(&mut queue).await {
                        tracing::debug!(account = %self.merchant.account, %error, "payments to be read cannot be looked for");
                    }
                }
                () = sleep_until(turn.unwrap_or_else(Instant::now)), if turn.is_some() => {}
                Some(ended) = under_way.next() => self.settle(&ended, &mut queue).await,
            }
        }
    }

    /// Looks for what is to be read. What is not urgent waits while anything urgent is there, webhooks above all.
    async fn fill(&self, queue: &mut PaymentQueue) -> Result<(), StoreError> {
        let (store, account) = (&self.mirror.store, &self.merchant.account);
        let now = self.mirror.clock.now();
        let mut urgent = store.outdated_payments(account, TAKEN_AT_ONCE).await?;
        let given_up = now - WAITING_LASTS;
        let waiting = store.waiting_payments(account, now, WAITING_REST, given_up, TAKEN_AT_ONCE);
        urgent.extend(waiting.await?);
        // Last, so that what fails time and again holds up nothing that was never tried.
        let again = store.payments_to_try_again(account, now, TAKEN_AT_ONCE);
        urgent.extend(again.await?);
        let mut unread = Vec::new();
        if urgent.is_empty() && !store.has_due_webhooks(now).await? {
            unread = store.unread_payments(account, TAKEN_AT_ONCE).await?;
            if unread.is_empty() {
                let discrepant = store.discrepant_unread_payments(account, TAKEN_AT_ONCE);
                unread = discrepant.await?;
            }
        }
        queue.fill(urgent, unread);
        Ok(())
    }

    async fn read(&self, due: DuePayment) -> Ended {
        // By itself: its rows are read with the lists.
        let alone = self.lookup.payment_alone(&due.payment_key);
        let read = match timeout(READING_MAY_TAKE, alone).await {
            Ok(Ok(Some(found))) if !found.stale => {
                self.read_rows_beside_the_lists(&found.stored).await;
                Reading::Stored
            }
            Ok(Ok(None)) => Reading::Unknown,
            Ok(Ok(Some(_)) | Err(_)) | Err(_) => Reading::Unanswered,
        };
        Ended { due, read }
    }

    /// Reads the rows of a payment that began on a day whose list was not read: before lists were followed, or in a gap.
    async fn read_rows_beside_the_lists(&self, stored: &StoredPayment) {
        let payment = &stored.payment;
        let Some(began) = payment.requested_at.or(payment.approved_at) else {
            return;
        };
        let (store, account) = (&self.mirror.store, &self.merchant.account);
        let day = KstDate::of(began);
        let read = store.windows(account, Source::Transactions, day, day).await;
        if read.is_ok_and(|read| !read.is_empty()) {
            return;
        }
        let by = PaymentRef::Key(payment.payment_key.clone());
        let read = timeout(READING_MAY_TAKE, self.lookup.read_anew(&by)).await;
        if !matches!(read, Ok(Ok(_))) {
            tracing::debug!(%account, "the rows of a payment that began on a day without a list could not be read");
        }
    }

    async fn settle(&self, ended: &Ended, queue: &mut PaymentQueue) {
        let is_answered = !matches!(ended.read, Reading::Unanswered);
        queue.end(&ended.due.payment_key, is_answered, Instant::now());
        if matches!(ended.read, Reading::Stored) {
            return;
        }
        let account = &self.merchant.account;
        let failed = DuePayment {
            attempts: ended.due.attempts.saturating_add(1),
            ..ended.due.clone()
        };
        tracing::debug!(%account, attempts = failed.attempts, "a payment could not be read; it is tried again later");
        let pause = doubling(failed.attempts, *TRIED_AGAIN.start(), *TRIED_AGAIN.end());
        let next = self.mirror.clock.now() + pause;
        let put_off = self.mirror.store.put_payment_off(account, &failed, next);
        if let Err(error) = put_off.await {
            tracing::debug!(%account, %error, "a payment is not put off; it is tried again at once");
        }
    }
}
