//! The sums of a period's payments, as clients see them.

use async_graphql::SimpleObject;

use super::count::count;
use super::error::ApiError;
use super::money::Money;
use super::reconciliation::Verdict;
use super::scalars::LocalDate;
use super::status::PaymentMethod;
use crate::reconcile::DatedSummary;

/// The sums of one merchant and currency over the days that were asked for, by the basis that was asked for, or of one group of
/// them. Any payment that has something in it counts once.
#[derive(SimpleObject)]
pub(super) struct ReconciliationSummary {
    /// The merchant at Toss (상점아이디).
    m_id: String,
    /// The currency of every amount here: an ISO 4217 code, or `MUSD`.
    currency: &'static str,
    /// The method of payment; null unless grouped by `METHOD`.
    method: Option<PaymentMethod>,
    /// The first day of the group; null unless grouped by `MONTH` or `DAY`.
    period_start: Option<LocalDate>,
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
    /// What Toss's settlement rows add up to, before fees; rows of cancels are deducted. By `TRANSACTION` all rows of these
    /// payments, by `EVENT` the rows that settle these events, by `SOLD` and `PAID_OUT` the rows of these days.
    settled_amount: Money,
    /// Toss's fees in those rows, VAT included; what is given back for cancels is deducted.
    fee: Money,
    /// The fees without VAT (공급가액). Null when some row does not tell it.
    supply_amount: Option<Money>,
    /// The VAT of the fees (부가세): by month, what Toss's tax invoice is held against. Null when some row does not tell it.
    vat: Option<Money>,
    /// What those rows pay out, after fees.
    pay_out_amount: Money,
    /// `netAmount` less `settledAmount`: what Toss still owes before fees, or has paid out too much when negative. What Toss
    /// never settles is left out: money under a test key, and of methods that the settings name for it.
    unsettled_amount: Money,
    /// Of the payments that are `RECONCILED`, how many were not checked against the payment itself since their last event.
    unchecked_count: i32,
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
    pub(super) fn of(summary: DatedSummary) -> Result<Self, ApiError> {
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
            method: summary
                .method
                .map(|method| PaymentMethod::from_label(Some(method.name()))),
            period_start: summary.period_start.map(LocalDate),
            payment_count: count(summary.payment_count)?,
            paid_amount: Money(sums.paid),
            effective_refund: Money(sums.effective_refund),
            voided_amount: Money(sums.voided),
            net_amount: Money(net),
            settled_amount: Money(sums.settled),
            fee: Money(sums.fee),
            supply_amount: summary.tells_vat.then_some(Money(sums.supply_amount)),
            vat: summary.tells_vat.then_some(Money(sums.vat)),
            pay_out_amount: Money(sums.pay_out),
            unsettled_amount: Money(unsettled),
            unchecked_count: count(summary.unchecked_count)?,
            verdicts: verdicts.collect::<Result<_, ApiError>>()?,
        })
    }
}
