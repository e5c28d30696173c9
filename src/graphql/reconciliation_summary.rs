//! The sums of a period's payments, as clients see them.

use async_graphql::SimpleObject;

use super::count::count;
use super::error::ApiError;
use super::money::Money;
use super::reconciliation::Verdict;
use crate::reconcile::Summary;

/// The sums of the payments of one merchant and currency whose first transaction is in the period. Everything that ever
/// happened to these payments counts, also after the period.
#[derive(SimpleObject)]
pub(super) struct ReconciliationSummary {
    /// The merchant at Toss (상점아이디).
    m_id: String,
    /// The currency of every amount here: an ISO 4217 code, or `MUSD`.
    currency: &'static str,
    /// How many payments.
    payment_count: i32,
    /// The money that was really received: deposits that bounced are taken off again, refunds are not.
    paid_amount: Money,
    /// The money that was really given back, as a positive amount.
    effective_refund: Money,
    /// What was cancelled without giving money back, as a positive amount: unpaid virtual accounts that were cancelled.
    voided_amount: Money,
    /// `paidAmount` less `effectiveRefund`.
    net_amount: Money,
    /// What Toss's settlement rows for these payments add up to, before fees; rows of cancels are deducted.
    settled_amount: Money,
    /// Toss's fees in those rows, VAT included; what is given back for cancels is deducted.
    fee: Money,
    /// What those rows pay out, after fees.
    pay_out_amount: Money,
    /// `netAmount` less `settledAmount`: what Toss still owes before fees, or has paid out too much when negative. What Toss
    /// never settles is left out: money under a test key, and of methods that the settings name for it.
    unsettled_amount: Money,
    /// How many of the payments stand how. Verdicts that none of them has are left out.
    verdicts: Vec<VerdictCount>,
}

/// How many payments stand in one way.
#[derive(SimpleObject)]
pub(super) struct VerdictCount {
    /// How they stand.
    verdict: Verdict,
    /// How many.
    count: i32,
}

impl ReconciliationSummary {
    /// The summary as clients see it.
    ///
    /// # Errors
    /// `INTERNAL` when a number does not fit.
    pub(super) fn of(summary: Summary) -> Result<Self, ApiError> {
        let sums = summary.sums;
        let internal = |error| ApiError::internal(&error);
        let net = sums.net().map_err(internal)?;
        let unsettled = sums.unsettled().map_err(internal)?;
        let verdicts = summary.verdicts.into_iter().map(|(verdict, payments)| {
            Ok(VerdictCount {
                verdict: verdict.into(),
                count: count(payments)?,
            })
        });
        Ok(Self {
            m_id: summary.mid.to_string(),
            currency: sums.paid.currency().code(),
            payment_count: count(summary.payment_count)?,
            paid_amount: Money(sums.paid),
            effective_refund: Money(sums.effective_refund),
            voided_amount: Money(sums.voided),
            net_amount: Money(net),
            settled_amount: Money(sums.settled),
            fee: Money(sums.fee),
            pay_out_amount: Money(sums.pay_out),
            unsettled_amount: Money(unsettled),
            verdicts: verdicts.collect::<Result<_, ApiError>>()?,
        })
    }
}
