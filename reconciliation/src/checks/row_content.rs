//! What matched rows say of the same thing, and what a settlement row says of itself.

use super::cancels::of_payment;
use super::{Found, row_count, unknown_status};
use crate::ledger::{Ledger, Line};
use crate::{
    CancelStatus, Discrepancy, DiscrepancyClass, Effect, Evidence, Money, Pair, RowIdentities,
    Settlement, TransactionKey,
};

pub(super) fn currency(ledger: &Ledger<'_>, found: &mut Found) {
    for compared in pairs(ledger) {
        if compared.expected.currency() != compared.observed.currency() {
            found.add(
                Some(compared.key),
                Evidence::CurrencyMismatch {
                    between: compared.between,
                    expected: compared.expected,
                    observed: compared.observed,
                },
            );
        }
    }
    if let Some((expected, observed)) = total_in_another_currency(ledger, found) {
        found.add(
            None,
            Evidence::CurrencyMismatch {
                between: Pair::Payment,
                expected,
                observed,
            },
        );
    }
}

pub(super) fn amount(ledger: &Ledger<'_>, found: &mut Found) {
    if found.has(DiscrepancyClass::UnreadableRow) {
        return;
    }
    for compared in pairs(ledger) {
        if compared.expected.currency() == compared.observed.currency()
            && compared.expected != compared.observed
        {
            found.add(
                Some(compared.key),
                Evidence::AmountMismatch {
                    between: compared.between,
                    expected: compared.expected,
                    observed: compared.observed,
                },
            );
        }
    }
}

pub(super) fn fee_arithmetic(ledger: &Ledger<'_>, found: &mut Found) {
    let of_events = ledger
        .lines
        .iter()
        .filter(|line| !line.has_surplus())
        .flat_map(|line| {
            line.rows
                .iter()
                .map(move |row| (Some(line), &row.settlement))
        });
    let of_groups = ledger
        .groups
        .iter()
        .filter(|group| row_count::expected_beneath_surplus(ledger, group).is_none())
        .flat_map(|group| group.rows.iter().map(|row| (None, &row.settlement)));
    for (line, row) in of_events.chain(of_groups) {
        let settled_void =
            line.is_some_and(|line| found.has_of(DiscrepancyClass::SettledVoid, line.key()));
        let broken: Vec<_> = RowIdentities::of(row).broken().collect();
        if broken.is_empty()
            || settled_void
            || line.is_some_and(|line| right_but_for_the_amount(found, line, row))
        {
            continue;
        }
        let key = line.map(Line::key).or(row.transaction_key.as_ref());
        found.add(
            key,
            Evidence::FeeArithmetic {
                row: Box::new(row.clone()),
                broken,
            },
        );
    }
}

/// Whether a row's arithmetic holds once its amount, found to be wrong, is put right.
fn right_but_for_the_amount(found: &Found, line: &Line<'_>, row: &Settlement) -> bool {
    let is_alone = line.rows.len() == 1;
    is_alone
        && found.any(|found| wrong_amount_of_row(found, line.key()))
        && RowIdentities::with_amount(row, line.event.effective_amount)
            .broken()
            .next()
            .is_none()
}

fn wrong_amount_of_row(found: &Discrepancy, key: &TransactionKey) -> bool {
    let of_row = matches!(
        found.evidence,
        Evidence::AmountMismatch {
            between: Pair::Settlement,
            ..
        }
    );
    of_row && found.transaction_key.as_ref() == Some(key)
}

/// What two sources say of one event.
struct Compared<'a> {
    key: &'a TransactionKey,
    between: Pair,
    /// What the history has.
    expected: Money,
    observed: Money,
}

/// Every event with what its settlement rows add up to, unless there is a surplus of them, and every cancel of the payment with its transaction row. Rows of a group agree
/// in amount with all of its events: that is how they were matched.
fn pairs<'a>(ledger: &'a Ledger<'_>) -> impl Iterator<Item = Compared<'a>> {
    let settled = ledger
        .lines
        .iter()
        .filter(|line| {
            !line.has_unknown_status() && line.event.effect != Effect::Voided && !line.has_surplus()
        })
        .filter_map(|line| {
            Some(Compared {
                key: line.key(),
                between: if line.rows.len() > 1 {
                    Pair::Settlements
                } else {
                    Pair::Settlement
                },
                expected: line.event.effective_amount,
                observed: line.settled_amount()?,
            })
        });
    let read = ledger.books.payment.as_ref();
    let canceled = read.into_iter().flat_map(of_payment).filter_map(|cancel| {
        let key = cancel.transaction_key.as_ref()?;
        let line = ledger.lines.iter().find(|line| line.key() == key)?;
        let comparable =
            cancel.status == CancelStatus::Done && line.event.transaction.status.is_cancel();
        comparable.then_some(Compared {
            key,
            between: Pair::Payment,
            expected: line.event.amount(),
            observed: cancel.amount,
        })
    });
    settled.chain(canceled)
}

/// The first payment of the history and the payment's total, when the history has no money of the payment's currency.
fn total_in_another_currency(ledger: &Ledger<'_>, found: &Found) -> Option<(Money, Money)> {
    let payment = &ledger.books.payment.as_ref()?.payment;
    let moved = |line: &&Line<'_>| !line.event.effective_amount.is_zero();
    let first = ledger.lines.iter().find(moved)?;
    let mut currencies = ledger.books.history.currencies();
    let differs = !currencies.any(|currency| currency == payment.currency);
    let certain = !found.payment_differs() && !unknown_status::of_a_transaction(found);
    let total = payment.total_amount?;
    (differs && certain).then_some((first.event.effective_amount, total))
}
