//! Each merchant's contract: what the settings say, and what its settled rows teach.

use std::collections::{BTreeMap, BTreeSet};

use reconciliation::{
    BusinessCalendar, Contract, Contracts, EventDates, LearnedLags, MId, PaymentMethod,
    PayoutDates, SettlementCycle, contradicts_cycle, learn_lags, recognize_cycle,
};

use super::settlement_cycles::ConfiguredCycle;
use super::verdict_settings::VerdictSettings;
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

    pub(super) fn lags(&self, calendar: &BusinessCalendar) -> LearnedLags {
        learn_lags(&self.payouts, calendar)
    }

    pub(super) fn cycle(&self) -> Option<SettlementCycle> {
        recognize_cycle(&self.events)
    }
}

/// Contracts, with what of their cycles goes into the fingerprint.
pub(super) struct LearnedContracts {
    pub(super) all: Contracts,
    /// Cycles that are known, of a method where it is another than the merchant's; in a fixed order.
    pub(super) cycles: Vec<(MId, Option<PaymentMethod>, Option<SettlementCycle>)>,
    /// Methods that are never settled, in a fixed order.
    pub(super) never_settled: Vec<(MId, PaymentMethod)>,
}

/// What the settings say of each merchant that has been shown.
pub(super) fn configured(
    settings: &VerdictSettings,
    shown: &BTreeMap<AccountName, Vec<MId>>,
) -> BTreeMap<MId, ConfiguredCycle> {
    let mut found = BTreeMap::new();
    for (account, mids) in shown {
        let configured = settings.of(account);
        for mid in mids {
            let known: &mut ConfiguredCycle = found.entry(mid.clone()).or_default();
            // Of two keys that show one merchant, either may say.
            known.cycle = known.cycle.or(configured.cycle);
            known.payout_business_days = known
                .payout_business_days
                .or(configured.payout_business_days);
            known
                .unsettled_methods
                .extend(configured.unsettled_methods.iter().cloned());
        }
    }
    found
}

/// The merchants that test keys alone have shown: their settlement rows are samples.
pub(super) fn under_test_keys(
    settings: &VerdictSettings,
    shown: &BTreeMap<AccountName, Vec<MId>>,
) -> BTreeSet<MId> {
    let (test, live): (Vec<_>, Vec<_>) = shown
        .iter()
        .partition(|(account, _)| settings.has_test_key(account));
    let live: BTreeSet<&MId> = live.into_iter().flat_map(|(_, mids)| mids).collect();
    let under_test = test.into_iter().flat_map(|(_, mids)| mids);
    under_test
        .filter(|mid| !live.contains(mid))
        .cloned()
        .collect()
}

/// What is configured, else what a method's own rows teach, else of the cycle what all of the merchant's rows teach, unless
/// the method's own show that it is another. Without any of it the cycle is unknown, and nothing is forecast.
pub(super) fn contracts(
    configured: &BTreeMap<MId, ConfiguredCycle>,
    taught: &TaughtOf,
    calendar: &BusinessCalendar,
) -> LearnedContracts {
    let mut all = Contracts::default();
    let (mut cycles, mut never_settled) = (Vec::new(), Vec::new());
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
        let usual = configured.cycle.or_else(|| together.cycle());
        if usual.is_some() {
            cycles.push((mid.clone(), None, usual));
        }
        let of_unnamed = methods.remove(&None).unwrap_or_default();
        let any = contract(configured, usual, &of_unnamed, calendar);
        all.set(mid.clone(), None, any);
        for method in &configured.unsettled_methods {
            methods.entry(Some(method.clone())).or_default();
            never_settled.push((mid.clone(), method.clone()));
        }
        for (method, taught) in methods {
            let cycle = configured
                .cycle
                .or_else(|| taught.cycle())
                .or_else(|| usual.filter(|usual| !contradicts_cycle(&taught.events, *usual)));
            if cycle != usual {
                cycles.push((mid.clone(), method.clone(), cycle));
            }
            let mut contract = contract(configured, cycle, &taught, calendar);
            contract.is_never_settled = method
                .as_ref()
                .is_some_and(|method| configured.unsettled_methods.contains(method));
            all.set(mid.clone(), method, contract);
        }
    }
    LearnedContracts {
        all,
        cycles,
        never_settled,
    }
}

