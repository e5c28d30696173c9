//! When an event's settlement row is due, and when its money moves.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{BusinessCalendar, KstDate, MId, PaymentMethod, SettlementCycle};

/// What a merchant has agreed with Toss for one method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Contract {
    /// How often sales are closed.
    pub cycle: SettlementCycle,
    /// Business days from the sold date to the paid-out date. `None` when it is neither configured nor learned: then
    /// nothing is forecast.
    pub payout_business_days: Option<u32>,
}

impl Contract {
    /// The day on which an event of that instant is booked. A cancel's event is the cancel, not the approval.
    pub fn sold_date(&self, event_at: DateTime<Utc>) -> KstDate {
        self.cycle.sold_date(KstDate::of(event_at))
    }

    /// The day on which money of that sold date moves. `None` without a number of business days, and beyond the
    /// calendar.
    pub fn paid_out_date(&self, sold: KstDate, calendar: &BusinessCalendar) -> Option<KstDate> {
        calendar.add_business_days(sold, self.payout_business_days?)
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
