//! The verb that mirrors: reads Toss's two lists day by day with each merchant's key, keeps every day whole, and knows
//! what it has read.

mod backoff;
mod coverage;
mod failures;
mod faults;
mod follow;
mod import;
mod pass;
mod payment_queue;
mod payment_readings;
pub mod plan;
mod requested;
mod retention;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use reconciliation::{KstDate, MId};

use crate::clock::Clock;
use crate::listing::{Day, Reach, read_day};
use crate::merchants::{Merchant, Merchants};
use crate::store::{FailedDay, Source, Store, StoreError, WindowRead};
use crate::toss::TransactionPage;

pub use crate::listing::ListingError as SyncError;
pub use coverage::{DaySpan, Extent};
pub use faults::{Fault, unreadable_text};
pub use follow::Follower;
pub use import::{Import, ImportError, Imported, Progress};
pub use pass::Passed;
pub use requested::{DaysRefused, MOST_REQUESTED_DAYS};

use pass::Answering;

/// So many days in a row that cannot be read are not the days' fault.
const MOST_BAD_DAYS: usize = 3;

/// How Toss's lists are followed.
#[derive(Clone, Copy, Debug)]
pub struct MirrorSettings {
    /// The pause between two passes.
    pub interval: Duration,
    /// How many days of transactions, today counted, are read again.
    pub transaction_days: u32,
    /// How many sold dates, today counted, are read again.
    pub settlement_days: u32,
    /// How many days webhooks are kept as they came.
    pub webhook_days: u32,
    /// After how many days what Toss said of finished payments is emptied; without, it is kept.
    pub retention_days: Option<u32>,
    /// Rows asked for at once.
    pub page_rows: u32,
    /// The first pause after a day of an import failed; it then doubles. Without a pause the day is not tried again.
    pub retry_pause: Duration,
}

impl MirrorSettings {
    /// Seven days of transactions and fourteen of settlements, in Toss's largest pages; webhooks for ninety days.
    pub fn every(interval: Duration) -> Self {
        Self {
            interval,
            transaction_days: 7,
            settlement_days: 14,
            webhook_days: 90,
            retention_days: None,
            page_rows: TransactionPage::LARGEST,
            retry_pause: Duration::from_secs(2),
        }
    }

    fn trailing_days(&self, source: Source) -> u32 {
        match source {
            Source::Transactions => self.transaction_days,
            Source::Settlements => self.settlement_days,
        }
    }
}

/// What one merchant's list covers.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// The merchant that rows have named; before any has, the name of its key in the settings.
    pub mid: String,
    /// Which list.
    pub source: Source,
    /// What has been read.
    pub extent: Extent,
    /// Why the list cannot have data, if it cannot.
    pub unavailable: Option<&'static str>,
    /// What is wrong with its days, oldest first.
    pub faults: Vec<Fault>,
}

/// How many rows that could not be read are looked at for coverage.
const MOST_UNREADABLE: u64 = 10_000;

/// How many days whose reading failed are told of a list.
const MOST_FAILED: u64 = 1_000;

/// What is said of the settlements of test keys.
const NO_TEST_SETTLEMENTS: &str =
    "Toss settles nothing for test keys; rows that it lists for them are samples";

/// Mirrors Toss's lists. Cheap to clone.
#[derive(Clone)]
pub struct Mirror(Arc<Inner>);

struct Inner {
    store: Store,
    merchants: Merchants,
    clock: Clock,
    settings: MirrorSettings,
    /// Two for each merchant, one for each list.
    answering: Vec<[Answering; 2]>,
}

impl Mirror {
    /// A mirror in the given store.
    pub fn new(store: Store, merchants: Merchants, clock: Clock, settings: MirrorSettings) -> Self {
        let answering = merchants.all().iter().map(|_| <[Answering; 2]>::default());
        Self(Arc::new(Inner {
            answering: answering.collect(),
            store,
            merchants,
            clock,
            settings,
        }))
    }

