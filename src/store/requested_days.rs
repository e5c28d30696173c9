//! Days of lists that somebody has asked to be read again, until they have been.

use chrono::{DateTime, Utc};
use entity::requested_day::{self, Column};
use reconciliation::KstDate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use crate::store::cancels::audit::Said;
use crate::store::db::upsert::insert;
use crate::store::rows::to_millis;
use crate::store::{AccountName, Source, Store, StoreError};

/// What somebody asks to be read again.
#[derive(Clone, Copy, Debug)]
pub struct DaysRequest<'a> {
    /// The name of the token of whoever asks.
    pub by: &'a str,
    /// Now.
    pub at: DateTime<Utc>,
    /// With these keys, with each from the day on which its mirroring began.
    pub accounts: &'a [(AccountName, KstDate)],
    /// Of these lists.
    pub sources: &'a [Source],
    /// The first and the last day.
    pub days: (KstDate, KstDate),
}

/// A day that is to be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestedDay {
    /// Of which list.
    pub source: Source,
    /// The day, in Seoul.
    pub day: KstDate,
    /// When it was asked for last.
    pub requested_at: DateTime<Utc>,
}

impl Store {
    /// Keeps that these days are to be read again, with an entry in the audit log. A day that is waiting already waits once; one
    /// whose reading has begun is read once more.
    pub async fn request_days(&self, asked: &DaysRequest<'_>) -> Result<(), StoreError> {
        let (from, to) = asked.days;
        let mut rows = Vec::new();
        for (account, since) in asked.accounts {
            for source in asked.sources {
                let mut day = from.max(*since);
                while day <= to {
                    rows.push(requested_day::Model {
                        account: account.to_string(),
                        source: source.as_str().to_owned(),
                        day: day.naive(),
                        requested_at: to_millis(asked.at).into(),
                    });
                    day = day.next();
                }
            }
        }
        let again = OnConflict::columns([Column::Account, Column::Source, Column::Day])
            .update_column(Column::RequestedAt)
            .to_owned();
        let transaction = self.begin().await?;
        insert::<requested_day::Entity>(&transaction, rows, &again).await?;
        let accounts = asked.accounts.iter().map(|(account, _)| account.as_str());
        let sources = asked.sources.iter().map(|source| source.as_str());
        let said = Said {
            at: asked.at,
            actor: asked.by,
            action: "SYNC_REQUESTED",
            subject: &format!("{from}..{to}"),
            detail: json!({
                "accounts": accounts.collect::<Vec<_>>(),
                "sources": sources.collect::<Vec<_>>(),
            }),
        };
        self.add_audit_entry(&transaction, said).await?;
        transaction.commit().await
    }

    /// The days that are to be read again with this account's key, those first that wait longest, at most that many.
    pub async fn requested_days(
        &self,
        account: &AccountName,
        most: u64,
    ) -> Result<Vec<RequestedDay>, StoreError> {
        let found = requested_day::Entity::find()
            .filter(Column::Account.eq(account.as_str()))
            .order_by_asc(Column::RequestedAt)
            .order_by_asc(Column::Day)
            .order_by_desc(Column::Source)
            .limit(most)
            .all(&self.reader)
            .await?;
        let days = found.into_iter().map(|row| {
            let source = Source::ALL.into_iter().find(|of| of.as_str() == row.source);
            let unread = || StoreError::inconsistent("requested_days", "source", account.as_str());
            Ok(RequestedDay {
                source: source.ok_or_else(unread)?,
                day: KstDate::from_naive(row.day),
                requested_at: *row.requested_at,
            })
        });
        days.collect()
    }

    /// Says that a day has been read, by a reading that began after it was asked for so. Asked for again since, it goes on waiting.
    pub async fn requested_day_read(
        &self,
        account: &AccountName,
        asked: &RequestedDay,
    ) -> Result<(), StoreError> {
        requested_day::Entity::delete_many()
            .filter(Column::Account.eq(account.as_str()))
            .filter(Column::Source.eq(asked.source.as_str()))
            .filter(Column::Day.eq(asked.day.naive()))
            .filter(Column::RequestedAt.lte(asked.requested_at.timestamp_millis()))
            .exec(&self.writer)
            .await?;
        Ok(())
    }
}
