//! Making every verdict anew, and comparing each with the one that is kept: there must be no difference.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::task::JoinError;

use super::catch_up::BATCH;
use super::{Inner, Reconciler};
use crate::store::{BookStretch, BookWalk, StoreError, VerdictRecord, VerdictSubject};

/// How many differences are told one by one.
const SHOWN: usize = 20;
/// How many neighbouring subjects are read together: enough that statements are few. A few stretches are in memory at a
/// time, some 10 KiB a subject.
const STRETCH: u64 = 1_000;

/// A verdict that making it anew did not confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The payment or row.
    pub subject: String,
    /// What was kept, as far as it differs.
    pub kept: String,
    /// What it should have been.
    pub made: String,
}

/// What making every verdict anew came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recomputed {
    /// How many were made.
    pub verdicts: u64,
    /// How many differed from what was kept. There must be none.
    pub differences: u64,
    /// The first of those.
    pub shown: Vec<Difference>,
}

/// Why not every verdict was made anew.
#[derive(Debug, thiserror::Error)]
pub enum RecomputeError {
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// Another process makes verdicts by other terms.
    #[error(
        "a server on this database makes verdicts by other settings (business days, settlement cycles, keys): run this with \
         the settings of that server, or stop it first and try again after twenty seconds"
    )]
    OtherTerms,
}

impl Reconciler {
    /// Makes every verdict anew and compares it with the one that is kept; what differs is replaced. One that is due, or
    /// was never made, is made and differs from nothing. `progress` is told how many have been made.
    ///
    /// # Errors
    /// When the store fails, or another process makes verdicts by other terms.
    pub async fn recompute_all(
        &self,
        progress: impl Fn(u64),
    ) -> Result<Recomputed, RecomputeError> {
        let recomputed = self.make_all(progress).await;
        self.0.let_task_go().await;
        recomputed
    }

    async fn make_all(&self, progress: impl Fn(u64)) -> Result<Recomputed, RecomputeError> {
        let inner = &self.0;
        inner.forget_terms().await;
        if !inner.may_make().await? {
            return Err(RecomputeError::OtherTerms);
        }
        let walk = Arc::new(inner.store.walk_books());
        let (told, mut outcomes) = mpsc::channel(walk.walkers());
        let walkers: Vec<_> = (0..walk.walkers())
            .map(|_| {
                let (inner, along, told) = (Arc::clone(inner), Arc::clone(&walk), told.clone());
                walk.spawn(async move { inner.recompute_along(&along, &told).await })
            })
            .collect();
        drop(told);
        let mut recomputed = Recomputed::default();
        while let Some(outcome) = outcomes.recv().await {
            recomputed.add(outcome?);
            progress(recomputed.verdicts);
        }
        for walker in walkers {
            if let Err(Ok(panic)) = walker.await.map_err(JoinError::try_into_panic) {
                std::panic::resume_unwind(panic);
            }
        }
        Ok(recomputed)
    }
}

impl Recomputed {
    fn add(&mut self, other: Self) {
        self.verdicts += other.verdicts;
        self.differences += other.differences;
        // Stretches end in any order.
        self.shown.extend(other.shown);
        self.shown.sort_by(|a, b| a.subject.cmp(&b.subject));
        self.shown.truncate(SHOWN);
    }
}

impl Inner {
    /// Recomputes one stretch of the walk after the other, until there is none or nobody listens any more.
    async fn recompute_along(
        &self,
        walk: &BookWalk,
        told: &mpsc::Sender<Result<Recomputed, StoreError>>,
    ) {
        loop {
            let outcome = match walk.next(STRETCH).await {
                Ok(None) => return,
                Ok(Some(stretch)) => self.recompute(stretch).await,
                Err(error) => Err(error),
            };
            let has_failed = outcome.is_err();
            if told.send(outcome).await.is_err() || has_failed {
                return;
            }
        }
    }

