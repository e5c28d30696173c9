//! Webhooks as they came, once each, for some time.

use chrono::{DateTime, Utc};
use entity::{RawText, webhook};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{Store, StoreError};

impl Store {
    /// Keeps a webhook word for word; false when one of that id is kept already.
    pub async fn save_webhook(
        &self,
        id: &str,
        body: &str,
        received_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let row = webhook::ActiveModel::from(webhook::Model {
            id: id.to_owned(),
            received_at: received_at.into(),
            body: RawText(body.replace('\0', "\u{FFFD}")),
        });
        let written = webhook::Entity::insert(row)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&self.writer)
            .await?;
        Ok(written > 0)
    }
    /// Deletes the oldest of the webhooks that came before the instant, so many at most, and tells how many.
    pub async fn delete_webhooks(
        &self,
        before: DateTime<Utc>,
        most: u64,
    ) -> Result<u64, StoreError> {
        use webhook::Column;
        let oldest = webhook::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::ReceivedAt.lt(before.timestamp_millis()))
            .order_by_asc(Column::ReceivedAt)
            .limit(most);
        let deleted = webhook::Entity::delete_many()
            .filter(Column::Id.in_subquery(oldest.into_query()))
            .exec(&self.writer)
            .await?;
        Ok(deleted.rows_affected)
    }
}
