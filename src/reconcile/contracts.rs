//! Each merchant's contract: what the settings say, and what its settled rows teach.

use std::collections::BTreeMap;

use reconciliation::{
    BusinessCalendar, Contract, Contracts, EventDates, LearnedLag, MId, PaymentMethod, PayoutDates,
    SettlementCycle, learn_lag, recognize_cycle,
};

use super::settlement_cycles::ConfiguredCycle;
use crate::merchants::Merchants;
use crate::store::{AccountName, SettledLag};

/// What settled rows teach, by merchant and the method's literal.
pub(super) type TaughtOf = BTreeMap<MId, BTreeMap<Option<String>, Taught>>;

/// What the rows of one merchant and method teach.
#[derive(Clone, Debug, Default)]
pub(super) struct Taught {
    pub(super) payouts: Vec<PayoutDates>,
    pub(super) events: Vec<EventDates>,
}

impl Taught {
    pub(super) fn add(&mut self, lag: &SettledLag) {
        let rows = u32::try_from(lag.rows).unwrap_or(u32::MAX);
        self.payouts.push(PayoutDates {
            sold: lag.sold_date,
            paid_out: lag.paid_out_date,
            rows,
        });
        if let Some(event) = lag.event_date {
            self.events.push(EventDates {
                event,
                sold: lag.sold_date,
                rows,
            });
        }
    }

    pub(super) fn lag(&self, calendar: &BusinessCalendar) -> Option<LearnedLag> {
        learn_lag(&self.payouts, calendar)
    }

    pub(super) fn cycle(&self) -> Option<SettlementCycle> {
        recognize_cycle(&self.events)
    }
}

/// Contracts, with what of their cycles goes into the fingerprint.
pub(super) struct LearnedContracts {
    pub(super) all: Contracts,
    /// Cycles that are not what would be assumed without them, in a fixed order.
    pub(super) unusual: Vec<(MId, Option<PaymentMethod>, SettlementCycle)>,
}

/// What the settings say of each merchant that has been shown.
pub(super) fn configured(
    merchants: &Merchants,
    shown: &BTreeMap<AccountName, Vec<MId>>,
) -> BTreeMap<MId, ConfiguredCycle> {
    let mut found = BTreeMap::new();
    for (account, mids) in shown {
        let configured =
            merchants
                .named(account)
                .map_or_else(ConfiguredCycle::default, |merchant| ConfiguredCycle {
                    cycle: merchant.settlement_cycle,
                    payout_business_days: merchant.payout_business_days,
                });
        for mid in mids {
            let known: &mut ConfiguredCycle = found.entry(mid.clone()).or_default();
            // Of two keys that show one merchant, either may say.
            known.cycle = known.cycle.or(configured.cycle);
            known.payout_business_days = known
                .payout_business_days
                .or(configured.payout_business_days);
        }
    }
    found
}

/// What is configured, else what a method's own rows teach, else of the cycle what all of the merchant's rows teach.
/// Without any of it sales are closed daily, and nothing is forecast.
pub(super) fn contracts(
    configured: &BTreeMap<MId, ConfiguredCycle>,
    taught: &TaughtOf,
    calendar: &BusinessCalendar,
) -> LearnedContracts {
    let mut all = Contracts::default();
    let mut unusual = Vec::new();
    let nothing = BTreeMap::new();
    for (mid, configured) in configured {
        let labels = taught.get(mid).unwrap_or(&nothing);
        let mut methods: BTreeMap<Option<PaymentMethod>, Taught> = BTreeMap::new();
        let mut together = Taught::default();
        for (label, taught) in labels {
            let method = label.as_deref().map(PaymentMethod::from_label);
            for of in [methods.entry(method).or_default(), &mut together] {
                of.payouts.extend(&taught.payouts);
                of.events.extend(&taught.events);
            }
        }
        let usual = configured
            .cycle
            .or_else(|| together.cycle())
            .unwrap_or_default();
        if usual != SettlementCycle::default() {
            unusual.push((mid.clone(), None, usual));
        }
        let of_unnamed = methods.remove(&None).unwrap_or_default();
        let days = |taught: &Taught| {
            configured
                .payout_business_days
                .or_else(|| taught.lag(calendar).map(|lag| lag.business_days))
        };
        let any = Contract {
            cycle: usual,
            payout_business_days: days(&of_unnamed),
        };
        all.set(mid.clone(), None, any);
        for (method, taught) in methods {
            let cycle = configured.cycle.or_else(|| taught.cycle()).unwrap_or(usual);
            if cycle != usual {
                unusual.push((mid.clone(), method.clone(), cycle));
            }
            let contract = Contract {
                cycle,
                payout_business_days: days(&taught),
            };
            all.set(mid.clone(), method, contract);
        }
    }
    LearnedContracts { all, unusual }
}

