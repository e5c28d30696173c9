//! How often a merchant's sales are closed and when they are paid out: what is configured, and what settled rows teach.

use std::collections::BTreeSet;

use reconciliation::{
    BusinessCalendar, HitRate, LearnedLag, MId, PaymentMethod, SettlementCycle, back_test,
};

use super::Reconciler;
use super::contracts::Taught;
use crate::store::StoreError;

/// The days with a payout that forecasts are tested on.
const TESTED_DAYS: usize = 60;

/// What is known of one merchant's payouts for one method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodCycle {
    /// The merchant.
    pub mid: MId,
    /// The method's literal; `None` when rows do not name it.
    pub method_label: Option<String>,
    /// What the settings say.
    pub configured: ConfiguredCycle,
    /// What settled rows teach.
    pub learned: LearnedCycle,
}

/// What the settings say of a merchant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfiguredCycle {
    /// How often sales are closed.
    pub cycle: Option<SettlementCycle>,
    /// Business days from sold date to paid-out date.
    pub payout_business_days: Option<u32>,
    /// Methods that Toss never settles.
    pub unsettled_methods: BTreeSet<PaymentMethod>,
}

/// What the rows of the last 60 payout days teach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LearnedCycle {
    /// How often sales are closed.
    pub cycle: Option<SettlementCycle>,
    /// Business days from sold date to paid-out date, and from how many rows.
    pub lag: Option<LearnedLag>,
    /// The same of rows sold on other than business days, once there are enough of them.
    pub weekend: Option<LearnedLag>,
    /// How often what had been learned before would have foretold the paid-out date.
    pub hit_rate: HitRate,
}

impl Reconciler {
    /// What is known of each merchant and method, in their order. A merchant without settled rows has one entry, of no
    /// method.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settlement_cycles(
        &self,
        mids: Option<&[MId]>,
    ) -> Result<Vec<MethodCycle>, StoreError> {
        let inner = &self.0;
        let mut taught = inner.taught().await?;
        let learned_in_force = inner.learned_in_force().await?;
        let mut found = Vec::new();
        for (mid, configured) in inner.configured(&learned_in_force.settings).await? {
            if mids.is_some_and(|mids| !mids.contains(&mid)) {
                continue;
            }
            let mut methods = taught.remove(&mid).unwrap_or_default();
            if methods.is_empty() {
                methods.insert(None, Taught::default());
            }
            found.extend(
                methods
                    .into_iter()
                    .map(|(method_label, taught)| MethodCycle {
                        mid: mid.clone(),
                        method_label,
                        configured: configured.clone(),
                        learned: learned(&taught, &learned_in_force.terms.calendar),
                    }),
            );
        }
        Ok(found)
    }
}

fn learned(taught: &Taught, calendar: &BusinessCalendar) -> LearnedCycle {
    let lags = taught.lags(calendar);
    LearnedCycle {
        cycle: taught.cycle(),
        lag: lags.usual,
        weekend: lags.weekend,
        hit_rate: newest_hit_rate(taught, calendar),
    }
}

/// How the rows of the newest sixty payout days would have been foretold.
fn newest_hit_rate(taught: &Taught, calendar: &BusinessCalendar) -> HitRate {
    let days: BTreeSet<_> = taught.payouts.iter().map(|row| row.paid_out).collect();
    let oldest = days.iter().rev().take(TESTED_DAYS).next_back().copied();
    let newest: Vec<_> = taught
        .payouts
        .iter()
        .filter(|row| Some(row.paid_out) >= oldest)
        .copied()
        .collect();
    back_test(&newest, calendar)
}
