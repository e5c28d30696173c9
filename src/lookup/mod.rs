//! The verb behind every question about one payment: answer from the store while that is young enough, otherwise ask
//! Toss, keep what it said, and answer that. When Toss cannot be asked, the last known state, marked as such.

mod absences;
mod alone;
mod attempts;
mod current;
mod cycles;
mod details;
mod fault;
mod in_time;
mod reading;
mod unlisted;
mod windows;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use reconciliation::{OrderId, PaymentKey};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::flights::{Asking, Flights};
use crate::listing::{ListSettings, ListedDays};
use crate::merchants::{Merchant, Merchants};
use crate::store::{Store, StoreError, StoredPayment, WholePayment};
use crate::toss::{PaymentReading, TossError, Unreadable, question};

pub use cycles::LearnedCycle;
pub use details::{CardDetails, EasyPayDetails, PaymentDetails};
pub use reading::ReadingError;

use absences::Absences;
use alone::or_last_known;
use cycles::Cycles;
use in_time::DAYS_WITHIN;

/// What a payment is asked for by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PaymentRef {
    /// Toss's key of the payment.
    Key(PaymentKey),
    /// The merchant's order; of several attempts to pay it the one that holds or held money, else the newest.
    Order(OrderId),
}

/// A payment as the store holds it after the question.
#[derive(Clone, Debug)]
pub struct FoundPayment {
    /// What is stored.
    pub stored: Arc<StoredPayment>,
    /// Whether this may not be how it is now: Toss could not be asked, so that it is the last known state; what was read was
    /// not stored, because what is stored claims to be younger; or a row that has been listed since contradicts it.
    pub stale: bool,
    /// The same with all of its rows, where they were read with it.
    pub whole: Option<Arc<WholePayment>>,
}

/// Why a question has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LookupError {
    /// Toss could not be asked, and nothing is known of the payment.
    #[error("{reason}")]
    Upstream {
        /// What went wrong, fit for a client's eyes.
        reason: String,
    },
    /// Toss was not asked: more is asked than may be, and nothing is known of the payment.
    #[error("{reason}")]
    TooMany {
        /// Of whom too much is asked, fit for a client's eyes.
        reason: String,
        /// When to ask again.
        wait: Duration,
    },
    /// Toss shows the payment in a way that cannot be read, and nothing is known of it. Asking again is of no use.
    #[error("Toss's answer could not be read: {0}")]
    Unreadable(Unreadable),
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] Arc<StoreError>),
}

impl From<StoreError> for LookupError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

/// What a reading needs of the lists.
#[derive(Clone, Copy)]
struct Need {
    /// How old a reading of a day may be that may still change.
    max_age: TimeDelta,
    /// How long days are waited for; those that take longer are read behind the answer. Without it to their end.
    days_within: Option<Duration>,
}

impl Need {
    /// Everything as it is now, however long it takes.
    const ANEW: Self = Self {
        max_age: TimeDelta::zero(),
        days_within: None,
    };
}

/// What one question to Toss ended with.
type Outcome = Result<Option<FoundPayment>, LookupError>;

/// How lists are read for a payment.
#[derive(Clone, Default)]
pub struct LookupSettings {
    /// How their days are.
    pub lists: ListSettings,
    /// What settled rows have taught of a merchant's settlement cycle; it is asked where none is configured.
    pub learned_cycle: Option<LearnedCycle>,
}

/// Answers questions about one payment.
#[derive(Clone)]
pub struct Lookup(Arc<Inner>);

struct Inner {
    store: Store,
    merchants: Merchants,
    clock: Clock,
    flights: Flights<PaymentRef, Outcome>,
    absences: Absences,
    lists: ListedDays,
    cycles: Cycles,
    changed: Arc<Notify>,
}

impl Lookup {
    /// A lookup over the given store and merchants, which reads lists as usual and knows what the settings say of
    /// settlement cycles.
    pub fn new(store: Store, merchants: Merchants, clock: Clock) -> Self {
        Self::with(store, merchants, clock, LookupSettings::default())
    }

    /// As [`Lookup::new`], with settings of its own.
    pub fn with(
        store: Store,
        merchants: Merchants,
        clock: Clock,
        settings: LookupSettings,
    ) -> Self {
        Self(Arc::new(Inner {
            lists: ListedDays::new(store.clone(), clock.clone(), settings.lists),
            cycles: Cycles::new(settings.learned_cycle),
            store,
            merchants,
            clock,
            flights: Flights::new(),
            absences: Absences::new(),
            changed: Arc::default(),
        }))
    }

    /// Tells whenever a live reading has been stored.
    pub fn changes(&self) -> Arc<Notify> {
        Arc::clone(&self.0.changed)
    }

    /// Has whoever asks from now on get a reading that begins from now on. To be called after something was changed at
    /// Toss: a reading under way may have seen the payment as it was before.
    pub fn begin_anew(&self) {
        self.0.flights.forget();
        self.0.absences.forget_all();
    }

    /// To be called when something has named a payment: that Toss knew none is believed no longer.
    pub fn may_exist(&self, by: &PaymentRef) {
        self.0.absences.forget(by);
    }

