//! A payment's books by date: every event, settlement row and sum as lines of one currency, each with its days.

use chrono::{DateTime, Utc};

use crate::checks::cancel_origins;
use crate::event_payout::payouts_of;
use crate::ledger::{Ledger, Line};
use crate::{
    Books, CancelOrigin, Currency, Effect, Event, EventPayout, KstDate, ListedSettlement, MId,
    Money, MoneyError, PaymentRead, PayoutBasis, Settlement, TransactionKey,
};

/// Where a payment belongs as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    /// Its merchant.
    pub mid: MId,
    /// Its currency.
    pub currency: Currency,
    /// The day on which it began.
    pub day: KstDate,
}

/// One line of the books by date: an event with the settlement row that settles it, or either alone. All amounts are of one
/// currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedLine {
    /// The merchant.
    pub mid: MId,
    /// The event; `None` of a row that no event claims, and of money that the payment tells of and no event does.
    pub transaction_key: Option<TransactionKey>,
    /// When the event happened. `None` on every line but the first of an event, and where Toss's list has not shown it.
    pub listed_at: Option<DateTime<Utc>>,
    /// The day of the event; `None` of a row that no event claims.
    pub day: Option<KstDate>,
    /// The day on which its payment began; `None` of what is of another merchant or currency than the payment.
    pub cohort: Option<KstDate>,
    /// What the event did.
    pub effect: Effect,
    /// Who caused it, of a cancel.
    pub origin: Option<CancelOrigin>,
    /// What this line stands for of the event's money, signed; of a void, what it nominally cancels, positive.
    pub amount: Money,
    /// What of the money Toss never settles, signed.
    pub never_settled: Money,
    /// The settlement row.
    pub row: Option<BookedRow>,
    /// The day on which the event's money moves, by its row or by forecast; of one that is settled on several days, the
    /// first. Only on the line by which an event is listed.
    pub payout_day: Option<KstDate>,
    /// Whether that day is a forecast.
    pub is_forecast: bool,
}

/// What a settlement row says, as far as it is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookedRow {
    /// The day that the event is booked on.
    pub sold_date: KstDate,
    /// The day that the money moves.
    pub paid_out_date: KstDate,
    /// Signed.
    pub amount: Money,
    /// As [`Settlement::shown_fee`].
    pub fee: Money,
    /// The fee without VAT.
    pub supply_amount: Option<Money>,
    /// The VAT of the fee.
    pub vat: Option<Money>,
    /// What is paid out, signed.
    pub pay_out: Money,
}

impl BookedRow {
    fn of(row: &Settlement) -> Self {
        let currency = row.amount.currency();
        let own = |money: &Money| money.currency() == currency;
        Self {
            sold_date: row.sold_date,
            paid_out_date: row.paid_out_date,
            amount: row.amount,
            fee: row.shown_fee(),
            supply_amount: row.supply_amount.filter(own),
            vat: row.vat.filter(own),
            pay_out: row.pay_out_amount,
        }
    }
}

impl BookedLine {
    fn of_row(row: &Settlement) -> Self {
        let zero = Money::zero(row.amount.currency());
        Self {
            mid: row.mid.clone(),
            transaction_key: None,
            listed_at: None,
            day: None,
            cohort: None,
            effect: Effect::None,
            origin: None,
            amount: zero,
            never_settled: zero,
            row: Some(BookedRow::of(row)),
            payout_day: None,
            is_forecast: false,
        }
    }

    fn of_money(mid: &MId, day: Option<KstDate>, effect: Effect, amount: Money) -> Self {
        Self {
            mid: mid.clone(),
            transaction_key: None,
            listed_at: None,
            day,
            cohort: None,
            effect,
            origin: None,
            amount,
            never_settled: Money::zero(amount.currency()),
            row: None,
            payout_day: None,
            is_forecast: false,
        }
    }
}

