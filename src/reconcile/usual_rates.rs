//! What Toss usually charges: estimated from a merchant's newest settlement rows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reconciliation::{Currency, FeeSample, MId, Money, PaymentMethod, fee_at, usual_fee_rate};
use rust_decimal::Decimal;
use tokio::time::Instant;

use super::Reconciler;
use crate::store::StoreError;

/// How long rates are used before they are looked for anew.
const RATES_LAST: Duration = Duration::from_mins(5);
/// How many of a merchant's newest rows of payments tell its rates.
const NEWEST_ROWS: u64 = 2_000;

/// The usual rates by merchant, method and currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsualRates(BTreeMap<(MId, PaymentMethod, Currency), Decimal>);

/// What was found last, and until when it is used.
pub(super) type CachedRates = Option<(Arc<UsualRates>, Instant)>;

impl UsualRates {
    fn of(samples: Vec<FeeSample>) -> Self {
        let mut like: BTreeMap<_, Vec<FeeSample>> = BTreeMap::new();
        for sample in samples {
            let place = (
                sample.mid.clone(),
                sample.method.clone(),
                sample.amount.currency(),
            );
            like.entry(place).or_default().push(sample);
        }
        let rates = like.into_iter();
        Self(
            rates
                .filter_map(|(place, samples)| Some((place, usual_fee_rate(&samples)?)))
                .collect(),
        )
    }

    /// What the fee of an amount will probably be, signed like it. `None` when no rate is usual.
    pub fn fee(&self, mid: &MId, method: Option<&PaymentMethod>, amount: Money) -> Option<Money> {
        let place = (mid.clone(), method?.clone(), amount.currency());
        fee_at(*self.0.get(&place)?, amount)
    }
}

impl Reconciler {
    /// The usual rates of every merchant, as its newest rows tell them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn usual_rates(&self) -> Result<Arc<UsualRates>, StoreError> {
        let mut cached = self.0.rates.lock().await;
        if let Some((rates, until)) = cached.as_ref()
            && Instant::now() < *until
        {
            return Ok(Arc::clone(rates));
        }
        let samples = self.0.store.newest_fee_samples(NEWEST_ROWS).await?;
        let rates = Arc::new(UsualRates::of(samples));
        *cached = Some((Arc::clone(&rates), Instant::now() + RATES_LAST));
        Ok(rates)
    }
}
