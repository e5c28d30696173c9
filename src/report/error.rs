//! Why a report was not made.

use std::io;
use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// Why a report was not made. Nothing of it is left.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// Nothing can be written where it was to be.
    #[error("--out: {} cannot be written ({reason}): name another place", path.display())]
    Place {
        /// Where.
        path: PathBuf,
        /// What is in the way.
        reason: String,
    },
    /// Handing it on failed half-way: whoever asked has gone, or there is no room for what is held meanwhile.
    #[error(
        "the report could not be written ({reason}): see to the space where temporary files are put"
    )]
    Stream {
        /// What happened.
        reason: String,
    },
    /// Writing it failed half-way.
    #[error(
        "{} could not be written ({reason}): see to the space there, or name another place with --out",
        path.display()
    )]
    Write {
        /// What.
        path: PathBuf,
        /// What happened.
        reason: String,
    },
}

impl ReportError {
    /// Whether the command was given a place that cannot be used.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Place { .. })
    }

    pub(super) fn place(path: &Path, error: &io::Error) -> Self {
        Self::Place {
            path: path.to_owned(),
            reason: reason(error),
        }
    }

    /// `place` is where the report was to be; `None` of one that is handed on as it is written.
    pub(super) fn write(place: Option<&Path>, error: &io::Error) -> Self {
        Self::because(place, reason(error))
    }

    /// The same, with the reason in words.
    pub(super) fn because(place: Option<&Path>, reason: String) -> Self {
        match place {
            Some(path) => Self::Write {
                path: path.to_owned(),
                reason,
            },
            None => Self::Stream { reason },
        }
    }
}

/// The system's word for it where it has one; never the temporary name.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "its folder does not exist".to_owned(),
        io::ErrorKind::Other => error.to_string(),
        kind => kind.to_string(),
    }
}
