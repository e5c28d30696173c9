//! By what terms verdicts are made: the business days, and each merchant's contract, configured or learned.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use reconciliation::{KstDate, MId, PartialCancelRows, Terms};
use tokio::time::Instant;

use super::Inner;
use super::build_verdict::short_hash;
use super::contracts::{LearnedContracts, TaughtOf, configured, contracts};
use super::settlement_cycles::ConfiguredCycle;
use super::verdict_settings::VerdictSettings;
use crate::store::StoreError;

/// Raised when the same rows are to give other verdicts than before.
const RULES: u32 = 4;
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
/// How long it is taken as known which terms are in force.
const KNOWN_IN_FORCE: Duration = Duration::from_secs(1);

/// What has been learned, and until when it is used.
#[derive(Default)]
pub(super) struct Cached(Option<(Arc<Learned>, Instant)>);

/// The terms in force, as last looked for.
#[derive(Default)]
pub(super) struct InForce {
    looked: Option<(Arc<Learned>, Instant)>,
    /// What another process's settings gave.
    others: Cached,
}

/// The settings of a process, and the terms that follow from them and from settled rows.
pub(super) struct Learned {
    pub(super) settings: Arc<VerdictSettings>,
    configured: BTreeMap<MId, ConfiguredCycle>,
    pub(super) terms: Arc<Terms>,
    pub(super) fingerprint: String,
    /// Names what forecasts depend on beside these.
    forecasts: String,
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
    /// What verdicts are made by now: this process's own, unless another process has settled on others and said by which
    /// settings.
    pub(super) async fn learned_in_force(&self) -> Result<Arc<Learned>, StoreError> {
        let mut in_force = self.in_force.lock().await;
        if let Some((learned, until)) = &in_force.looked
            && Instant::now() < *until
        {
            return Ok(Arc::clone(learned));
        }
        let own = self.learned().await?;
        let settled = self.store.settled_terms().await?;
        let others = settled
            .filter(|settled| settled.fingerprint != own.fingerprint)
            .and_then(|settled| VerdictSettings::parse(&settled.settings?));
        let learned = match others {
            // Kept while they are the same: what was read of lists goes by the settings.
            Some(settings) => {
                let settings = match &in_force.others.0 {
                    Some((known, _)) if *known.settings == settings => Arc::clone(&known.settings),
                    _ => Arc::new(settings),
                };
                self.learned_by(&mut in_force.others, settings).await?
            }
            None => own,
        };
        in_force.looked = Some((Arc::clone(&learned), Instant::now() + KNOWN_IN_FORCE));
        Ok(learned)
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
                return self.may_forecast(&learned).await;
            }
            let Some(stored) = stored else {
                self.settle_on(&learned).await?;
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
            self.settle(&learned).await?;
        }
        Ok(false)
    }

    /// Whether forecasts, which are kept with verdicts, are made by what this process has learned. Where they are not, whoever
    /// has the task has them made anew, and others make no verdicts until they have learned the same.
    async fn may_forecast(&self, learned: &Learned) -> Result<bool, StoreError> {
        let stored = self.store.forecast_terms().await?;
        if stored.as_deref() == Some(learned.forecasts.as_str()) {
            return Ok(true);
        }
        if !self.hold_task().await? {
            self.forget_terms().await;
            return Ok(false);
        }
        self.store.settle_on_forecasts(&learned.forecasts).await?;
        Ok(true)
    }

    /// Settles on terms, and keeps the task meanwhile: marking every verdict may take long.
    async fn settle(&self, learned: &Learned) -> Result<(), StoreError> {
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
            settled = self.settle_on(learned) => settled,
            () = held => Ok(()),
        }
    }

    async fn settle_on(&self, learned: &Learned) -> Result<(), StoreError> {
        let settings = learned.settings.to_text();
        let terms = &learned.fingerprint;
        self.store.settle_on_terms(terms, &settings).await?;
        self.in_force.lock().await.looked = None;
        Ok(())
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

    /// What these settings say of each merchant that has been shown.
    pub(super) async fn configured(
        &self,
        settings: &VerdictSettings,
    ) -> Result<BTreeMap<MId, ConfiguredCycle>, StoreError> {
        let shown = self.store.merchant_ids().await?;
        Ok(configured(settings, &shown))
    }

    /// The terms of this process, with their name.
    pub(super) async fn learned(&self) -> Result<Arc<Learned>, StoreError> {
        let mut cached = self.learned.lock().await;
        self.learned_by(&mut cached, Arc::clone(&self.settings))
            .await
    }

    /// The terms that follow from these settings, learned anew unless they were just now.
    async fn learned_by(
        &self,
        cached: &mut Cached,
        settings: Arc<VerdictSettings>,
    ) -> Result<Arc<Learned>, StoreError> {
        // A merchant that has just been shown for the first time has its contract at once.
        let configured = self.configured(&settings).await?;
        if let Some((learned, until)) = &cached.0
            && Instant::now() < *until
            && learned.configured == configured
            && Arc::ptr_eq(&learned.settings, &settings)
        {
            return Ok(Arc::clone(learned));
        }
        let contracts = contracts(&configured, &self.taught().await?, &settings.calendar);
        let learned = Arc::new(Learned {
            configured,
            fingerprint: fingerprint(&settings, &contracts),
            forecasts: short_hash(&format!("{:?}", contracts.all)),
            terms: Arc::new(Terms {
                calendar: settings.calendar.clone(),
                contracts: contracts.all,
            }),
            settings,
        });
        cached.0 = Some((Arc::clone(&learned), Instant::now() + LEARNED_LASTS));
        Ok(learned)
    }
}

/// Names everything that verdicts depend on beside their books. Lags are not among it: they only forecast, and what waits for
/// its row is made anew when they change.
fn fingerprint(settings: &VerdictSettings, contracts: &LearnedContracts) -> String {
    let mut text = format!("rules {RULES}\n");
    let rows = match settings.partial_cancel_rows {
        PartialCancelRows::CancelAmount => "cancel",
        PartialCancelRows::PaymentAmount => "payment",
    };
    let _ = writeln!(text, "partial cancel rows {rows}");
    for account in settings.accounts.keys() {
        if settings.has_test_key(account) {
            let _ = writeln!(text, "test key {account}");
        }
    }
    for (mid, method, cycle) in &contracts.cycles {
        let _ = writeln!(text, "cycle {mid} {method:?} {cycle:?}");
    }
    for (mid, method) in &contracts.never_settled {
        let _ = writeln!(text, "never settled {mid} {method:?}");
    }
    let (first, last) = (settings.calendar.first_day(), settings.calendar.last_day());
    let _ = writeln!(text, "business days from {first}");
    let mut day = first;
    while day <= last {
        let open = settings.calendar.is_business_day(day) == Some(true);
        text.push(if open { '1' } else { '0' });
        day = day.next();
    }
    short_hash(&text)
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
