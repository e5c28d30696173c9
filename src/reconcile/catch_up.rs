//! Bringing verdicts up to date: those that are due are made from what is stored, batch after batch.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::try_join;

use super::build_verdict::Maker;
use super::coverages::Coverages;
use super::{CaughtUp, Inner, Reconciler};
use crate::store::{BookRows, DueBooks, DueVerdict, StoreError, VerdictRecord, VerdictSubject};

/// Payments that are read and kept together: few enough that a writer waits for a tenth of a second at most and memory stays
/// small, enough that statements and commits are few: each commit writes every page that it touches.
pub(super) const BATCH: usize = 2_000;
/// Batches that are looked for together, so that one can be made while the one before is kept.
const ROUND: usize = 2;
/// How many rounds may come to nothing in a row, because all of their books changed while they were made.
const LOST_ROUNDS: u32 = 10;
/// Between two looks whether another process has made what is due.
const WAIT_FOR_ANOTHER: Duration = Duration::from_millis(100);

impl Reconciler {
    /// Makes the verdicts that are due, until none is or the time is up. Whoever comes first makes a batch in any case;
    /// others wait for it. While another process makes them by other terms, it is waited for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn catch_up(&self, at_most: Duration) -> Result<CaughtUp, StoreError> {
        let caught_up = self.make_due_verdicts(at_most, |_| {}).await;
        self.0.let_task_go().await;
        caught_up
    }

    /// The same for commands and reports, which may run where no background does: acknowledged discrepancies whose day has
    /// come are opened again first. `progress` is told how many verdicts have been made.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn catch_up_telling(
        &self,
        at_most: Duration,
        progress: impl Fn(u64),
    ) -> Result<CaughtUp, StoreError> {
        self.reopen_acknowledged().await?;
        let caught_up = self.make_due_verdicts(at_most, progress).await;
        self.0.let_task_go().await;
        caught_up
    }

    async fn make_due_verdicts(
        &self,
        at_most: Duration,
        progress: impl Fn(u64),
    ) -> Result<CaughtUp, StoreError> {
        let inner = &self.0;
        let began = Instant::now();
        let mut caught_up = CaughtUp::default();
        let mut lost = 0;
        let books = inner.store.due_books();
        loop {
            // Two at once would make the same verdicts twice. Whoever waits finds them made.
            let left = at_most.saturating_sub(began.elapsed());
            let Ok(turn) = tokio::time::timeout(left, inner.turn.lock()).await else {
                caught_up.is_behind = true;
                return Ok(caught_up);
            };
            if !inner.may_make().await? {
                drop(turn);
                let due = inner.store.due_verdicts(inner.now(), 1).await?;
                caught_up.is_behind = !due.is_empty();
                let left = at_most.saturating_sub(began.elapsed());
                if due.is_empty() || left.is_zero() {
                    return Ok(caught_up);
                }
                tokio::time::sleep(WAIT_FOR_ANOTHER.min(left)).await;
                continue;
            }
            let most = u64::try_from(ROUND * BATCH).unwrap_or(u64::MAX);
            let due = inner.store.due_verdicts(inner.now(), most).await?;
            caught_up.is_behind = !due.is_empty();
            let time_is_up = || began.elapsed() >= at_most;
            let is_enough = caught_up.verdicts > 0 && time_is_up();
            if due.is_empty() || is_enough || lost >= LOST_ROUNDS {
                return Ok(caught_up);
            }
            let before = caught_up.verdicts;
            let kept = |verdicts| {
                caught_up.verdicts += verdicts;
                progress(caught_up.verdicts);
            };
            inner.make_and_keep(&books, due, time_is_up, kept).await?;
            drop(turn);
            let is_lost = caught_up.verdicts == before;
            lost = if is_lost { lost + 1 } else { 0 };
        }
    }
}

impl Inner {
    /// Makes and keeps verdicts, batch after batch until it is enough, but the first in any case; `kept` is told how many
    /// each time. While one batch is kept, the next is made.
    async fn make_and_keep(
        &self,
        books: &DueBooks,
        due: Vec<DueVerdict>,
        is_enough: impl Fn() -> bool,
        mut kept: impl FnMut(u64),
    ) -> Result<(), StoreError> {
        let mut made: Option<MadeVerdicts> = None;
        for batch in due.chunks(BATCH) {
            let next = self.make_due(books, batch);
            made = Some(match &made {
                Some(made) => {
                    let (verdicts, next) = try_join!(self.keep(made), next)?;
                    kept(verdicts);
                    next
                }
                None => next.await?,
            });
            if is_enough() {
                break;
            }
        }
        if let Some(made) = made {
            kept(self.keep(&made).await?);
        }
        Ok(())
    }

    async fn make_due(
        &self,
        books: &DueBooks,
        due: &[DueVerdict],
    ) -> Result<MadeVerdicts, StoreError> {
        let books = books.of(due.to_vec()).await?;
        self.make(books.into_iter()).await
    }

    /// Keeps verdicts; how many, since what has changed meanwhile stays due.
    async fn keep(&self, made: &MadeVerdicts) -> Result<u64, StoreError> {
        self.keep_some(made, &made.records).await
    }

    /// Keeps some of the verdicts that were made together.
    pub(super) async fn keep_some(
        &self,
        made: &MadeVerdicts,
        records: &[VerdictRecord],
    ) -> Result<u64, StoreError> {
        let seen = &made.coverages.read_days;
        self.store
            .save_verdicts_by(&made.terms, records, seen)
            .await
    }

    /// Makes verdicts from books that have been read just now.
    pub(super) async fn make(
        &self,
        books: impl Iterator<Item = (VerdictSubject, BookRows)>,
    ) -> Result<MadeVerdicts, StoreError> {
        let learned = self.learned().await?;
        // After the rows: a day read in between that has rows of theirs has changed the version of their books, and one
        // that has none lacks nothing. The other way round its rows would be there, and the day not.
        let coverages = self.coverages(&learned.settings).await?;
        let maker = Maker {
            coverages: &coverages,
            terms: &learned.terms,
            partial_cancel_rows: learned.settings.partial_cancel_rows,
            as_of: self.now(),
        };
        let records = books.map(|(subject, rows)| maker.make(&subject, rows).record);
        Ok(MadeVerdicts {
            records: records.collect(),
            terms: learned.fingerprint.clone(),
            coverages,
        })
    }
}

/// Verdicts that were made together.
pub(super) struct MadeVerdicts {
    pub(super) records: Vec<VerdictRecord>,
    /// Names the terms.
    pub(super) terms: String,
    /// What had been read by then.
    pub(super) coverages: Arc<Coverages>,
}
