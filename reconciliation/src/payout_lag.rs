//! Learning from settled rows how many business days lie between a sale's booking and its payout, and how often sales
//! are closed. One call speaks of one merchant and one method.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::{BusinessCalendar, KstDate, SettlementCycle};

/// Fewer rows than these teach nothing.
const FEWEST_ROWS: u32 = 10;
/// Only the newest days with a payout count, so that a changed contract is learned.
const NEWEST_PAYOUT_DAYS: usize = 60;

/// The two dates of settled rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PayoutDates {
    /// The day that the event is booked on.
    pub sold: KstDate,
    /// The day that the money moves.
    pub paid_out: KstDate,
    /// How many rows have these dates.
    pub rows: u32,
}

/// The day of some events and the day that they are booked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventDates {
    /// The day of the event.
    pub event: KstDate,
    /// The sold date of its row.
    pub sold: KstDate,
    /// How many rows have these dates.
    pub rows: u32,
}

/// What settled rows teach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LearnedLag {
    /// The most frequent number of business days from sold date to paid-out date.
    pub business_days: u32,
    /// The rows that it was learned from.
    pub rows: u32,
    /// Those of them that have this distance.
    pub agreeing: u32,
}

/// What settled rows teach, of sold dates that are business days and of others apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LearnedLags {
    /// What is usual: what all rows teach or, where rows sold on other than business days teach something else, what those
    /// of business days do.
    pub usual: Option<LearnedLag>,
    /// What rows sold on other than business days teach; `None` with fewer than 10 of them.
    pub weekend: Option<LearnedLag>,
}

impl LearnedLags {
    /// The business days that count for sold dates that are none themselves, where these differ from what is usual.
    pub fn weekend_business_days(&self) -> Option<u32> {
        let usual = self.usual.map(|lag| lag.business_days);
        let weekend = self.weekend.map(|lag| lag.business_days);
        weekend.filter(|_| weekend != usual)
    }
}

/// How often what had been learned before a row's sold date would have foretold its paid-out date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HitRate {
    /// The rows for which there was a forecast.
    pub forecast: u32,
    /// Those of them that were paid out on the day forecast.
    pub hits: u32,
}

/// The most frequent distance in business days among the rows of the newest 60 days that paid out, if there are at least
/// 10 rows. Of distances that are equally frequent the one in the most recent payout stands, and on one day the longer:
/// money is never promised too early.
///
/// Rows that are paid out on a closed day, or lie outside the calendar, say nothing about business days.
pub fn learn_lag(rows: &[PayoutDates], calendar: &BusinessCalendar) -> Option<LearnedLag> {
    let mut payouts = Payouts::default();
    for row in rows {
        payouts.add(*row, calendar);
    }
    payouts.lag()
}

/// As [`learn_lag`], with what rows of business days and others teach held apart: 10 rows each, else what all teach.
pub fn learn_lags(rows: &[PayoutDates], calendar: &BusinessCalendar) -> LearnedLags {
    let mut payouts = PayoutsApart::default();
    for row in rows {
        payouts.add(*row, calendar);
    }
    payouts.lags()
}

/// Goes through the rows by sold date, forecasts each from the rows sold before it, and counts the hits.
pub fn back_test(rows: &[PayoutDates], calendar: &BusinessCalendar) -> HitRate {
    let mut by_sold: BTreeMap<KstDate, Vec<PayoutDates>> = BTreeMap::new();
    for row in rows {
        by_sold.entry(row.sold).or_default().push(*row);
    }
    let mut known = PayoutsApart::default();
    let mut rate = HitRate::default();
    for (sold, rows) in by_sold {
        let lags = known.lags();
        let is_closed = calendar.is_business_day(sold) == Some(false);
        let of_weekend = lags.weekend_business_days().filter(|_| is_closed);
        let forecast = of_weekend
            .or(lags.usual.map(|lag| lag.business_days))
            .and_then(|days| calendar.add_business_days(sold, days));
        for row in rows {
            if let Some(day) = forecast {
                rate.forecast = rate.forecast.saturating_add(row.rows);
                if day == row.paid_out {
                    rate.hits = rate.hits.saturating_add(row.rows);
                }
            }
            known.add(row, calendar);
        }
    }
    rate
}

