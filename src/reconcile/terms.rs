//! By what terms verdicts are made: the business days, and each merchant's contract, configured or learned.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, MutexGuard, PoisonError};
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
/// How often others may settle on their terms in between before this process lets them.
const SETTLING_ATTEMPTS: u32 = 5;
/// How often the task is kept while verdicts are marked.
const HOLDING: Duration = Duration::from_secs(5);
/// A process whose terms are not those in force asks so often at most whether it may take the task.
const ASKING: Duration = Duration::from_secs(1);

/// What has been learned, and until when it is used.
#[derive(Default)]
pub(super) struct Cached(Option<(Arc<Learned>, Instant)>);

pub(super) struct Learned {
    configured: BTreeMap<MId, ConfiguredCycle>,
    pub(super) terms: Arc<Terms>,
    pub(super) fingerprint: String,
}

/// Terms of another process that verdicts are made by, while this one's are others.
#[derive(Default)]
pub(super) struct OtherTerms {
    fingerprint: Option<String>,
    was_told: bool,
    refused_at: Option<Instant>,
}

impl OtherTerms {
    /// This process has the terms that verdicts are made by.
    fn end(&mut self) {
        if self.was_told {
            tracing::info!("verdicts are made by the terms of this process again");
        }
        *self = Self::default();
    }

    /// Notes them, and tells whether they were not known to differ from what this process has learned.
    fn are_new(&mut self, fingerprint: &str) -> bool {
        let are_new = self.fingerprint.as_deref() != Some(fingerprint);
        self.fingerprint = Some(fingerprint.to_owned());
        are_new
    }

    /// Whether it is time to ask again whether the process that has them still lives.
    fn is_time_to_ask(&self, now: Instant) -> bool {
        self.refused_at.is_none_or(|at| now - at >= ASKING)
    }

    /// The process that has them lives.
    fn are_anothers(&mut self, now: Instant) {
        self.refused_at = Some(now);
        if !self.was_told {
            self.was_told = true;
            tracing::warn!(
                "another process makes verdicts by other terms (business days, contracts, kinds of keys); this one makes none \
                 and answers with those: unless this ends within minutes, give all the same settings"
            );
        }
    }
}

impl Inner {
    /// The terms of this process.
    pub(super) async fn terms(&self) -> Result<Arc<Terms>, StoreError> {
        Ok(Arc::clone(&self.learned().await?.terms))
    }

    /// Whether verdicts may be made here. They are made by the terms that the process with the task has settled on, so
    /// that two whose settings differ do not undo each other's: one whose own terms are others makes none while that
    /// process lives. When it is gone, this one takes the task, and every verdict is due.
    pub(super) async fn may_make(&self) -> Result<bool, StoreError> {
        for _ in 0..SETTLING_ATTEMPTS {
            let learned = self.learned().await?;
            let stored = self.store.verdict_terms().await?;
            if stored.as_deref() == Some(learned.fingerprint.as_str()) {
                self.other_terms().end();
                return Ok(true);
            }
            let Some(stored) = stored else {
                self.store.settle_on_terms(&learned.fingerprint).await?;
                continue;
            };
            // Another process may have learned more lately.
            if self.other_terms().are_new(&stored) {
                self.forget_terms().await;
                continue;
            }
            if !self.other_terms().is_time_to_ask(Instant::now()) {
                return Ok(false);
            }
            if !self.hold_task().await? {
                self.other_terms().are_anothers(Instant::now());
                return Ok(false);
            }
            self.settle(&learned.fingerprint).await?;
        }
        Ok(false)
    }

    /// Settles on terms, and keeps the task meanwhile: marking every verdict may take long.
    async fn settle(&self, fingerprint: &str) -> Result<(), StoreError> {
        let held = async {
            loop {
                tokio::time::sleep(HOLDING).await;
                // A database that is too busy to be asked takes nothing away.
                if self.hold_task().await.is_ok_and(|is_ours| !is_ours) {
                    return;
                }
            }
        };
        tokio::select! {
            settled = self.store.settle_on_terms(fingerprint) => settled.map(|_| ()),
            () = held => Ok(()),
        }
    }

    fn other_terms(&self) -> MutexGuard<'_, OtherTerms> {
        self.other_terms
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
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

    /// The terms of this process, with their name.
    pub(super) async fn learned(&self) -> Result<Arc<Learned>, StoreError> {
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
        for (mid, method, cycle) in &contracts.cycles {
            let _ = writeln!(text, "cycle {mid} {method:?} {cycle:?}");
        }
        for (mid, method) in &contracts.never_settled {
            let _ = writeln!(text, "never settled {mid} {method:?}");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_terms_are_learned_against_once_and_asked_about_once_a_second() {
        let (mut other, now) = (OtherTerms::default(), Instant::now());
        assert!(other.are_new("a"));
        assert!(!other.are_new("a"));
        assert!(other.is_time_to_ask(now));
        other.are_anothers(now);
        assert!(!other.is_time_to_ask(now + ASKING - Duration::from_millis(1)));
        assert!(other.is_time_to_ask(now + ASKING));
        assert!(other.are_new("b"));
        other.end();
        assert!(other.are_new("b") && other.is_time_to_ask(now));
    }
}
