//! Rows of Toss's transactions list.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::transaction;
use reconciliation::{MId, PaymentKey, Transaction, TransactionKey};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::keys::among;
use super::rows::{TransactionRow, transaction_model};
use super::write::{insert, replace_older};
use super::{AccountName, Store, StoreError, TransactionRecord};

impl Store {
    /// The rows of these payments, unordered; payments without rows are missing from the answer.
    pub async fn transactions_of(
        &self,
        payments: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, Vec<Transaction>>, StoreError> {
        if payments.is_empty() {
            return Ok(HashMap::new());
        }
        let wanted = among(
            self.reader.get_database_backend(),
            transaction::Column::PaymentKey,
            payments.iter().map(PaymentKey::as_str),
        );
        let rows = transaction::Entity::find()
            .filter(wanted)
            .into_partial_model::<TransactionRow>()
            .all(&self.reader)
            .await?;
        let mut found: HashMap<PaymentKey, Vec<Transaction>> =
            HashMap::with_capacity(payments.len());
        for row in rows {
            let transaction = row.transaction()?;
            found
                .entry(transaction.payment_key.clone())
                .or_default()
                .push(transaction);
        }
        Ok(found)
    }

    /// The payment that a row belongs to.
    pub async fn transaction_payment(
        &self,
        mid: &MId,
        transaction: &TransactionKey,
    ) -> Result<Option<PaymentKey>, StoreError> {
        let found: Option<String> = transaction::Entity::find_by_id((
            mid.as_str().to_owned(),
            transaction.as_str().to_owned(),
        ))
        .select_only()
        .column(transaction::Column::PaymentKey)
        .into_tuple()
        .one(&self.reader)
        .await?;
        found
            .map(|text| PaymentKey::parse(&text))
            .transpose()
            .map_err(|_| {
                StoreError::inconsistent("transactions", "payment_key", transaction.as_str())
            })
    }
}

/// Keeps rows; of a row that is listed again, the younger reading stays.
pub(super) async fn save_transactions(
    connection: &impl ConnectionTrait,
    records: &[TransactionRecord<'_>],
    account: &AccountName,
    read_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    // Pages may overlap, and a statement may not touch a row twice. In the order of their keys, so that two readings at
    // once lock the rows that they share in the same order.
    let rows: BTreeMap<_, _> = records
        .iter()
        .map(|record| ((&record.value.mid, &record.value.transaction_key), record))
        .collect();
    let models = rows
        .into_values()
        .map(|record| transaction_model(record, account, read_at))
        .collect();
    let key = [
        transaction::Column::Mid,
        transaction::Column::TransactionKey,
    ];
    insert::<transaction::Entity>(
        connection,
        models,
        &replace_older(key, transaction::Column::ReadAt),
    )
    .await?;
    Ok(())
}