/// Recognises how often sales are closed, from the day of each event and the sold date of its row: the cycle that at
/// least 10 rows and nine in ten of all fit, and more than fit any other. `None` when the rows do not decide.
pub fn recognize_cycle(dates: &[EventDates]) -> Option<SettlementCycle> {
    let count = |dates: &mut dyn Iterator<Item = &EventDates>| -> u64 {
        dates.map(|dates| u64::from(dates.rows)).sum()
    };
    let fitting = |cycle: SettlementCycle| {
        let mut fits = dates
            .iter()
            .filter(|dates| cycle.sold_date(dates.event) == dates.sold);
        (count(&mut fits), cycle)
    };
    let mut candidates = [
        fitting(SettlementCycle::Daily),
        fitting(SettlementCycle::Weekly),
        fitting(SettlementCycle::Monthly),
    ];
    candidates.sort_by_key(|(fits, _)| Reverse(*fits));
    let [(fits, cycle), (next_best, _), _] = candidates;
    let enough = fits >= u64::from(FEWEST_ROWS);
    let most = fits.saturating_mul(10) >= count(&mut dates.iter()).saturating_mul(9);
    (enough && fits > next_best && most).then_some(cycle)
}

/// Whether rows show that sales are not closed by that cycle, be they too few to tell by which they are: fewer than nine in
/// ten fit it. No rows show nothing.
pub fn contradicts_cycle(dates: &[EventDates], cycle: SettlementCycle) -> bool {
    let count = |fits: bool| -> u64 {
        dates
            .iter()
            .filter(|dates| (cycle.sold_date(dates.event) == dates.sold) == fits)
            .map(|dates| u64::from(dates.rows))
            .sum()
    };
    count(true) < count(false).saturating_mul(9)
}

/// Rows of business days, of other days, and all of them.
#[derive(Default)]
struct PayoutsApart {
    open: Payouts,
    closed: Payouts,
    all: Payouts,
}

impl PayoutsApart {
    fn add(&mut self, row: PayoutDates, calendar: &BusinessCalendar) {
        let apart = match calendar.is_business_day(row.sold) {
            Some(false) => &mut self.closed,
            _ => &mut self.open,
        };
        apart.add(row, calendar);
        self.all.add(row, calendar);
    }

    fn lags(&self) -> LearnedLags {
        let (open, weekend) = (self.open.lag(), self.closed.lag());
        let differs = open
            .zip(weekend)
            .filter(|(open, weekend)| open.business_days != weekend.business_days);
        LearnedLags {
            usual: differs.map(|(open, _)| open).or_else(|| self.all.lag()),
            weekend,
        }
    }
}

/// Rows counted by paid-out date and distance.
#[derive(Default)]
struct Payouts {
    counts: BTreeMap<(KstDate, u32), u32>,
}

impl Payouts {
    fn add(&mut self, row: PayoutDates, calendar: &BusinessCalendar) {
        let open = calendar.is_business_day(row.paid_out) == Some(true);
        if let Some(distance) = calendar.business_days_between(row.sold, row.paid_out)
            && open
        {
            let count = self.counts.entry((row.paid_out, distance)).or_default();
            *count = count.saturating_add(row.rows);
        }
    }

    fn lag(&self) -> Option<LearnedLag> {
        let mut days = BTreeSet::new();
        // Per distance: how many rows, and the newest payout among them.
        let mut distances: BTreeMap<u32, (u32, KstDate)> = BTreeMap::new();
        let mut total = 0_u32;
        for ((paid_out, distance), count) in self.counts.iter().rev() {
            days.insert(*paid_out);
            if days.len() > NEWEST_PAYOUT_DAYS {
                break;
            }
            total = total.saturating_add(*count);
            let (rows, _) = distances.entry(*distance).or_insert((0, *paid_out));
            *rows = rows.saturating_add(*count);
        }
        let (business_days, (agreeing, _)) = distances
            .into_iter()
            .max_by_key(|(distance, (count, newest))| (*count, *newest, *distance))?;
        (total >= FEWEST_ROWS).then_some(LearnedLag {
            business_days,
            rows: total,
            agreeing,
        })
    }
}