    /// The payment, no older than `max_age` unless Toss cannot be asked or does not answer soon. `None` when Toss knows no such
    /// payment.
    ///
    /// # Errors
    /// [`LookupError::Upstream`] when Toss cannot be asked and nothing is known of the payment, [`LookupError::TooMany`] when
    /// that is because too much is asked, and [`LookupError::Store`] when the store fails.
    pub async fn payment(&self, by: &PaymentRef, max_age: Duration) -> Outcome {
        self.payment_within(by, max_age, || Ok(())).await
    }

    /// As [`Lookup::payment`]. `may_ask` is called when a question to Toss would be begun for this, and says how long to wait
    /// where none may be: then the answer is what is stored, or [`LookupError::TooMany`].
    ///
    /// # Errors
    /// As [`Lookup::payment`].
    pub async fn payment_within(
        &self,
        by: &PaymentRef,
        max_age: Duration,
        may_ask: impl FnOnce() -> Result<(), Duration>,
    ) -> Outcome {
        let younger_than = before(self.0.clock.now(), max_age);
        let landed = self.0.flights.landed();
        let whole = self.0.whole(by).await?;
        let stored = whole.as_ref().map(|whole| Arc::clone(&whole.stored));
        let last_known = stored.clone();
        let answer = async {
            if let Some(young) = self.0.young(whole, max_age) {
                return self.0.young_with_its_rows(young, landed).await;
            }
            if stored.is_none() && self.0.absences.knows(by, younger_than) {
                return Ok(None);
            }
            self.joined(by, younger_than, || {
                may_ask().map_err(|wait| Inner::not_asked(stored, wait))
            })
            .await
        };
        let answer = self.0.in_time(by, last_known, younger_than, answer);
        Box::pin(answer).await
    }

    /// The outcome of a question that is asked, or has been, after that instant.
    async fn joined(
        &self,
        by: &PaymentRef,
        younger_than: DateTime<Utc>,
        may_ask: impl FnOnce() -> Result<(), Outcome>,
    ) -> Outcome {
        let inner = Arc::clone(&self.0);
        let asked_for = by.clone();
        let lost = Err(LookupError::Upstream {
            reason: "the question was lost; ask again".to_owned(),
        });
        let work = move |asking: Asking| {
            question(async move {
                // A reading that was under way at the first look may have ended before this one began.
                let stored = inner.stored(&asked_for).await?;
                match inner.younger(stored.as_ref(), asking.younger_than()) {
                    Some(young) => inner.with_its_rows(young).await,
                    None => Box::pin(inner.ask(&asked_for, stored, &asking)).await,
                }
            })
        };
        let flights = &self.0.flights;
        flights
            .join_or_start(by.clone(), younger_than, lost, may_ask, work)
            .await
    }

    /// Reads the payment from Toss now, whatever is stored. A reading that is under way is not joined: it may have begun
    /// before what the caller has heard of. `None` when Toss knows no such payment.
    ///
    /// # Errors
    /// When Toss gives no usable answer about the payment itself, or the store fails.
    pub async fn read_anew(
        &self,
        by: &PaymentRef,
    ) -> Result<Option<Arc<StoredPayment>>, ReadingError> {
        let stored = self.0.stored(by).await?;
        let (asked_at, need) = (self.0.clock.now(), Need::ANEW);
        let read = self.0.read(by, stored.as_deref(), asked_at, need);
        let read = read.await?;
        Ok(read.map(|found| found.stored))
    }
}

impl Inner {
    async fn stored(&self, by: &PaymentRef) -> Result<Option<Arc<StoredPayment>>, StoreError> {
        match by {
            PaymentRef::Key(key) => Ok(self
                .store
                .payments(std::slice::from_ref(key))
                .await?
                .remove(key)),
            PaymentRef::Order(order) => self.store.payment_by_order(order).await,
        }
    }

    /// What is stored, with all of its rows.
    async fn whole(&self, by: &PaymentRef) -> Result<Option<Arc<WholePayment>>, StoreError> {
        match by {
            PaymentRef::Key(key) => self.store.whole_payment(key).await,
            PaymentRef::Order(order) => match self.store.payment_by_order(order).await? {
                Some(stored) => self.store.whole_payment(&stored.payment.payment_key).await,
                None => Ok(None),
            },
        }
    }

    /// What is stored, if it is young enough to be the answer.
    fn young(
        &self,
        whole: Option<Arc<WholePayment>>,
        max_age: Duration,
    ) -> Option<Arc<WholePayment>> {
        let now = self.clock.now();
        whole.filter(|whole| {
            let stored = &whole.stored;
            !stored.from_rows && is_young(stored.read_at, now, max_age)
        })
    }

    /// As [`Inner::with_its_rows`], with the rows that were read when `landed` pieces of work had ended.
    async fn young_with_its_rows(&self, whole: Arc<WholePayment>, landed: u64) -> Outcome {
        let found = self.with_its_rows(FoundPayment::kept(Arc::clone(&whole.stored)));
        let found = found.await?;
        // Rows that came while they were read may be missing among them.
        Ok(found.map(|found| FoundPayment {
            whole: Some(whole)
                .filter(|whole| Arc::ptr_eq(&whole.stored, &found.stored))
                .filter(|_| self.flights.landed() == landed),
            ..found
        }))
    }

