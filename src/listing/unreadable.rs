//! Rows of a list that cannot be read, on their way into the store.

use reconciliation::UnreadableRow;

use crate::store::UnreadableRecord;
use crate::toss::Reading;

/// What is kept of a row that cannot be read.
pub(crate) fn unreadable_record(row: Reading<UnreadableRow>) -> UnreadableRecord {
    UnreadableRecord {
        raw: row.raw.as_str().to_owned(),
        value: row.value,
    }
}

/// What such a row is called in the name of a day's content: not as it would be if it could be read, so that the day is written
/// anew once it can.
pub(crate) fn unreadable_name(raw: &str) -> String {
    format!("unreadable\n{raw}")
}
