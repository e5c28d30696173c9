//! Rows of `transactions`.

use chrono::{DateTime, Utc};
use entity::transaction;
use reconciliation::{Money, PaymentStatus, Transaction, TransactionKey};
use sea_orm::prelude::ChronoUnixTimestampMillis;

use super::before::Before;
use super::columns::{Columns, Placed, placed};
use super::{Row, storable};
use crate::store::rows::packed::{RowKeys, packed};
use crate::store::{AccountName, StoreError, TransactionRecord};

/// What is needed to answer of a row of the transactions list, as a row that is being read holds it.
struct TransactionColumns<'r> {
    mid: &'r str,
    transaction_key: &'r str,
    payment_key: &'r str,
    order_id: &'r str,
    method_label: Option<&'r str>,
    status: &'r str,
    transaction_at: ChronoUnixTimestampMillis,
    amount: i64,
    currency: &'r str,
    listed_position: i64,
}

placed!(
    TransactionColumns<'r>,
    mid,
    transaction_key,
    payment_key,
    order_id,
    method_label,
    status,
    transaction_at,
    amount,
    currency,
    listed_position
);

impl Placed for Transaction {
    const FROM: &'static str = "transactions";

    fn columns() -> String {
        TransactionColumns::columns(Self::FROM)
    }

    fn take<'r>(columns: &mut impl Columns<'r>, before: &mut Before) -> Result<Self, StoreError> {
        TransactionColumns::take(columns)?.transaction(before)
    }
}

impl TransactionColumns<'_> {
    fn transaction(self, before: &mut Before) -> Result<Transaction, StoreError> {
        let row = Row {
            table: "transactions",
            key: self.transaction_key,
        };
        Ok(Transaction {
            mid: row.read("mid", before.mid(self.mid))?,
            transaction_key: row.read(
                "transaction_key",
                TransactionKey::parse(self.transaction_key),
            )?,
            payment_key: row.read("payment_key", before.payment_key(self.payment_key))?,
            order_id: row.read("order_id", before.order_id(self.order_id))?,
            status: PaymentStatus::from_toss(self.status),
            transaction_at: self.transaction_at.0,
            amount: Money::from_minor(
                self.amount,
                row.read("currency", before.currency(self.currency))?,
            ),
            listed_position: row.read("listed_position", u32::try_from(self.listed_position))?,
            method_label: self.method_label.map(str::to_owned),
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
        raw: packed(
            &storable(record.raw),
            RowKeys {
                payment_key: Some(value.payment_key.as_str()),
                transaction_key: Some(value.transaction_key.as_str()),
                order_id: value.order_id.as_str(),
                mid: value.mid.as_str(),
            },
        ),
        read_at: read_at.into(),
    }
}
