//! A payment as Toss describes it now (source P).

use chrono::{DateTime, Utc};

use crate::{
    Currency, History, MId, Money, OrderId, PaymentKey, PaymentMethod, PaymentStatus,
    TransactionKey, VirtualAccount,
};

/// The payment itself. From `GET /v1/payments/{paymentKey}`; what only that answer knows is `None` until it has been
/// read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The merchant that the payment names.
    pub mid: MId,
    /// The payment's permanent key.
    pub payment_key: PaymentKey,
    /// The merchant's order.
    pub order_id: OrderId,
    /// The method's literal as Toss sent it; `None` until the buyer has chosen one.
    pub method_label: Option<String>,
    /// The payment's status.
    pub status: PaymentStatus,
    /// The currency of its amounts.
    pub currency: Currency,
    /// The order's amount; it never changes.
    pub total_amount: Option<Money>,
    /// What can still be cancelled.
    pub balance_amount: Option<Money>,
    /// When the payment was requested.
    pub requested_at: Option<DateTime<Utc>>,
    /// When it was approved; for a virtual account, when the deposit came.
    pub approved_at: Option<DateTime<Utc>>,
    /// False when only a full cancel is possible.
    pub is_partial_cancelable: Option<bool>,
    /// The key of the newest transaction row.
    pub last_transaction_key: Option<TransactionKey>,
    /// Its virtual account, if the answer described one.
    pub virtual_account: Option<VirtualAccount>,
}

impl Payment {
    /// The method, read from its literal.
    pub fn method(&self) -> Option<PaymentMethod> {
        self.method_label.as_deref().map(PaymentMethod::from_label)
    }

    /// Whether it is paid through a virtual account.
    pub fn is_virtual_account(&self) -> bool {
        self.method_label
            .as_deref()
            .is_some_and(|label| PaymentMethod::known(label) == Some(PaymentMethod::VirtualAccount))
    }

    /// Whether everything has been cancelled: the balance decides, not the status, because draining a payment with
    /// partial cancels leaves `PARTIAL_CANCELED`. Without a balance, a payment cancelled in one go is, and any other
    /// when its history holds nothing.
    pub fn is_fully_canceled(&self, history: &History) -> bool {
        let was_canceled = self.status.is_cancel()
            || history
                .events()
                .iter()
                .any(|e| e.transaction.status.is_cancel());
        let nothing_left = match self.balance_amount {
            Some(balance) => balance.is_zero(),
            None => {
                self.status == PaymentStatus::Canceled
                    || history
                        .currencies()
                        .all(|currency| history.totals(currency).held().is_zero())
            }
        };
        was_canceled && nothing_left
    }
}