/// The lines of a payment's books: those of its events in the order of the walk, then the rows that no event claims, then
/// what the payment tells of and no event does. A payment without any has one line of nothing, so that it is counted.
pub(crate) fn booked_lines(
    ledger: &Ledger<'_>,
    cohort: Option<&Cohort>,
) -> Result<Vec<BookedLine>, MoneyError> {
    let mut claims = Claims::of(ledger);
    let mut lines = Vec::with_capacity(ledger.lines.len());
    let origins = cancel_origins(ledger);
    let unlisted: Vec<&Event> = ledger.books.history.unlisted_events().collect();
    for line in &ledger.lines {
        let origin = origins
            .iter()
            .find(|(key, _)| key == line.key() && line.event.transaction.status.is_cancel());
        let is_listed = !unlisted
            .iter()
            .any(|event| std::ptr::eq(*event, line.event));
        let payout = first_payout(ledger, line).filter(|_| is_listed);
        let first = BookedLine {
            listed_at: is_listed.then_some(line.event.transaction.transaction_at),
            origin: origin.map(|(_, origin)| *origin),
            payout_day: payout.as_ref().and_then(|payout| payout.paid_out_date),
            is_forecast: payout.is_some_and(|payout| payout.basis == PayoutBasis::Forecast),
            ..of_event(line)
        };
        claims.settle(line, first, &mut lines)?;
    }
    for row in claims.unclaimed {
        lines.push(BookedLine::of_row(&row.settlement));
    }
    add_what_no_event_tells(ledger.books, cohort, &mut lines)?;
    for line in &mut lines {
        line.cohort = cohort
            .filter(|cohort| cohort.mid == line.mid && cohort.currency == line.amount.currency())
            .map(|cohort| cohort.day);
    }
    if !ledger.has_settlements() {
        never_settle(&mut lines)?;
    }
    Ok(lines)
}

fn of_event(line: &Line<'_>) -> BookedLine {
    let event = line.event;
    let row = &event.transaction;
    let amount = match event.effect {
        Effect::Voided => event.amount(),
        _ => event.effective_amount,
    };
    BookedLine {
        transaction_key: Some(row.transaction_key.clone()),
        ..BookedLine::of_money(
            &row.mid,
            Some(KstDate::of(row.transaction_at)),
            event.effect,
            amount,
        )
    }
}

/// Of an event whose money moves on a day that is known.
fn first_payout(ledger: &Ledger<'_>, line: &Line<'_>) -> Option<EventPayout> {
    let mut payouts = payouts_of(ledger, line).into_iter();
    payouts.find(|payout| payout.paid_out_date.is_some())
}

/// Which rows settle which events.
struct Claims<'a, 'l> {
    ledger: &'l Ledger<'a>,
    /// How many rows of each group have been given to its events.
    given: Vec<usize>,
    unclaimed: Vec<&'a ListedSettlement>,
}

impl<'a, 'l> Claims<'a, 'l> {
    fn of(ledger: &'l Ledger<'a>) -> Self {
        let mut unclaimed: Vec<&ListedSettlement> = Vec::new();
        if ledger.has_settlements() {
            unclaimed.extend(ledger.strays.iter().copied());
            for group in &ledger.groups {
                let open = ledger.open_lines(group).count();
                unclaimed.extend(group.rows.iter().skip(open));
            }
        } else if !ledger.books.coverage.settlements_unavailable() {
            // Of a method that is said never to be settled: they are there all the same.
            unclaimed.extend(&ledger.books.settlements);
        }
        Self {
            ledger,
            given: vec![0; ledger.groups.len()],
            unclaimed,
        }
    }

