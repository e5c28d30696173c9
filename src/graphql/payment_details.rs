//! How a payment was paid, as clients see it, read together for all payments of a request.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::SimpleObject;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use chrono::{DateTime, Utc};
use reconciliation::PaymentKey;

use super::error::ApiError;
use super::loaders::spawn;
use super::money::Money;
use crate::lookup::{self, Lookup, PaymentDetails};
use crate::store::{StoreError, StoredPayment};

/// The card that a payment was made with, directly or through a wallet.
#[derive(SimpleObject)]
pub(super) struct CardDetails {
    /// Who issued the card, as Toss names them: a code such as 61, in old answers a name.
    issuer: Option<String>,
    /// Who acquires the payment (매입사), as Toss names them: a code such as 31.
    acquirer: Option<String>,
    /// The card's number with digits hidden, as Toss hides them.
    masked_number: Option<String>,
    /// The number of the approval (승인번호).
    approval_number: Option<String>,
    /// Months of the instalment plan; 0 when it is paid at once.
    installment_months: Option<i32>,
    /// True when the buyer pays no interest on the instalments.
    interest_free: Option<bool>,
}

/// The wallet (간편결제) that a payment was made with. Together with the card's part it comes to the whole payment.
#[derive(SimpleObject)]
pub(super) struct EasyPayDetails {
    /// Toss's word for the wallet, e.g. 토스페이.
    provider: Option<String>,
    /// What was paid with the wallet's money or an account linked to it.
    amount: Option<Money>,
    /// What was paid with the wallet's points and coupons.
    discount_amount: Option<Money>,
}

impl From<&lookup::CardDetails> for CardDetails {
    fn from(card: &lookup::CardDetails) -> Self {
        Self {
            issuer: card.issuer.clone(),
            acquirer: card.acquirer.clone(),
            masked_number: card.masked_number.clone(),
            approval_number: card.approval_number.clone(),
            installment_months: card
                .installment_months
                .and_then(|months| i32::try_from(months).ok()),
            interest_free: card.interest_free,
        }
    }
}

impl From<&lookup::EasyPayDetails> for EasyPayDetails {
    fn from(easy_pay: &lookup::EasyPayDetails) -> Self {
        Self {
            provider: easy_pay.provider.clone(),
            amount: easy_pay.amount.map(Money),
            discount_amount: easy_pay.discount_amount.map(Money),
        }
    }
}

/// The details of one reading: another reading of the same payment has others.
#[derive(Clone, PartialEq, Eq, Hash)]
struct DetailsOf {
    payment: PaymentKey,
    read_at: DateTime<Utc>,
}

/// Loads details, for as long as one request lives. Whoever asks has been found to see the payment.
pub(super) struct Details(DataLoader<Answers, HashMapCache>);

struct Answers(Lookup);

impl Details {
    pub(super) fn new(lookup: Lookup) -> Self {
        let loader = DataLoader::with_cache(Answers(lookup), spawn, HashMapCache::default());
        Self(loader.delay(Duration::ZERO))
    }

    /// Of this payment; nothing of one that was never read itself.
    pub(super) async fn of(&self, stored: &StoredPayment) -> Result<Arc<PaymentDetails>, ApiError> {
        if stored.from_rows {
            return Ok(Arc::default());
        }
        let key = DetailsOf {
            payment: stored.payment.payment_key.clone(),
            read_at: stored.read_at,
        };
        let found = self.0.load_one(key).await;
        found
            .map(Option::unwrap_or_default)
            .map_err(|error| ApiError::internal(&*error))
    }
}

impl Loader<DetailsOf> for Answers {
    type Value = Arc<PaymentDetails>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[DetailsOf],
    ) -> Result<HashMap<DetailsOf, Self::Value>, Self::Error> {
        let payments: Vec<PaymentKey> = keys.iter().map(|key| key.payment.clone()).collect();
        let found = self.0.details(&payments).await.map_err(Arc::new)?;
        let of_key = keys.iter().filter_map(|key| {
            let details = found.get(&key.payment)?;
            Some((key.clone(), Arc::clone(details)))
        });
        Ok(of_key.collect())
    }
}
