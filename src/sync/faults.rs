//! What is wrong with days of a list, as coverage tells it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use reconciliation::KstDate;

use crate::store::{Source, StoredUnreadable};

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
