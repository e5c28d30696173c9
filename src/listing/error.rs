//! Why a day of a list was not read completely, and how far that reaches.

use std::io;

use reconciliation::KstDate;

use crate::store::StoreError;
use crate::toss::TossError;

/// Why a day was not read completely. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum ListingError {
    /// Toss gave no usable answer.
    #[error("{0}")]
    Toss(#[from] TossError),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The file for large days failed.
    #[error(
        "the temporary file for a large day cannot be used ({0}): see to the space in the system's folder for temporary files"
    )]
    Spool(#[from] io::Error),
    /// The rows changed between any two readings.
    #[error("the settlements of {day} differed in each of {readings} readings: try again later")]
    Unsteady {
        /// The sold date.
        day: KstDate,
        /// How often it was read.
        readings: u32,
    },
    /// The task that read it died.
    #[error("the reading of {day} was lost: try again")]
    Lost {
        /// The day.
        day: KstDate,
    },
    /// Toss lists rows without end, or never goes on from one.
    #[error("{call}: the list of {day} has no end that can be reached")]
    NoEnd {
        /// Which call.
        call: &'static str,
        /// The day.
        day: KstDate,
    },
}

impl ListingError {
    /// Whether trying again later may help without anybody doing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Toss(error) => error.is_temporary(),
            Self::Store(error) => matches!(error, StoreError::Unavailable { .. }),
            Self::Unsteady { .. } | Self::Lost { .. } => true,
            Self::Spool(_) | Self::NoEnd { .. } => false,
        }
    }

    /// How far it reaches.
    pub(crate) fn reach(&self) -> Reach {
        match self {
            Self::Toss(TossError::Unreadable { .. })
            | Self::Unsteady { .. }
            | Self::Lost { .. }
            | Self::NoEnd { .. } => Reach::Day,
            Self::Toss(error) if error.may_be_of_the_question() => Reach::PerhapsDay,
            Self::Toss(TossError::Unreachable { .. } | TossError::TimedOut { .. })
            | Self::Store(_)
            | Self::Spool(_) => Reach::Everything,
            Self::Toss(_) => Reach::List,
        }
    }

    /// What a day could not be.
    pub(crate) fn what_could_not_be_done(&self) -> &'static str {
        match self {
            Self::Store(_) | Self::Spool(_) => "stored",
            Self::Toss(_) | Self::Unsteady { .. } | Self::Lost { .. } | Self::NoEnd { .. } => {
                "read"
            }
        }
    }
}

/// What an error keeps from being read; the rest may be read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The day, of whose own rows it speaks.
    Day,
    /// The day or the whole list: the days beside it tell.
    PerhapsDay,
    /// One merchant's list.
    List,
    /// Everything: Toss is not there, or the store is not.
    Everything,
}

/// A day that was read and stored.
pub(crate) struct Day {
    pub(crate) rows: usize,
    /// How many of its rows are new, differ or are gone.
    pub(crate) changed: u64,
}
