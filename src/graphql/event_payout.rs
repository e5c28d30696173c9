//! When the money of one event moves, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object};

use reconciliation::{MId, NoPayoutDate, Payment, PaymentMethod, TransactionKey};

use super::error::ApiError;
use super::money::Money;
use super::scalars::LocalDate;
use super::scoped::Scoped;
use super::settlement::SettlementKind;
use crate::reconcile::Reconciled;

/// What a payout's days and amounts rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::PayoutBasis")]
pub(super) enum PayoutBasis {
    /// Toss's own settlement rows.
    Settled,
    /// No settlement row exists yet: worked out from the merchant's contract, or from what earlier rows taught, and from
    /// Korea's business days.
    Forecast,
}

/// One event of a payment. The place is one that its payouts have.
pub(super) struct EventPayout {
    reconciled: Arc<Reconciled>,
    place: usize,
    mid: MId,
    method: Option<PaymentMethod>,
}

impl EventPayout {
    /// Those of a payment, in the order of its events.
    pub(super) fn all_of(reconciled: &Arc<Reconciled>, payment: &Payment) -> Vec<Self> {
        let label = payment.method_label.as_deref();
        (0..reconciled.reconciliation.payouts.len())
            .map(|place| Self {
                reconciled: Arc::clone(reconciled),
                place,
                mid: payment.mid.clone(),
                method: label.map(PaymentMethod::from_label),
            })
            .collect()
    }

    /// That of one event; of one that is settled in parts on several days, the first.
    pub(super) fn of_event(
        reconciled: &Arc<Reconciled>,
        payment: &Payment,
        key: &TransactionKey,
    ) -> Option<Self> {
        let mut all = Self::all_of(reconciled, payment).into_iter();
        all.find(|of| of.payout().transaction_key == *key)
    }

    fn payout(&self) -> &reconciliation::EventPayout {
        &self.reconciled.reconciliation.payouts[self.place]
    }
}

/// When the money of one transaction moves to the merchant's bank account, or is deducted from a payout. A payment that is
/// cancelled later has several, each on its own day.
#[Object]
impl EventPayout {
    /// Toss's key of the transaction.
    async fn transaction_key(&self) -> &str {
        self.payout().transaction_key.as_str()
    }

    /// Whether it is paid out, or deducted as a cancel.
    async fn kind(&self) -> SettlementKind {
        self.payout().kind.into()
    }

    /// What moves, before Toss's fees. Negative when deducted.
    async fn amount(&self) -> Money {
        Money(self.payout().amount)
    }

    /// The day that the event is booked on (매출일). For a cancel it is the cancel's day, not the payment's. Null without a
    /// settlement row while it is neither in the settings nor learned yet how often the merchant's sales are closed.
    async fn sold_date(&self) -> Option<LocalDate> {
        self.payout().sold_date.map(LocalDate)
    }

    /// The day that the money moves (지급일). Null when there is neither a row nor a forecast; `reason` says why.
    async fn paid_out_date(&self) -> Option<LocalDate> {
        self.payout().paid_out_date.map(LocalDate)
    }

    /// Why `paidOutDate` is null: how often the merchant's sales are closed or its number of business days is neither in the
    /// settings nor learned yet (`Query.settlementCycle`), the day lies beyond the known calendar, or the money will not
    /// move at all. Null when `paidOutDate` is not.
    async fn reason(&self) -> Option<&'static str> {
        self.payout().reason.map(NoPayoutDate::as_str)
    }

    /// An estimate, in a forecast: `amount` at the rate that is usual for the merchant and the method, VAT included. Null when
    /// Toss has settled it, nothing is forecast, or no rate is usual: of fewer than 30 rows, or where rows differ.
    async fn estimated_fee(&self, ctx: &Context<'_>) -> Result<Option<Money>, ApiError> {
        let payout = self.payout();
        let is_forecast = payout.basis == reconciliation::PayoutBasis::Forecast;
        if !is_forecast || payout.paid_out_date.is_none() {
            return Ok(None);
        }
        let rates = Scoped::of(ctx)?.usual_rates().await?;
        let fee = rates.fee(&self.mid, self.method.as_ref(), payout.amount);
        Ok(fee.map(Money))
    }

    /// Whether Toss has said so, or it is a forecast.
    async fn basis(&self) -> PayoutBasis {
        self.payout().basis.into()
    }
}
