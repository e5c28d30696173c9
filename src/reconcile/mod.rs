//! The verb that reconciles: gathers a payment's books from the store, holds them against the terms, and keeps the
//! verdict of every payment current.

mod payout_days;
mod settlement_cycles;
mod summaries;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reconciliation::{BusinessCalendar, PartialCancelRows, PaymentKey, Reconciliation};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::merchants::Merchants;
use crate::store::{DiscrepancyId, Store, StoreError, StoredPayment};

pub use payout_days::PayoutDay;
pub use settlement_cycles::{ConfiguredCycle, LearnedCycle, MethodCycle};
pub use summaries::Summary;

/// Reconciles payments. Cheap to clone.
#[derive(Clone)]
pub struct Reconciler(Arc<Inner>);

struct Inner {
    store: Store,
    merchants: Merchants,
    clock: Clock,
    calendar: BusinessCalendar,
    partial_cancel_rows: PartialCancelRows,
}

/// How a payment stands now.
#[derive(Clone, Debug)]
pub struct Reconciled {
    /// The verdict, what disagrees, and when the money moves.
    pub reconciliation: Reconciliation,
    /// The ids of its discrepancies, in their order, each with the instant at which it was first found.
    pub found: Vec<(DiscrepancyId, DateTime<Utc>)>,
}

/// What bringing verdicts up to date came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaughtUp {
    /// How many verdicts were made.
    pub verdicts: u64,
    /// Whether some are still due, because time was up.
    pub is_behind: bool,
}

/// A verdict that making it anew did not confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The payment or row.
    pub subject: String,
    /// What was kept.
    pub kept: String,
    /// What it should have been.
    pub made: String,
}

/// What making every verdict anew came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recomputed {
    /// How many were made.
    pub verdicts: u64,
    /// Those that differed from what was kept. There must be none.
    pub differences: Vec<Difference>,
}

impl Reconciler {
    /// A reconciler over the given store. Merchants say what is configured; what is not is learned from settled rows.
    pub fn new(
        store: Store,
        merchants: Merchants,
        clock: Clock,
        calendar: BusinessCalendar,
        partial_cancel_rows: PartialCancelRows,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            merchants,
            clock,
            calendar,
            partial_cancel_rows,
        }))
    }

    /// How these payments stand now, each from its own rows in the store.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of_payments(
        &self,
        payments: &[Arc<StoredPayment>],
    ) -> Result<HashMap<PaymentKey, Arc<Reconciled>>, StoreError> {
        let _ = payments;
        let _ = (
            &self.0.store,
            &self.0.merchants,
            &self.0.clock,
            &self.0.calendar,
            self.0.partial_cancel_rows,
        );
        unimplemented!()
    }

    /// Makes the verdicts that are due, until none is or the time is up.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn catch_up(&self, at_most: Duration) -> Result<CaughtUp, StoreError> {
        let _ = at_most;
        unimplemented!()
    }

    /// Makes every verdict anew and compares it with the one that is kept; what differs is replaced. `progress` is told
    /// how many have been made.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recompute_all(&self, progress: impl Fn(u64)) -> Result<Recomputed, StoreError> {
        let _ = progress;
        unimplemented!()
    }

    /// Keeps verdicts up to date until it is told to stop. Of several processes on one database one does so.
    pub async fn run(self, stop: CancellationToken) {
        let _ = stop;
        unimplemented!()
    }
}
