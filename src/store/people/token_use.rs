//! When tokens were last used.

use chrono::{DateTime, TimeDelta, Utc};
use entity::access_token::{self, Column};
use sea_orm::ActiveValue::Set;
use sea_orm::prelude::ChronoUnixTimestampMillis;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::store::{Store, StoreError};

/// How much later a use must be to be noted again.
const NOTED_EVERY: TimeDelta = TimeDelta::seconds(60);

impl Store {
    /// Notes that a token is used at that instant, unless one within the minute before has been noted, by any process.
    pub async fn note_token_use(&self, id: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        let earlier = ChronoUnixTimestampMillis::from(at - NOTED_EVERY);
        let transaction = self.begin().await?;
        access_token::Entity::update_many()
            .set(access_token::ActiveModel {
                last_used_at: Set(Some(at.into())),
                ..Default::default()
            })
            .filter(Column::Id.eq(id))
            .filter(
                Column::LastUsedAt
                    .is_null()
                    .or(Column::LastUsedAt.lte(earlier)),
            )
            .exec(&transaction)
            .await?;
        transaction.commit().await
    }
}
