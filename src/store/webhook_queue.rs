//! Webhooks as they came, once each, for some time. Those that lead to a payment are open until it has been read.

use chrono::{DateTime, Utc};
use entity::webhook::{self, Column};
use entity::{RawText, cancel, merchant_id, transaction};
use reconciliation::{PaymentKey, TransactionKey};
use sea_orm::ActiveValue::Set;
use sea_orm::prelude::ChronoUnixTimestampMillis;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, UpdateMany,
};

use crate::store::db::keys::among;
use crate::store::{Store, StoreError};

/// A webhook that leads to a payment which has not been read since.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenWebhook {
    /// Its id.
    pub id: String,
    /// When it first came.
    pub received_at: DateTime<Utc>,
    /// The body as it is kept.
    pub body: String,
}

impl Store {
    /// Keeps a webhook word for word; one that came before stays as it is. It is open from `due_at` on, if that is given;
    /// one that is open already is so from then on at the latest. False when nothing has changed.
    pub async fn save_webhook(
        &self,
        id: &str,
        body: &str,
        received_at: DateTime<Utc>,
        due_at: Option<DateTime<Utc>>,
    ) -> Result<bool, StoreError> {
        let row = webhook::ActiveModel::from(webhook::Model {
            id: id.to_owned(),
            received_at: received_at.into(),
            body: RawText(body.replace('\0', "\u{FFFD}")),
            due_at: due_at.map(Into::into),
        });
        let stored = Expr::col((webhook::Entity, Column::DueAt));
        let given = Expr::col(("excluded", Column::DueAt));
        let sooner = OnConflict::column(Column::Id)
            .update_column(Column::DueAt)
            // Neither holds where one of them is null.
            .action_and_where(stored.gt(given))
            .to_owned();
        let written = webhook::Entity::insert(row)
            .on_conflict(sooner)
            .exec_without_returning(&self.writer)
            .await?;
        Ok(written > 0)
    }

    /// Takes the open webhooks that are due, so many at most and the longest due first: nobody else is given them until
    /// the given instant, unless two ask at once.
    pub async fn take_due_webhooks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        most: u64,
    ) -> Result<Vec<OpenWebhook>, StoreError> {
        let rows: Vec<(String, ChronoUnixTimestampMillis, RawText)> =
            due(now, most).into_tuple().all(&self.reader).await?;
        let taken: Vec<OpenWebhook> = rows
            .into_iter()
            .map(|(id, received_at, RawText(body))| OpenWebhook {
                id,
                received_at: received_at.0,
                body,
            })
            .collect();
        let ids: Vec<&str> = taken.iter().map(|webhook| webhook.id.as_str()).collect();
        self.put_webhooks_off(&ids, until).await?;
        Ok(taken)
    }

    /// Whether an open webhook is due that nobody has in hand.
    pub async fn has_due_webhooks(&self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let first: Option<(String, ChronoUnixTimestampMillis, RawText)> =
            due(now, 1).into_tuple().one(&self.reader).await?;
        Ok(first.is_some())
    }

    /// Has open webhooks come due at the given instant.
    pub async fn put_webhooks_off(
        &self,
        ids: &[&str],
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.set_due(ids, Some(until)).await
    }

    /// Says that what webhooks lead to has been read, or cannot be.
    pub async fn close_webhooks(&self, ids: &[&str]) -> Result<(), StoreError> {
        self.set_due(ids, None).await
    }

    async fn set_due(&self, ids: &[&str], at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        let wanted = among(
            self.writer.get_database_backend(),
            Column::Id,
            ids.iter().copied(),
        );
        let open = becoming_due(at).filter(wanted);
        open.exec(&self.writer).await?;
        Ok(())
    }

    /// Has every open webhook come due by the given instant.
    pub async fn hasten_webhooks(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let later = Column::DueAt.gt(now.timestamp_millis());
        let hastened = becoming_due(Some(now)).filter(later);
        hastened.exec(&self.writer).await?;
        Ok(())
    }

    /// The payment that has a cancel or a listed row of this key, whichever merchant's it is.
    pub async fn payment_of_transaction(
        &self,
        key: &TransactionKey,
    ) -> Result<Option<PaymentKey>, StoreError> {
        let canceled: Option<String> = canceled(key).into_tuple().one(&self.reader).await?;
        let found = match canceled {
            Some(found) => Some(found),
            None => listed(key).into_tuple().one(&self.reader).await?,
        };
        found
            .map(|text: String| PaymentKey::parse(&text))
            .transpose()
            .map_err(|_| StoreError::inconsistent("cancels", "payment_key", key.as_str()))
    }

    /// Deletes the oldest of the webhooks that came before the instant, so many at most, and tells how many. Open ones
    /// stay.
    pub async fn delete_webhooks(
        &self,
        before: DateTime<Utc>,
        most: u64,
    ) -> Result<u64, StoreError> {
        let oldest = webhook::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::ReceivedAt.lt(before.timestamp_millis()))
            .filter(Column::DueAt.is_null())
            .order_by_asc(Column::ReceivedAt)
            .limit(most);
        let deleted = webhook::Entity::delete_many()
            .filter(Column::Id.in_subquery(oldest.into_query()))
            .exec(&self.writer)
            .await?;
        Ok(deleted.rows_affected)
    }
}

