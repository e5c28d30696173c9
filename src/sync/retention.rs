//! Emptying what Toss said of payments that have long been finished: a walk along each merchant's, in small transactions.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use reconciliation::{KstDate, MId, is_finished_for};

use super::Mirror;
use crate::store::{KeptPayment, StoreError};

/// Payments that are looked at together.
const LOOKED_AT_ONCE: u32 = 500;
/// Payments that are emptied together: the database is held for a moment only.
const EMPTIED_AT_ONCE: usize = 50;

impl Mirror {
    /// Empties what Toss said of payments that have been finished for longer than the setting says, and tells of how many. Without the
    /// setting nothing is emptied.
    ///
    /// # Errors
    /// When the store fails. What was emptied by then stays so.
    pub async fn empty_old_texts(&self) -> Result<usize, StoreError> {
        let inner = &self.0;
        let Some(days) = inner.settings.retention_days else {
            return Ok(0);
        };
        let mut emptied = 0;
        let of_accounts = inner.store.merchant_ids().await?;
        let mids: BTreeSet<MId> = of_accounts.into_values().flatten().collect();
        for mid in &mids {
            let mut place = None;
            loop {
                let now = inner.clock.now();
                let before = now - TimeDelta::days(days.into());
                let page = inner
                    .store
                    .kept_payments(mid, before, place.as_ref(), LOOKED_AT_ONCE)
                    .await?;
                let today = KstDate::of(now);
                let is_old =
                    |kept: &&KeptPayment| kept.has_texts && is_finished_for(&kept.end, days, today);
                let old: Vec<KeptPayment> = page.iter().filter(is_old).cloned().collect();
                for some in old.chunks(EMPTIED_AT_ONCE) {
                    emptied += inner.store.empty_texts(some, now, days).await?;
                }
                let Some(last) = page.last() else {
                    break;
                };
                place = Some(last.place());
            }
        }
        Ok(emptied)
    }
}