#[cfg(test)]
mod tests {
    use reconciliation::KstDate;

    use super::*;

    fn day(text: &str) -> KstDate {
        KstDate::parse(text).unwrap()
    }

    fn mid() -> MId {
        MId::parse("shop").unwrap()
    }

    /// Rows of so many days in a row, closed by that cycle and paid out five business days later.
    fn rows(cycle: SettlementCycle, days: u32, each: u64) -> Taught {
        let calendar = BusinessCalendar::korean().unwrap();
        let mut taught = Taught::default();
        for offset in 0..days {
            let event = day("2026-03-02").plus_days(offset);
            let sold = cycle.sold_date(event);
            taught.add(&SettledLag {
                mid: mid(),
                method_label: None,
                event_date: Some(event),
                sold_date: sold,
                paid_out_date: calendar.add_business_days(sold, 5).unwrap(),
                rows: each,
            });
        }
        taught
    }

    fn learned(
        configured: ConfiguredCycle,
        taught: impl IntoIterator<Item = (&'static str, Taught)>,
    ) -> LearnedContracts {
        let of_methods = taught
            .into_iter()
            .map(|(label, taught)| (Some(label.to_owned()), taught));
        contracts(
            &[(mid(), configured)].into(),
            &[(mid(), of_methods.collect())].into(),
            &BusinessCalendar::korean().unwrap(),
        )
    }

    fn of(contracts: &LearnedContracts, method: Option<&PaymentMethod>) -> Contract {
        contracts.all.of(&mid(), method)
    }

    const WEEKLY: Contract = Contract {
        cycle: SettlementCycle::Weekly,
        payout_business_days: Some(5),
    };

    #[test]
    fn a_methods_own_rows_teach_its_contract() {
        let learned = learned(
            ConfiguredCycle::default(),
            [
                ("카드", rows(SettlementCycle::Weekly, 14, 1)),
                ("계좌이체", rows(SettlementCycle::Daily, 14, 10)),
            ],
        );
        assert_eq!(of(&learned, Some(&PaymentMethod::Card)), WEEKLY);
        let transfer = of(&learned, Some(&PaymentMethod::Transfer));
        assert_eq!(transfer.cycle, SettlementCycle::Daily);
    }

    #[test]
    fn a_method_with_few_rows_is_closed_as_the_merchant_is_and_is_not_forecast() {
        let learned = learned(
            ConfiguredCycle::default(),
            [
                ("카드", rows(SettlementCycle::Weekly, 60, 10)),
                ("휴대폰", rows(SettlementCycle::Weekly, 3, 1)),
            ],
        );
        let expected = Contract {
            payout_business_days: None,
            ..WEEKLY
        };
        assert_eq!(of(&learned, Some(&PaymentMethod::MobilePhone)), expected);
        assert_eq!(of(&learned, Some(&PaymentMethod::Transfer)), expected);
        assert_eq!(
            learned.unusual,
            [(mid(), None, SettlementCycle::Weekly)],
            "one line says it of every method"
        );
    }

    #[test]
    fn what_is_configured_stands_over_what_is_learned() {
        let configured = ConfiguredCycle {
            cycle: Some(SettlementCycle::Monthly),
            payout_business_days: Some(2),
        };
        let learned = learned(
            configured,
            [("카드", rows(SettlementCycle::Weekly, 60, 10))],
        );
        let expected = Contract {
            cycle: SettlementCycle::Monthly,
            payout_business_days: Some(2),
        };
        assert_eq!(of(&learned, Some(&PaymentMethod::Card)), expected);
        assert_eq!(of(&learned, None), expected);
    }

    #[test]
    fn without_either_sales_are_closed_daily_and_nothing_is_forecast() {
        let learned = learned(ConfiguredCycle::default(), []);
        assert_eq!(of(&learned, None), Contract::default());
        assert!(learned.unusual.is_empty());
    }

    #[test]
    fn daily_rows_change_nothing_that_verdicts_depend_on() {
        let learned = learned(
            ConfiguredCycle::default(),
            [("카드", rows(SettlementCycle::Daily, 60, 10))],
        );
        assert!(learned.unusual.is_empty());
        assert_eq!(
            of(&learned, Some(&PaymentMethod::Card)).payout_business_days,
            Some(5)
        );
    }
}
