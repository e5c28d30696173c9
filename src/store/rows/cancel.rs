//! Rows of `cancels`.

use entity::cancel;
use reconciliation::{Cancel, CancelStatus, Currency, Money, Payment, PaymentKey, TransactionKey};
use sea_orm::DerivePartialModel;
use sea_orm::prelude::ChronoUnixTimestampMillis;

use super::columns::placed;
use super::{Row, storable, to_millis};
use crate::store::StoreError;

/// A cancel without the key of its payment.
#[derive(Debug, DerivePartialModel)]
#[sea_orm(entity = "cancel::Entity")]
pub(super) struct CancelRow {
    transaction_key: String,
    amount: i64,
    reason: Option<String>,
    canceled_at: ChronoUnixTimestampMillis,
    refundable_amount: Option<i64>,
    status: String,
}

/// The same, as a row that is being read holds them.
pub(super) struct CancelColumns<'r> {
    transaction_key: &'r str,
    amount: i64,
    reason: Option<&'r str>,
    canceled_at: ChronoUnixTimestampMillis,
    refundable_amount: Option<i64>,
    status: &'r str,
}

placed!(
    pub(super) CancelColumns<'r>,
    transaction_key,
    amount,
    reason,
    canceled_at,
    refundable_amount,
    status
);

impl CancelRow {
    pub(super) fn columns(&self) -> CancelColumns<'_> {
        CancelColumns {
            transaction_key: &self.transaction_key,
            amount: self.amount,
            reason: self.reason.as_deref(),
            canceled_at: self.canceled_at,
            refundable_amount: self.refundable_amount,
            status: &self.status,
        }
    }
}

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
            transaction_key: row.read(
                "transaction_key",
                TransactionKey::parse(self.transaction_key),
            )?,
            amount: Money::from_minor(self.amount, currency),
            reason: self.reason.map(str::to_owned),
            canceled_at: self.canceled_at.0,
            refundable_amount: self
                .refundable_amount
                .map(|minor| Money::from_minor(minor, currency)),
            status: CancelStatus::from_toss(self.status),
        })
    }
}

/// Brings a payment's cancels into their order, oldest first.
pub(in crate::store) fn sort_cancels(cancels: &mut [Cancel]) {
    cancels.sort_by(|a, b| {
        (a.canceled_at, &a.transaction_key).cmp(&(b.canceled_at, &b.transaction_key))
    });
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

/// The row of a cancel.
pub(in crate::store) fn cancel_model(
    cancel: &Cancel,
    payment: &Payment,
) -> Result<cancel::Model, StoreError> {
    let row = Row {
        table: "cancels",
        key: payment.payment_key.as_str(),
    };
    let currency = payment.currency;
    Ok(cancel::Model {
        payment_key: payment.payment_key.to_string(),
        transaction_key: cancel.transaction_key.to_string(),
        amount: row.minor("amount", cancel.amount, currency)?,
        reason: cancel.reason.as_deref().map(storable),
        canceled_at: cancel.canceled_at.into(),
        refundable_amount: row.minor_some(
            "refundable_amount",
            cancel.refundable_amount,
            currency,
        )?,
        status: storable(cancel.status.as_str()),
    })
}
