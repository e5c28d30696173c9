//! What the maintained sums say.

use std::collections::BTreeMap;

use entity::{payment_day, unsettled_day};
use reconciliation::{Currency, KstDate, MId, Money, SettlementKind, Verdict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QueryTrait};

use super::PaymentSums;
use crate::store::mirror::payout_sums::saturating_sum;
use crate::store::rows::{payment_sums, unsettled_sums};
use crate::store::{Store, StoreError};

/// Sums of the payments that stand alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconciliationSums {
    /// The merchant.
    pub mid: MId,
    /// How they stand.
    pub verdict: Verdict,
    /// How many.
    pub payments: u64,
    /// Their sums; the currency is theirs.
    pub sums: PaymentSums,
}

/// Sums of events without a row, of one merchant, method, currency, kind and sold date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsettledSums {
    /// The merchant.
    pub mid: MId,
    /// The method's literal.
    pub method_label: Option<String>,
    /// Approvals or cancels.
    pub kind: SettlementKind,
    /// The sold date by the contract.
    pub sold_date: KstDate,
    /// How many events.
    pub events: u64,
    /// Σ amount, signed.
    pub amount: Money,
}

impl Store {
    /// Sums of the payments that began between these days, both included, by merchant, currency and verdict. A sum beyond
    /// 64 bits ends there.
    pub async fn reconciliation_sums(
        &self,
        days: (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<Vec<ReconciliationSums>, StoreError> {
        use payment_day::Column;
        let rows = payment_day::Entity::find()
            .filter(Column::Day.between(days.0.naive(), days.1.naive()))
            .apply_if(mids, |rows, mids| {
                rows.filter(Column::Mid.is_in(mids.iter().map(MId::as_str)))
            })
            .all(&self.reader)
            .await?;
        let mut sums: BTreeMap<(MId, Currency, Verdict), ReconciliationSums> = BTreeMap::new();
        for row in &rows {
            let part = payment_sums(row)?;
            let key = (part.mid.clone(), part.sums.paid.currency(), part.verdict);
            sums.entry(key)
                .and_modify(|sum| {
                    sum.payments = sum.payments.saturating_add(part.payments);
                    sum.sums = sum.sums.saturating_plus(part.sums);
                })
                .or_insert(part);
        }
        Ok(sums.into_values().collect())
    }

    /// Sums of the events that wait for their settlement row, by sold date, kind, currency, merchant and method.
    pub async fn unsettled_sums(
        &self,
        mids: Option<&[MId]>,
    ) -> Result<Vec<UnsettledSums>, StoreError> {
        use unsettled_day::Column;
        unsettled_day::Entity::find()
            .apply_if(mids, |rows, mids| {
                rows.filter(Column::Mid.is_in(mids.iter().map(MId::as_str)))
            })
            .order_by_asc(Column::SoldDate)
            .order_by_asc(Column::Kind)
            .order_by_asc(Column::Currency)
            .order_by_asc(Column::Mid)
            .order_by_asc(Column::MethodLabel)
            .all(&self.reader)
            .await?
            .iter()
            .map(unsettled_sums)
            .collect()
    }
}

impl PaymentSums {
    /// The sums of both, of one currency.
    fn saturating_plus(self, other: Self) -> Self {
        Self {
            paid: saturating_sum(self.paid, other.paid),
            effective_refund: saturating_sum(self.effective_refund, other.effective_refund),
            voided: saturating_sum(self.voided, other.voided),
            settled: saturating_sum(self.settled, other.settled),
            fee: saturating_sum(self.fee, other.fee),
            pay_out: saturating_sum(self.pay_out, other.pay_out),
            never_settled: saturating_sum(self.never_settled, other.never_settled),
        }
    }
}
