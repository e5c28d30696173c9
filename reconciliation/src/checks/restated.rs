//! Settlement rows that say something else than they did at an earlier reading.

use chrono::{DateTime, Utc};

use super::{Found, gaps, row_count};
use crate::ledger::{Ledger, Line, fixed_order};
use crate::{
    DiscrepancyClass, Evidence, FormerSettlement, MatchStrength, Settlement, SettlementKind,
    TransactionKey, Version, match_settlement,
};

pub(super) fn content(ledger: &Ledger<'_>, found: &mut Found) {
    for change in changes(ledger) {
        let event = change.subject.key();
        let explained = event.is_some_and(|key| {
            [
                DiscrepancyClass::SettlementDuplicated,
                DiscrepancyClass::CurrencyMismatch,
                DiscrepancyClass::AmountMismatch,
                DiscrepancyClass::FeeArithmetic,
            ]
            .into_iter()
            .any(|class| found.has_of(class, key))
        });
        let reported = match &change.after {
            Some(after) => !explained && !only_payout_date(change.before, after.settlement),
            None => is_withdrawn_from_a_due_event(ledger, found, event),
        };
        if reported {
            found.add(
                event,
                Evidence::SettlementRestated {
                    before: Box::new(version(change.before, change.read_at)),
                    after: change
                        .after
                        .map(|after| Box::new(whole_after(ledger, event, change.before, after))),
                    noticed_at: change.noticed_at,
                },
            );
        }
    }
}

pub(super) fn payout_date(ledger: &Ledger<'_>, found: &mut Found) {
    for change in changes(ledger) {
        if let Some(after) = &change.after
            && only_payout_date(change.before, after.settlement)
            && !change
                .subject
                .key()
                .is_some_and(|key| found.has_of(DiscrepancyClass::SettlementDuplicated, key))
        {
            found.add(
                change.subject.key(),
                Evidence::PayoutDateChanged {
                    before: Box::new(version(change.before, change.read_at)),
                    after: Box::new(version(after.settlement, after.read_at)),
                },
            );
        }
    }
}

/// A row as it was, and what became of it.
struct Change<'a> {
    subject: Subject<'a>,
    before: &'a Settlement,
    read_at: DateTime<Utc>,
    noticed_at: DateTime<Utc>,
    /// `None` when the row is no longer listed.
    after: Option<Reading<'a>>,
}

/// A row at one reading.
#[derive(Clone, Copy)]
struct Reading<'a> {
    settlement: &'a Settlement,
    read_at: DateTime<Utc>,
}

/// What makes two rows versions of one: the event that they name or match, else the order.
#[derive(Clone, PartialEq, Eq)]
enum Subject<'a> {
    Event(TransactionKey, SettlementKind),
    Order(&'a str, SettlementKind),
}

impl Subject<'_> {
    fn key(&self) -> Option<&TransactionKey> {
        match self {
            Self::Event(key, _) => Some(key),
            Self::Order(..) => None,
        }
    }
}