    /// What each merchant's lists cover as of now, in the order of the settings.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn coverage(&self) -> Result<Vec<Coverage>, StoreError> {
        let inner = &self.0;
        let now = inner.clock.now();
        let known_mids = inner.store.merchant_ids().await?;
        let unreadable = inner.store.unreadable_rows(None, MOST_UNREADABLE).await?;
        let mut all = Vec::new();
        for merchant in inner.merchants.all() {
            let read = inner.read_so_far(merchant).await?;
            let failed = inner.failed_days(merchant, &read).await?;
            let mids: Vec<String> = match known_mids.get(&merchant.account) {
                Some(mids) => mids.iter().map(MId::to_string).collect(),
                None => vec![merchant.account.to_string()],
            };
            for mid in mids {
                for source in Source::ALL {
                    let own = unreadable
                        .iter()
                        .filter(|row| row.account == merchant.account && row.mid.as_str() == mid);
                    let is_unavailable = source == Source::Settlements && merchant.has_test_key;
                    all.push(Coverage {
                        mid: mid.clone(),
                        source,
                        extent: Extent::of(source, read.since, read.windows(source), now),
                        unavailable: is_unavailable.then_some(NO_TEST_SETTLEMENTS),
                        faults: faults::together(
                            faults::unreadable_rows(source, own),
                            failed.iter().filter(|(of, _)| *of == source),
                        ),
                    });
                }
            }
        }
        Ok(all)
    }
}

/// Everything that has been read with one key.
struct ReadSoFar {
    transactions: BTreeMap<KstDate, WindowRead>,
    settlements: BTreeMap<KstDate, WindowRead>,
    /// Where mirroring began. Days of settlements may be read for a single payment long before; they begin nothing.
    since: Option<KstDate>,
}

impl ReadSoFar {
    fn windows(&self, source: Source) -> &BTreeMap<KstDate, WindowRead> {
        match source {
            Source::Transactions => &self.transactions,
            Source::Settlements => &self.settlements,
        }
    }
}

impl Inner {
    fn answering(&self, merchant: usize, source: Source) -> &Answering {
        let [transactions, settlements] = &self.answering[merchant];
        match source {
            Source::Transactions => transactions,
            Source::Settlements => settlements,
        }
    }

    async fn read_so_far(&self, merchant: &Merchant) -> Result<ReadSoFar, StoreError> {
        let transactions = self
            .store
            .all_windows(&merchant.account, Source::Transactions)
            .await?;
        let settlements = self
            .store
            .all_windows(&merchant.account, Source::Settlements)
            .await?;
        Ok(ReadSoFar {
            since: transactions.keys().next().copied(),
            transactions,
            settlements,
        })
    }

    /// The days whose last reading failed, and that nobody has read since.
    async fn failed_days(
        &self,
        merchant: &Merchant,
        read: &ReadSoFar,
    ) -> Result<Vec<(Source, FailedDay)>, StoreError> {
        let mut all = Vec::new();
        for source in Source::ALL {
            let failed = self
                .store
                .failed_days(&merchant.account, source, MOST_FAILED);
            let is_unread = |failed: &FailedDay| {
                let window = read.windows(source).get(&failed.day);
                window.is_none_or(|window| window.read_at <= failed.failed_at)
            };
            let failed = failed.await?.into_iter().filter(is_unread);
            all.extend(failed.map(|failed| (source, failed)));
        }
        Ok(all)
    }

    /// Reads one day and stores it.
    async fn read_day(
        &self,
        merchant: &Merchant,
        source: Source,
        day: KstDate,
    ) -> Result<Day, SyncError> {
        let (read_at, page_rows) = (self.clock.now(), self.settings.page_rows);
        read_day(&self.store, merchant, page_rows, source, day, read_at).await
    }
}

/// An interval as instants are reckoned with.
fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
