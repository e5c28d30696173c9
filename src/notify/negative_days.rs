//! Which days pay out less than nothing: of what is settled and what is forecast together.

use std::collections::BTreeMap;

use reconciliation::{Currency, KstDate, MId, Money};

use super::message::NegativeDay;
use crate::reconcile::PayoutDay;

/// The days that come to less than nothing, of what is settled and forecast together.
pub(super) fn negative(days: &[PayoutDay]) -> Vec<NegativeDay> {
    let mut sums: BTreeMap<(MId, KstDate, &str), (Currency, i64)> = BTreeMap::new();
    for day in days {
        let currency = day.pay_out.currency();
        let place = (day.mid.clone(), day.paid_out_date, currency.code());
        let (_, sum) = sums.entry(place).or_insert((currency, 0));
        *sum = sum.saturating_add(day.pay_out.minor());
    }
    sums.into_iter()
        .filter(|(_, (_, net))| *net < 0)
        .map(|((mid, day, _), (currency, net))| NegativeDay {
            mid: mid.as_str().to_owned(),
            day,
            net: Money::from_minor(net, currency),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use reconciliation::PayoutBasis::{Forecast, Settled};

    use super::*;

    #[test]
    fn a_day_is_told_when_all_that_it_pays_out_is_less_than_nothing() {
        let day = |basis, pay_out| {
            let (zero, pay_out) = (
                Money::zero(Currency::KRW),
                Money::from_minor(pay_out, Currency::KRW),
            );
            PayoutDay {
                mid: MId::parse("tshop").unwrap(),
                paid_out_date: KstDate::of(DateTime::UNIX_EPOCH),
                basis,
                payment_count: 0,
                cancel_count: 0,
                gross: zero,
                cancels: zero,
                fee: zero,
                supply_amount: None,
                vat: None,
                pay_out,
                deposited: zero,
                carried_over: zero,
            }
        };
        let nets = |days: &[PayoutDay]| -> Vec<i64> {
            let told = negative(days).into_iter();
            told.map(|day| day.net.minor()).collect()
        };
        assert_eq!(nets(&[day(Settled, -5), day(Forecast, 3)]), [-2]);
        assert_eq!(nets(&[day(Settled, -5), day(Forecast, 5)]), [0; 0]);
        assert_eq!(nets(&[day(Settled, 1)]), [0; 0]);
    }
}
