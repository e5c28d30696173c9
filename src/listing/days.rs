//! Days of Toss's lists, for whoever needs one: two who need the same share one reading of it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::KstDate;

use super::completeness::Demand;
use super::{Day, ListingError, SettlementReader, TransactionReader};
use crate::clock::Clock;
use crate::flights::{Asking, Flights};
use crate::merchants::Merchant;
use crate::store::{AccountName, Source, Store, StoreError};
use crate::toss::{TransactionPage, as_urgent};

/// How days are read.
#[derive(Clone, Copy, Debug)]
pub struct ListSettings {
    /// Rows asked for at once.
    pub page_rows: u32,
    /// How many sold dates, today counted, are read again after they were complete.
    pub settlement_days: u32,
    /// The shortest pause between two readings of a day that takes several pages.
    pub interval: TimeDelta,
}

impl Default for ListSettings {
    /// Toss's largest pages, fourteen sold dates, a minute.
    fn default() -> Self {
        Self {
            page_rows: TransactionPage::LARGEST,
            settlement_days: 14,
            interval: TimeDelta::minutes(1),
        }
    }
}

/// What a shared reading ended with.
type Outcome = Result<(), Arc<ListingError>>;

/// Reads days into the store. Cheap to clone.
#[derive(Clone)]
pub(crate) struct ListedDays(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    settings: ListSettings,
    flights: Flights<(AccountName, Source, KstDate), Outcome>,
}

impl ListedDays {
    pub(crate) fn new(store: Store, clock: Clock, settings: ListSettings) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            settings,
            flights: Flights::new(),
        }))
    }

    /// What a question asks of sold dates, given when it was asked and how old the answer may be.
    pub(crate) fn demand(&self, now: DateTime<Utc>, max_age: TimeDelta) -> Demand {
        let settings = &self.0.settings;
        Demand {
            now,
            max_age,
            settlement_days: settings.settlement_days,
            large: settings.page_rows.into(),
            interval: settings.interval,
        }
    }

    /// Has a day be read, unless a reading of it is stored that began after `younger_than`.
    ///
    /// # Errors
    /// Why it was not read to its end: nothing of it is stored then, or it counts as unread.
    pub(crate) async fn read(
        &self,
        merchant: &Merchant,
        source: Source,
        day: KstDate,
        younger_than: DateTime<Utc>,
    ) -> Outcome {
        let key = (merchant.account.clone(), source, day);
        let lost = Err(Arc::new(ListingError::Lost { day }));
        let (inner, merchant) = (Arc::clone(&self.0), merchant.clone());
        let work = move |asking: Asking| async move {
            let read = inner.read(&merchant, source, day, &asking);
            Box::pin(read).await.map_err(Arc::new)
        };
        // What is read for somebody who waits goes before what nobody waits for.
        let work = move |asking: Asking| as_urgent(work(asking));
        self.0.flights.join(key, younger_than, lost, work).await
    }
}

impl Inner {
    async fn read(
        &self,
        merchant: &Merchant,
        source: Source,
        day: KstDate,
        asking: &Asking,
    ) -> Result<(), ListingError> {
        if self.is_read(merchant, source, day, asking).await? {
            return Ok(());
        }
        let read_at = self.clock.now();
        asking.asks_at(read_at);
        let (store, page_rows) = (&self.store, self.settings.page_rows);
        let read = read_day(store, merchant, page_rows, source, day, read_at).await;
        match read {
            // Somebody else may have stored a reading meanwhile.
            Err(ListingError::Store(StoreError::Unavailable { .. }))
                if self.is_read(merchant, source, day, asking).await? =>
            {
                Ok(())
            }
            read => read.map(drop),
        }
    }

    /// Whether a reading is stored that is young enough for everybody who asks.
    async fn is_read(
        &self,
        merchant: &Merchant,
        source: Source,
        day: KstDate,
        asking: &Asking,
    ) -> Result<bool, StoreError> {
        let windows = self.store.windows(&merchant.account, source, day, day);
        let (windows, now) = (windows.await?, self.clock.now());
        let younger_than = asking.younger_than();
        Ok(windows
            .get(&day)
            .is_some_and(|window| window.read_at > younger_than && window.read_at <= now))
    }
}

/// Reads one day to its end, as of an instant, and stores it.
///
/// # Errors
/// Why it was not read to its end: nothing of it is stored then, or it counts as unread.
pub(crate) async fn read_day(
    store: &Store,
    merchant: &Merchant,
    page_rows: u32,
    source: Source,
    day: KstDate,
    read_at: DateTime<Utc>,
) -> Result<Day, ListingError> {
    let outcome = match source {
        Source::Transactions => {
            let reader = TransactionReader {
                store,
                merchant,
                page_rows,
            };
            reader.read(day, read_at).await
        }
        Source::Settlements => {
            let reader = SettlementReader {
                store,
                merchant,
                page_rows,
            };
            reader.read(day, read_at).await
        }
    };
    match outcome {
        // Without rows is what a test key may say by refusing, too.
        Err(ListingError::Toss(error))
            if source == Source::Settlements && merchant.has_test_key && !error.is_outage() =>
        {
            tracing::debug!(%error, %day, "no settlements for a test key");
            Ok(Day {
                rows: 0,
                changed: 0,
            })
        }
        outcome => outcome,
    }
}
