//! A payment by itself, without the lists: all that a cancel needs, and all that it waits for.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use reconciliation::PaymentKey;

use super::{FoundPayment, Inner, Lookup, LookupError, PaymentRef};
use crate::merchants::Merchant;
use crate::store::{AccountName, LiveReading, PaymentRecord, StoreError, StoredPayment};
use crate::toss::PaymentReading;

impl Lookup {
    /// What is known of the payment: as it is stored, however old, or else as Toss shows it now. `None` when neither knows
    /// it.
    ///
    /// # Errors
    /// [`LookupError::Upstream`] when Toss cannot be asked and nothing is stored; [`LookupError::Store`] when the store
    /// fails.
    pub async fn known(&self, key: &PaymentKey) -> Result<Option<FoundPayment>, LookupError> {
        let by = PaymentRef::Key(key.clone());
        match self.0.stored(&by).await? {
            Some(stored) => Ok(Some(FoundPayment::kept(stored))),
            None => self.0.ask_alone(key, None).await,
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
        let stored = self.0.stored(&PaymentRef::Key(key.clone())).await?;
        self.0.ask_alone(key, stored).await
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
        self.0.keep_alone(account, reading, read_at).await
    }
}

impl Inner {
    async fn ask_alone(
        &self,
        key: &PaymentKey,
        stored: Option<Arc<StoredPayment>>,
    ) -> Result<Option<FoundPayment>, LookupError> {
        let by = PaymentRef::Key(key.clone());
        let asked_at = self.clock.now();
        let found: Option<(&Merchant, PaymentReading)> = match self
            .find(&by, stored.as_deref())
            .await
        {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, known = stored.is_some(), "Toss could not be asked about a payment");
                return match stored {
                    Some(stored) => Ok(Some(FoundPayment {
                        stored,
                        stale: true,
                    })),
                    None => Err(LookupError::from(&error)),
                };
            }
        };
        let Some((merchant, reading)) = found else {
            return Ok(None);
        };
        let kept = self.keep_alone(&merchant.account, &reading, asked_at);
        Ok(kept.await?)
    }

    async fn keep_alone(
        &self,
        account: &AccountName,
        reading: &PaymentReading,
        read_at: DateTime<Utc>,
    ) -> Result<Option<FoundPayment>, StoreError> {
        let alone = LiveReading {
            account,
            payment: PaymentRecord {
                payment: &reading.payment,
                cancels: &reading.cancels,
                version: reading.version.as_deref(),
                raw: reading.raw.as_str(),
            },
            transactions: &[],
            unreadable: &[],
            settlement_days: &[],
            read_at,
        };
        self.store.save_reading(&alone).await?;
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
