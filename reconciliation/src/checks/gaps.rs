//! What a verdict depends on and has not been read.
//!
//! Of the transactions list: every instant at which the payment or a row says that something happened, unless the payment
//! itself was read later and so vouches for it; the time between the first of them and the end of what has been read, as
//! far as the payment does not vouch for it and something can still have happened; and the period in which the event of an unmatched settlement row must lie. Of the settlements list: the sold
//! date of every row that there is, and those under which a late row may stand, read since it would be late there.

use chrono::{DateTime, TimeDelta, Utc};

use super::cancels::has_unfinished_cancel;
use crate::ledger::{Ledger, Line};
use crate::{
    Cancel, CancelStatus, Effect, Gap, KstDate, Money, PaymentRead, PaymentStatus, Settlement,
    SettlementKind, Stretch, late_from,
};

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
    let ended = end_of_history(ledger);
    let rows = ledger.books.history.events().iter();
    let rows = rows.map(|event| {
        let at = event.transaction.transaction_at;
        let vouched = payment.is_some_and(|read| read.read_at >= at && vouches(ledger, read));
        (at, vouched || ended == Some(Ended::AllBack))
    });
    let named = payment
        .into_iter()
        .flat_map(|read| instants_named(ledger, read));
    for (instant, is_known) in rows.chain(named) {
        first = Some(first.map_or(instant, |first| first.min(instant)));
        if !is_known && !coverage.has_transactions_at(instant) {
            let day = KstDate::of(instant);
            gaps.push(Gap::Days(day, day));
        }
    }
    if let Some(first) = first {
        let vouched = payment.map_or(first, |read| first.max(read.read_at));
        let holes = coverage.holes_after(vouched);
        let matter = |hole: &Stretch| match ended {
            None => true,
            Some(Ended::At(instant)) => hole.from < instant,
            Some(Ended::AllBack) => false,
        };
        gaps.extend(holes.filter(matter).map(days_of));
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

/// From when nothing more can happen to a payment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// From that instant.
    At(DateTime<Utc>),
    /// What came in is what went back, so that no row can be missing before that either.
    AllBack,
}

/// Whether nothing more can happen: the last event gave back all that was held, or the payment says so when it was read.
/// A virtual account may have been paid into and have bounced between two of its rows.
fn end_of_history(ledger: &Ledger<'_>) -> Option<Ended> {
    if has_unfinished_cancel(ledger) {
        return None;
    }
    let history = &ledger.books.history;
    let all = || {
        let currencies = history.currencies();
        currencies.map(|currency| history.totals(currency))
    };
    let last = history.known_events().last();
    let last = last
        .map(|event| &event.transaction)
        .filter(|last| last.status.is_cancel() && all().all(|totals| totals.net().is_zero()));
    match last {
        Some(last) if !last.is_virtual_account() && all().any(|totals| !totals.paid.is_zero()) => {
            Some(Ended::AllBack)
        }
        Some(last) => Some(Ended::At(last.transaction_at)),
        None => {
            let read = ledger.books.payment.as_ref()?;
            let is_final = match &read.payment.status {
                PaymentStatus::Aborted | PaymentStatus::Expired => true,
                status => {
                    status.is_cancel() && read.payment.balance_amount.is_some_and(Money::is_zero)
                }
            };
            is_final.then_some(Ended::At(read.read_at))
        }
    }
}

/// Whether the payment alone tells what its events did. Of a virtual account that was paid into it may not: the deposit may
/// have bounced, and then a cancel refunded nothing. Of a cancel that we asked for we know.
fn vouches(ledger: &Ledger<'_>, read: &PaymentRead) -> bool {
    let payment = &read.payment;
    if !payment.is_virtual_account() {
        return true;
    }
    if payment.status == PaymentStatus::WaitingForDeposit {
        let mut events = ledger.books.history.events().iter();
        return !events.any(|event| event.effect == Effect::Paid);
    }
    let is_ours = |cancel: &Cancel| {
        let key = cancel.transaction_key.as_ref();
        let mut requests = ledger.books.requests.iter();
        key.is_some() && requests.any(|request| request.facts.transaction_key.as_ref() == key)
    };
    payment.approved_at.is_none() || read.cancels.iter().all(is_ours)
}

/// The instants at which a payment says that something happened to it, each with whether it is known what.
fn instants_named<'a>(
    ledger: &Ledger<'a>,
    read: &'a PaymentRead,
) -> impl Iterator<Item = (DateTime<Utc>, bool)> {
    let payment = &read.payment;
    let events = ledger.books.history.known_events();
    let vouched = vouches(ledger, read);
    let money_came = events
        .iter()
        .any(|event| matches!(event.effect, Effect::Paid | Effect::PaymentReversed));
    let never_paid = payment.is_virtual_account() && payment.approved_at.is_none();
    let moved_money = payment.status == PaymentStatus::Done || payment.status.is_cancel();
    let is_begun = vouched && (money_came || never_paid || !moved_money);
    let is_known = |cancel: &Cancel| match cancel.status {
        // What is not done has moved no money.
        CancelStatus::InProgress | CancelStatus::Aborted => true,
        CancelStatus::Done | CancelStatus::Other(_) => events.iter().any(|event| {
            Some(&event.transaction.transaction_key) == cancel.transaction_key.as_ref()
        }),
    };
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
    let begun = requested
        .into_iter()
        .chain(payment.approved_at)
        .map(move |at| (at, is_begun));
    let canceled = read
        .cancels
        .iter()
        .filter_map(move |cancel| Some((cancel.canceled_at?, vouched && is_known(cancel))));
    begun.chain(canceled)
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
        from: contract.first_day_of(row.sold_date).start(),
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
            .flat_map(|line| gaps_of_absence(ledger, line)),
    );
    if ledger.lacks_settlements {
        gaps.push(Gap::Unavailable);
    }
    joined(gaps)
}

/// What would have to be read before a late row's absence means anything: each day under which it may stand, since it would
/// be late there. While a row is not late, nothing.
fn gaps_of_absence(ledger: &Ledger<'_>, line: &Line<'_>) -> Vec<Gap> {
    if ledger.late_since(line).is_none() {
        return Vec::new();
    }
    let coverage = &*ledger.books.coverage;
    let is_unread = |sold: &KstDate| {
        let read = coverage.settlements_read_at(*sold);
        late_from(*sold, &ledger.terms.calendar)
            .is_some_and(|late| read.is_none_or(|read| read < late))
    };
    line.contract
        .possible_sold_dates(line.event.transaction.transaction_at)
        .into_iter()
        .filter(is_unread)
        .map(|sold| Gap::Days(sold, sold))
        .collect()
}

/// The first of what would have to be read before a row's absence means anything.
pub(crate) fn gap_of_absence(ledger: &Ledger<'_>, line: &Line<'_>) -> Option<Gap> {
    gaps_of_absence(ledger, line).into_iter().next()
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
