//! Books by date as clients see them: what is owed day by day, what payouts bring, and which days are business days.

use async_graphql::{Enum, SimpleObject};
use reconciliation::{BusinessCalendar, KstDate};

use super::error::ApiError;
use super::event_payout::PayoutBasis;
use super::money::Money;
use super::scalars::LocalDate;
use crate::reconcile::{self, Grouping, Period};

/// Which day counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::DateBasis")]
pub(super) enum DateBasis {
    /// The day of the payment's first transaction: everything that ever happened to the payment counts there.
    Transaction,
    /// The day of each event: a refund counts on its own day, whenever the payment was made. Books are closed by it.
    Event,
    /// The day on which Toss books an event (매출일), by its settlement rows.
    Sold,
    /// The day on which the money moves (지급일), by the settlement rows.
    PaidOut,
}

/// What sums are made apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum SummaryGroup {
    /// By method of payment.
    Method,
    /// By month. The first and the last month hold the days that are asked for.
    Month,
    /// By day; given with `MONTH`, by day.
    Day,
}

impl SummaryGroup {
    /// What these groups ask for together.
    pub(super) fn together(groups: &[Self]) -> Grouping {
        let has = |group| groups.contains(&group);
        let months = has(Self::Month).then_some(Period::Month);
        Grouping {
            by_method: has(Self::Method),
            period: has(Self::Day).then_some(Period::Day).or(months),
        }
    }
}

/// What Toss owes one merchant in one currency, before fees, at the beginning and at the end of a day (미수금): `opening` and
/// `sales`, less `paidOutGross`, is `closing`. What Toss never settles is left out: money under a test key, and of methods that
/// the settings name for it.
#[derive(SimpleObject)]
pub(super) struct Receivable {
    /// The merchant at Toss (상점아이디).
    m_id: String,
    /// The currency of every amount here: an ISO 4217 code, or `MUSD`.
    currency: &'static str,
    /// The day.
    date: LocalDate,
    /// What was owed when the day began.
    opening: Money,
    /// What the events of the day came to: received, less refunds and deposits that bounced.
    sales: Money,
    /// What Toss's settlement rows say was paid out on the day, before fees; cancels are deducted.
    paid_out_gross: Money,
    /// What was owed when the day ended; negative when Toss had paid out too much.
    closing: Money,
}

impl From<reconcile::Receivable> for Receivable {
    fn from(of: reconcile::Receivable) -> Self {
        Self {
            currency: of.opening.currency().code(),
            m_id: of.mid.to_string(),
            date: LocalDate(of.date),
            opening: Money(of.opening),
            sales: Money(of.sales),
            paid_out_gross: Money(of.paid_out),
            closing: Money(of.closing),
        }
    }
}

/// What a range of payout days brings one merchant in one currency, settled and forecast apart.
#[derive(SimpleObject)]
pub(super) struct PayoutTotal {
    /// The merchant at Toss (상점아이디).
    m_id: String,
    /// The currency of every amount here: an ISO 4217 code, or `MUSD`.
    currency: &'static str,
    /// Whether Toss has settled it, or it is a forecast.
    basis: PayoutBasis,
    /// What the payments add up to, before fees.
    gross_amount: Money,
    /// What the cancels add up to: negative, or 0.
    cancel_amount: Money,
    /// Toss's fees, VAT included. 0 in a forecast: fees are known from settlement rows alone.
    fee: Money,
    /// The VAT of the fees. Null in a forecast, and when some settlement row does not tell it.
    vat: Option<Money>,
    /// What is paid out: `grossAmount` and `cancelAmount` together, less `fee`.
    pay_out_amount: Money,
}

impl PayoutTotal {
    /// The totals of these days, by merchant, currency and basis.
    ///
    /// # Errors
    /// `INTERNAL` when a sum does not fit.
    pub(super) fn of(mut days: Vec<reconcile::PayoutDay>) -> Result<Vec<Self>, ApiError> {
        days.sort_by(|a, b| place(a).cmp(&place(b)));
        let same = |a: &reconcile::PayoutDay, b: &reconcile::PayoutDay| place(a) == place(b);
        let totals = days.chunk_by(same).map(Self::of_alike);
        totals
            .collect::<Result<Vec<Option<Self>>, _>>()
            .map(|totals| totals.into_iter().flatten().collect())
    }

    fn of_alike(days: &[reconcile::PayoutDay]) -> Result<Option<Self>, ApiError> {
        let Some(first) = days.first() else {
            return Ok(None);
        };
        let zero = reconciliation::Money::zero(first.gross.currency());
        let sum = |of: fn(&reconcile::PayoutDay) -> reconciliation::Money| {
            let mut amounts = days.iter().map(of);
            let sum = amounts.try_fold(zero, reconciliation::Money::plus);
            sum.map(Money).map_err(|error| ApiError::internal(&error))
        };
        let tells_vat = days.iter().all(|day| day.vat.is_some());
        let vat = sum(|day| {
            day.vat
                .unwrap_or_else(|| reconciliation::Money::zero(day.gross.currency()))
        })?;
        Ok(Some(Self {
            m_id: first.mid.to_string(),
            currency: zero.currency().code(),
            basis: first.basis.into(),
            gross_amount: sum(|day| day.gross)?,
            cancel_amount: sum(|day| day.cancels)?,
            fee: sum(|day| day.fee)?,
            vat: Some(vat).filter(|_| tells_vat),
            pay_out_amount: sum(|day| day.pay_out)?,
        }))
    }
}

fn place(day: &reconcile::PayoutDay) -> impl Ord + '_ {
    (&day.mid, day.gross.currency(), day.basis)
}

/// A day, and whether Korean banks move money on it.
#[derive(SimpleObject)]
pub(super) struct BusinessDay {
    /// The day.
    date: LocalDate,
    /// Whether it is a business day: no weekend, no holiday, and none of the days that the settings close.
    #[graphql(name = "isBusinessDay")]
    is_open: bool,
    /// The holiday's name in Korean; null on other days, and of days that the settings close.
    name: Option<&'static str>,
}

impl BusinessDay {
    /// The days from the first to the last.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for days beyond the years that the calendar knows.
    pub(super) fn all(
        calendar: &BusinessCalendar,
        (from, to): (KstDate, KstDate),
    ) -> Result<Vec<Self>, ApiError> {
        let mut days = Vec::new();
        let mut date = from;
        loop {
            let Some(is_open) = calendar.is_business_day(date) else {
                return Err(ApiError::bad_user_input(format!(
                    "range: holidays are known from {} to {}: ask for days between these",
                    calendar.first_day(),
                    calendar.last_day()
                )));
            };
            days.push(Self {
                date: LocalDate(date),
                is_open,
                name: calendar.holiday_name(date),
            });
            if date >= to {
                return Ok(days);
            }
            date = date.next();
        }
    }
}
