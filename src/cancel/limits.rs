//! Holding orders against the merchant's own limits: what an order counts, and what its admin has asked for today.

use reconciliation::{CancelOptions, CancelRefusal, Currency, KstDate, Money, PaymentKey};

use super::cancel_command::CancelFailure;
use super::{CancelCommand, Canceller, Inner, client_errors};
use crate::lookup::FoundPayment;
use crate::store::{CancelRequestId, DayLimit, StoreError, StoredCancelError};

impl Canceller {
    /// What a payment offers to an admin who has asked for `asked_today` in its currency already.
    ///
    /// # Errors
    /// The refusal that every cancel of the payment would meet.
    pub fn offer(
        &self,
        options: CancelOptions,
        asked_today: Money,
    ) -> Result<CancelOptions, CancelRefusal> {
        self.0
            .limits
            .may_cancel()
            .map_err(|weaker| weaker.refusal())?;
        self.0.policy.offer(options, asked_today)
    }

    /// Above how much another admin must approve; `None` is never.
    pub fn approval_above(&self, currency: Currency) -> Option<Money> {
        self.0.policy.approval_above.of(currency)
    }

    /// The limit of today in that currency, if there is one.
    pub fn day_limit(&self, currency: Currency) -> Option<DayLimit> {
        self.0.day_limit(currency)
    }
}

/// Whether an order can only hand an unpaid virtual account back, whatever the payment has become meanwhile: one that was
/// deposited is refunded to an account, and without one the order is refused.
pub(super) fn voids(order: &CancelCommand, known: &FoundPayment) -> bool {
    let intent = &order.intent;
    let payment = &known.stored.payment;
    intent.void_unpaid && intent.refund_account.is_none() && payment.is_virtual_account()
}

impl Inner {
    /// Whether this process may cancel beside the others, or how it refuses.
    pub(super) fn may_cancel(&self) -> Result<(), StoredCancelError> {
        let allowed = self.limits.may_cancel();
        allowed.map_err(|weaker| client_errors::refused_by_us(&weaker.refusal()))
    }

    pub(super) fn day_limit(&self, currency: Currency) -> Option<DayLimit> {
        let most = self.policy.per_day.of(currency)?;
        let since = KstDate::of(self.clock.now()).start();
        Some(DayLimit { most, since })
    }

    /// What an order counts against the limits of its currency; `None` when there are none. An order for everything counts
    /// with the balance that is read now, and from then on asks for no other: what is checked is what is sent.
    pub(super) async fn count(
        &self,
        order: &mut CancelCommand,
        known: &FoundPayment,
    ) -> Result<Option<Money>, CancelFailure> {
        let currency = known.stored.payment.currency;
        if !self.policy.limits(currency) {
            return Ok(None);
        }
        let intent = &mut order.intent;
        if let Some(counted) = intent.amount.or(intent.expected_balance) {
            return Ok(Some(counted));
        }
        let read = self.lookup.payment_alone(&order.payment_key).await?;
        let balance = read.and_then(|found| found.stored.payment.balance_amount);
        let balance = balance.unwrap_or_else(|| Money::zero(currency));
        order.intent.expected_balance = Some(balance);
        Ok(Some(balance))
    }

    /// What an owner has asked for of one payment today, besides the given request: what a threshold is held against together
    /// with it. Nothing where there is no threshold.
    pub(super) async fn asked_of_payment(
        &self,
        owner: &str,
        payment: &PaymentKey,
        currency: Currency,
        besides: Option<&CancelRequestId>,
    ) -> Result<Money, StoreError> {
        if self.policy.approval_above.of(currency).is_none() {
            return Ok(Money::zero(currency));
        }
        let since = KstDate::of(self.clock.now()).start();
        self.store
            .asked_of_payment_since(owner, payment, currency, since, besides)
            .await
    }

    /// Holds what an order counts against the day's limit, without a promise that it still holds when the order is given.
    pub(super) async fn check_day(
        &self,
        owner: &str,
        counted: Money,
    ) -> Result<Result<(), CancelRefusal>, StoreError> {
        let Some(limit) = self.day_limit(counted.currency()) else {
            return Ok(Ok(()));
        };
        let asked = self
            .store
            .cancels_asked_since(owner, counted.currency(), limit.since)
            .await?;
        Ok(self.policy.permit_day(counted, asked))
    }
}
