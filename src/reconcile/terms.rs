//! By what terms verdicts are made: the business days, and each merchant's contract, configured or learned.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use reconciliation::{KstDate, MId, PartialCancelRows, Terms};
use tokio::time::Instant;

use super::Inner;
use super::contracts::{LearnedContracts, TaughtOf, configured, contracts};
use super::made::short_hash;
use super::settlement_cycles::ConfiguredCycle;
use crate::store::StoreError;

/// Raised when the same rows are to give other verdicts than before.
const RULES: u32 = 2;
/// How long what was learned is used before it is learned anew.
const LEARNED_LASTS: Duration = Duration::from_mins(1);
/// Rows paid out longer ago teach nothing; the sixty payout days of a weekly cycle lie within.
const LEARNED_FROM_DAYS: u32 = 430;

/// What has been learned, and until when it is used.
#[derive(Default)]
pub(super) struct Cached(Option<(Arc<Learned>, Instant)>);

pub(super) struct Learned {
    configured: BTreeMap<MId, ConfiguredCycle>,
    terms: Arc<Terms>,
    fingerprint: String,
}

impl Inner {
    /// The terms in force.
    pub(super) async fn terms(&self) -> Result<Arc<Terms>, StoreError> {
        Ok(Arc::clone(&self.learned().await?.terms))
    }

    /// Makes every verdict due when the terms are others than those that verdicts were last made by. Another process
    /// may have learned more lately: then this one learns anew.
    pub(super) async fn settle_on_terms(&self) -> Result<(), StoreError> {
        let learned = self.learned().await?;
        if self.store.settle_on_terms(&learned.fingerprint).await? {
            self.forget_terms().await;
            let anew = self.learned().await?;
            if anew.fingerprint != learned.fingerprint {
                self.store.settle_on_terms(&anew.fingerprint).await?;
            }
        }
        Ok(())
    }

    /// Has the terms be learned anew when they are next needed.
    pub(super) async fn forget_terms(&self) {
        *self.learned.lock().await = Cached::default();
    }

    /// The rows that the terms are learned from, by merchant and method.
    pub(super) async fn taught(&self) -> Result<TaughtOf, StoreError> {
        let since = KstDate::of(self.now()).minus_days(LEARNED_FROM_DAYS);
        let mut taught = TaughtOf::new();
        for lag in self.store.settled_lags(since).await? {
            let of_merchant = taught.entry(lag.mid.clone()).or_default();
            of_merchant
                .entry(lag.method_label.clone())
                .or_default()
                .add(&lag);
        }
        Ok(taught)
    }

    /// What the settings say of each merchant that has been shown.
    pub(super) async fn configured(&self) -> Result<BTreeMap<MId, ConfiguredCycle>, StoreError> {
        let shown = self.store.merchant_ids().await?;
        Ok(configured(&self.merchants, &shown))
    }

    async fn learned(&self) -> Result<Arc<Learned>, StoreError> {
        let mut cached = self.learned.lock().await;
        // A merchant that has just been shown for the first time has its contract at once.
        let configured = self.configured().await?;
        if let Some((learned, until)) = &cached.0
            && Instant::now() < *until
            && learned.configured == configured
        {
            return Ok(Arc::clone(learned));
        }
        let contracts = contracts(&configured, &self.taught().await?, &self.calendar);
        let learned = Arc::new(Learned {
            configured,
            fingerprint: self.fingerprint(&contracts),
            terms: Arc::new(Terms {
                calendar: self.calendar.clone(),
                contracts: contracts.all,
            }),
        });
        cached.0 = Some((Arc::clone(&learned), Instant::now() + LEARNED_LASTS));
        Ok(learned)
    }

    /// Names everything that verdicts depend on beside their books. Lags are not among it: they only forecast.
    fn fingerprint(&self, contracts: &LearnedContracts) -> String {
        let mut text = format!("rules {RULES}\n");
        let rows = match self.partial_cancel_rows {
            PartialCancelRows::CancelAmount => "cancel",
            PartialCancelRows::PaymentAmount => "payment",
        };
        let _ = writeln!(text, "partial cancel rows {rows}");
        for merchant in self.merchants.all() {
            if merchant.has_test_key {
                let _ = writeln!(text, "test key {}", merchant.account);
            }
        }
        for (mid, method, cycle) in &contracts.unusual {
            let _ = writeln!(text, "cycle {mid} {method:?} {cycle:?}");
        }
        let (first, last) = (self.calendar.first_day(), self.calendar.last_day());
        let _ = writeln!(text, "business days from {first}");
        let mut day = first;
        while day <= last {
            let open = self.calendar.is_business_day(day) == Some(true);
            text.push(if open { '1' } else { '0' });
            day = day.next();
        }
        short_hash(&text)
    }
}