    async fn recompute(&self, stretch: BookStretch) -> Result<Recomputed, StoreError> {
        let (kept, books): (Vec<_>, Vec<_>) = stretch
            .read()
            .await?
            .into_iter()
            .map(|walked| (walked.kept, (walked.subject, walked.rows)))
            .unzip();
        let mut made = self.make(books.into_iter()).await?;
        let mut recomputed = Recomputed {
            verdicts: u64::try_from(made.records.len()).unwrap_or(u64::MAX),
            ..Recomputed::default()
        };
        let mut doubtful = Vec::new();
        let mut kept = kept.into_iter();
        made.records.retain(|record| match kept.next().flatten() {
            Some(kept) if !is_due(&kept, record.as_of) => {
                if difference(&kept, record).is_some() {
                    doubtful.push(record.subject.clone());
                }
                false
            }
            _ => true,
        });
        for records in made.records.chunks(BATCH) {
            self.keep_some(&made, records).await?;
        }
        for subjects in doubtful.chunks(BATCH) {
            self.compare_again(subjects, &mut recomputed).await?;
        }
        Ok(recomputed)
    }

    /// Compares verdicts that seem to differ. Their books may have changed and another process may have made them anew
    /// while these were made, so this time what is kept is read before the books and after them: when it has stayed the
    /// same, it was made from these books.
    async fn compare_again(
        &self,
        subjects: &[VerdictSubject],
        recomputed: &mut Recomputed,
    ) -> Result<(), StoreError> {
        let before = self.store.stored_verdicts(subjects).await?;
        let rows = self.store.book_rows(subjects).await?;
        let made = self.make(rows.into_iter()).await?;
        let after = self.store.stored_verdicts(subjects).await?;
        let steady = |subject: &VerdictSubject| {
            let (before, after) = (before.get(subject)?, after.get(subject)?);
            (before == after).then_some(before)
        };
        let mut records: Vec<&VerdictRecord> = made.records.iter().collect();
        records.sort_by_key(|record| &record.subject);
        for record in records {
            let kept = steady(&record.subject).filter(|kept| !is_due(kept, record.as_of));
            if let Some(difference) = kept.and_then(|kept| difference(kept, record)) {
                recomputed.differences += 1;
                if recomputed.shown.len() < SHOWN {
                    recomputed.shown.push(difference);
                }
            }
        }
        self.keep_some(&made, &made.records).await?;
        Ok(())
    }
}

fn is_due(kept: &VerdictRecord, now: DateTime<Utc>) -> bool {
    kept.due_at.is_some_and(|due| due <= now)
}

/// The parts in which two verdicts on one subject differ. When they were made does not matter.
fn difference(kept: &VerdictRecord, made: &VerdictRecord) -> Option<Difference> {
    let same = kept.payment == made.payment
        && kept.due_at == made.due_at
        && kept.discrepancies == made.discrepancies
        && kept.unsettled == made.unsettled
        && kept.gaps == made.gaps;
    // Nearly all are, and putting what they say into words takes longer than making them. Lists may still be in another
    // order.
    if same {
        return None;
    }
    let mut difference = Difference {
        subject: made.subject.to_string(),
        kept: String::new(),
        made: String::new(),
    };
    for ((part, kept), (_, made)) in parts(kept).into_iter().zip(parts(made)) {
        if kept != made {
            for (text, value) in [(&mut difference.kept, kept), (&mut difference.made, made)] {
                let separator = if text.is_empty() { "" } else { "; " };
                // Writing to a String cannot fail.
                let _ = write!(text, "{separator}{part} {value}");
            }
        }
    }
    (!difference.kept.is_empty()).then_some(difference)
}

/// What a verdict says, part by part, independent of the order in which lists are kept.
fn parts(record: &VerdictRecord) -> [(&'static str, String); 6] {
    let payment = record.payment.as_ref();
    [
        (
            "verdict",
            payment.map_or_else(
                || "none".to_owned(),
                |payment| payment.verdict.as_str().to_owned(),
            ),
        ),
        (
            "payment",
            format!(
                "{:?}",
                payment.map(|of| (&of.mid, &of.account, of.began_at, &of.sums))
            ),
        ),
        ("discrepancies", sorted(&record.discrepancies)),
        ("events without a row", sorted(&record.unsettled)),
        ("days not read", sorted(&record.gaps)),
        (
            "due",
            record
                .due_at
                .map_or_else(|| "never".to_owned(), |due| due.to_rfc3339()),
        ),
    ]
}

fn sorted<T: std::fmt::Debug>(list: &[T]) -> String {
    let mut lines: Vec<String> = list.iter().map(|entry| format!("{entry:?}")).collect();
    lines.sort_unstable();
    format!("[{}]", lines.join(", "))
}