    /// Adds the lines of an event: one, or one for each of its rows. A row in another currency settles nothing of it.
    fn settle(
        &mut self,
        line: &Line<'a>,
        first: BookedLine,
        lines: &mut Vec<BookedLine>,
    ) -> Result<(), MoneyError> {
        let currency = first.amount.currency();
        let (own, others): (Vec<_>, Vec<_>) = self
            .rows(line)
            .into_iter()
            .partition(|row| row.settlement.amount.currency() == currency);
        self.unclaimed.extend(others);
        let Some((of_first, rest)) = own.split_first() else {
            lines.push(first);
            return Ok(());
        };
        let is_in_parts = line.is_in_parts();
        let mut left = first.amount;
        let mut further = Vec::with_capacity(rest.len());
        for row in rest {
            // What is not one of the event's parts is a surplus, and stands for nothing of it.
            let share = if is_in_parts {
                row.settlement.amount
            } else {
                Money::zero(currency)
            };
            left = left.minus(share)?;
            further.push(BookedLine {
                listed_at: None,
                payout_day: None,
                is_forecast: false,
                amount: share,
                row: Some(BookedRow::of(&row.settlement)),
                ..first.clone()
            });
        }
        lines.push(BookedLine {
            amount: left,
            row: Some(BookedRow::of(&of_first.settlement)),
            ..first
        });
        lines.append(&mut further);
        Ok(())
    }

    /// The rows of an event: its own, else the next of those that it has in common with others.
    fn rows(&mut self, line: &Line<'a>) -> Vec<&'a ListedSettlement> {
        if !line.rows.is_empty() || !line.grouped {
            return line.rows.clone();
        }
        for (group, given) in self.ledger.groups.iter().zip(&mut self.given) {
            if group.candidates.contains(line.key())
                && let Some(row) = group.rows.get(*given)
            {
                *given += 1;
                return vec![row];
            }
        }
        Vec::new()
    }
}

/// Adds what the sums of the payment have and no event tells of, on the day on which the payment began, so that the sums by
/// date are the payment's.
fn add_what_no_event_tells(
    books: &Books,
    cohort: Option<&Cohort>,
    lines: &mut Vec<BookedLine>,
) -> Result<(), MoneyError> {
    let events = books.history.known_events();
    let mid = cohort.map(|cohort| &cohort.mid);
    let Some(mid) = mid.or_else(|| Some(&events.first()?.transaction.mid)) else {
        return Ok(());
    };
    let began = cohort.map(|cohort| cohort.day);
    let day = began
        .or_else(|| {
            events
                .first()
                .map(|event| KstDate::of(event.transaction.transaction_at))
        })
        .or_else(|| books.payment.as_ref().map(read_day));
    for currency in books.history.currencies() {
        let totals = books.history.totals(currency);
        let sums = [
            (Effect::Paid, totals.paid),
            (Effect::Refunded, totals.effective_refund.negated()),
            (Effect::Voided, totals.voided),
        ];
        for (effect, whole) in sums {
            let of_effect = lines.iter().filter(|line| {
                line.amount.currency() == currency && is_summed_as(line.effect, effect)
            });
            let left = of_effect
                .map(|line| line.amount)
                .try_fold(whole, Money::minus)?;
            if !left.is_zero() {
                lines.push(BookedLine::of_money(mid, day, effect, left));
            }
        }
    }
    if let Some(cohort) = cohort.filter(|cohort| {
        let own =
            |line: &BookedLine| line.mid == cohort.mid && line.amount.currency() == cohort.currency;
        !lines.iter().any(own)
    }) {
        let nothing = Money::zero(cohort.currency);
        lines.push(BookedLine::of_money(
            &cohort.mid,
            None,
            Effect::None,
            nothing,
        ));
    }
    Ok(())
}

fn is_summed_as(effect: Effect, sum: Effect) -> bool {
    effect == sum || (effect == Effect::PaymentReversed && sum == Effect::Paid)
}

fn read_day(read: &PaymentRead) -> KstDate {
    let told = read.payment.approved_at.or(read.payment.requested_at);
    KstDate::of(told.unwrap_or(read.read_at))
}

/// Toss settles none of it: what a line holds, less what was settled all the same, is owed by nobody.
fn never_settle(lines: &mut [BookedLine]) -> Result<(), MoneyError> {
    for line in lines {
        let held = match line.effect {
            Effect::Voided => Money::zero(line.amount.currency()),
            _ => line.amount,
        };
        line.never_settled = match &line.row {
            Some(row) => held.minus(row.amount)?,
            None => held,
        };
    }
    Ok(())
}
