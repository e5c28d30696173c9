//! Closing the books of a period: its figures are taken, its report is written in every format and kept with them, and what
//! changes later is told beside them.

mod close;
mod files;
mod told;

use reconciliation::{KstDate, MId, MoneyError, PeriodFault};

use crate::clock::Clock;
use crate::reconcile::Reconciler;
use crate::report::{ReportError, Reporter};
use crate::store::{PeriodId, Source, Store, StoreError, StoredPeriod};
use crate::sync::{DaySpan, Mirror};

pub use files::{KeptFile, WriteKeptError, write_kept};
pub use told::{ChangedFigure, PeriodFigures};

/// Closes periods, and tells of those that are closed. Cheap to clone.
#[derive(Clone)]
pub struct Periods {
    store: Store,
    reconciler: Reconciler,
    mirror: Mirror,
    reporter: Reporter,
    clock: Clock,
}

/// A period that somebody wants closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseAsked {
    /// The merchant.
    pub mid: MId,
    /// The first day, in Seoul.
    pub from: KstDate,
    /// The last day, in Seoul.
    pub to: KstDate,
    /// The name of the token of whoever asks.
    pub by: String,
    /// With what words.
    pub note: Option<String>,
}

/// Why a period is not closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseRefused {
    /// Its days cannot be a period's.
    Days(PeriodFault),
    /// Nothing is known of that merchant.
    UnknownMerchant,
    /// Days of a list have not been read completely.
    NotRead {
        /// The list.
        source: Source,
        /// The first of them that lie together.
        days: DaySpan,
    },
    /// A day of a list has a row that could not be read, or could not be read itself.
    Faulty {
        /// The list.
        source: Source,
        /// The day.
        day: KstDate,
    },
    /// Some of its days belong to another one that is closed, or being closed.
    Overlaps(Box<StoredPeriod>),
    /// What is known of its payments keeps changing.
    Changing,
}

/// Why a period was not closed.
#[derive(Debug, thiserror::Error)]
pub enum PeriodError {
    /// It must not be.
    #[error("the period is not closed: {0:?}")]
    Refused(CloseRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its report could not be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A file of it could not be held.
    #[error("a file of the period's report could not be held for a moment: {0}")]
    File(#[from] std::io::Error),
    /// A sum does not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Periods {
    /// Closes periods by what these know.
    pub fn new(
        store: Store,
        reconciler: Reconciler,
        mirror: Mirror,
        reporter: Reporter,
        clock: Clock,
    ) -> Self {
        Self {
            store,
            reconciler,
            mirror,
            reporter,
            clock,
        }
    }

    /// Reopens a period, now: as [`Store::reopen_period`].
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reopen(
        &self,
        id: &PeriodId,
        by: (&str, &str),
        merchants: Option<&[MId]>,
    ) -> Result<Option<(StoredPeriod, bool)>, StoreError> {
        let now = self.clock.now();
        self.store.reopen_period(id, by, now, merchants).await
    }
}
