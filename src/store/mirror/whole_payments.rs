//! Payments with all of their rows. Those asked for lately stay in memory, and are given again only where the database says, at
//! that moment, that nothing of them has been written since.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use reconciliation::{History, MoneyError, PaymentKey, Transaction};

use crate::store::rows::{PaymentStamp, StampOf, StampedPayment};
use crate::store::{SettlementsKey, Store, StoreError, StoredPayment, StoredSettlement};

/// What is kept in memory, in bytes, roughly counted.
const KEPT_BYTES: u64 = 32 * 1024 * 1024;
/// Every payment is let go after so long.
const KEPT_FOR: Duration = Duration::from_mins(5);
/// A payment with a row of each kind takes about this much, and each row more as much as the second.
const PAYMENT_BYTES: usize = 1_024;
const ROW_BYTES: usize = 512;

/// A payment with all of its rows, as they were stored together.
pub struct WholePayment {
    /// The payment.
    pub stored: Arc<StoredPayment>,
    /// Its settlement rows by sold date; of one day, payments before their cancels.
    pub settlements: Arc<[StoredSettlement]>,
    /// Until the history is made of them.
    transactions: Mutex<Vec<Transaction>>,
    history: OnceLock<Result<Arc<History>, MoneyError>>,
    /// `None` where no change would be noticed.
    stamp: Option<PaymentStamp>,
}

impl WholePayment {
    /// Its history, which `make` makes of its rows in the transactions list; once, so that it must be made in the same way
    /// each time.
    ///
    /// # Errors
    /// As `make`.
    pub fn history(
        &self,
        make: impl FnOnce(Vec<Transaction>, &StoredPayment) -> Result<History, MoneyError>,
    ) -> Result<&Arc<History>, MoneyError> {
        let history = self.history.get_or_init(|| {
            let mut rows = self
                .transactions
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            make(std::mem::take(&mut rows), &self.stored).map(Arc::new)
        });
        history.as_ref().map_err(Clone::clone)
    }

    /// A payment that has no rows.
    pub fn without_rows(stored: Arc<StoredPayment>) -> Self {
        Self {
            stored,
            settlements: Arc::default(),
            transactions: Mutex::default(),
            history: OnceLock::new(),
            stamp: None,
        }
    }

    fn bytes(&self) -> usize {
        let rows = self.settlements.len() + self.stored.cancels.len() + 2;
        PAYMENT_BYTES + ROW_BYTES * rows
    }
}

impl fmt::Debug for WholePayment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.stored.payment.payment_key;
        f.debug_tuple("WholePayment").field(key).finish()
    }
}

/// Payments that were asked for lately. Cheap to clone: clones share them.
#[derive(Clone)]
pub(in crate::store) struct Lately(Cache<PaymentKey, Arc<WholePayment>>);

impl Default for Lately {
    fn default() -> Self {
        let weigh = |_: &PaymentKey, whole: &Arc<WholePayment>| {
            u32::try_from(whole.bytes()).unwrap_or(u32::MAX)
        };
        Self(
            Cache::builder()
                .weigher(weigh)
                .max_capacity(KEPT_BYTES)
                .time_to_live(KEPT_FOR)
                .build(),
        )
    }
}

impl Store {
    /// The payments with these keys and all of their rows; keys that are not stored are missing from the answer. Of what is
    /// answered, nothing had been written when the question was asked that it does not tell of.
    pub async fn whole_payments(
        &self,
        keys: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, Arc<WholePayment>>, StoreError> {
        let kept = keys.iter().filter_map(|key| self.lately.0.get(key));
        let mut found = self.unchanged(kept.collect()).await?;
        let others: Vec<PaymentKey> = keys
            .iter()
            .filter(|key| !found.contains_key(*key))
            .cloned()
            .collect();
        for whole in self.read_whole(&others).await? {
            let key = whole.stored.payment.payment_key.clone();
            let whole = Arc::new(whole);
            if whole.stamp.is_some() {
                self.lately.0.insert(key.clone(), Arc::clone(&whole));
            }
            found.insert(key, whole);
        }
        Ok(found)
    }

    /// Those of which nothing has been written since they were read.
    async fn unchanged(
        &self,
        kept: Vec<Arc<WholePayment>>,
    ) -> Result<HashMap<PaymentKey, Arc<WholePayment>>, StoreError> {
        if kept.is_empty() {
            return Ok(HashMap::new());
        }
        let keys = kept
            .iter()
            .map(|whole| whole.stored.payment.payment_key.as_str());
        let mut sql = self.quick.sql();
        let which = format!("WHERE {}", sql.among("payments.payment_key", keys));
        let mut stamps = HashMap::with_capacity(kept.len());
        let take = |StampOf(key, stamp)| {
            stamps.insert(key, stamp);
        };
        self.quick.each(sql, &which, take).await?;
        let found = kept.into_iter().filter_map(|whole| {
            let key = whole.stored.payment.payment_key.clone();
            let stamp = stamps.get(key.as_str())?;
            (whole.stamp.is_some() && whole.stamp == *stamp).then_some((key, whole))
        });
        Ok(found.collect())
    }

    /// Their stamps are read with the payments themselves, before the rows: what is written in between is noticed the next time.
    async fn read_whole(&self, keys: &[PaymentKey]) -> Result<Vec<WholePayment>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = self.quick.sql();
        let wanted = keys.iter().map(PaymentKey::as_str);
        let which = format!("WHERE {}", sql.among("payments.payment_key", wanted));
        let mut payments = HashMap::with_capacity(keys.len());
        let mut stamps = HashMap::with_capacity(keys.len());
        let take = |StampedPayment(row, stamp)| {
            stamps.insert(row.payment.payment.payment_key.clone(), stamp);
            row.join(&mut payments);
        };
        self.quick.each(sql, &which, take).await?;
        let of: Vec<SettlementsKey> = payments.values().map(SettlementsKey::of).collect();
        let mut transactions = self.transactions_of(keys).await?;
        let mut settlements = self.settlements_of(&of).await?;
        let whole = payments.into_iter().map(|(key, stored)| WholePayment {
            stored: Arc::new(stored),
            settlements: settlements.remove(&key).unwrap_or_default().into(),
            transactions: Mutex::new(transactions.remove(&key).unwrap_or_default()),
            history: OnceLock::new(),
            stamp: stamps.remove(&key).flatten(),
        });
        Ok(whole.collect())
    }
}
