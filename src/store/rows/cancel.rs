//! Rows of `cancels`.

use entity::cancel;
use reconciliation::{Cancel, CancelStatus, Currency, Money, Payment, PaymentKey, TransactionKey};
use sea_orm::prelude::ChronoUnixTimestampMillis;

use super::columns::placed;
use super::{Row, storable, to_millis};
use crate::store::StoreError;

/// A cancel without the key of its payment, as a row that is being read holds it.
pub(super) struct CancelColumns<'r> {
    transaction_key: &'r str,
    amount: i64,
    reason: Option<&'r str>,
    canceled_at: ChronoUnixTimestampMillis,
    refundable_amount: Option<i64>,
    status: &'r str,
    undated: bool,
}

placed!(
    pub(super) CancelColumns<'r>,
    transaction_key,
    amount,
    reason,
    canceled_at,
    refundable_amount,
    status,
    undated
);

impl CancelColumns<'_> {
    pub(super) fn cancel(
        self,
        currency: Currency,
        payment_key: &PaymentKey,
    ) -> Result<Cancel, StoreError> {
        let row = Row {
            table: "cancels",
            key: payment_key.as_str(),
        };
        Ok(Cancel {
            transaction_key: row.read_some(
                "transaction_key",
                Some(self.transaction_key).filter(|key| !key.starts_with(WITHOUT_KEY)),
                TransactionKey::parse,
            )?,
            amount: Money::from_minor(self.amount, currency),
            reason: self.reason.map(str::to_owned),
            canceled_at: Some(self.canceled_at.0).filter(|_| !self.undated),
            refundable_amount: self
                .refundable_amount
                .map(|minor| Money::from_minor(minor, currency)),
            status: CancelStatus::from_toss(self.status),
        })
    }
}

/// Brings a payment's cancels into their order, oldest first, those without an instant last.
pub(in crate::store) fn sort_cancels(cancels: &mut [Cancel]) {
    let at = |cancel: &Cancel| (cancel.canceled_at.is_none(), cancel.canceled_at);
    cancels.sort_by(|a, b| (at(a), &a.transaction_key).cmp(&(at(b), &b.transaction_key)));
}

/// Whether two lists of one payment's cancels say the same, in whatever order.
pub(in crate::store) fn have_same_cancels(old: &[cancel::Model], new: &[cancel::Model]) -> bool {
    let told = |row: &cancel::Model| cancel::Model {
        canceled_at: to_millis(row.canceled_at.0).into(),
        ..row.clone()
    };
    old.len() == new.len()
        && new
            .iter()
            .all(|row| old.iter().any(|other| told(other) == told(row)))
}

/// Stands in front of a cancel's place where it has no key: no key has a slash.
const WITHOUT_KEY: char = '/';

/// The row of a cancel, which has that place among those of its payment.
pub(in crate::store) fn cancel_model(
    cancel: &Cancel,
    place: usize,
    payment: &Payment,
) -> Result<cancel::Model, StoreError> {
    let row = Row {
        table: "cancels",
        key: payment.payment_key.as_str(),
    };
    let currency = payment.currency;
    Ok(cancel::Model {
        payment_key: payment.payment_key.to_string(),
        transaction_key: match &cancel.transaction_key {
            Some(key) => key.to_string(),
            None => format!("{WITHOUT_KEY}{place}"),
        },
        amount: row.minor("amount", cancel.amount, currency)?,
        reason: cancel.reason.as_deref().map(storable),
        canceled_at: cancel.canceled_at.unwrap_or_default().into(),
        refundable_amount: row.minor_some(
            "refundable_amount",
            cancel.refundable_amount,
            currency,
        )?,
        status: storable(cancel.status.as_str()),
        undated: cancel.canceled_at.is_none(),
    })
}
