//! Another writer beside the import: what it does is what a cancel does to the store, and its longest wait is what a
//! cancel would wait.

use std::fmt;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::Payment;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use toss_recon::store::{FoundBy, LiveReading, PaymentRecord, Store};

use crate::shop::ACCOUNT;

/// Between two writes.
const PAUSE: Duration = Duration::from_millis(10);

/// A running writer.
pub(crate) struct Others {
    stop: CancellationToken,
    task: JoinHandle<Waits>,
}

/// How long its writes took.
pub(crate) struct Waits {
    all: Vec<Duration>,
    failed: usize,
}

impl Others {
    /// Writes one of the payments after the other, each of which is also in the day that is imported.
    pub(crate) fn begin(store: Store, payments: Vec<Payment>) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            let mut waits = Waits {
                all: Vec::new(),
                failed: 0,
            };
            for payment in payments.iter().cycle() {
                if stopped.is_cancelled() {
                    break;
                }
                let begun = Instant::now();
                waits.failed += usize::from(!write(&store, payment).await);
                waits.all.push(begun.elapsed());
                tokio::time::sleep(PAUSE).await;
            }
            waits
        });
        Self { stop, task }
    }

    pub(crate) async fn end(self) -> Waits {
        self.stop.cancel();
        self.task.await.unwrap()
    }
}

/// A row of a table that nobody else writes, and a payment.
async fn write(store: &Store, payment: &Payment) -> bool {
    let now: DateTime<Utc> =
        DateTime::from(std::time::UNIX_EPOCH + std::time::UNIX_EPOCH.elapsed().unwrap());
    let lease = store
        .hold_lease("bench", "others", now, now + TimeDelta::seconds(1))
        .await;
    let reading = LiveReading {
        account: &toss_recon::store::AccountName::new(ACCOUNT),
        payment: PaymentRecord {
            payment,
            cancels: &[],
            version: None,
            found_by: FoundBy::default(),
            raw: "{}",
        },
        transactions: &[],
        unreadable: &[],
        settlement_days: &[],
        read_at: now,
    };
    let saved = store.save_reading(&reading).await;
    lease.is_ok() && saved.is_ok()
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = self.all.clone();
        all.sort_unstable();
        let at = |part: usize| all[(all.len() - 1) * part / 100].as_millis();
        write!(
            f,
            "{} times, {} failed; middle {} ms, 99 of 100 {} ms, longest {} ms",
            all.len(),
            self.failed,
            at(50),
            at(99),
            at(100)
        )
    }
}