/// Every former row that its next version does not repeat, in a fixed order. The next version is the earliest that was
/// read when the row was found replaced, or later; a row that merely is listed less often than before has not changed.
fn changes<'a>(ledger: &Ledger<'a>) -> Vec<Change<'a>> {
    if ledger.books.former_settlements.is_empty() || !ledger.has_settlements() {
        return Vec::new();
    }
    let mut former: Vec<&FormerSettlement> = ledger.books.former_settlements.iter().collect();
    former.sort_by(|a, b| {
        (a.replaced_at, a.read_at)
            .cmp(&(b.replaced_at, b.read_at))
            .then_with(|| fixed_order(&a.settlement, &b.settlement))
            .then(a.place.cmp(&b.place))
    });
    former.dedup();
    let subject = |row: &'a Settlement| subject_of(row, ledger);
    let earlier = former.iter().map(|row| (&row.settlement, row.read_at));
    let current = ledger
        .lines
        .iter()
        .flat_map(|line| &line.rows)
        .chain(ledger.groups.iter().flat_map(|group| &group.rows))
        .chain(&ledger.strays)
        .map(|row| (&row.settlement, row.read_at));
    let versions: Vec<(Subject<'a>, Reading<'a>)> = earlier
        .chain(current)
        .map(|(settlement, read_at)| {
            let reading = Reading {
                settlement,
                read_at,
            };
            (subject(settlement), reading)
        })
        .collect();
    let change = |row: &&'a FormerSettlement| {
        let subject = subject(&row.settlement);
        let later = versions
            .iter()
            .filter(|(of, reading)| *of == subject && reading.read_at >= row.replaced_at)
            .map(|(_, reading)| *reading);
        let next_read = later.clone().map(|reading| reading.read_at).min();
        let next = later.filter(|reading| Some(reading.read_at) == next_read);
        let repeated = next
            .clone()
            .any(|reading| *reading.settlement == row.settlement);
        // Of several parts, the one with its amount.
        let differs = |reading: &Reading<'_>| reading.settlement.amount != row.settlement.amount;
        let after = next.min_by(|a, b| {
            let by_amount = differs(a).cmp(&differs(b));
            by_amount.then_with(|| fixed_order(a.settlement, b.settlement))
        });
        (!repeated).then_some(Change {
            subject,
            before: &row.settlement,
            read_at: row.read_at,
            noticed_at: row.replaced_at,
            after,
        })
    };
    former.iter().filter_map(change).collect()
}

fn subject_of<'a>(row: &'a Settlement, ledger: &Ledger<'_>) -> Subject<'a> {
    let matched = || {
        let found = match_settlement(row, ledger.books.history.known_events());
        let single = matches!(found.strength, MatchStrength::Exact | MatchStrength::Weak);
        found.candidates.into_iter().next().filter(|_| single)
    };
    match row.transaction_key.clone().or_else(matched) {
        Some(key) => Subject::Event(key, row.kind),
        None => Subject::Order(row.order_id.as_str(), row.kind),
    }
}

fn only_payout_date(before: &Settlement, after: &Settlement) -> bool {
    let moved = Settlement {
        paid_out_date: after.paid_out_date,
        ..before.clone()
    };
    before.paid_out_date != after.paid_out_date && moved == *after
}

/// A row that is gone matters while its event still is due one, and nothing else says so.
fn is_withdrawn_from_a_due_event(
    ledger: &Ledger<'_>,
    found: &Found,
    event: Option<&TransactionKey>,
) -> bool {
    let unsaid = |line: &Line<'_>| {
        line.lacks_row()
            && !row_count::is_missing(found, line)
            && gaps::gap_of_absence(ledger, line).is_none()
            && !found.has_of(DiscrepancyClass::UnreadableRow, line.key())
    };
    ledger
        .lines
        .iter()
        .any(|line| Some(line.key()) == event && unsaid(line))
}

/// When a row of an event that has none any more was last read; `None` when none has ever been listed.
pub(super) fn last_seen(ledger: &Ledger<'_>, line: &Line<'_>) -> Option<DateTime<Utc>> {
    let former = ledger.books.former_settlements.iter();
    former
        .filter(|row| subject_of(&row.settlement, ledger).key() == Some(line.key()))
        .map(|row| row.read_at)
        .max()
}

/// The later version; all parts together where one row has become several.
fn whole_after(
    ledger: &Ledger<'_>,
    event: Option<&TransactionKey>,
    before: &Settlement,
    after: Reading<'_>,
) -> Version {
    let line = ledger.lines.iter().find(|line| Some(line.key()) == event);
    let whole = line
        .filter(|line| line.is_in_parts() && line.settled_amount() == Some(before.amount))
        .and_then(Line::rows_as_one);
    match whole {
        Some(whole) => version(&whole, after.read_at),
        None => version(after.settlement, after.read_at),
    }
}

fn version(settlement: &Settlement, read_at: DateTime<Utc>) -> Version {
    Version {
        settlement: settlement.clone(),
        read_at,
    }
}