    /// What is stored, if it was read after that instant.
    fn younger(
        &self,
        stored: Option<&Arc<StoredPayment>>,
        younger_than: DateTime<Utc>,
    ) -> Option<FoundPayment> {
        // A reading from the future is one of a clock that was set back; it is not young.
        let is_young = |read_at| read_at > younger_than && read_at <= self.clock.now();
        stored
            .filter(|stored| !stored.from_rows && is_young(stored.read_at))
            .map(|stored| FoundPayment::kept(Arc::clone(stored)))
    }

    /// A payment whose own answer was kept a moment ago, once the rows that are being read with it are there too.
    async fn with_its_rows(&self, found: FoundPayment) -> Outcome {
        let StoredPayment {
            payment, read_at, ..
        } = &*found.stored;
        let by_key = PaymentRef::Key(payment.payment_key.clone());
        let by_order = PaymentRef::Order(payment.order_id.clone());
        for by in [by_key, by_order] {
            if let Some(whole) = self.flights.that_read(&by, *read_at) {
                return whole.await;
            }
        }
        Ok(Some(found))
    }

    /// Asks Toss and stores what it says; falls back to what is stored.
    async fn ask(
        &self,
        by: &PaymentRef,
        stored: Option<Arc<StoredPayment>>,
        asking: &Asking,
    ) -> Outcome {
        let asked_at = self.clock.now();
        asking.asks_at(asked_at);
        let need = Need {
            max_age: asked_at - asking.younger_than(),
            days_within: Some(DAYS_WITHIN),
        };
        let since = self.absences.since();
        let read = self.read(by, stored.as_deref(), asked_at, need).await;
        if stored.is_none() && matches!(read, Ok(None)) {
            self.absences.remember(by, asked_at, since);
        }
        or_last_known(read, stored)
    }

    /// Asks Toss about the payment, and then for its rows in the lists.
    async fn read(
        &self,
        by: &PaymentRef,
        stored: Option<&StoredPayment>,
        asked_at: DateTime<Utc>,
        need: Need,
    ) -> Result<Option<FoundPayment>, ReadingError> {
        let Some(seen) = self.see(by, stored, asked_at).await? else {
            return Ok(None);
        };
        let found = Box::pin(self.read_rows(seen, need)).await?;
        match by {
            PaymentRef::Key(_) => Ok(Some(found)),
            PaymentRef::Order(order) => self
                .attempt_with_money(order, found, asked_at, need)
                .await
                .map(Some),
        }
    }

    /// Asks the merchant that is known to have the payment, or every merchant at once. A key shows its own merchant's
    /// payments only, so at most one of them knows a payment key.
    async fn find(
        &self,
        by: &PaymentRef,
        stored: Option<&StoredPayment>,
    ) -> Result<Option<(&Merchant, PaymentReading)>, TossError> {
        let known = stored.and_then(|stored| self.merchants.named(&stored.account));
        let candidates = known.map_or_else(|| self.merchants.all(), std::slice::from_ref);
        let answers = join_all(candidates.iter().map(|merchant| async move {
            let answer = match by {
                PaymentRef::Key(key) => merchant.toss.payment(key).await,
                PaymentRef::Order(order) => merchant.toss.payment_by_order(order).await,
            };
            (merchant, answer)
        }))
        .await;
        let mut found: Option<(&Merchant, PaymentReading)> = None;
        let mut failed: Option<TossError> = None;
        for (merchant, answer) in answers {
            match answer {
                Ok(reading) => {
                    let newer = found.as_ref().is_none_or(|(_, earlier)| {
                        reading.payment.requested_at > earlier.payment.requested_at
                    });
                    if newer {
                        found = Some((merchant, reading));
                    }
                }
                Err(error) if error.is_not_found() => {}
                // While one of them cannot be asked, the refusals of others do not say that nobody has it.
                Err(error) if failed.as_ref().is_some_and(TossError::is_outage) => {
                    tracing::debug!(%error, "another merchant could not be asked either");
                }
                Err(error) => failed = Some(error),
            }
        }
        match (found, failed) {
            (Some(found), _) => Ok(Some(found)),
            (None, Some(error)) => Err(error),
            (None, None) => Ok(None),
        }
    }
}

/// A row that was just written cannot be found.
fn lost_row(table: &'static str, key: &str) -> StoreError {
    StoreError::Inconsistent {
        table,
        column: "key",
        key: key.to_owned(),
    }
}

fn is_young(read_at: DateTime<Utc>, now: DateTime<Utc>, max_age: Duration) -> bool {
    // A reading from the future is one of a clock that was set back; it is not young.
    (now - read_at).to_std().is_ok_and(|age| age <= max_age) && !max_age.is_zero()
}

/// The instant that lies so long before.
fn before(now: DateTime<Utc>, age: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(age)
        .ok()
        .and_then(|age| now.checked_sub_signed(age))
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}
