//! When time alone may change a verdict, all else staying as it is.

use chrono::{DateTime, Utc};

use crate::ledger::{Ledger, Line};
use crate::{Books, Terms, checks, late_from};

/// The next instant after `as_of` at which [`reconcile`](crate::reconcile) may give something else for the same books:
/// a settlement row becomes late, or a cancel request has gone without an outcome for too long. `None` when time changes
/// nothing any more. Until just before that instant the result stays the same.
pub fn next_change(books: &Books, terms: &Terms, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
    next_change_of(&Ledger::of(books, terms, as_of))
}

/// The same, of books that are laid out already.
pub(crate) fn next_change_of(ledger: &Ledger<'_>) -> Option<DateTime<Utc>> {
    let become_late = ledger
        .unsettled_lines()
        .filter_map(|line: &Line<'_>| late_from(line.sold, &ledger.terms.calendar));
    become_late
        .chain(checks::requests_become_overdue(ledger))
        .filter(|instant| *instant > ledger.as_of)
        .min()
}
