//! The verb that reconciles: gathers a payment's books from the store, holds them against the terms, and keeps the
//! verdict of every payment current.

mod at_desk;
mod background;
mod books;
mod build_verdict;
mod catch_up;
mod contracts;
mod coverages;
mod learned_cycle;
mod of_payments;
mod payout_days;
mod recompute_all;
mod settlement_cycles;
mod summaries;
mod sums_by_date;
mod terms;
mod usual_rates;
mod verdict_settings;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use reconciliation::{BusinessCalendar, KstDate, PartialCancelRows, Reconciliation};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::merchants::Merchants;
use crate::store::{AtDesk, DiscrepancyId, Store};

use self::verdict_settings::VerdictSettings;

pub use books::{history, request_facts};
pub use payout_days::PayoutDay;
pub use recompute_all::{Difference, RecomputeError, Recomputed};
pub use settlement_cycles::{ConfiguredCycle, LearnedCycle, MethodCycle};
pub use summaries::Summary;
pub use sums_by_date::{DatedSummary, Grouping, Period, Receivable, summed};
pub use usual_rates::UsualRates;

/// Reconciles payments. Cheap to clone.
#[derive(Clone)]
pub struct Reconciler(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    /// This process's own.
    settings: Arc<VerdictSettings>,
    learned: Mutex<terms::Cached>,
    in_force: Mutex<terms::InForce>,
    other_terms: std::sync::Mutex<terms::OtherTerms>,
    task: background::Task,
    /// What had been read of each merchant's lists when it was last asked for.
    coverages: Mutex<Option<Arc<coverages::Coverages>>>,
    /// What Toss usually charges, as last looked for.
    rates: Mutex<usual_rates::CachedRates>,
    /// Whose turn it is to make verdicts that are due.
    turn: Mutex<()>,
    /// The day on which no acknowledgement that had ended was kept any more.
    none_ended_on: Mutex<Option<KstDate>>,
}

/// How a payment stands now.
#[derive(Clone, Debug)]
pub struct Reconciled {
    /// The verdict, what disagrees, and when the money moves.
    pub reconciliation: Reconciliation,
    /// How its discrepancies are known, in their order.
    pub found: Vec<FoundAs>,
}

/// How a discrepancy that was found is known.
#[derive(Clone, Debug)]
pub struct FoundAs {
    /// Its id.
    pub id: DiscrepancyId,
    /// When it was first found.
    pub detected_at: DateTime<Utc>,
    /// How it stands.
    pub at_desk: AtDesk,
}

/// What bringing verdicts up to date came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaughtUp {
    /// How many verdicts were made.
    pub verdicts: u64,
    /// Whether some are still due, because time was up.
    pub is_behind: bool,
}

impl Reconciler {
    /// A reconciler over the given store. Merchants say what is configured; what is not is learned from settled rows.
    pub fn new(
        store: Store,
        merchants: &Merchants,
        clock: Clock,
        calendar: BusinessCalendar,
        partial_cancel_rows: PartialCancelRows,
    ) -> Self {
        let settings = VerdictSettings::new(merchants, calendar, partial_cancel_rows);
        Self(Arc::new(Inner {
            store,
            clock,
            settings: Arc::new(settings),
            learned: Mutex::default(),
            in_force: Mutex::default(),
            other_terms: std::sync::Mutex::default(),
            task: background::Task::default(),
            coverages: Mutex::default(),
            rates: Mutex::default(),
            turn: Mutex::default(),
            none_ended_on: Mutex::default(),
        }))
    }
}

impl Inner {
    /// What time it is, to the millisecond, which is as fine as it is kept.
    fn now(&self) -> DateTime<Utc> {
        let now = self.clock.now();
        DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }
}

impl fmt::Debug for Reconciler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reconciler")
    }
}
