//! How often a merchant's sales are closed and when they are paid out: what is configured, and what settled rows teach.

use reconciliation::{HitRate, LearnedLag, MId, SettlementCycle};

use super::Reconciler;
use crate::store::StoreError;

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConfiguredCycle {
    /// How often sales are closed.
    pub cycle: Option<SettlementCycle>,
    /// Business days from sold date to paid-out date.
    pub payout_business_days: Option<u32>,
}

/// What the rows of the last 60 payout days teach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LearnedCycle {
    /// How often sales are closed.
    pub cycle: Option<SettlementCycle>,
    /// Business days from sold date to paid-out date, and from how many rows.
    pub lag: Option<LearnedLag>,
    /// How often what had been learned before would have foretold the paid-out date.
    pub hit_rate: HitRate,
}

impl Reconciler {
    /// What is known of each merchant and method, in their order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settlement_cycles(
        &self,
        mids: Option<&[MId]>,
    ) -> Result<Vec<MethodCycle>, StoreError> {
        let _ = mids;
        unimplemented!()
    }
}
