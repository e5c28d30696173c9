//! What has been read from Toss, and what has not.

use async_graphql::{Enum, SimpleObject};

use super::scalars::{DateTime, LocalDate};
use crate::{store, sync};

/// One of Toss's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "store::Source")]
pub(super) enum Source {
    /// Approvals, cancels and issued virtual accounts, as they happen.
    Transactions,
    /// What is paid out, from the day after.
    Settlements,
}

/// What has been read from Toss for one merchant and one kind of row. Lists show no more than that.
#[derive(SimpleObject)]
pub(super) struct Coverage {
    /// The merchant at Toss (상점아이디). Until a row has named it, what the merchant is called in this server's settings.
    m_id: String,
    /// Which kind of row.
    source: Source,
    /// The first day that has been read completely. Null before that.
    from: Option<LocalDate>,
    /// The last day up to which every day since `from` has been read completely: the first gap begins after it.
    through: Option<LocalDate>,
    /// Days that are over and have not been read completely since mirroring began, oldest first. Today is not among
    /// them, nor is yesterday among those of settlements, whose rows come a day later.
    gaps: Vec<DaySpan>,
    /// When Toss last answered with rows of this kind.
    last_read_at: Option<DateTime>,
    /// Set when the source cannot have data, e.g. settlements under a test key.
    unavailable: Option<String>,
    /// What is wrong with days of this list, oldest first: rows that could not be read, while the other rows of such a day were, and
    /// days whose last reading failed.
    faults: Vec<CoverageFault>,
}

/// Something that is wrong with a day of a list.
#[derive(SimpleObject)]
pub(super) struct CoverageFault {
    /// The day.
    day: LocalDate,
    /// What kind of fault. `UNREADABLE_ROW`: Toss lists rows that this server cannot read; they are kept as they came, and their
    /// payments have a discrepancy of that class. Of a day whose last reading failed: `UPSTREAM_UNAVAILABLE` (Toss was not to be
    /// reached, or failed), `REFUSED_BY_TOSS`, `UNREADABLE_ANSWER`, `UNSTEADY` (the rows changed while they were read), `NO_END`, or
    /// `NOT_STORED`. More codes may come.
    code: String,
    /// One sentence that names the rows or the cause.
    message: String,
    /// When the day is read again by itself. Null when that would change nothing.
    next_attempt_at: Option<DateTime>,
}

/// Days, both ends included.
#[derive(SimpleObject)]
pub(super) struct DaySpan {
    /// The first day.
    pub(super) from: LocalDate,
    /// The last day.
    pub(super) to: LocalDate,
}

impl From<sync::Coverage> for Coverage {
    fn from(coverage: sync::Coverage) -> Self {
        let extent = coverage.extent;
        Self {
            m_id: coverage.mid,
            source: coverage.source.into(),
            from: extent.from.map(LocalDate),
            through: extent.through.map(LocalDate),
            gaps: extent
                .gaps
                .into_iter()
                .map(|gap| DaySpan {
                    from: LocalDate(gap.from),
                    to: LocalDate(gap.to),
                })
                .collect(),
            last_read_at: extent.last_read_at.map(DateTime),
            unavailable: coverage.unavailable.map(str::to_owned),
            faults: coverage
                .faults
                .into_iter()
                .map(|fault| CoverageFault {
                    day: LocalDate(fault.day),
                    code: fault.code.to_owned(),
                    message: fault.message,
                    next_attempt_at: fault.next_attempt_at.map(DateTime),
                })
                .collect(),
        }
    }
}
