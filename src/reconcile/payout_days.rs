//! What each day pays out: from settlement rows, and forecast for events that have none yet.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use reconciliation::{
    Currency, KstDate, MId, Money, PaymentMethod, PayoutBasis, SettlementKind, Terms,
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
    /// What is paid out; below 0 when cancels outweigh.
    pub pay_out: Money,
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
        let mut found = Days::default();
        let learned = inner.learned_in_force().await?;
        let shown = inner.store.merchant_ids().await?;
        let samples = under_test_keys(&learned.settings, &shown);
        for sums in inner.store.payout_sums(days, mids).await? {
            if !samples.contains(&sums.mid) {
                found.settled(&sums)?;
            }
        }
        let (first, last) = (days.0.max(today), days.1);
        if first <= last {
            for sums in inner.store.unsettled_sums(mids).await? {
                if let Some(day) =
                    forecast(&sums, &learned.terms).filter(|day| (first..=last).contains(day))
                {
                    found.forecast(&sums, day)?;
                }
            }
        }
        Ok(found.0.into_values().collect())
    }
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
            pay_out: zero,
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
    sum.plus(amount).map_err(|_| StoreError::Inconsistent {
        table: "payout_sums",
        column: "amount",
        key: amount.currency().code().to_owned(),
    })
}
