//! Making every verdict anew, and comparing each with the one that is kept: there must be no difference.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::made::subject_text;
use super::pass::BATCH;
use super::{Inner, Reconciler};
use crate::store::{DueVerdict, StoreError, VerdictRecord};

/// How many differences are told one by one.
const SHOWN: usize = 20;

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

impl Reconciler {
    /// Makes every verdict anew and compares it with the one that is kept; what differs is replaced. One that is due, or
    /// was never made, is made and differs from nothing. `progress` is told how many have been made.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recompute_all(&self, progress: impl Fn(u64)) -> Result<Recomputed, StoreError> {
        let inner = &self.0;
        inner.forget_terms().await;
        inner.settle_on_terms().await?;
        let mut recomputed = Recomputed::default();
        let mut after = None;
        loop {
            let subjects = inner.store.verdict_subjects(after.as_ref(), BATCH).await?;
            let Some(last) = subjects.last() else {
                return Ok(recomputed);
            };
            after = Some(last.subject.clone());
            inner.recompute(&subjects, &mut recomputed).await?;
            progress(recomputed.verdicts);
        }
    }
}

impl Inner {
    async fn recompute(
        &self,
        subjects: &[DueVerdict],
        recomputed: &mut Recomputed,
    ) -> Result<(), StoreError> {
        let names: Vec<_> = subjects.iter().map(|due| due.subject.clone()).collect();
        // Before the books are read: what is kept by then and not due was made from these books or from older ones.
        let mut kept = self.store.stored_verdicts(&names).await?;
        let now = self.now();
        let (made, _) = self.make(subjects).await?;
        let mut changed = Vec::new();
        for record in made {
            recomputed.verdicts += 1;
            let Some(kept) = kept
                .remove(&record.subject)
                .filter(|kept| !is_due(kept, now))
            else {
                changed.push(record);
                continue;
            };
            if let Some(difference) = difference(&kept, &record) {
                // Another process, or a webhook, may have been faster than this one.
                if self.is_current(&kept).await? {
                    recomputed.differences += 1;
                    if recomputed.shown.len() < SHOWN {
                        recomputed.shown.push(difference);
                    }
                }
                changed.push(record);
            }
        }
        self.store.save_verdicts(&changed).await?;
        Ok(())
    }

    /// Whether a verdict is still the one that is kept, and not due.
    async fn is_current(&self, kept: &VerdictRecord) -> Result<bool, StoreError> {
        let subject = std::slice::from_ref(&kept.subject);
        let now = self.store.stored_verdicts(subject).await?;
        Ok(now
            .get(&kept.subject)
            .is_some_and(|now| difference(kept, now).is_none()))
    }
}

fn is_due(kept: &VerdictRecord, now: DateTime<Utc>) -> bool {
    kept.due_at.is_some_and(|due| due <= now)
}

/// The parts in which two verdicts on one subject differ. When they were made does not matter.
fn difference(kept: &VerdictRecord, made: &VerdictRecord) -> Option<Difference> {
    let mut difference = Difference {
        subject: subject_text(&made.subject),
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
