//! What one day pays out, as clients see it.

use async_graphql::connection::Connection;
use async_graphql::{ComplexObject, Context, SimpleObject};

use super::count::count;
use super::error::ApiError;
use super::event_payout::PayoutBasis;
use super::money::Money;
use super::page::{self, PageArguments};
use super::scalars::LocalDate;
use super::total_count::TotalCount;
use super::transaction::Transaction;
use super::transaction_list;
use crate::{reconcile, store};

/// What one merchant is paid out in one currency on one day. A day may have two of these: what Toss has settled, and what is
/// forecast for transactions that have no settlement row yet.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct PayoutDay {
    #[graphql(skip)]
    of: reconcile::PayoutDay,
    /// The merchant at Toss (상점아이디).
    m_id: String,
    /// The currency of every amount here: an ISO 4217 code, or `MUSD`.
    currency: &'static str,
    /// The day that the money moves to or from the merchant's bank account (지급일).
    paid_out_date: LocalDate,
    /// How many payments are paid out.
    payment_count: i32,
    /// How many cancels are deducted.
    cancel_count: i32,
    /// What the payments add up to, before fees.
    gross_amount: Money,
    /// What the cancels add up to: negative, or 0.
    cancel_amount: Money,
    /// Toss's fees, VAT included; what is given back for cancels is deducted, so that it may be negative. 0 in a forecast:
    /// fees are known from settlement rows alone.
    fee: Money,
    /// The fees without VAT (공급가액). Null in a forecast, and when some settlement row does not tell it.
    supply_amount: Option<Money>,
    /// The VAT of the fees (부가세). Null in a forecast, and when some settlement row does not tell it.
    vat: Option<Money>,
    /// What is paid out: `grossAmount` and `cancelAmount` together, less `fee`. Below 0 when cancels outweigh payments:
    /// Toss then deducts it.
    pay_out_amount: Money,
    /// What is really deposited: `payOutAmount` after what days before it could not take off, never below 0. A day that is
    /// forecast follows what is settled on it.
    deposit_amount: Money,
    /// What this day could not take off and the next one must, as a positive amount; mostly 0.
    carried_over: Money,
    /// Whether Toss has settled it, or it is a forecast.
    basis: PayoutBasis,
}

impl PayoutDay {
    /// The day as clients see it.
    ///
    /// # Errors
    /// `INTERNAL` when a number does not fit.
    pub(super) fn of(day: &reconcile::PayoutDay) -> Result<Self, ApiError> {
        Ok(Self {
            of: day.clone(),
            m_id: day.mid.to_string(),
            currency: day.gross.currency().code(),
            paid_out_date: LocalDate(day.paid_out_date),
            payment_count: count(day.payment_count)?,
            cancel_count: count(day.cancel_count)?,
            gross_amount: Money(day.gross),
            cancel_amount: Money(day.cancels),
            fee: Money(day.fee),
            supply_amount: day.supply_amount.map(Money),
            vat: day.vat.map(Money),
            pay_out_amount: Money(day.pay_out),
            deposit_amount: Money(day.deposited),
            carried_over: Money(day.carried_over),
            basis: day.basis.into(),
        })
    }
}

#[ComplexObject]
impl PayoutDay {
    /// The transactions whose money moves on this day, newest first: of a settled day those that Toss has settled, of
    /// a forecast the others. One that is settled in parts on several days is among those of the first.
    #[graphql(complexity = "page::cost(first, None, child_complexity)")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many of the newest, 1 to 200; 50 when nothing is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only older ones than the one with this cursor.")] after: Option<String>,
    ) -> Result<Connection<String, Transaction, TotalCount>, ApiError> {
        let day = &self.of;
        let filter = store::TransactionFilter {
            payout_day: Some((day.paid_out_date, day.paid_out_date)),
            mids: Some(vec![day.mid.clone()]),
            currency: Some(day.gross.currency()),
            is_forecast: Some(day.basis == reconciliation::PayoutBasis::Forecast),
            ..store::TransactionFilter::default()
        };
        let arguments = PageArguments {
            first,
            after,
            ..PageArguments::default()
        };
        transaction_list::transactions(ctx, filter, arguments).await
    }
}
