//! Webhooks as they came, once each.

use chrono::{DateTime, Utc};
use entity::{RawText, webhook};
use sea_orm::EntityTrait;
use sea_orm::sea_query::OnConflict;

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
}
