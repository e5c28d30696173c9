//! Rows that could not be read, and what their being missing would look like.

use super::Found;
use crate::ledger::Ledger;
use crate::{Evidence, ListedUnreadable, Settlement, Source};

/// Each row is named once, in a fixed order.
pub(super) fn check(ledger: &Ledger<'_>, found: &mut Found) {
    let mut rows: Vec<&ListedUnreadable> = ledger.books.unreadable.iter().collect();
    let order = |listed: &ListedUnreadable| {
        let row = &listed.row;
        (
            listed.source,
            listed.day,
            row.transaction_key.clone(),
            row.field.clone(),
            row.reason.clone(),
        )
    };
    rows.sort_by_cached_key(|listed| order(listed));
    for listed in rows {
        found.add(
            listed.row.transaction_key.as_ref(),
            Evidence::UnreadableRow(Box::new(listed.clone())),
        );
    }
}

/// Whether the event of a settlement row may be one whose own row could not be read: the one that it names, or any where
/// either names none.
pub(super) fn may_be_event_of(ledger: &Ledger<'_>, row: &Settlement) -> bool {
    of_transactions(ledger).any(|listed| {
        match (&listed.row.transaction_key, &row.transaction_key) {
            (Some(unread), Some(named)) => unread == named,
            _ => true,
        }
    })
}

/// Whether the history lacks a row that could not be read.
pub(super) fn is_of_history(ledger: &Ledger<'_>) -> bool {
    of_transactions(ledger).next().is_some()
}

fn of_transactions<'a>(ledger: &Ledger<'a>) -> impl Iterator<Item = &'a ListedUnreadable> {
    let rows = ledger.books.unreadable.iter();
    rows.filter(|listed| listed.source == Source::Transactions)
}
