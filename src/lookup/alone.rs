//! A payment by itself, without the lists: the one way in which its own answer is read and kept, and all that a cancel needs
//! and waits for.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use reconciliation::PaymentKey;

use super::details::details_of;
use super::{
    FoundPayment, Inner, Lookup, LookupError, Outcome, PaymentRef, ReadingError, lost_row,
};
use crate::merchants::Merchant;
use crate::store::{
    AccountName, FoundBy, LiveReading, PaymentRecord, StoreError, StoredPayment, TransactionRecord,
    UnreadableRecord,
};
use crate::toss::{PaymentReading, first};

/// A payment's own rows of the transactions list, as far as they were listed.
#[derive(Clone, Copy, Default)]
pub(super) struct ListedRows<'a> {
    pub(super) transactions: &'a [TransactionRecord<'a>],
    /// Those that name the payment and cannot be read.
    pub(super) unreadable: &'a [UnreadableRecord],
}

/// A payment's own answer, which is kept already.
pub(super) struct Seen<'a> {
    pub(super) merchant: &'a Merchant,
    pub(super) reading: PaymentReading,
    /// When it was asked for.
    pub(super) asked_at: DateTime<Utc>,
    pub(super) found: FoundPayment,
}

impl Lookup {
    /// What is known of the payment: as it is stored, however old, or else as Toss shows it now. `None` when neither knows
    /// it. It is for cancels: its calls go before all others.
    ///
    /// # Errors
    /// [`LookupError::Upstream`] when Toss cannot be asked and nothing is stored; [`LookupError::Store`] when the store
    /// fails.
    pub async fn known(&self, key: &PaymentKey) -> Result<Option<FoundPayment>, LookupError> {
        let by = PaymentRef::Key(key.clone());
        match self.0.stored(&by).await? {
            Some(stored) => Ok(Some(FoundPayment::kept(stored))),
            None => Box::pin(first(self.0.ask_alone(&by, None))).await,
        }
    }

    /// The payment as Toss shows it now, without its rows of the lists; what is stored, marked as stale, when Toss cannot be
    /// asked.
    ///
    /// # Errors
    /// As [`Lookup::known`].
    pub async fn payment_alone(
        &self,
        key: &PaymentKey,
    ) -> Result<Option<FoundPayment>, LookupError> {
        let by = PaymentRef::Key(key.clone());
        let stored = self.0.stored(&by).await?;
        self.0.ask_alone(&by, stored).await
    }

    /// Keeps what Toss has just told of a payment, and gives what is stored then.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep(
        &self,
        account: &AccountName,
        reading: &PaymentReading,
        read_at: DateTime<Utc>,
    ) -> Result<Option<FoundPayment>, StoreError> {
        self.0
            .keep(account, reading, ListedRows::default(), read_at)
            .await
    }
}

impl Inner {
    async fn ask_alone(&self, by: &PaymentRef, stored: Option<Arc<StoredPayment>>) -> Outcome {
        let seen = self.see(by, stored.as_deref(), self.clock.now()).await;
        let found = seen.map(|seen| seen.map(|seen| seen.found));
        or_last_known(found, stored)
    }

    /// Asks Toss for the payment and keeps what it says at once, whatever becomes of anything else that is asked.
    pub(super) async fn see(
        &self,
        by: &PaymentRef,
        stored: Option<&StoredPayment>,
        asked_at: DateTime<Utc>,
    ) -> Result<Option<Seen<'_>>, ReadingError> {
        let Some((merchant, reading)) = self.find(by, stored).await? else {
            return Ok(None);
        };
        let found = self
            .keep(&merchant.account, &reading, ListedRows::default(), asked_at)
            .await?;
        let found =
            found.ok_or_else(|| lost_row("payments", reading.payment.payment_key.as_str()))?;
        Ok(Some(Seen {
            merchant,
            reading,
            asked_at,
            found,
        }))
    }

    /// Keeps a payment's own answer, with rows of its own that were listed, and gives what is stored then.
    pub(super) async fn keep(
        &self,
        account: &AccountName,
        reading: &PaymentReading,
        rows: ListedRows<'_>,
        read_at: DateTime<Utc>,
    ) -> Result<Option<FoundPayment>, StoreError> {
        let details = details_of(reading);
        let live = LiveReading {
            account,
            payment: PaymentRecord {
                payment: &reading.payment,
                cancels: &reading.cancels,
                version: reading.version.as_deref(),
                raw: reading.raw.as_str(),
                found_by: FoundBy {
                    order_name: details.order_name.as_deref(),
                    approval_number: details.approval_number.as_deref(),
                },
            },
            transactions: rows.transactions,
            unreadable: rows.unreadable,
            settlement_days: &[],
            read_at,
        };
        self.store.save_reading(&live).await?;
        self.changed.notify_one();
        let by = PaymentRef::Key(reading.payment.payment_key.clone());
        let stored = self.stored(&by).await?;
        let (said, now) = (
            (&reading.payment, reading.cancels.as_slice()),
            self.clock.now(),
        );
        Ok(stored.map(|stored| FoundPayment::after(said, stored, read_at, now)))
    }
}

/// What was found; else, where Toss gave no usable answer about the payment itself, what is stored, marked as stale.
pub(super) fn or_last_known(
    read: Result<Option<FoundPayment>, ReadingError>,
    stored: Option<Arc<StoredPayment>>,
) -> Outcome {
    let error = match read {
        Ok(found) => return Ok(found),
        Err(ReadingError::Store(error)) => return Err(error.into()),
        Err(ReadingError::Toss(error)) => error,
    };
    let known = stored.is_some();
    let what = super::fault::of_asking(&error);
    if super::fault::is_of_ours(&error) {
        tracing::debug!(%error, known, "a payment was not asked about");
    } else {
        tracing::warn!(%error, known, "{}", what.for_the_log());
    }
    match stored {
        Some(stored) => Ok(Some(FoundPayment::last_known(stored))),
        None => Err(what.for_the_asker(&error)),
    }
}
