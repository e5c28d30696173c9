//! How often a merchant's sales are closed and when they are paid out, as clients see it.

use async_graphql::{Enum, SimpleObject};

use super::count::count;
use super::error::ApiError;
use super::status::PaymentMethod;
use crate::reconcile::MethodCycle;

/// How often Toss closes a merchant's sales: all of a period are booked on its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::SettlementCycle")]
pub(super) enum SalesCycle {
    /// Every day.
    Daily,
    /// Every week, on its Sunday.
    Weekly,
    /// Every month, on its last day.
    Monthly,
}

/// What is known of one merchant's payouts for one method. Forecasts use what is configured; where nothing is, what was
/// learned; where nothing was, there is no forecast.
#[derive(SimpleObject)]
pub(super) struct SettlementCycle {
    /// The merchant at Toss (상점아이디).
    m_id: String,
    /// The method.
    method: PaymentMethod,
    /// Toss's own word for the method, e.g. 가상계좌. Null for rows that do not name one.
    method_label: Option<String>,
    /// What this server's settings say.
    configured: ConfiguredCycle,
    /// What Toss's settlement rows taught.
    learned: LearnedCycle,
}

/// What this server's settings say of a merchant.
#[derive(SimpleObject)]
pub(super) struct ConfiguredCycle {
    /// How often sales are closed. Null when the settings do not say.
    cycle: Option<SalesCycle>,
    /// Business days from sold date to paid-out date. Null when the settings do not say.
    business_days: Option<i32>,
}

/// What Toss's settlement rows of the last 60 payout days taught.
#[derive(SimpleObject)]
pub(super) struct LearnedCycle {
    /// How often sales are closed. Null when the rows are too few, or do not decide.
    cycle: Option<SalesCycle>,
    /// The distance from sold date to paid-out date. Null with fewer than 10 rows. Of sales on business days alone where
    /// those on other days have another.
    lag: Option<LearnedLag>,
    /// The same, of rows sold on weekends and holidays; forecasts of such sales follow it. Null with fewer than 10 of them.
    weekend: Option<LearnedLag>,
    /// How often forecasts made from the rows before would have been right.
    hit_rate: HitRate,
}

/// A distance from sold date to paid-out date, and what it was learned from.
#[derive(SimpleObject)]
pub(super) struct LearnedLag {
    /// Business days in Korea: weekends, public holidays and Labour Day do not count.
    business_days: i32,
    /// How many settlement rows it was learned from.
    row_count: i32,
    /// How many of them have exactly this distance.
    agreeing_count: i32,
}

/// How often a forecast would have been right, as two counts.
#[derive(SimpleObject)]
pub(super) struct HitRate {
    /// Settlement rows for which the rows before them gave a forecast.
    forecast_count: i32,
    /// Those of them that were paid out on the day of the forecast.
    hit_count: i32,
}

impl LearnedLag {
    fn of(lag: reconciliation::LearnedLag) -> Result<Self, ApiError> {
        Ok(Self {
            business_days: count(lag.business_days.into())?,
            row_count: count(lag.rows.into())?,
            agreeing_count: count(lag.agreeing.into())?,
        })
    }
}

impl SettlementCycle {
    /// What is known, as clients see it.
    ///
    /// # Errors
    /// `INTERNAL` when a number does not fit.
    pub(super) fn of(known: MethodCycle) -> Result<Self, ApiError> {
        let (configured, learned) = (known.configured, known.learned);
        let business_days = configured.payout_business_days;
        Ok(Self {
            m_id: known.mid.to_string(),
            method: PaymentMethod::from_label(known.method_label.as_deref()),
            method_label: known.method_label,
            configured: ConfiguredCycle {
                cycle: configured.cycle.map(SalesCycle::from),
                business_days: business_days.map(|days| count(days.into())).transpose()?,
            },
            learned: LearnedCycle {
                cycle: learned.cycle.map(SalesCycle::from),
                lag: learned.lag.map(LearnedLag::of).transpose()?,
                weekend: learned.weekend.map(LearnedLag::of).transpose()?,
                hit_rate: HitRate {
                    forecast_count: count(learned.hit_rate.forecast.into())?,
                    hit_count: count(learned.hit_rate.hits.into())?,
                },
            },
        })
    }
}
