//! Payments with their cancels, as last read from Toss.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{cancel, payment};
use reconciliation::{Cancel, OrderId, Payment, PaymentKey};
use sea_orm::sea_query::{NullOrdering, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use super::keys::among;
use super::rows::{PaymentRow, cancel_model, payment_model, stored_payments};
use super::write::{insert, replace_older};
use super::{PaymentRecord, Store, StoreError};

/// The configured merchant whose key read a row: its name, or the fingerprint of its key.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountName(Arc<str>);

impl AccountName {
    /// Takes the name as it is.
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// A payment as it was last read from Toss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPayment {
    /// The payment.
    pub payment: Payment,
    /// Its cancels, oldest first.
    pub cancels: Vec<Cancel>,
    /// The merchant whose key read it.
    pub account: AccountName,
    /// When it was read, to the millisecond.
    pub read_at: DateTime<Utc>,
}

impl Store {
    /// The payments with these keys; keys that are not stored are missing from the answer.
    pub async fn payments(
        &self,
        keys: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, Arc<StoredPayment>>, StoreError> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let wanted = among(
            self.reader.get_database_backend(),
            payment::Column::PaymentKey,
            keys.iter().map(PaymentKey::as_str),
        );
        let rows = payment::Entity::find()
            .left_join(cancel::Entity)
            .filter(wanted)
            .into_partial_model::<PaymentRow>()
            .all(&self.reader)
            .await?;
        Ok(stored_payments(rows)?
            .into_iter()
            .map(|(key, stored)| (key, Arc::new(stored)))
            .collect())
    }

    /// The payment of an order; of several attempts, the one requested last.
    pub async fn payment_by_order(
        &self,
        order: &OrderId,
    ) -> Result<Option<Arc<StoredPayment>>, StoreError> {
        let last = payment::Entity::find()
            .select_only()
            .column(payment::Column::PaymentKey)
            .filter(payment::Column::OrderId.eq(order.as_str()))
            .order_by_with_nulls(
                payment::Column::RequestedAt,
                Order::Desc,
                NullOrdering::Last,
            )
            .order_by_desc(payment::Column::PaymentKey)
            .limit(1);
        let rows = payment::Entity::find()
            .left_join(cancel::Entity)
            .filter(payment::Column::PaymentKey.in_subquery(last.into_query()))
            .into_partial_model::<PaymentRow>()
            .all(&self.reader)
            .await?;
        Ok(stored_payments(rows)?.into_values().next().map(Arc::new))
    }
}

/// Replaces a payment and its cancels, unless a younger reading is stored already.
pub(super) async fn save_payment(
    connection: &impl ConnectionTrait,
    record: &PaymentRecord<'_>,
    account: &AccountName,
    read_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let model = payment_model(record, account, read_at)?;
    let cancels = record
        .cancels
        .iter()
        .map(|cancel| cancel_model(cancel, record.payment))
        .collect::<Result<Vec<_>, _>>()?;
    let key = model.payment_key.clone();
    let written = insert::<payment::Entity>(
        connection,
        vec![model],
        &replace_older([payment::Column::PaymentKey], payment::Column::ReadAt),
    )
    .await?;
    if written == 0 {
        return Ok(());
    }
    cancel::Entity::delete_many()
        .filter(cancel::Column::PaymentKey.eq(key))
        .exec(connection)
        .await?;
    insert::<cancel::Entity>(connection, cancels, OnConflict::new().do_nothing()).await?;
    Ok(())
}
