//! When an event's settlement row is due, and when its money moves.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{BusinessCalendar, KstDate, MId, PaymentMethod, SettlementCycle};

/// What a merchant has agreed with Toss for one method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Contract {
    /// How often sales are closed. `None` when it is neither configured nor learned: then an event may be booked as late
    /// as any cycle would.
    pub cycle: Option<SettlementCycle>,
    /// Business days from the sold date to the paid-out date. `None` when it is neither configured nor learned: then
    /// nothing is forecast.
    pub payout_business_days: Option<u32>,
    /// The same for sold dates that are no business days, where rows have taught that these differ.
    pub weekend_business_days: Option<u32>,
    /// Whether Toss never settles the method: no row is waited for, and nothing is forecast or owed.
    pub is_never_settled: bool,
}

/// Why nobody can say when an event's money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoPayoutDate {
    /// How often sales are closed is neither configured nor learned.
    CycleUnknown,
    /// The business days from sale to payout are neither configured nor learned.
    LagUnknown,
    /// The day lies beyond the years of the calendar.
    BeyondCalendar,
    /// The deposit bounced before it was settled, so that its money does not move.
    Bounced,
    /// Toss never settles the method.
    NeverSettled,
}

impl NoPayoutDate {
    /// The reason in words, as the API says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CycleUnknown => "settlement cycle unknown",
            Self::LagUnknown => "no forecast: payout lag not known",
            Self::BeyondCalendar => "no forecast: the day lies beyond the known calendar",
            Self::Bounced => "the deposit bounced before it was settled",
            Self::NeverSettled => "method is never settled",
        }
    }
}

impl Contract {
    /// The day on which an event of that instant is booked. A cancel's event is the cancel, not the approval. `None` while
    /// the cycle is unknown.
    pub fn sold_date(&self, event_at: DateTime<Utc>) -> Option<KstDate> {
        Some(self.cycle?.sold_date(KstDate::of(event_at)))
    }

    /// The days on which an event of that instant may be booked: one, or while the cycle is unknown those of every cycle.
    pub fn possible_sold_dates(&self, event_at: DateTime<Utc>) -> BTreeSet<KstDate> {
        let day = KstDate::of(event_at);
        match self.cycle {
            Some(cycle) => [cycle.sold_date(day)].into(),
            None => SettlementCycle::ALL
                .map(|cycle| cycle.sold_date(day))
                .into(),
        }
    }

    /// The last day on which an event of that instant may be booked.
    pub fn latest_sold_date(&self, event_at: DateTime<Utc>) -> KstDate {
        let day = KstDate::of(event_at);
        self.cycle
            .map_or_else(|| day.latest_sold_date(), |cycle| cycle.sold_date(day))
    }

    /// The first day of an event that is booked on that day; while the cycle is unknown, by the longest period that the day
    /// can close.
    pub(crate) fn first_day_of(&self, sold: KstDate) -> KstDate {
        let closing = |cycle: &SettlementCycle| cycle.sold_date(sold) == sold;
        match self.cycle {
            Some(cycle) => cycle.first_day(sold),
            None => SettlementCycle::ALL
                .into_iter()
                .filter(closing)
                .map(|cycle| cycle.first_day(sold))
                .min()
                .unwrap_or(sold),
        }
    }

    /// The day on which money of that sold date moves, as far as the contract tells.
    ///
    /// # Errors
    /// Why it does not tell.
    pub fn paid_out_date(
        &self,
        sold: KstDate,
        calendar: &BusinessCalendar,
    ) -> Result<KstDate, NoPayoutDate> {
        if self.is_never_settled {
            return Err(NoPayoutDate::NeverSettled);
        }
        if self.cycle.is_none() {
            return Err(NoPayoutDate::CycleUnknown);
        }
        let of_weekend = self
            .weekend_business_days
            .filter(|_| calendar.is_business_day(sold) == Some(false));
        let days = of_weekend
            .or(self.payout_business_days)
            .ok_or(NoPayoutDate::LagUnknown)?;
        calendar
            .add_business_days(sold, days)
            .ok_or(NoPayoutDate::BeyondCalendar)
    }
}

/// The contracts by merchant and method.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contracts {
    standard: Contract,
    merchants: BTreeMap<MId, MerchantContracts>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct MerchantContracts {
    any_method: Option<Contract>,
    by_method: BTreeMap<PaymentMethod, Contract>,
}

impl Contracts {
    /// One contract for every merchant and method, until others are set.
    pub fn new(standard: Contract) -> Self {
        Self {
            standard,
            merchants: BTreeMap::new(),
        }
    }

    /// Sets the contract of a merchant: for one method, or for all that have none of their own.
    pub fn set(&mut self, mid: MId, method: Option<PaymentMethod>, contract: Contract) {
        let merchant = self.merchants.entry(mid).or_default();
        match method {
            Some(method) => {
                merchant.by_method.insert(method, contract);
            }
            None => merchant.any_method = Some(contract),
        }
    }

    /// The contract of a merchant for a method: its own, else the merchant's for any, else the standard.
    pub fn of(&self, mid: &MId, method: Option<&PaymentMethod>) -> Contract {
        let Some(merchant) = self.merchants.get(mid) else {
            return self.standard;
        };
        method
            .and_then(|method| merchant.by_method.get(method))
            .copied()
            .or(merchant.any_method)
            .unwrap_or(self.standard)
    }
}

/// How the wait for a settlement row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowWait {
    /// Toss publishes the day after the sold date; that day has not passed.
    Expected,
    /// It should be there; one business day more is granted.
    Grace,
    /// That business day has passed too.
    Late,
}

/// The instant from which a row of that sold date is late: the end of the first business day after the day on which
/// Toss publishes it. `None` beyond the calendar.
pub fn late_from(sold: KstDate, calendar: &BusinessCalendar) -> Option<DateTime<Utc>> {
    let grace = calendar.add_business_days(sold.next(), 1)?;
    Some(grace.next().start())
}

/// How the wait for a row of that sold date stands. Beyond the calendar a row is never late.
pub fn row_wait(sold: KstDate, calendar: &BusinessCalendar, as_of: DateTime<Utc>) -> RowWait {
    if as_of < sold.next().next().start() {
        return RowWait::Expected;
    }
    match late_from(sold, calendar) {
        Some(late) if as_of >= late => RowWait::Late,
        _ => RowWait::Grace,
    }
}
