//! How many settlement rows there are for each event: too many, one too many for a void, one without an event, or none.

use super::{Found, gaps, restated, unknown_status, unreadable_row};
use crate::ledger::{Group, Ledger, Line};
use crate::{
    DiscrepancyClass, Effect, Evidence, ListedSettlement, Money, RowWait, Settlement,
    SettlementKind, TransactionKey,
};

pub(super) fn duplicated(ledger: &Ledger<'_>, found: &mut Found) {
    for line in ledger.lines.iter().filter(|line| line.has_surplus()) {
        found.add(
            Some(line.key()),
            Evidence::SettlementDuplicated {
                events: 1,
                expected: line.event.effective_amount,
                rows: copies(&line.rows),
            },
        );
    }
    for group in &ledger.groups {
        let events = ledger.open_lines(group).count();
        if let Some(expected) = expected_beneath_surplus(ledger, group) {
            found.add(
                None,
                Evidence::SettlementDuplicated {
                    events,
                    expected,
                    rows: copies(&group.rows),
                },
            );
        }
    }
}

/// What the events of a group should be settled with, when there are more rows than events.
pub(super) fn expected_beneath_surplus(ledger: &Ledger<'_>, group: &Group<'_>) -> Option<Money> {
    let events = ledger.open_lines(group).count();
    let row = group.rows.first().filter(|_| group.rows.len() > events)?;
    let nothing = Money::zero(row.settlement.amount.currency());
    let mut moved = ledger
        .open_lines(group)
        .map(|line| line.event.effective_amount);
    moved.try_fold(nothing, |sum, amount| sum.plus(amount).ok())
}

pub(super) fn settled_void(ledger: &Ledger<'_>, found: &mut Found) {
    if found.has_gap_in_transactions() || unknown_status::of_a_transaction(found) {
        return;
    }
    for line in &ledger.lines {
        if line.event.effect == Effect::Voided
            && !line.has_surplus()
            && let Some(row) = line.rows_as_one()
        {
            found.add(
                Some(line.key()),
                Evidence::SettledVoid {
                    nominal: line.event.amount(),
                    row: Box::new(row),
                },
            );
        }
    }
}

/// Rows under one key are one orphan, however often they are listed.
pub(super) fn orphan(ledger: &Ledger<'_>, found: &mut Found) {
    if found.has_gap_in_transactions() {
        return;
    }
    let may_be_unknown = unknown_status::of_a_transaction(found);
    let mut orphans: Vec<Vec<Settlement>> = Vec::new();
    for row in &ledger.strays {
        let key = &row.settlement.transaction_key;
        if unreadable_row::may_be_event_of(ledger, &row.settlement) {
            continue;
        }
        if key.is_none() && may_be_unknown {
            continue;
        }
        let same = |rows: &&mut Vec<Settlement>| {
            key.is_some() && rows.iter().any(|row| row.transaction_key == *key)
        };
        match orphans.iter_mut().find(same) {
            Some(rows) => rows.push(row.settlement.clone()),
            None => orphans.push(vec![row.settlement.clone()]),
        }
    }
    for rows in orphans {
        let key = rows.first().and_then(|row| row.transaction_key.clone());
        found.add(key.as_ref(), Evidence::SettlementOrphan { rows });
    }
}

pub(super) fn missing(ledger: &Ledger<'_>, found: &mut Found) {
    if found.has(DiscrepancyClass::UnreadableRow) {
        return;
    }
    let mut strays = strays_by_kind(ledger);
    for line in ledger.lines.iter().filter(|line| line.lacks_row()) {
        if ledger.wait(line) == RowWait::Late
            && gaps::gap_of_absence(ledger, line).is_none()
            && !explained_by_a_stray(&mut strays, line)
        {
            report_missing(ledger, found, &[line], 1);
        }
    }
    for group in &ledger.groups {
        let open: Vec<&Line<'_>> = ledger.open_lines(group).filter(|line| line.due).collect();
        let late = open.iter().filter(|line| {
            ledger.wait(line) == RowWait::Late && gaps::gap_of_absence(ledger, line).is_none()
        });
        // The rows that there are may belong to the events that are not late.
        let missing = open.len().saturating_sub(group.rows.len());
        let missing = missing.min(late.count().saturating_sub(group.rows.len()));
        if missing > 0 {
            report_missing(ledger, found, &open, missing);
        }
    }
}

/// How many rows that fit no event pay out, and how many deduct. Those that a gap keeps from being orphans count too.
fn strays_by_kind(ledger: &Ledger<'_>) -> [usize; 2] {
    let mut seen: Vec<&TransactionKey> = Vec::new();
    let mut counts = [0, 0];
    for row in &ledger.strays {
        let settlement = &row.settlement;
        if let Some(key) = &settlement.transaction_key {
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
        }
        let [payments, cancels] = &mut counts;
        match settlement.kind {
            SettlementKind::Payment => *payments += 1,
            SettlementKind::Cancel => *cancels += 1,
        }
    }
    counts
}

fn explained_by_a_stray(strays: &mut [usize; 2], line: &Line<'_>) -> bool {
    let [payments, cancels] = strays;
    let left = match line.event.effect {
        Effect::Paid => payments,
        _ => cancels,
    };
    let explained = *left > 0;
    *left = left.saturating_sub(1);
    explained
}

fn report_missing(ledger: &Ledger<'_>, found: &mut Found, lines: &[&Line<'_>], missing: usize) {
    let Some(line) = lines.first() else {
        return;
    };
    let Some(late_from) = ledger.late_since(line) else {
        return;
    };
    let alone = lines.len() == 1;
    found.add(
        Some(line.key()).filter(|_| alone),
        Evidence::SettlementMissing {
            candidates: lines.iter().map(|line| line.key().clone()).collect(),
            missing,
            amount: line.event.effective_amount,
            sold: line.sold,
            late_from,
            last_seen: restated::last_seen(ledger, line).filter(|_| alone),
        },
    );
}

fn copies(rows: &[&ListedSettlement]) -> Vec<Settlement> {
    rows.iter().map(|row| row.settlement.clone()).collect()
}

/// Whether an event was found to be missing.
pub(super) fn is_missing(found: &Found, line: &Line<'_>) -> bool {
    found.has_of(DiscrepancyClass::SettlementMissing, line.key())
}
