//! The desk: what people make of discrepancies, kept beside them under the same ids, with every step.

pub(in crate::store) mod following;
mod reading;
pub(in crate::store) mod returning;
mod stepping;

use chrono::{DateTime, Utc};
use reconciliation::{DeskRefusal, DeskStep, KstDate, MId};

use crate::store::{DiscrepancyId, StoreError};

pub(in crate::store) use crate::store::cancels::audit::PROGRAM;

/// Something that is done about discrepancies.
#[derive(Clone, Copy, Debug)]
pub struct DeskAct<'a> {
    /// The name of the token of whoever does it.
    pub by: &'a str,
    /// Now.
    pub at: DateTime<Utc>,
    /// What is done.
    pub step: &'a DeskStep,
    /// With what words.
    pub words: Option<&'a str>,
    /// When whoever does it saw how they stood.
    pub seen_at: Option<DateTime<Utc>>,
    /// The merchants that whoever does it works for; `None` is all of them.
    pub merchants: Option<&'a [MId]>,
}

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskRefused {
    /// There is no such discrepancy.
    NotFound(DiscrepancyId),
    /// The step cannot be taken.
    Refused {
        /// Of which.
        id: DiscrepancyId,
        /// Why.
        why: DeskRefusal,
        /// Who last did something about it.
        by: Option<String>,
    },
}

/// What people have made of a discrepancy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskRecord {
    /// The day in Seoul on which it comes back; `None` while it is not acknowledged, or for good.
    pub acknowledged_until: Option<KstDate>,
    /// Everything that was done, oldest first.
    pub steps: Vec<DeskEntry>,
}

/// A step, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// The name of the token that acted, or the program itself.
    pub actor: String,
    /// What was done.
    pub action: DeskAction,
    /// With what words; of an assignment, to whom.
    pub words: Option<String>,
}

/// What was done about a discrepancy, or came about by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskAction {
    /// It was left as it is.
    Acknowledged,
    /// It was given to somebody.
    Assigned,
    /// It was given to nobody.
    Unassigned,
    /// Something was written down.
    Noted,
    /// An acknowledgement was taken back.
    Reopened,
    /// It came back by itself, because its evidence is another.
    EvidenceChanged,
    /// It came back by itself, because its day had come.
    DayCame,
    /// It was no longer found.
    Resolved,
    /// It was found again.
    FoundAgain,
}

impl DeskAction {
    const ALL: [Self; 9] = [
        Self::Acknowledged,
        Self::Assigned,
        Self::Unassigned,
        Self::Noted,
        Self::Reopened,
        Self::EvidenceChanged,
        Self::DayCame,
        Self::Resolved,
        Self::FoundAgain,
    ];

    /// The spelling in the store and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledged => "ACKNOWLEDGED",
            Self::Assigned => "ASSIGNED",
            Self::Unassigned => "UNASSIGNED",
            Self::Noted => "NOTED",
            Self::Reopened => "REOPENED",
            Self::EvidenceChanged => "EVIDENCE_CHANGED",
            Self::DayCame => "DAY_CAME",
            Self::Resolved => "RESOLVED",
            Self::FoundAgain => "FOUND_AGAIN",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|action| action.as_str() == text);
        found.ok_or_else(|| StoreError::inconsistent("desk_steps", "action", text))
    }

    fn of(step: &DeskStep) -> Self {
        match step {
            DeskStep::Acknowledge { .. } => Self::Acknowledged,
            DeskStep::Assign { assignee: Some(_) } => Self::Assigned,
            DeskStep::Assign { assignee: None } => Self::Unassigned,
            DeskStep::Note => Self::Noted,
            DeskStep::Reopen => Self::Reopened,
        }
    }
}
