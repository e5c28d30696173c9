//! What is wrong with days of a list, as coverage tells it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use reconciliation::KstDate;

use crate::listing::ListingError;
use crate::store::{FailedDay, Source, StoredUnreadable};
use crate::toss::TossError;

/// How many rows of a day are named in one sentence.
const MOST_NAMED: usize = 5;
/// The code of a day with rows that could not be read.
const UNREADABLE_ROW: &str = "UNREADABLE_ROW";

/// Something that is wrong with a day of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The day, in Seoul.
    pub day: KstDate,
    /// What kind of fault, such as `UNREADABLE_ROW`.
    pub code: &'static str,
    /// One sentence, in English, without anything personal.
    pub message: String,
    /// When the day is read again by itself; `None` when that would change nothing.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

/// The days on which rows of a list could not be read, oldest first. The others of such a day were, so that nothing is tried
/// again: what cannot be read stays as it is.
pub(super) fn unreadable_rows<'r>(
    source: Source,
    rows: impl Iterator<Item = &'r StoredUnreadable>,
) -> Vec<Fault> {
    let mut days: BTreeMap<KstDate, Vec<&StoredUnreadable>> = BTreeMap::new();
    for row in rows.filter(|row| row.source == source) {
        days.entry(row.listed.day).or_default().push(row);
    }
    days.into_iter()
        .map(|(day, rows)| Fault {
            day,
            code: UNREADABLE_ROW,
            message: message(&rows),
            next_attempt_at: None,
        })
        .collect()
}

/// What kind of failure kept a day from being read, in the word that is kept of it.
pub(super) fn code_of(error: &ListingError) -> &'static str {
    match error {
        ListingError::Toss(TossError::Refused(_)) => REFUSED,
        ListingError::Toss(TossError::Unreadable { .. }) => UNREADABLE,
        ListingError::Toss(_) => UNAVAILABLE,
        ListingError::Store(_) | ListingError::Spool(_) => NOT_STORED,
        ListingError::Unsteady { .. } | ListingError::Lost { .. } => UNSTEADY,
        ListingError::NoEnd { .. } => NO_END,
    }
}

const REFUSED: &str = "REFUSED_BY_TOSS";
const UNREADABLE: &str = "UNREADABLE_ANSWER";
const UNAVAILABLE: &str = "UPSTREAM_UNAVAILABLE";
const NOT_STORED: &str = "NOT_STORED";
const UNSTEADY: &str = "UNSTEADY";
const NO_END: &str = "NO_END";

/// A day whose last reading failed.
pub(super) fn failed(day: &FailedDay) -> Fault {
    let (code, cause) = match day.code.as_str() {
        REFUSED => (
            REFUSED,
            "Toss refused to list them: see the log, and whether the key is still in force",
        ),
        UNREADABLE => (
            UNREADABLE,
            "Toss's answer is not what it documents: see the log",
        ),
        NOT_STORED => (
            NOT_STORED,
            "they could not be stored: see to the database and to its space",
        ),
        UNSTEADY => (UNSTEADY, "they changed while they were read"),
        NO_END => (NO_END, "Toss lists them without an end: see the log"),
        _ => (UNAVAILABLE, "Toss could not be reached, or failed"),
    };
    Fault {
        day: day.day,
        code,
        message: format!("The rows of this day could not be read: {cause}."),
        next_attempt_at: day.next_attempt_at,
    }
}

/// Both kinds, oldest first.
pub(super) fn together<'f>(
    mut faults: Vec<Fault>,
    failed: impl Iterator<Item = &'f (Source, FailedDay)>,
) -> Vec<Fault> {
    faults.extend(failed.map(|(_, day)| self::failed(day)));
    faults.sort_by_key(|fault| fault.day);
    faults
}

fn message(rows: &[&StoredUnreadable]) -> String {
    let number = rows.len();
    let noun = if number == 1 { "row" } else { "rows" };
    let named: Vec<String> = rows
        .iter()
        .take(MOST_NAMED)
        .map(|row| unreadable_text(row))
        .collect();
    let more = number.saturating_sub(MOST_NAMED);
    let more = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    let named = named.join("; ");
    format!("{number} {noun} could not be read: {named}{more}.")
}

/// Which row it is, and what cannot be read of it.
pub fn unreadable_text(row: &StoredUnreadable) -> String {
    let value = &row.listed.row;
    let names = [
        value
            .payment_key
            .as_ref()
            .map(|key| format!("payment {key}")),
        value
            .transaction_key
            .as_ref()
            .map(|key| format!("transaction {key}")),
        value
            .order_id
            .as_ref()
            .map(|order| format!("order {order}")),
    ];
    // A payment or an event says which one; its order adds nothing.
    let mut names = names.into_iter().flatten().take(2);
    let name = match (names.next(), names.next()) {
        (Some(first), Some(second)) => format!("{first}, {second}"),
        (Some(only), None) => only,
        _ => "a row without a name".to_owned(),
    };
    format!("{name}: {} {}", value.field, value.reason)
}
