//! The desk: what people have made of a discrepancy, how it stands by that, and what may be done next.

use chrono::{DateTime, Utc};

use crate::{BusinessCalendar, KstDate};

/// How a discrepancy stands at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeskState {
    /// Found, and not acknowledged.
    Open,
    /// Found, and acknowledged as it is.
    Acknowledged,
    /// No longer found.
    Resolved,
}

impl DeskState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Acknowledged, Self::Resolved];

    /// The spelling in the store and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Acknowledged => "ACKNOWLEDGED",
            Self::Resolved => "RESOLVED",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// That somebody knows of a discrepancy and leaves it as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// What its evidence came to then; `None` where that is not known, so that it is nothing's.
    pub evidence: Option<String>,
    /// The day in Seoul on which it comes back.
    pub until: Option<KstDate>,
}

impl Acknowledgement {
    /// Whether its day has come.
    pub fn has_ended(&self, today: KstDate) -> bool {
        self.until.is_some_and(|until| until <= today)
    }
}

/// How a discrepancy stands: `evidence` is what its evidence comes to now, `None` when it is no longer found.
pub fn desk_state(
    acknowledged: Option<&Acknowledgement>,
    evidence: Option<&str>,
    today: KstDate,
) -> DeskState {
    let Some(evidence) = evidence else {
        return DeskState::Resolved;
    };
    match acknowledged {
        Some(known) if known.evidence.as_deref() == Some(evidence) && !known.has_ended(today) => {
            DeskState::Acknowledged
        }
        _ => DeskState::Open,
    }
}

/// What somebody does about a discrepancy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskStep {
    /// Leaves it as it is.
    Acknowledge {
        /// Until that day in Seoul.
        until: Option<KstDate>,
    },
    /// Gives it to somebody, or to nobody.
    Assign {
        /// Who.
        assignee: Option<String>,
    },
    /// Writes something down.
    Note,
    /// Takes an acknowledgement back.
    Reopen,
}

/// How a discrepancy stands when somebody does something about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskStanding {
    /// Its state.
    pub state: DeskState,
    /// Who has it.
    pub assignee: Option<String>,
    /// When a person last did something about it.
    pub changed_at: Option<DateTime<Utc>>,
}

/// Why a step is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskRefusal {
    /// Somebody did something after the instant at which it was seen.
    ChangedSince,
    /// It is acknowledged already.
    AlreadyAcknowledged,
    /// Somebody else has it.
    AlreadyAssigned,
    /// There is no acknowledgement to take back.
    NotAcknowledged,
    /// It is no longer found.
    Resolved,
    /// The day on which it should come back is not after today.
    DayHasCome,
}

/// Whether a step may be taken. `seen_at` is when its state was seen by whoever takes it: what stands may then be replaced,
/// unless it came later. Without it nothing that somebody else has said is replaced.
///
/// # Errors
/// [`DeskRefusal`].
pub fn check_step(
    step: &DeskStep,
    standing: &DeskStanding,
    seen_at: Option<DateTime<Utc>>,
    today: KstDate,
) -> Result<(), DeskRefusal> {
    let is_later = |seen: DateTime<Utc>| standing.changed_at.is_some_and(|at| at > seen);
    if seen_at.is_some_and(is_later) {
        return Err(DeskRefusal::ChangedSince);
    }
    let replaces = seen_at.is_some();
    match (step, standing.state) {
        (DeskStep::Note, _) => Ok(()),
        (_, DeskState::Resolved) => Err(DeskRefusal::Resolved),
        (DeskStep::Acknowledge { until: Some(until) }, _) if *until <= today => {
            Err(DeskRefusal::DayHasCome)
        }
        (DeskStep::Acknowledge { .. }, DeskState::Acknowledged) if !replaces => {
            Err(DeskRefusal::AlreadyAcknowledged)
        }
        (DeskStep::Assign { assignee: Some(to) }, _) => match &standing.assignee {
            Some(has) if has != to && !replaces => Err(DeskRefusal::AlreadyAssigned),
            _ => Ok(()),
        },
        (DeskStep::Reopen, DeskState::Open) => Err(DeskRefusal::NotAcknowledged),
        (
            DeskStep::Acknowledge { .. } | DeskStep::Assign { assignee: None } | DeskStep::Reopen,
            _,
        ) => Ok(()),
    }
}

/// How many business days in Seoul there are after the day on which a discrepancy was found, up to and including another
/// one. Where the calendar does not reach, weekdays.
pub fn age_in_business_days(calendar: &BusinessCalendar, found: KstDate, until: KstDate) -> u32 {
    calendar
        .business_days_between(found, until)
        .unwrap_or_else(|| weekdays_between(found, until))
}

fn weekdays_between(from: KstDate, to: KstDate) -> u32 {
    use chrono::Datelike as _;
    let weekday = |day: KstDate| i64::from(day.naive().weekday().num_days_from_monday());
    let days = to.naive().signed_duration_since(from.naive()).num_days();
    // Whole weeks, and what is left of one.
    let first = weekday(from);
    let rest = (1..=days.rem_euclid(7)).filter(|day| (first + day) % 7 < 5);
    let rest = i64::try_from(rest.count()).unwrap_or(0);
    u32::try_from(days.div_euclid(7) * 5 + rest).unwrap_or(0)
}
