//! Cancels that Toss gives without a key, as versions of its API before 2022-06 do, against the rows of the transactions
//! list, which have one.

use std::borrow::Cow;

use crate::{Cancel, Event, PaymentStatus, Transaction, TransactionKey};

/// The cancels of a payment with the keys of their rows: one without a key gets that of the only row of its amount and
/// second, when no other cancel without a key could be that row. What cannot be told apart stays without.
///
/// The key of an approval's row is no cancel's: it is taken off first. The order and the repetition of the rows do not
/// matter.
pub fn named_cancels<'c, 'r>(
    cancels: &'c [Cancel],
    rows: impl Iterator<Item = &'r Transaction> + Clone,
) -> Cow<'c, [Cancel]> {
    let names_an_approval = |key: &TransactionKey| {
        let mut of_key = rows.clone().filter(|row| row.transaction_key == *key);
        of_key.any(|row| row.status == PaymentStatus::Done)
    };
    let is_named = |cancel: &Cancel| {
        let key = cancel.transaction_key.as_ref();
        key.is_some_and(|key| !names_an_approval(key))
    };
    if cancels.iter().all(is_named) {
        return Cow::Borrowed(cancels);
    }
    let mut named = cancels.to_vec();
    for cancel in named.iter_mut().filter(|cancel| !is_named(cancel)) {
        cancel.transaction_key = None;
    }
    let free = free_rows(&named, rows);
    let keys: Vec<Option<TransactionKey>> = named
        .iter()
        .map(|cancel| the_only_row(cancel, &named, &free))
        .collect();
    for (cancel, key) in named.iter_mut().zip(keys) {
        if key.is_some() {
            cancel.transaction_key = key;
        }
    }
    Cow::Owned(named)
}

/// The cancels that no row tells of yet. Of cancels without a key, a row of the amount that is no other cancel's tells of one:
/// its instant may be given otherwise in old answers, and what was cancelled once must not count twice.
pub(crate) fn unlisted_cancels<'c>(
    cancels: &(impl Iterator<Item = &'c Cancel> + Clone),
    events: &[Event],
) -> Vec<&'c Cancel> {
    let is_listed = |key: &TransactionKey| {
        events
            .iter()
            .any(|event| event.transaction.transaction_key == *key)
    };
    let mut free: Option<Vec<&Event>> = None;
    let mut unlisted = Vec::new();
    for cancel in cancels.clone() {
        if let Some(key) = &cancel.transaction_key {
            if !is_listed(key) {
                unlisted.push(cancel);
            }
            continue;
        }
        let free = free.get_or_insert_with(|| {
            let others = |event: &&Event| {
                let key = Some(&event.transaction.transaction_key);
                let mut cancels = cancels.clone();
                event.transaction.status.is_cancel()
                    && !cancels.any(|cancel| cancel.transaction_key.as_ref() == key)
            };
            events.iter().filter(others).collect()
        });
        let own = free
            .iter()
            .position(|event| event.amount() == cancel.amount);
        match own {
            Some(place) => {
                free.swap_remove(place);
            }
            None => unlisted.push(cancel),
        }
    }
    unlisted
}

/// The cancel rows that no cancel names, each once.
fn free_rows<'r>(
    cancels: &[Cancel],
    rows: impl Iterator<Item = &'r Transaction>,
) -> Vec<&'r Transaction> {
    let mut free: Vec<&Transaction> = Vec::new();
    for row in rows.filter(|row| row.status.is_cancel()) {
        let key = Some(&row.transaction_key);
        let is_taken = cancels
            .iter()
            .any(|cancel| cancel.transaction_key.as_ref() == key);
        let is_known = free.iter().any(|other| Some(&other.transaction_key) == key);
        if !is_taken && !is_known {
            free.push(row);
        }
    }
    free
}

fn the_only_row(
    cancel: &Cancel,
    cancels: &[Cancel],
    free: &[&Transaction],
) -> Option<TransactionKey> {
    if cancel.transaction_key.is_some() {
        return None;
    }
    let mut fitting = free.iter().filter(|row| fits(cancel, row));
    let row = fitting.next().filter(|_| fitting.next().is_none())?;
    let mut rivals = cancels
        .iter()
        .filter(|other| other.transaction_key.is_none() && fits(other, row));
    let is_alone = rivals.next().is_some() && rivals.next().is_none();
    is_alone.then(|| row.transaction_key.clone())
}

/// The same amount, at the same instant to the second.
fn fits(cancel: &Cancel, row: &Transaction) -> bool {
    row.amount.magnitude() == cancel.amount
        && cancel
            .canceled_at
            .is_some_and(|at| at.timestamp() == row.transaction_at.timestamp())
}
