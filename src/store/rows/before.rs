//! What the row before said: neighbouring rows name the same merchant, and often the same payment and order.

use reconciliation::{Currency, InvalidId, MId, MoneyError, OrderId, PaymentKey};

use crate::store::AccountName;

/// The values that the rows before have named last. To find the same text again is cheaper than to read it anew, and the
/// value is shared instead of copied.
#[derive(Default)]
pub(in crate::store) struct Before {
    mid: Option<MId>,
    account: Option<AccountName>,
    payment_key: Option<PaymentKey>,
    order_id: Option<OrderId>,
    currency: Option<Currency>,
}

impl Before {
    pub(super) fn mid(&mut self, text: &str) -> Result<MId, InvalidId> {
        same_or(&mut self.mid, text, MId::as_str, MId::parse)
    }

    pub(super) fn account(&mut self, text: &str) -> AccountName {
        match &self.account {
            Some(known) if known.as_str() == text => known.clone(),
            _ => self.account.insert(AccountName::new(text)).clone(),
        }
    }

    pub(super) fn payment_key(&mut self, text: &str) -> Result<PaymentKey, InvalidId> {
        let known = &mut self.payment_key;
        same_or(known, text, PaymentKey::as_str, PaymentKey::parse)
    }

    pub(super) fn order_id(&mut self, text: &str) -> Result<OrderId, InvalidId> {
        same_or(&mut self.order_id, text, OrderId::as_str, OrderId::parse)
    }

    pub(super) fn currency(&mut self, code: &str) -> Result<Currency, MoneyError> {
        same_or(&mut self.currency, code, |known| known.code(), str::parse)
    }
}

fn same_or<T: Clone, E>(
    known: &mut Option<T>,
    text: &str,
    text_of: impl Fn(&T) -> &str,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<T, E> {
    match known {
        Some(known) if text_of(known) == text => Ok(known.clone()),
        _ => Ok(known.insert(read(text)?).clone()),
    }
}
