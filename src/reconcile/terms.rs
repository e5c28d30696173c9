//! By what terms verdicts are made: the business days, and each merchant's contract, configured or learned.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use reconciliation::{
    BusinessCalendar, Contract, Contracts, EventDates, KstDate, LearnedLag, MId, PartialCancelRows,
    PaymentMethod, PayoutDates, SettlementCycle, Terms, learn_lag, recognize_cycle,
};
use tokio::time::Instant;

use super::Inner;
use super::made::short_hash;
use super::settlement_cycles::ConfiguredCycle;
use crate::merchants::Merchants;
use crate::store::{AccountName, SettledLag, StoreError};

/// Raised when the same rows are to give other verdicts than before.
const RULES: u32 = 1;
/// How long what was learned is used before it is learned anew.
const LEARNED_LASTS: Duration = Duration::from_mins(1);
/// Rows paid out longer ago teach nothing; the sixty payout days of a weekly cycle lie within.
const LEARNED_FROM_DAYS: u32 = 430;

/// What has been learned, and until when it is used.
#[derive(Default)]
pub(super) struct Cached(Option<(Arc<Learned>, Instant)>);

pub(super) struct Learned {
    terms: Arc<Terms>,
    fingerprint: String,
}

/// What the rows of one merchant and method teach.
#[derive(Clone, Debug, Default)]
pub(super) struct Taught {
    pub(super) payouts: Vec<PayoutDates>,
    pub(super) events: Vec<EventDates>,
}

impl Taught {
    fn add(&mut self, lag: &SettledLag) {
        let rows = u32::try_from(lag.rows).unwrap_or(u32::MAX);
        self.payouts.push(PayoutDates {
            sold: lag.sold_date,
            paid_out: lag.paid_out_date,
            rows,
        });
        if let Some(event) = lag.event_date {
            self.events.push(EventDates {
                event,
                sold: lag.sold_date,
                rows,
            });
        }
    }

    pub(super) fn lag(&self, calendar: &BusinessCalendar) -> Option<LearnedLag> {
        learn_lag(&self.payouts, calendar)
    }

    pub(super) fn cycle(&self) -> Option<SettlementCycle> {
        recognize_cycle(&self.events)
    }
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
    pub(super) async fn taught(
        &self,
    ) -> Result<BTreeMap<MId, BTreeMap<Option<String>, Taught>>, StoreError> {
        let since = KstDate::of(self.now()).minus_days(LEARNED_FROM_DAYS);
        let mut taught: BTreeMap<MId, BTreeMap<Option<String>, Taught>> = BTreeMap::new();
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
        if let Some((learned, until)) = &cached.0
            && Instant::now() < *until
        {
            return Ok(Arc::clone(learned));
        }
        let contracts = contracts(
            &self.configured().await?,
            &self.taught().await?,
            &self.calendar,
        );
        let learned = Arc::new(Learned {
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

/// Contracts, with what of their cycles goes into the fingerprint.
struct LearnedContracts {
    all: Contracts,
    /// Cycles that are not what would be assumed without them, in a fixed order.
    unusual: Vec<(MId, Option<PaymentMethod>, SettlementCycle)>,
}

fn configured(
    merchants: &Merchants,
    shown: &BTreeMap<AccountName, Vec<MId>>,
) -> BTreeMap<MId, ConfiguredCycle> {
    let mut found = BTreeMap::new();
    for (account, mids) in shown {
        let configured =
            merchants
                .named(account)
                .map_or_else(ConfiguredCycle::default, |merchant| ConfiguredCycle {
                    cycle: merchant.settlement_cycle,
                    payout_business_days: merchant.payout_business_days,
                });
        for mid in mids {
            let known: &mut ConfiguredCycle = found.entry(mid.clone()).or_default();
            // Of two keys that show one merchant, either may say.
            known.cycle = known.cycle.or(configured.cycle);
            known.payout_business_days = known
                .payout_business_days
                .or(configured.payout_business_days);
        }
    }
    found
}

/// What is configured, else what a method's own rows teach, else of the cycle what all of the merchant's rows teach.
/// Without any of it sales are closed daily, and nothing is forecast.
fn contracts(
    configured: &BTreeMap<MId, ConfiguredCycle>,
    taught: &BTreeMap<MId, BTreeMap<Option<String>, Taught>>,
    calendar: &BusinessCalendar,
) -> LearnedContracts {
    let mut all = Contracts::default();
    let mut unusual = Vec::new();
    let nothing = BTreeMap::new();
    for (mid, configured) in configured {
        let labels = taught.get(mid).unwrap_or(&nothing);
        let mut methods: BTreeMap<Option<PaymentMethod>, Taught> = BTreeMap::new();
        let mut together = Taught::default();
        for (label, taught) in labels {
            let method = label.as_deref().map(PaymentMethod::from_label);
            for of in [methods.entry(method).or_default(), &mut together] {
                of.payouts.extend(&taught.payouts);
                of.events.extend(&taught.events);
            }
        }
        let usual = configured
            .cycle
            .or_else(|| together.cycle())
            .unwrap_or_default();
        if usual != SettlementCycle::default() {
            unusual.push((mid.clone(), None, usual));
        }
        let of_unnamed = methods.remove(&None).unwrap_or_default();
        let days = |taught: &Taught| {
            configured
                .payout_business_days
                .or_else(|| taught.lag(calendar).map(|lag| lag.business_days))
        };
        let any = Contract {
            cycle: usual,
            payout_business_days: days(&of_unnamed),
        };
        all.set(mid.clone(), None, any);
        for (method, taught) in methods {
            let cycle = configured.cycle.or_else(|| taught.cycle()).unwrap_or(usual);
            if cycle != usual {
                unusual.push((mid.clone(), method.clone(), cycle));
            }
            let contract = Contract {
                cycle,
                payout_business_days: days(&taught),
            };
            all.set(mid.clone(), method, contract);
        }
    }
    LearnedContracts { all, unusual }
}
