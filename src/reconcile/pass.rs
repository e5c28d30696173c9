//! Bringing verdicts up to date: those that are due are made from what is stored, batch after batch.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::coverages::Coverages;
use super::made::Maker;
use super::{CaughtUp, Inner, Reconciler};
use crate::store::{BookRows, StoreError, VerdictRecord, VerdictSubject};

/// Payments that are read and kept together: few enough that a writer waits briefly and memory stays small, enough that
/// statements are few.
pub(super) const BATCH: usize = 500;
/// How many batches in a row may come to nothing, because all of their books changed while they were made.
const LOST_BATCHES: u32 = 10;

impl Reconciler {
    /// Makes the verdicts that are due, until none is or the time is up. Whoever comes first makes a batch in any case;
    /// others wait for it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn catch_up(&self, at_most: Duration) -> Result<CaughtUp, StoreError> {
        self.catch_up_telling(at_most, |_| {}).await
    }

    /// The same; `progress` is told how many verdicts have been made.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn catch_up_telling(
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
            let Ok(_turn) = tokio::time::timeout(left, inner.turn.lock()).await else {
                caught_up.is_behind = true;
                return Ok(caught_up);
            };
            inner.settle_on_terms().await?;
            let due = inner.store.due_verdicts(inner.now(), BATCH as u64).await?;
            caught_up.is_behind = !due.is_empty();
            let time_is_up = caught_up.verdicts > 0 && began.elapsed() >= at_most;
            if due.is_empty() || time_is_up || lost >= LOST_BATCHES {
                return Ok(caught_up);
            }
            let kept = inner.make_and_keep(books.of(due).await?).await?;
            caught_up.verdicts += kept;
            lost = if kept == 0 { lost + 1 } else { 0 };
            progress(caught_up.verdicts);
        }
    }
}

impl Inner {
    /// Makes and keeps the verdicts from these books; how many were kept.
    async fn make_and_keep(
        &self,
        books: Vec<(VerdictSubject, BookRows)>,
    ) -> Result<u64, StoreError> {
        let made = self.make(books.into_iter()).await?;
        self.store
            .save_verdicts(&made.records, &made.coverages.read_days)
            .await
    }

    /// Makes verdicts from books that have been read just now.
    pub(super) async fn make(
        &self,
        books: impl Iterator<Item = (VerdictSubject, BookRows)>,
    ) -> Result<MadeVerdicts, StoreError> {
        let terms = self.terms().await?;
        // After the rows: a day read in between that has rows of theirs has changed the version of their books, and one
        // that has none lacks nothing. The other way round its rows would be there, and the day not.
        let coverages = self.coverages().await?;
        let maker = Maker {
            coverages: &coverages,
            terms: &terms,
            partial_cancel_rows: self.partial_cancel_rows,
            as_of: self.now(),
        };
        let records = books.map(|(subject, rows)| maker.make(&subject, rows).record);
        Ok(MadeVerdicts {
            records: records.collect(),
            coverages,
        })
    }
}

/// Verdicts that were made together.
pub(super) struct MadeVerdicts {
    pub(super) records: Vec<VerdictRecord>,
    /// What had been read by then.
    pub(super) coverages: Arc<Coverages>,
}
