//! Periods whose books were closed: kept with their figures as they were, with what has changed since, and with the rows
//! of their report.

pub(in crate::store) mod changes;
mod closing;
mod reading;

use std::fmt;

use chrono::{DateTime, Utc};
use reconciliation::{BookedSums, Currency, KstDate, MId};

use crate::store::StoreError;

pub use closing::Closed;

/// Names a period.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeriodId(String);

impl PeriodId {
    /// Takes the name as it is.
    pub fn new(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PeriodId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a period stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodState {
    /// Its figures are taken, and its report is being written. Nobody sees it yet.
    Closing,
    /// Its books are closed.
    Closed,
    /// They were opened again; what it was closed with stays.
    Reopened,
}

impl PeriodState {
    const ALL: [Self; 3] = [Self::Closing, Self::Closed, Self::Reopened];

    /// The spelling in the store.
    pub(in crate::store) fn as_str(self) -> &'static str {
        match self {
            Self::Closing => "CLOSING",
            Self::Closed => "CLOSED",
            Self::Reopened => "REOPENED",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A period as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPeriod {
    /// Its name.
    pub id: PeriodId,
    /// Its merchant.
    pub mid: MId,
    /// The first day, in Seoul.
    pub from: KstDate,
    /// The last day, in Seoul.
    pub to: KstDate,
    /// How it stands.
    pub state: PeriodState,
    /// When it was closed; while it is being closed, when that began.
    pub closed_at: DateTime<Utc>,
    /// The name of the token of whoever closed it.
    pub closed_by: String,
    /// With what words.
    pub note: Option<String>,
    /// When it was reopened, by whom and why.
    pub reopened: Option<Reopened>,
}

/// How a period came to be open again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reopened {
    /// When.
    pub at: DateTime<Utc>,
    /// The name of the token of whoever reopened it.
    pub by: String,
    /// Why.
    pub note: String,
}

/// A period to be closed.
#[derive(Clone, Debug)]
pub struct NewPeriod {
    /// Its name.
    pub id: PeriodId,
    /// Its merchant.
    pub mid: MId,
    /// The first day, in Seoul.
    pub from: KstDate,
    /// The last day, in Seoul.
    pub to: KstDate,
    /// The name of the token of whoever closes it.
    pub by: String,
    /// With what words.
    pub note: Option<String>,
    /// Now.
    pub at: DateTime<Utc>,
}

/// A section of a period's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodSection {
    /// Its name.
    pub section: String,
    /// The SHA-256 of its CSV file, in hexadecimal digits.
    pub sha256: String,
}

/// What has changed in one currency since a period was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodDifference {
    /// The currency.
    pub currency: Currency,
    /// By how much each sum is another.
    pub sums: BookedSums,
}

fn unread(column: &'static str, period: &str) -> StoreError {
    StoreError::inconsistent("periods", column, period)
}
