//! Totals by the day of the payments, of their events or of their settlement rows, and what Toss owes day by day.

use std::collections::BTreeMap;

use chrono::Datelike;
use reconciliation::{
    BookedSums, Currency, DateBasis, KstDate, MId, Money, MoneyError, PaymentMethod, Verdict,
};

use super::{Reconciler, Summary};
use crate::store::{BookedDay, StoreError};

/// What totals are made apart by, beside merchant and currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grouping {
    /// By method.
    pub by_method: bool,
    /// By stretches of days.
    pub period: Option<Period>,
}

/// Stretches of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Calendar months, the first and the last as far as they are asked for.
    Month,
    /// Days.
    Day,
}

/// The totals of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedSummary {
    /// The merchant.
    pub mid: MId,
    /// The method, where groups are made by it.
    pub method: Option<PaymentMethod>,
    /// The first day of the group, where groups are made by days.
    pub period_start: Option<KstDate>,
    /// How many payments have something in it.
    pub payment_count: u64,
    /// How many of them are reconciled without having been read since their last event.
    pub unchecked_count: u64,
    /// The sums; the currency is theirs.
    pub sums: BookedSums,
    /// Whether every settlement row of it tells its supply amount and its VAT.
    pub tells_vat: bool,
    /// How many payments stand how, in the order of [`Verdict::ALL`]; verdicts that nobody has are left out.
    pub verdicts: Vec<(Verdict, u64)>,
}

/// What Toss owes one merchant in one currency, from the beginning of a day to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receivable {
    /// The merchant.
    pub mid: MId,
    /// The day.
    pub date: KstDate,
    /// At its beginning, before fees.
    pub opening: Money,
    /// Σ effective amounts of its events.
    pub sales: Money,
    /// Σ amount of the settlement rows whose money moves on it.
    pub paid_out: Money,
    /// At its end.
    pub closing: Money,
}

impl Reconciler {
    /// Totals between these days, both included, by merchant, currency, period and method. A payment counts once in each
    /// group in which it has something.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sums_by_date(
        &self,
        days: (KstDate, KstDate),
        basis: DateBasis,
        grouping: Grouping,
        mids: Option<&[MId]>,
    ) -> Result<Vec<DatedSummary>, StoreError> {
        let booked = self.0.store.booked_days(basis, days, mids).await?;
        let mut groups = Groups::new(days.0, grouping);
        for day in &booked {
            groups.add(day).map_err(|_| too_large(&day.mid))?;
        }
        let mut found: Vec<DatedSummary> = groups.found.into_values().collect();
        let is_of_cohorts = basis == DateBasis::Transaction && grouping == Grouping::default();
        if is_of_cohorts && self.0.store.waits_for_books().await? {
            for summary in self.summaries(days, mids).await? {
                put_where_more_were_counted(&mut found, summary);
            }
        }
        Ok(found)
    }

    /// What Toss owes on each day between these two, both included: by merchant, currency and day, for each that anything was
    /// sold or paid out of by then.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn receivables(
        &self,
        (from, to): (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<Vec<Receivable>, StoreError> {
        let moved = self.0.store.sold_and_paid_out((from, to), mids).await?;
        let mut accounts: BTreeMap<(MId, Currency), Moved> = BTreeMap::new();
        for of in moved {
            let account = accounts.entry((of.mid, of.sales.currency())).or_default();
            account.insert(of.day, (of.sales, of.paid_out));
        }
        let mut found = Vec::new();
        for ((mid, currency), moved) in accounts {
            let nothing = (Money::zero(currency), Money::zero(currency));
            let on = |day| moved.get(&day).copied().unwrap_or(nothing);
            let unfit = |_: MoneyError| too_large(&mid);
            let (sales, paid_out) = on(None);
            let mut opening = sales.minus(paid_out).map_err(unfit)?;
            let mut date = from;
            loop {
                let (sales, paid_out) = on(Some(date));
                let closing = opening
                    .plus(sales)
                    .and_then(|sum| sum.minus(paid_out))
                    .map_err(unfit)?;
                found.push(Receivable {
                    mid: mid.clone(),
                    date,
                    opening,
                    sales,
                    paid_out,
                    closing,
                });
                if date >= to || date.next() == date {
                    break;
                }
                (opening, date) = (closing, date.next());
            }
        }
        Ok(found)
    }
}

/// What was sold and paid out on each day, and on all days before them.
type Moved = BTreeMap<Option<KstDate>, (Money, Money)>;

/// Sums of rows that were added before; only a row that cannot be believed makes them too large.
fn too_large(mid: &MId) -> StoreError {
    StoreError::Inconsistent {
        table: "booked_days",
        column: "paid",
        key: mid.to_string(),
    }
}

