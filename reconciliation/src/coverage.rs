//! What of Toss's two lists has been read completely, as far as a verdict depends on it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::KstDate;

/// One of Toss's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// `GET /v1/transactions`.
    Transactions,
    /// `GET /v1/settlements`.
    Settlements,
}

/// A stretch of time: from its first instant until just before its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stretch {
    /// The first instant within.
    pub from: DateTime<Utc>,
    /// The first instant that is no longer within.
    pub until: DateTime<Utc>,
}

impl Stretch {
    /// What reading a day's list at that instant covers: the day, up to the reading.
    pub fn of_day(day: KstDate, read_at: DateTime<Utc>) -> Self {
        let from = day.start();
        Self {
            from,
            until: day.next().start().min(read_at).max(from),
        }
    }
}

/// What has been read completely: times of the transactions list, and sold dates of the settlements list with the
/// instant of their newest reading. The order and the repetition of what it is made from do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Ascending, without overlap.
    transactions: Vec<Stretch>,
    settlements: BTreeMap<KstDate, DateTime<Utc>>,
    settlements_unavailable: bool,
}

impl Coverage {
    /// Puts together what has been read. A stretch of the transactions list ends at the latest when its reading began;
    /// a sold date counts with the instant at which its reading began.
    pub fn new(
        transactions: impl IntoIterator<Item = Stretch>,
        settlements: impl IntoIterator<Item = (KstDate, DateTime<Utc>)>,
    ) -> Self {
        let mut newest: BTreeMap<KstDate, DateTime<Utc>> = BTreeMap::new();
        for (day, read_at) in settlements {
            let known = newest.entry(day).or_insert(read_at);
            *known = read_at.max(*known);
        }
        Self {
            transactions: joined(transactions),
            settlements: newest,
            settlements_unavailable: false,
        }
    }

    /// The same, for a merchant whose settlements cannot be had, as under a test key. That is never the same as nothing
    /// having been settled.
    #[must_use]
    pub fn without_settlements(mut self) -> Self {
        self.settlements_unavailable = true;
        self
    }

    /// Whether settlements cannot be had at all.
    pub fn settlements_unavailable(&self) -> bool {
        self.settlements_unavailable
    }

    /// Whether the transactions list has been read at that instant.
    pub fn has_transactions_at(&self, instant: DateTime<Utc>) -> bool {
        self.reaches(instant).is_some()
    }

    /// Whether the transactions list has been read over the whole stretch.
    pub fn has_transactions_of(&self, stretch: Stretch) -> bool {
        stretch.until <= stretch.from
            || self
                .reaches(stretch.from)
                .is_some_and(|until| until >= stretch.until)
    }

    /// When the settlements of that sold date were last read; `None` when never.
    pub fn settlements_read_at(&self, sold: KstDate) -> Option<DateTime<Utc>> {
        self.settlements.get(&sold).copied()
    }

    /// The holes in the transactions list from an instant to the beginning of the last stretch that has been read.
    pub(crate) fn holes_after(&self, instant: DateTime<Utc>) -> impl Iterator<Item = Stretch> {
        let mut from = self.reaches(instant).unwrap_or(instant);
        let next = self
            .transactions
            .partition_point(|stretch| stretch.from <= from);
        let later = self.transactions.get(next..).unwrap_or_default();
        later.iter().map(move |stretch| {
            let hole = Stretch {
                from,
                until: stretch.from,
            };
            from = stretch.until;
            hole
        })
    }

    /// The end of the stretch that an instant is in.
    fn reaches(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let after = self
            .transactions
            .partition_point(|stretch| stretch.from <= instant);
        let stretch = self.transactions.get(after.checked_sub(1)?)?;
        (instant < stretch.until).then_some(stretch.until)
    }
}

/// The stretches ascending, those that touch as one, empty ones dropped.
fn joined(stretches: impl IntoIterator<Item = Stretch>) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = stretches
        .into_iter()
        .filter(|stretch| stretch.from < stretch.until)
        .collect();
    all.sort_unstable();
    let mut joined: Vec<Stretch> = Vec::with_capacity(all.len());
    for next in all {
        match joined.last_mut() {
            Some(last) if next.from <= last.until => last.until = last.until.max(next.until),
            _ => joined.push(next),
        }
    }
    joined
}
