//! The events of a payment whose money has not been settled yet.

use chrono::DateTime;

use crate::event_payout::kind_of;
use crate::ledger::{Ledger, Line};
use crate::{Books, KstDate, MId, Money, SettlementKind, Terms, TransactionKey};

/// An event that is due a settlement row and has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// The event.
    pub transaction_key: TransactionKey,
    /// Its merchant.
    pub mid: MId,
    /// The method in Toss's spelling, if its row names one.
    pub method_label: Option<String>,
    /// Whether it will be paid out or deducted.
    pub kind: SettlementKind,
    /// Before fees, signed.
    pub amount: Money,
    /// The last sold date that the contract allows: the only one, unless the settlement cycle is unknown.
    pub sold_date: KstDate,
}

/// The events that wait for their settlement row, in the order of the walk. Of events that only rows in common could
/// settle, the first are taken to be settled. Nothing is waited for where settlements cannot be had.
pub fn unsettled(books: &Books, terms: &Terms) -> Vec<Unsettled> {
    // What waits does not depend on the time.
    unsettled_in(&Ledger::of(books, terms, DateTime::UNIX_EPOCH))
}

/// The same, in books that are laid out already.
pub(crate) fn unsettled_in(ledger: &Ledger<'_>) -> Vec<Unsettled> {
    let settled_in_common = |line: &&Line<'_>| {
        ledger.groups.iter().any(|group| {
            let mut settled = ledger.open_lines(group).take(group.rows.len());
            line.grouped && settled.any(|open| open.key() == line.key())
        })
    };
    ledger
        .unsettled_lines()
        .filter(|line| !settled_in_common(line))
        .map(|line| {
            let row = &line.event.transaction;
            Unsettled {
                transaction_key: line.key().clone(),
                mid: row.mid.clone(),
                method_label: row.method_label.clone(),
                kind: kind_of(line.event),
                amount: line.event.effective_amount,
                sold_date: line.sold,
            }
        })
        .collect()
}