/// While verdicts of an earlier version are still being made anew, sums of payments are told as that version made them.
fn put_where_more_were_counted(found: &mut Vec<DatedSummary>, former: Summary) {
    let currency = former.sums.paid.currency();
    let known = found
        .iter()
        .position(|new| new.mid == former.mid && new.sums.currency() == currency);
    let counted = known
        .and_then(|place| found.get(place))
        .map_or(0, |new| new.payment_count);
    if counted >= former.payment_count {
        return;
    }
    let sums = &former.sums;
    // Of what has no books by date yet nobody knows whether it was checked.
    let reconciled = |verdicts: &[(Verdict, u64)]| {
        let of_them = verdicts
            .iter()
            .find(|(verdict, _)| *verdict == Verdict::Reconciled);
        of_them.map_or(0, |(_, count)| *count)
    };
    let new = known.and_then(|place| found.get(place));
    let unchecked_count = new.map_or(0, |new| new.unchecked_count)
        + reconciled(&former.verdicts)
            .saturating_sub(new.map_or(0, |new| reconciled(&new.verdicts)));
    let told = DatedSummary {
        mid: former.mid,
        method: None,
        period_start: None,
        payment_count: former.payment_count,
        unchecked_count,
        sums: BookedSums {
            paid: sums.paid,
            effective_refund: sums.effective_refund,
            voided: sums.voided,
            settled: sums.settled,
            fee: sums.fee,
            pay_out: sums.pay_out,
            never_settled: sums.never_settled,
            ..BookedSums::zero(currency)
        },
        tells_vat: false,
        verdicts: former.verdicts,
    };
    match known.and_then(|place| found.get_mut(place)) {
        Some(new) => *new = told,
        None => found.push(told),
    }
}

type Place = (MId, Currency, Option<KstDate>, Option<PaymentMethod>);

/// Totals while they are being added up.
struct Groups {
    from: KstDate,
    grouping: Grouping,
    found: BTreeMap<Place, DatedSummary>,
}

impl Groups {
    fn new(from: KstDate, grouping: Grouping) -> Self {
        Self {
            from,
            grouping,
            found: BTreeMap::new(),
        }
    }

    /// The first day of the group that a day belongs to.
    fn first_day(&self, day: KstDate) -> KstDate {
        match self.grouping.period {
            None => self.from,
            Some(Period::Day) => day,
            Some(Period::Month) => {
                let first = day.naive().with_day(1).map(KstDate::from_naive);
                first.unwrap_or(day).max(self.from)
            }
        }
    }

    fn add(&mut self, added: &BookedDay) -> Result<(), MoneyError> {
        let first_day = self.first_day(added.day);
        let period_start = self.grouping.period.map(|_| first_day);
        let method = self.grouping.by_method.then(|| added.method.clone());
        let currency = added.sums.currency();
        let place = (added.mid.clone(), currency, period_start, method.clone());
        let group = self.found.entry(place).or_insert_with(|| DatedSummary {
            mid: added.mid.clone(),
            method,
            period_start,
            payment_count: 0,
            unchecked_count: 0,
            sums: BookedSums::zero(currency),
            tells_vat: true,
            verdicts: Vec::new(),
        });
        group.sums = group.sums.plus(&added.sums)?;
        group.tells_vat = group.sums.rows_without_vat == 0;
        // Who has something on an earlier day of the group has been counted there.
        if added.earlier.is_some_and(|earlier| earlier >= first_day) {
            return Ok(());
        }
        group.payment_count += added.payments;
        group.unchecked_count += added.unchecked;
        let Some(verdict) = added.verdict.filter(|_| added.payments > 0) else {
            return Ok(());
        };
        match group.verdicts.iter_mut().find(|(of, _)| *of == verdict) {
            Some((_, count)) => *count += added.payments,
            None => group.verdicts.push((verdict, added.payments)),
        }
        group.verdicts.sort_by_key(|(verdict, _)| *verdict);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> KstDate {
        KstDate::parse(text).unwrap()
    }

    fn won(minor: i64) -> Money {
        Money::from_minor(minor, Currency::KRW)
    }

    /// A payment of 10,000 on 31 March of which 3,000 went back on 2 April.
    fn booked() -> [BookedDay; 2] {
        let of = |text: &str, earlier: Option<&str>, paid, back| BookedDay {
            mid: MId::parse("shop").unwrap(),
            day: day(text),
            earlier: earlier.map(day),
            method: PaymentMethod::Card,
            verdict: Some(Verdict::Reconciled),
            payments: 1,
            unchecked: 1,
            sums: BookedSums {
                paid: won(paid),
                effective_refund: won(back),
                ..BookedSums::zero(Currency::KRW)
            },
        };
        [
            of("2026-03-31", None, 10_000, 0),
            of("2026-04-02", Some("2026-03-31"), 0, 3_000),
        ]
    }

    fn groups(from: &str, grouping: Grouping) -> Vec<(Option<KstDate>, u64, i64)> {
        let mut groups = Groups::new(day(from), grouping);
        for booked in booked().iter().filter(|booked| booked.day >= day(from)) {
            groups.add(booked).unwrap();
        }
        let found = groups.found.into_values();
        found
            .map(|of| {
                assert_eq!(of.payment_count, of.unchecked_count);
                assert_eq!(of.verdicts, [(Verdict::Reconciled, of.payment_count)]);
                let net = of.sums.net().unwrap();
                (of.period_start, of.payment_count, net.minor())
            })
            .collect()
    }

    #[test]
    fn a_payment_counts_once_in_each_group_in_which_it_has_something() {
        let by = |period| Grouping {
            period: Some(period),
            ..Grouping::default()
        };
        assert_eq!(
            groups("2026-03-01", Grouping::default()),
            [(None, 1, 7_000)]
        );
        assert_eq!(
            groups("2026-04-01", Grouping::default()),
            [(None, 1, -3_000)]
        );
        let (march, april) = (Some(day("2026-03-15")), Some(day("2026-04-01")));
        assert_eq!(
            groups("2026-03-15", by(Period::Month)),
            [(march, 1, 10_000), (april, 1, -3_000)]
        );
        assert_eq!(groups("2026-03-01", by(Period::Day)).len(), 2);
    }
}
