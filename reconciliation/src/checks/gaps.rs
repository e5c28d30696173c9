//! What a verdict depends on and has not been read.
//!
//! Of the transactions list: every instant at which the payment or a row says that something happened; the time between
//! the first of them and the end of what has been read, unless the payment itself was read later and so vouches for its
//! cancels; and the period in which the event of an unmatched settlement row must lie. Of the settlements list: the sold
//! date of every row that there is, and that of every late row, read since it became late.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ledger::{Ledger, Line};
use crate::{Gap, KstDate, PaymentRead, PaymentStatus, Settlement, SettlementKind, Stretch};

/// What of each list is missing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Gaps {
    pub(crate) transactions: Vec<Gap>,
    pub(crate) settlements: Vec<Gap>,
}

impl Gaps {
    pub(crate) fn of(ledger: &Ledger<'_>) -> Self {
        Self {
            transactions: in_transactions(ledger),
            settlements: in_settlements(ledger),
        }
    }
}

fn in_transactions(ledger: &Ledger<'_>) -> Vec<Gap> {
    let coverage = &*ledger.books.coverage;
    let payment = ledger.books.payment.as_ref();
    let mut gaps = Vec::new();
    let mut first: Option<DateTime<Utc>> = None;
    let rows = ledger
        .lines
        .iter()
        .map(|line| line.event.transaction.transaction_at);
    let named = payment.into_iter().flat_map(instants_named);
    for instant in rows.chain(named) {
        first = Some(first.map_or(instant, |first| first.min(instant)));
        if !coverage.has_transactions_at(instant) {
            let day = KstDate::of(instant);
            gaps.push(Gap::Days(day, day));
        }
    }
    if let Some(first) = first {
        let vouched = payment.map_or(first, |read| first.max(read.read_at));
        gaps.extend(coverage.holes_after(vouched).map(days_of));
    }
    let begins_with_a_cancel = ledger.lines.first().filter(|line| {
        let status = &line.event.transaction.status;
        payment.is_none() && status.is_cancel()
    });
    gaps.extend(begins_with_a_cancel.map(|line| {
        let day = KstDate::of(line.event.transaction.transaction_at);
        Gap::Before(day)
    }));
    for stray in &ledger.strays {
        let stretch = where_the_event_must_be(&stray.settlement, ledger);
        if !coverage.has_transactions_of(stretch) {
            gaps.push(days_of(stretch));
        }
    }
    joined(gaps)
}

/// The instants at which a payment says that something happened to it.
fn instants_named(read: &PaymentRead) -> impl Iterator<Item = DateTime<Utc>> {
    let payment = &read.payment;
    let has_rows = !matches!(
        payment.status,
        PaymentStatus::Ready
            | PaymentStatus::InProgress
            | PaymentStatus::Aborted
            | PaymentStatus::Expired
    );
    let issued_or_unsaid = payment.is_virtual_account() || payment.approved_at.is_none();
    let requested = payment
        .requested_at
        .filter(|_| has_rows && issued_or_unsaid);
    let canceled = read.cancels.iter().filter_map(|cancel| cancel.canceled_at);
    requested
        .into_iter()
        .chain(payment.approved_at)
        .chain(canceled)
}

/// The time in which the event of an unmatched row must lie: when its payment was approved, else the period that its
/// sold date closes. Rows of test settlements put midnight for the approval, which says the day alone.
fn where_the_event_must_be(row: &Settlement, ledger: &Ledger<'_>) -> Stretch {
    let approved = row
        .approved_at
        .filter(|at| row.kind == SettlementKind::Payment && KstDate::of(*at).start() != *at);
    if let Some(at) = approved {
        return Stretch {
            from: at,
            until: at + TimeDelta::seconds(1),
        };
    }
    let method = ledger
        .books
        .payment
        .as_ref()
        .and_then(|read| read.payment.method())
        .or_else(|| ledger.lines.first()?.event.transaction.method());
    let contract = ledger.terms.contracts.of(&row.mid, method.as_ref());
    Stretch {
        from: contract.cycle.first_day(row.sold_date).start(),
        until: row.sold_date.next().start(),
    }
}

fn in_settlements(ledger: &Ledger<'_>) -> Vec<Gap> {
    let coverage = &*ledger.books.coverage;
    let of_events = ledger.lines.iter().flat_map(|line| &line.rows);
    let of_groups = ledger.groups.iter().flat_map(|group| &group.rows);
    let mut gaps: Vec<Gap> = of_events
        .chain(of_groups)
        .map(|row| row.settlement.sold_date)
        .filter(|sold| coverage.settlements_read_at(*sold).is_none())
        .map(|sold| Gap::Days(sold, sold))
        .collect();
    gaps.extend(
        ledger
            .unsettled_lines()
            .filter_map(|line| gap_of_absence(ledger, line)),
    );
    joined(gaps)
}

/// What would have to be read before a row's absence means anything: its sold date, since the row became late.
pub(crate) fn gap_of_absence(ledger: &Ledger<'_>, line: &Line<'_>) -> Option<Gap> {
    let coverage = &*ledger.books.coverage;
    if coverage.settlements_unavailable() {
        return Some(Gap::Unavailable);
    }
    let late = ledger.late_since(line)?;
    let read = coverage.settlements_read_at(line.sold);
    (read.is_none_or(|read| read < late)).then_some(Gap::Days(line.sold, line.sold))
}

fn days_of(stretch: Stretch) -> Gap {
    // The end is no longer within; a hole that ends at midnight does not touch the day that begins there.
    let last = stretch.until - TimeDelta::nanoseconds(1);
    Gap::Days(KstDate::of(stretch.from), KstDate::of(last))
}

/// The gaps in a fixed order, those that touch or overlap as one.
fn joined(mut gaps: Vec<Gap>) -> Vec<Gap> {
    gaps.sort_unstable();
    let mut joined: Vec<Gap> = Vec::with_capacity(gaps.len());
    for gap in gaps {
        match (joined.last_mut(), gap) {
            (Some(Gap::Days(_, through)), Gap::Days(from, to)) if from <= through.next() => {
                *through = (*through).max(to);
            }
            (Some(last), gap) if *last == gap => {}
            (_, gap) => joined.push(gap),
        }
    }
    joined
}
