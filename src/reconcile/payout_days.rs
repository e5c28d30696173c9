//! What each day pays out: from settlement rows, and forecast for events that have none yet.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use reconciliation::{
    BusinessCalendar, Currency, DateBasis, Deposits, KstDate, MId, Money, PaymentMethod,
    PayoutBasis, SettlementKind, Terms,
};

use super::Reconciler;
use super::contracts::under_test_keys;
use crate::store::{PayoutSums, StoreError, UnsettledSums};

/// What one merchant is paid out in one currency on one day, from rows or forecast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutDay {
    /// The merchant.
    pub mid: MId,
    /// The day.
    pub paid_out_date: KstDate,
    /// From rows, or forecast.
    pub basis: PayoutBasis,
    /// Approvals.
    pub payment_count: u64,
    /// Cancels.
    pub cancel_count: u64,
    /// Σ amount of the approvals.
    pub gross: Money,
    /// Σ amount of the cancels: negative or 0.
    pub cancels: Money,
    /// Σ fee, signed; 0 in a forecast, since fees are known from rows alone.
    pub fee: Money,
    /// Σ supplyAmount, signed; `None` in a forecast, and while not every row is known to tell it.
    pub supply_amount: Option<Money>,
    /// Σ vat, signed; as the supply amount.
    pub vat: Option<Money>,
    /// What is paid out; below 0 when cancels outweigh.
    pub pay_out: Money,
    /// What is really deposited, after what days before it could not take off; never below 0.
    pub deposited: Money,
    /// What this day could not take off, and the next one must; never below 0.
    pub carried_over: Money,
}

impl Reconciler {
    /// What the days between these two, both included, pay out: newest day first, then by merchant, currency and basis.
    /// Days that are over are told from rows alone: money whose row never came is no payout of theirs.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn payout_days(
        &self,
        days: (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<Vec<PayoutDay>, StoreError> {
        let inner = &self.0;
        let today = KstDate::of(inner.now());
        let (first, last) = days;
        let mut found = Days::default();
        let learned = inner.learned_in_force().await?;
        let shown = inner.store.merchant_ids().await?;
        let samples = under_test_keys(&learned.settings, &shown);
        for sums in inner.store.payout_sums(days, mids).await? {
            if !samples.contains(&sums.mid) {
                found.settled(&sums)?;
            }
        }
        let mut deposits: HashMap<(MId, Currency), Deposits> = HashMap::new();
        for net in inner.store.payout_nets_before(first, mids).await? {
            if !samples.contains(&net.mid) {
                pay_out(&mut deposits, &net.mid, net.pay_out)?;
            }
        }
        self.tell_vat(&mut found, days, mids).await?;
        // What is forecast before the first day may leave something for it to take off.
        if today <= last {
            for sums in inner.store.unsettled_sums(mids).await? {
                if let Some(day) =
                    forecast(&sums, &learned.terms).filter(|day| (today..=last).contains(day))
                {
                    found.forecast(&sums, day)?;
                }
            }
        }
        for day in found.in_order_of_time() {
            let deposit = pay_out(&mut deposits, &day.mid, day.pay_out)?;
            (day.deposited, day.carried_over) = deposit;
        }
        let found = found.0.into_values();
        Ok(found.filter(|day| day.paid_out_date >= first).collect())
    }

    /// The business days that forecasts rest on.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn business_calendar(&self) -> Result<BusinessCalendar, StoreError> {
        let learned = self.0.learned_in_force().await?;
        Ok(learned.terms.calendar.clone())
    }