fn due(now: DateTime<Utc>, most: u64) -> Select<webhook::Entity> {
    webhook::Entity::find()
        .select_only()
        .columns([Column::Id, Column::ReceivedAt, Column::Body])
        .filter(Column::DueAt.lte(now.timestamp_millis()))
        .order_by_asc(Column::DueAt)
        .limit(most)
}

/// Of webhooks that are open still: one that was closed meanwhile stays so.
fn becoming_due(at: Option<DateTime<Utc>>) -> UpdateMany<webhook::Entity> {
    let change = webhook::ActiveModel {
        due_at: Set(at.map(Into::into)),
        ..Default::default()
    };
    webhook::Entity::update_many()
        .set(change)
        .filter(Column::DueAt.is_not_null())
}

fn canceled(key: &TransactionKey) -> Select<cancel::Entity> {
    cancel::Entity::find()
        .select_only()
        .column(cancel::Column::PaymentKey)
        .filter(cancel::Column::TransactionKey.eq(key.as_str()))
        .limit(1)
}

/// Rows are found by merchant and key.
fn listed(key: &TransactionKey) -> Select<transaction::Entity> {
    let mids = merchant_id::Entity::find()
        .select_only()
        .column(merchant_id::Column::Mid);
    transaction::Entity::find()
        .select_only()
        .column(transaction::Column::PaymentKey)
        .filter(transaction::Column::Mid.in_subquery(mids.into_query()))
        .filter(transaction::Column::TransactionKey.eq(key.as_str()))
        .limit(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::db::sqlite_plans::{steps, tables};

    #[tokio::test]
    async fn what_is_due_and_what_a_key_belongs_to_is_found_by_an_index() {
        let key = TransactionKey::parse("t").expect("a key");
        let now = DateTime::UNIX_EPOCH;
        let asked = [
            (
                due(now, 50).into_query(),
                "webhooks USING INDEX webhooks_due_at (due_at<?)",
            ),
            (
                canceled(&key).into_query(),
                "cancels USING INDEX cancels_transaction_key (transaction_key=?)",
            ),
            (
                listed(&key).into_query(),
                "transactions USING INDEX sqlite_autoindex_transactions_1 (mid=? AND transaction_key=?)",
            ),
        ];
        for database in tables().await {
            for (statement, search) in &asked {
                let steps = steps(&database, statement).await;
                let found = steps.contains(&format!("SEARCH {search}"));
                assert!(found, "{search}: {steps:?}");
            }
            let hastened = becoming_due(Some(now)).filter(Column::DueAt.gt(0));
            let steps = steps(&database, &hastened.into_query()).await;
            assert!(steps[0].contains(" INDEX webhooks_due_at "), "{steps:?}");
        }
    }
}