/// A contract with the business days that are configured, else learned.
fn contract(
    configured: &ConfiguredCycle,
    cycle: Option<SettlementCycle>,
    taught: &Taught,
    calendar: &BusinessCalendar,
) -> Contract {
    let of_cycle = Contract {
        cycle,
        ..Contract::default()
    };
    if configured.payout_business_days.is_some() {
        return Contract {
            payout_business_days: configured.payout_business_days,
            ..of_cycle
        };
    }
    let lags = taught.lags(calendar);
    Contract {
        payout_business_days: lags.usual.map(|lag| lag.business_days),
        weekend_business_days: lags.weekend_business_days(),
        ..of_cycle
    }
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
        cycle: Some(SettlementCycle::Weekly),
        payout_business_days: Some(5),
        weekend_business_days: None,
        is_never_settled: false,
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
        assert_eq!(transfer.cycle, Some(SettlementCycle::Daily));
    }

    #[test]
    fn a_method_whose_few_rows_are_booked_otherwise_than_the_merchants_is_unknown() {
        let learned = learned(
            ConfiguredCycle::default(),
            [
                ("카드", rows(SettlementCycle::Daily, 60, 10)),
                ("휴대폰", rows(SettlementCycle::Weekly, 3, 1)),
            ],
        );
        assert_eq!(of(&learned, Some(&PaymentMethod::MobilePhone)).cycle, None);
        let daily = Some(SettlementCycle::Daily);
        assert_eq!(of(&learned, Some(&PaymentMethod::Transfer)).cycle, daily);
        assert_eq!(
            learned.cycles,
            [
                (mid(), None, daily),
                (mid(), Some(PaymentMethod::MobilePhone), None)
            ]
        );
    }

    #[test]
    fn a_method_that_is_never_settled_is_so_without_any_rows() {
        let configured = ConfiguredCycle {
            unsettled_methods: [PaymentMethod::ForeignEasyPay].into(),
            ..ConfiguredCycle::default()
        };
        let learned = learned(configured, [("카드", rows(SettlementCycle::Daily, 60, 10))]);
        let never = |method| of(&learned, Some(&method)).is_never_settled;
        assert!(never(PaymentMethod::ForeignEasyPay));
        assert!(!never(PaymentMethod::Card) && !never(PaymentMethod::Transfer));
        let named = [(mid(), PaymentMethod::ForeignEasyPay)];
        assert_eq!(learned.never_settled, named);
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
            learned.cycles,
            [(mid(), None, Some(SettlementCycle::Weekly))],
            "one line says it of every method"
        );
    }

    #[test]
    fn what_is_configured_stands_over_what_is_learned() {
        let configured = ConfiguredCycle {
            cycle: Some(SettlementCycle::Monthly),
            payout_business_days: Some(2),
            ..ConfiguredCycle::default()
        };
        let learned = learned(
            configured,
            [("카드", rows(SettlementCycle::Weekly, 60, 10))],
        );
        let expected = Contract {
            cycle: Some(SettlementCycle::Monthly),
            payout_business_days: Some(2),
            ..Contract::default()
        };
        assert_eq!(of(&learned, Some(&PaymentMethod::Card)), expected);
        assert_eq!(of(&learned, None), expected);
    }

    #[test]
    fn without_either_the_cycle_is_unknown_and_nothing_is_forecast() {
        let learned = learned(ConfiguredCycle::default(), []);
        assert_eq!(of(&learned, None), Contract::default());
        assert!(learned.cycles.is_empty());
    }

    #[test]
    fn a_daily_cycle_that_was_learned_is_among_what_verdicts_depend_on() {
        let learned = learned(
            ConfiguredCycle::default(),
            [("카드", rows(SettlementCycle::Daily, 60, 10))],
        );
        let daily = Some(SettlementCycle::Daily);
        assert_eq!(learned.cycles, [(mid(), None, daily)]);
        assert_eq!(
            of(&learned, Some(&PaymentMethod::Card)).payout_business_days,
            Some(5)
        );
    }
}
