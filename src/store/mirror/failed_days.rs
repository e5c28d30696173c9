//! Days of lists whose last reading failed: what went wrong, and when they are tried again.

use chrono::{DateTime, Utc};
use entity::failed_day::{self, Column};
use reconciliation::KstDate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::store::rows::to_millis;
use crate::store::{AccountName, Source, Store, StoreError};

/// A day whose last reading failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedDay {
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
    /// Keeps that a day of this account's list could not be read, in place of what was known of it.
    pub async fn day_failed(
        &self,
        account: &AccountName,
        source: Source,
        failed: &FailedDay,
    ) -> Result<(), StoreError> {
        let model = failed_day::Model {
            account: account.to_string(),
            source: source.as_str().to_owned(),
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

    /// Forgets that these days of this account's list could not be read.
    pub async fn days_succeeded(
        &self,
        account: &AccountName,
        source: Source,
        days: &[KstDate],
    ) -> Result<(), StoreError> {
        if days.is_empty() {
            return Ok(());
        }
        failed_day::Entity::delete_many()
            .filter(Column::Account.eq(account.as_str()))
            .filter(Column::Source.eq(source.as_str()))
            .filter(Column::Day.is_in(days.iter().map(|day| day.naive())))
            .exec(&self.writer)
            .await?;
        Ok(())
    }

    /// The days of this account's list whose last reading failed, oldest first, at most that many.
    pub async fn failed_days(
        &self,
        account: &AccountName,
        source: Source,
        most: u64,
    ) -> Result<Vec<FailedDay>, StoreError> {
        let found = failed_day::Entity::find()
            .filter(Column::Account.eq(account.as_str()))
            .filter(Column::Source.eq(source.as_str()))
            .order_by_asc(Column::Day)
            .limit(most)
            .all(&self.reader)
            .await?;
        Ok(found
            .into_iter()
            .map(|row| FailedDay {
                day: KstDate::from_naive(row.day),
                code: row.code,
                failed_at: *row.failed_at,
                next_attempt_at: row.next_attempt_at.map(|at| *at),
            })
            .collect())
    }
}