    /// Tells the VAT of days whose rows are all booked and tell it.
    async fn tell_vat(
        &self,
        found: &mut Days,
        days: (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<(), StoreError> {
        let basis = DateBasis::PaidOut;
        let mut booked: HashMap<(MId, KstDate, Currency), BookedVat> = HashMap::new();
        for of in self.0.store.booked_days(basis, days, mids).await? {
            let zero = Money::zero(of.sums.currency());
            let place = (of.mid, of.day, of.sums.currency());
            let (rows, parts) = booked.entry(place).or_insert((0, Some((zero, zero))));
            *rows += of.sums.rows;
            *parts = match parts {
                Some((supply, vat)) if of.sums.rows_without_vat == 0 => Some((
                    sum(*supply, of.sums.supply_amount)?,
                    sum(*vat, of.sums.vat)?,
                )),
                _ => None,
            };
        }
        for day in found.0.values_mut() {
            let place = (day.mid.clone(), day.paid_out_date, day.gross.currency());
            let told = booked.get(&place);
            let rows = day.payment_count + day.cancel_count;
            let all = told.filter(|(booked, _)| *booked == rows);
            if let Some((supply, vat)) = all.and_then(|(_, parts)| *parts) {
                (day.supply_amount, day.vat) = (Some(supply), Some(vat));
            }
        }
        Ok(())
    }
}

/// How many rows are booked, with their supply amounts and their VAT where all of them tell these.
type BookedVat = (u64, Option<(Money, Money)>);

/// Pays out what a day comes to: what is deposited, and what is left for the next one to take off.
fn pay_out(
    deposits: &mut HashMap<(MId, Currency), Deposits>,
    mid: &MId,
    net: Money,
) -> Result<(Money, Money), StoreError> {
    let of_merchant = deposits
        .entry((mid.clone(), net.currency()))
        .or_insert_with(|| Deposits::new(net));
    let deposit = of_merchant.pay_out(net).map_err(|_| too_large(net))?;
    Ok((deposit.deposited, deposit.carried_over))
}

/// When events of that sold date are paid out by the contract.
fn forecast(sums: &UnsettledSums, terms: &Terms) -> Option<KstDate> {
    let method = sums.method_label.as_deref().map(PaymentMethod::from_label);
    let contract = terms.contracts.of(&sums.mid, method.as_ref());
    contract.paid_out_date(sums.sold_date, &terms.calendar).ok()
}

/// Settled before forecast.
type Place = (Reverse<KstDate>, MId, Currency, PayoutBasis);

#[derive(Default)]
struct Days(BTreeMap<Place, PayoutDay>);

impl Days {
    fn settled(&mut self, sums: &PayoutSums) -> Result<(), StoreError> {
        let day = self.day(
            &sums.mid,
            sums.paid_out_date,
            sums.amount,
            PayoutBasis::Settled,
        );
        day.count(sums.kind, sums.rows, sums.amount)?;
        day.fee = sum(day.fee, sums.fee)?;
        day.pay_out = sum(day.pay_out, sums.pay_out)?;
        Ok(())
    }

    fn forecast(&mut self, sums: &UnsettledSums, day: KstDate) -> Result<(), StoreError> {
        let day = self.day(&sums.mid, day, sums.amount, PayoutBasis::Forecast);
        day.count(sums.kind, sums.events, sums.amount)?;
        day.pay_out = sum(day.pay_out, sums.amount)?;
        Ok(())
    }

    /// The oldest first, and on one day what is settled before what is forecast.
    fn in_order_of_time(&mut self) -> Vec<&mut PayoutDay> {
        let mut days: Vec<&mut PayoutDay> = self.0.values_mut().collect();
        days.sort_by_key(|day| (day.paid_out_date, day.basis));
        days
    }

    fn day(
        &mut self,
        mid: &MId,
        day: KstDate,
        amount: Money,
        basis: PayoutBasis,
    ) -> &mut PayoutDay {
        let zero = Money::zero(amount.currency());
        let place = (Reverse(day), mid.clone(), amount.currency(), basis);
        self.0.entry(place).or_insert_with(|| PayoutDay {
            mid: mid.clone(),
            paid_out_date: day,
            basis,
            payment_count: 0,
            cancel_count: 0,
            gross: zero,
            cancels: zero,
            fee: zero,
            supply_amount: None,
            vat: None,
            pay_out: zero,
            deposited: zero,
            carried_over: zero,
        })
    }
}

impl PayoutDay {
    fn count(&mut self, kind: SettlementKind, count: u64, amount: Money) -> Result<(), StoreError> {
        match kind {
            SettlementKind::Payment => {
                self.payment_count += count;
                self.gross = sum(self.gross, amount)?;
            }
            SettlementKind::Cancel => {
                self.cancel_count += count;
                self.cancels = sum(self.cancels, amount)?;
            }
        }
        Ok(())
    }
}

/// Sums of rows that were added before; only a row that cannot be believed makes them too large.
fn sum(sum: Money, amount: Money) -> Result<Money, StoreError> {
    sum.plus(amount).map_err(|_| too_large(amount))
}

fn too_large(amount: Money) -> StoreError {
    StoreError::Inconsistent {
        table: "payout_sums",
        column: "amount",
        key: amount.currency().code().to_owned(),
    }
}
