//! One background pass over every merchant's lists.

use std::sync::atomic::{AtomicBool, Ordering};

use super::backoff::{Backoffs, Part};
use super::failures::Failures;
use super::import::name;
use super::plan::{self, Span};
use super::{Day, Inner, MOST_BAD_DAYS, Mirror, Reach, SyncError, delta, faults};
use crate::merchants::Merchant;
use crate::store::{FailedDay, Source, WindowRead};
use reconciliation::KstDate;

/// What a pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Days that were read and stored.
    pub days: u64,
    /// Rows that are new, differ or are gone.
    pub changed: u64,
    /// Those of them on days that had been read completely before.
    pub late: u64,
    /// Lists that could not be read to their end.
    pub failed: u64,
    /// Lists that failed a moment ago and were left alone.
    pub backed_off: u64,
}

/// How one merchant's list answers.
#[derive(Debug, Default)]
pub(super) struct Answering {
    pub(super) backoffs: Backoffs,
    /// Whether it was told that the list cannot be read: only a change is logged.
    told: AtomicBool,
}

impl Answering {
    fn yes(&self, merchant: &Merchant, source: Source) {
        if self.told.swap(false, Ordering::Relaxed) {
            tracing::info!(account = %merchant.account, list = name(source), "Toss's list is read again");
        }
    }

    fn no(&self, merchant: &Merchant, source: Source, error: &SyncError) {
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(account = %merchant.account, list = name(source), %error, "Toss's list cannot be read; it is tried again, at most ten minutes later");
        }
    }
}

impl Mirror {
    /// Reads what is due of every merchant's lists. A list that fails is left for a later pass; the others are read.
    pub async fn pass(&self) -> Passed {
        let mut passed = Passed::default();
        for place in 0..self.merchants() {
            passed.add(self.pass_of(place).await);
        }
        passed
    }

    /// How many merchants there are.
    pub(super) fn merchants(&self) -> usize {
        self.0.merchants.all().len()
    }

    /// Reads what is due of the lists of the merchant in this place of the settings.
    pub(super) async fn pass_of(&self, place: usize) -> Passed {
        let inner = &self.0;
        let mut passed = Passed::default();
        let Some(merchant) = inner.merchants.all().get(place) else {
            return passed;
        };
        let interval = delta(inner.settings.interval);
        inner.read_requested(place, merchant, &mut passed).await;
        for source in Source::ALL {
            let answering = inner.answering(place, source);
            if answering.backoffs.holds(Part::List, inner.clock.now()) {
                passed.backed_off += 1;
                continue;
            }
            let outcome = inner.pass_over(merchant, source, place, &mut passed).await;
            match &outcome {
                Ok(None) => answering.yes(merchant, source),
                Ok(Some(error)) | Err(error) => {
                    answering.no(merchant, source, error);
                    passed.failed += 1;
                }
            }
            if outcome.is_err() {
                let now = inner.clock.now();
                answering.backoffs.failed(Part::List, now, interval);
                continue;
            }
            answering.backoffs.succeeded(Part::List);
        }
        passed
    }
}

impl Passed {
    fn add(&mut self, other: Self) {
        self.days += other.days;
        self.changed += other.changed;
        self.late += other.late;
        self.failed += other.failed;
        self.backed_off += other.backed_off;
    }
}

impl Inner {
    /// Reads the days that are due, and gives the last error that was one day's alone. Where Toss answered to a day's
    /// question that it failed, other days tell whether that is the day's fault: it is when another one can be read.
    async fn pass_over(
        &self,
        merchant: &Merchant,
        source: Source,
        place: usize,
        passed: &mut Passed,
    ) -> Result<Option<SyncError>, SyncError> {
        let answering = self.answering(place, source);
        let now = self.clock.now();
        let today = KstDate::of(now);
        let read = self.read_so_far(merchant).await?;
        let span = Span {
            source,
            trailing_days: self.settings.trailing_days(source),
            since: read.since,
            last: match source {
                Source::Transactions => today,
                Source::Settlements => plan::last_sold_date(merchant.settlement_cycle, today),
            },
            interval: delta(self.settings.interval),
        };
        let known = read.windows(source);
        let back_off = |(day, code): (KstDate, &'static str)| {
            let failed_at = self.clock.now();
            let until = answering
                .backoffs
                .failed(Part::Day(day), failed_at, span.interval);
            FailedDay {
                day,
                code: code.to_owned(),
                failed_at,
                next_attempt_at: Some(until),
            }
        };
        let mut failures = Failures::of(self, merchant, source).await?;
        let (mut of_one_day, mut has_read, mut suspects) = (None, false, Vec::new());
        for day in plan::pass(&span, known, now) {
            if answering.backoffs.holds(Part::Day(day), now) {
                continue;
            }
            // Whoever asks meanwhile does not wait for a long pass to end.
            self.read_requested(place, merchant, passed).await;
            let done = match self.read_day(merchant, source, day).await {
                Ok(done) => done,
                Err(error) => {
                    tracing::debug!(account = %merchant.account, list = name(source), %day, %error, "a day cannot be read");
                    match error.reach() {
                        Reach::Day => {
                            let failed = back_off((day, faults::code_of(&error)));
                            failures.add(failed).await?;
                        }
                        Reach::PerhapsDay if suspects.len() + 1 < MOST_BAD_DAYS => {
                            suspects.push((day, faults::code_of(&error)));
                        }
                        _ => {
                            let next = answering
                                .backoffs
                                .next_of_list(self.clock.now(), span.interval);
                            failures.add_of_list(day, &error, next).await;
                            return Err(error);
                        }
                    }
                    of_one_day = Some(error);
                    continue;
                }
            };
            has_read = true;
            for suspect in suspects.drain(..) {
                failures.add(back_off(suspect)).await?;
            }
            failures.read(day).await?;
            answering.backoffs.succeeded(Part::Day(day));
            passed.days += 1;
            passed.changed += done.changed;
            passed.late += late_rows(merchant, source, day, known.get(&day), &done);
        }
        match of_one_day {
            Some(error) if !suspects.is_empty() && !has_read => Err(error),
            of_one_day => {
                for suspect in suspects.drain(..) {
                    failures.add(back_off(suspect)).await?;
                }
                Ok(of_one_day)
            }
        }
    }
}

/// How many of a day's changed rows came late: all, when the day had been read completely before. They are logged, and so
/// is that Toss lists fewer transactions than it did: those are kept.
pub(super) fn late_rows(
    merchant: &Merchant,
    source: Source,
    day: KstDate,
    before: Option<&WindowRead>,
    read: &Day,
) -> u64 {
    let is_complete = |window: &&WindowRead| plan::is_complete(source, day, window.read_at);
    let Some(before) = before.filter(is_complete) else {
        return 0;
    };
    let rows = u64::try_from(read.rows).unwrap_or(u64::MAX);
    if source == Source::Transactions && rows < before.rows {
        tracing::warn!(account = %merchant.account, %day, rows, before = before.rows, "Toss lists fewer transactions than before; those that it does not list any more are kept");
    }
    if read.changed > 0 {
        tracing::info!(account = %merchant.account, list = name(source), %day, rows = read.changed, "rows came late or were changed");
    }
    read.changed
}
