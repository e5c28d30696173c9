//! Ways in which one order's settlement rows go wrong, each by a switch.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use serde::Deserialize;

use super::contract::Contract;
use super::{FeesForm, SettlementRow};
use crate::ledger::payment::Payment;
use crate::ledger::transaction::{Row, RowKind};
use crate::money::Currency;
use crate::odd_row::OddRow;

/// Which of an order's events is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SettledEvent {
    /// The approval.
    Approval,
    /// The n-th cancel, from 0.
    Cancel(usize),
    /// All of them.
    Every,
}

impl SettledEvent {
    fn covers(self, kind: RowKind) -> bool {
        match (self, kind) {
            (Self::Every, RowKind::Cancel { .. })
            | (Self::Every | Self::Approval, RowKind::Approved { .. }) => true,
            (Self::Cancel(wanted), RowKind::Cancel { nth, .. }) => wanted == nth,
            _ => false,
        }
    }
}

/// What is wrong with the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SettlementChange {
    /// It is not listed.
    Missing,
    /// It is listed twice.
    Duplicated,
    /// It appears so many days later than it should.
    Late(u32),
    /// It is listed although the event moved no money (an unpaid account's cancel, a bounced deposit).
    Settled,
    /// Its amount differs by so many minor units; fees and payout follow.
    Amount(i64),
    /// Its total fee differs by so many minor units; supply, VAT and payout follow, `fees` is left out.
    Fee(i64),
    /// Its payout is so many days later (negative: earlier).
    PayoutDate(i64),
    /// Its currency is another.
    Currency(Currency),
    /// Its fee is one more than supply and VAT add up to.
    FeeOffByOne,
    /// Its `fees` are written in another form.
    Fees(FeesForm),
    /// Its keys are null, its orderId has a prefix, its card is null and its approval is at midnight.
    Degraded,
    /// It is several rows under one transaction key that add up to it.
    Split {
        /// How many; at least 1.
        rows: u32,
        /// By how many minor units they come to more than the event (negative: less).
        #[serde(default)]
        off: i64,
    },
    /// It is odd.
    Odd(OddRow),
}

/// From when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Onset {
    /// From the start.
    #[default]
    Always,
    /// Once the right row has been in so many answers: it is restated between two reads.
    AfterListings(u32),
    /// From an instant of the stand-in's clock.
    At(DateTime<Utc>),
}

/// One order's settlement trouble.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettlementTrouble {
    /// The order.
    pub order_id: String,
    /// Which of its events.
    pub event: SettledEvent,
    /// What is wrong.
    pub change: SettlementChange,
    /// From when on.
    #[serde(default)]
    pub onset: Onset,
}

/// A trouble and how often the row that it will change has been listed.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    pub(crate) trouble: SettlementTrouble,
    pub(crate) listings: u32,
}

impl Watched {
    fn has_set_in(&self, now: DateTime<Utc>) -> bool {
        match self.trouble.onset {
            Onset::Always => true,
            Onset::AfterListings(times) => self.listings >= times,
            Onset::At(instant) => now >= instant,
        }
    }
}

/// The rows that one transaction has after all troubles: none, one or several.
pub(crate) fn troubled_rows(
    row: &Row,
    payment: &Payment,
    contract: &Contract,
    troubles: &[Watched],
    now: DateTime<Utc>,
) -> Vec<SettlementRow> {
    let mine = || {
        troubles.iter().enumerate().filter(|(_, watched)| {
            watched.trouble.order_id == payment.order_id && watched.trouble.event.covers(row.kind)
        })
    };
    let forced = mine().any(|(_, watched)| {
        watched.trouble.change == SettlementChange::Settled && watched.has_set_in(now)
    });
    if !row.is_settled() && !forced {
        return Vec::new();
    }
    let Some(mut settled) = SettlementRow::for_event(row, payment, contract) else {
        return Vec::new();
    };
    let (mut copies, mut split) = (1, None);
    for (index, watched) in mine() {
        if !watched.has_set_in(now) {
            settled.awaited_trouble = Some(index);
            continue;
        }
        match watched.trouble.change {
            SettlementChange::Missing => copies = 0,
            SettlementChange::Duplicated => copies *= 2,
            SettlementChange::Split { rows, off } => split = Some((rows, off)),
            change => apply(change, &mut settled, payment, contract),
        }
    }
    let rows = match split {
        Some((rows, off)) => parts(&settled, (rows, off), payment, contract),
        None => vec![settled],
    };
    std::iter::repeat_n(rows, copies).flatten().collect()
}

/// The row in several parts; the last one takes what does not divide, and what is too much or too little.
fn parts(
    whole: &SettlementRow,
    (rows, off): (u32, i64),
    payment: &Payment,
    contract: &Contract,
) -> Vec<SettlementRow> {
    let count = i64::from(rows.max(1));
    let each = whole.amount / count;
    let last = whole.amount - each * (count - 1) + off * whole.amount.signum();
    (1..=count)
        .map(|nth| {
            let mut part = whole.clone();
            set_amount(
                &mut part,
                if nth == count { last } else { each },
                payment,
                contract,
            );
            part
        })
        .collect()
}

fn apply(
    change: SettlementChange,
    row: &mut SettlementRow,
    payment: &Payment,
    contract: &Contract,
) {
    match change {
        SettlementChange::Late(days) => {
            row.listed_from = shifted(row.listed_from, i64::from(days));
        }
        SettlementChange::Amount(by) => set_amount(row, row.amount + by, payment, contract),
        SettlementChange::Fee(by) => {
            row.fees = vec![("BASE", row.fee + by)];
            row.add_up();
            row.fees_form = FeesForm::Missing;
        }
        SettlementChange::PayoutDate(days) => row.paid_out_date = shifted(row.paid_out_date, days),
        SettlementChange::Currency(currency) => row.currency = currency,
        SettlementChange::FeeOffByOne => row.fee += row.amount.signum(),
        SettlementChange::Fees(form) => row.fees_form = form,
        SettlementChange::Degraded => row.degraded = true,
        SettlementChange::Odd(odd) => row.odd.push(odd),
        SettlementChange::Missing
        | SettlementChange::Duplicated
        | SettlementChange::Settled
        | SettlementChange::Split { .. } => {}
    }
}

/// Another amount, whose fees and payout follow.
fn set_amount(row: &mut SettlementRow, amount: i64, payment: &Payment, contract: &Contract) {
    row.amount = amount;
    if let Some(method) = &payment.method {
        row.fees = contract.fees.parts(method, row.amount, row.currency);
    }
    row.add_up();
}

fn shifted(date: NaiveDate, days: i64) -> NaiveDate {
    let moved = if days < 0 {
        date.checked_sub_days(Days::new(days.unsigned_abs()))
    } else {
        date.checked_add_signed(Duration::days(days))
    };
    moved.unwrap_or(date)
}
