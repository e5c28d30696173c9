//! When each event's money moves.

use crate::ledger::{Ledger, Line};
use crate::{
    Effect, Event, KstDate, ListedSettlement, Money, NoPayoutDate, SettlementKind, TransactionKey,
};

/// What the days of a payout rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PayoutBasis {
    /// The event's settlement row.
    Settled,
    /// The merchant's contract.
    Forecast,
}

impl PayoutBasis {
    /// The spelling in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "SETTLED",
            Self::Forecast => "FORECAST",
        }
    }
}

/// When the money of one event moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPayout {
    /// The event.
    pub transaction_key: TransactionKey,
    /// Whether it is paid out or deducted.
    pub kind: SettlementKind,
    /// Before fees, signed: negative when deducted.
    pub amount: Money,
    /// The day that the event is booked on; `None` without a row while the settlement cycle is unknown.
    pub sold_date: Option<KstDate>,
    /// The day that the money moves; `None` when there is neither a row nor a forecast.
    pub paid_out_date: Option<KstDate>,
    /// Why there is no such day; `None` when there is one.
    pub reason: Option<NoPayoutDate>,
    /// What the days rest on.
    pub basis: PayoutBasis,
}

/// The payouts of every event that moves money, in the order of the events. Those that Toss does not settle have none.
pub(crate) fn payouts(ledger: &Ledger<'_>) -> Vec<EventPayout> {
    let moved = ledger
        .lines
        .iter()
        .filter(|line| !line.event.effective_amount.is_zero() && ledger.is_settled(line));
    moved.map(|line| payout(ledger, line)).collect()
}

fn payout(ledger: &Ledger<'_>, line: &Line<'_>) -> EventPayout {
    let of_group = ledger
        .rows_of_group(line)
        .filter(|rows| have_one_date(rows));
    let (sold_date, paid_out, basis) = match line.rows.first().or_else(|| of_group?.first()) {
        Some(row) => (
            Some(row.settlement.sold_date),
            Ok(row.settlement.paid_out_date),
            PayoutBasis::Settled,
        ),
        None => {
            let calendar = &ledger.terms.calendar;
            let sold = line.contract.cycle.map(|_| line.sold);
            let paid_out = if line.due {
                line.contract.paid_out_date(line.sold, calendar)
            } else {
                // A deposit that bounced before it was settled is not going to be.
                Err(NoPayoutDate::Bounced)
            };
            (sold, paid_out, PayoutBasis::Forecast)
        }
    };
    // An approval that no list has yet may lack a key of its own, and its row names it.
    let own_key = line.key().as_str() != line.event.transaction.payment_key.as_str();
    let of_row = line
        .rows
        .first()
        .and_then(|row| row.settlement.transaction_key.as_ref());
    EventPayout {
        transaction_key: of_row
            .filter(|_| !own_key)
            .unwrap_or_else(|| line.key())
            .clone(),
        kind: kind_of(line.event),
        amount: line.event.effective_amount,
        sold_date,
        paid_out_date: paid_out.ok(),
        reason: paid_out.err(),
        basis,
    }
}

/// Whether an event that moves money is paid out or deducted.
pub(crate) fn kind_of(event: &Event) -> SettlementKind {
    match event.effect {
        Effect::Paid => SettlementKind::Payment,
        _ => SettlementKind::Cancel,
    }
}

/// Whether it does not matter which of the rows is whose.
fn have_one_date(rows: &[&ListedSettlement]) -> bool {
    let mut dates = rows
        .iter()
        .map(|row| (row.settlement.sold_date, row.settlement.paid_out_date));
    let first = dates.next();
    dates.all(|date| Some(date) == first)
}
