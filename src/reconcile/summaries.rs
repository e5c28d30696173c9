//! Totals over the payments that began in one period, per merchant and currency.

use std::collections::BTreeMap;

use reconciliation::{Currency, KstDate, MId, Money, MoneyError, Verdict};

use super::Reconciler;
use crate::store::{PaymentSums, ReconciliationSums, StoreError};

/// The payments of one merchant in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The merchant.
    pub mid: MId,
    /// How many payments.
    pub payment_count: u64,
    /// Their sums; the currency is theirs.
    pub sums: PaymentSums,
    /// How many stand how, in the order of [`Verdict::ALL`]; verdicts that nobody has are left out.
    pub verdicts: Vec<(Verdict, u64)>,
}

impl Reconciler {
    /// Totals over the payments that began between these days, both included, by merchant and currency.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn summaries(
        &self,
        days: (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<Vec<Summary>, StoreError> {
        let mut found: BTreeMap<(MId, Currency), Summary> = BTreeMap::new();
        for of_verdict in self.0.store.reconciliation_sums(days, mids).await? {
            let currency = of_verdict.sums.paid.currency();
            let summary = found
                .entry((of_verdict.mid.clone(), currency))
                .or_insert_with(|| Summary {
                    mid: of_verdict.mid.clone(),
                    payment_count: 0,
                    sums: PaymentSums::zero(currency),
                    verdicts: Vec::new(),
                });
            add(summary, &of_verdict)?;
        }
        Ok(found
            .into_values()
            .filter(|summary| summary.payment_count > 0)
            .collect())
    }
}

fn add(summary: &mut Summary, added: &ReconciliationSums) -> Result<(), StoreError> {
    summary.sums = together(&summary.sums, &added.sums).map_err(|_| StoreError::Inconsistent {
        table: "verdicts",
        column: "paid",
        key: summary.mid.to_string(),
    })?;
    summary.payment_count += added.payments;
    if added.payments == 0 {
        return Ok(());
    }
    let known = summary
        .verdicts
        .iter_mut()
        .find(|(verdict, _)| *verdict == added.verdict);
    match known {
        Some((_, count)) => *count += added.payments,
        None => summary.verdicts.push((added.verdict, added.payments)),
    }
    summary.verdicts.sort_by_key(|(verdict, _)| *verdict);
    Ok(())
}

fn together(a: &PaymentSums, b: &PaymentSums) -> Result<PaymentSums, MoneyError> {
    let sum = |of: fn(&PaymentSums) -> Money| of(a).plus(of(b));
    Ok(PaymentSums {
        paid: sum(|sums| sums.paid)?,
        effective_refund: sum(|sums| sums.effective_refund)?,
        voided: sum(|sums| sums.voided)?,
        settled: sum(|sums| sums.settled)?,
        fee: sum(|sums| sums.fee)?,
        pay_out: sum(|sums| sums.pay_out)?,
        never_settled: sum(|sums| sums.never_settled)?,
    })
}
