//! One background pass over every merchant's lists, and what it leads to.

use std::sync::atomic::{AtomicBool, Ordering};

use super::import::name;
use super::plan::{self, Span};
use super::{Inner, Mirror, SyncError, delta};
use crate::merchants::Merchant;
use crate::store::{Source, WindowRead};
use reconciliation::KstDate;

/// What a pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Days that were read and stored.
    pub days: u64,
    /// Rows that are new, differ or are gone.
    pub changed: u64,
    /// Lists that could not be read to their end.
    pub failed: u64,
}

/// Whether Toss answers one merchant's list, so that only a change is logged.
#[derive(Debug, Default)]
pub(super) struct Answering(AtomicBool);

impl Answering {
    fn yes(&self, merchant: &Merchant, source: Source) {
        if self.0.swap(false, Ordering::Relaxed) {
            tracing::info!(account = %merchant.account, list = name(source), "Toss's list is read again");
        }
    }

    fn no(&self, merchant: &Merchant, source: Source, error: &SyncError) {
        if !self.0.swap(true, Ordering::Relaxed) {
            tracing::warn!(account = %merchant.account, list = name(source), %error, "Toss's list cannot be read; it is tried again at every pass");
        }
    }
}

impl Mirror {
    /// Reads what is due of every merchant's lists. A list that fails is left for the next pass; the others are read.
    pub async fn pass(&self) -> Passed {
        let inner = &self.0;
        let mut passed = Passed::default();
        for (place, merchant) in inner.merchants.all().iter().enumerate() {
            for source in Source::ALL {
                let answering = inner.answering(place, source);
                match inner.pass_over(merchant, source, &mut passed).await {
                    Ok(()) => answering.yes(merchant, source),
                    Err(error) => {
                        answering.no(merchant, source, &error);
                        passed.failed += 1;
                    }
                }
            }
        }
        passed
    }
}

impl Inner {
    async fn pass_over(
        &self,
        merchant: &Merchant,
        source: Source,
        passed: &mut Passed,
    ) -> Result<(), SyncError> {
        let now = self.clock.now();
        let today = KstDate::of(now);
        let read = self.read_so_far(merchant).await?;
        let span = Span {
            source,
            trailing_days: self.settings.trailing_days(source),
            since: read.since,
            last: match source {
                Source::Transactions => today,
                Source::Settlements => {
                    let cycle = merchant.settlement_cycle.unwrap_or_default();
                    cycle.sold_date(today)
                }
            },
            interval: delta(self.settings.interval),
        };
        let known = read.windows(source);
        for day in plan::pass(&span, known, now) {
            let done = self.read_day(merchant, source, day).await?;
            passed.days += 1;
            passed.changed += done.changed;
            log_late_rows(merchant, source, day, known.get(&day), done.changed);
        }
        Ok(())
    }
}

/// Rows of a day that had been read completely before.
fn log_late_rows(
    merchant: &Merchant,
    source: Source,
    day: KstDate,
    before: Option<&WindowRead>,
    changed: u64,
) {
    let was_complete = before.is_some_and(|window| plan::is_complete(source, day, window.read_at));
    if was_complete && changed > 0 {
        tracing::info!(account = %merchant.account, list = name(source), %day, rows = changed, "rows came late or were changed");
    }
}
