//! Rows of `transactions`.

use chrono::{DateTime, Utc};
use entity::{RawText, transaction};
use reconciliation::{MId, Money, OrderId, PaymentKey, PaymentStatus, Transaction, TransactionKey};
use sea_orm::DerivePartialModel;
use sea_orm::prelude::ChronoUnixTimestampMillis;

use super::columns::placed;
use super::{Row, storable};
use crate::store::{AccountName, StoreError, TransactionRecord};

/// A row of the transactions list: the columns that are needed to answer.
#[derive(Debug, DerivePartialModel)]
#[sea_orm(entity = "transaction::Entity")]
pub(in crate::store) struct TransactionRow {
    mid: String,
    transaction_key: String,
    payment_key: String,
    order_id: String,
    method_label: Option<String>,
    status: String,
    transaction_at: ChronoUnixTimestampMillis,
    amount: i64,
    currency: String,
    listed_position: i64,
}

placed!(TransactionRow, from "transactions", mid, transaction_key, payment_key, order_id, method_label, status,
    transaction_at, amount, currency, listed_position);

impl TransactionRow {
    /// The row's value.
    pub(in crate::store) fn transaction(self) -> Result<Transaction, StoreError> {
        let row = Row {
            table: "transactions",
            key: &self.transaction_key,
        };
        Ok(Transaction {
            mid: row.read("mid", MId::parse(&self.mid))?,
            transaction_key: row.read(
                "transaction_key",
                TransactionKey::parse(&self.transaction_key),
            )?,
            payment_key: row.read("payment_key", PaymentKey::parse(&self.payment_key))?,
            order_id: row.read("order_id", OrderId::parse(&self.order_id))?,
            status: PaymentStatus::from_toss(&self.status),
            transaction_at: self.transaction_at.0,
            amount: Money::from_minor(self.amount, row.currency(&self.currency)?),
            listed_position: row.read("listed_position", u32::try_from(self.listed_position))?,
            method_label: self.method_label,
        })
    }
}

/// The row of a transaction.
pub(in crate::store) fn transaction_model(
    record: &TransactionRecord<'_>,
    account: &AccountName,
    read_at: DateTime<Utc>,
) -> transaction::Model {
    let value = record.value;
    transaction::Model {
        mid: value.mid.to_string(),
        transaction_key: value.transaction_key.to_string(),
        account: account.to_string(),
        payment_key: value.payment_key.to_string(),
        order_id: value.order_id.to_string(),
        method_label: value.method_label.as_deref().map(storable),
        status: storable(value.status.as_str()),
        transaction_at: value.transaction_at.into(),
        amount: value.amount.minor(),
        currency: value.amount.currency().code().to_owned(),
        listed_position: i64::from(value.listed_position),
        raw: RawText(storable(record.raw)),
        read_at: read_at.into(),
    }
}
