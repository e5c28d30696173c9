//! Which days have been read, and when.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::sync_window;
use reconciliation::KstDate;
use sea_orm::prelude::ChronoUnixTimestampMillis;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
};

use super::settlements::{count_day, replace_day};
use super::{AccountName, SettlementDay, Store, StoreError};

/// The list that settlement days are days of.
const SETTLEMENTS: &str = "SETTLEMENTS";

impl Store {
    /// When each of these days' settlements were last read with this account's key; days that never were are missing.
    pub async fn settlement_day_read_at(
        &self,
        account: &AccountName,
        days: &[KstDate],
    ) -> Result<HashMap<KstDate, DateTime<Utc>>, StoreError> {
        let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else {
            return Ok(HashMap::new());
        };
        let rows: Vec<(chrono::NaiveDate, ChronoUnixTimestampMillis)> = sync_window::Entity::find()
            .select_only()
            .columns([sync_window::Column::Day, sync_window::Column::ReadAt])
            .filter(sync_window::Column::Account.eq(account.as_str()))
            .filter(sync_window::Column::Source.eq(SETTLEMENTS))
            .filter(sync_window::Column::Day.between(first.naive(), last.naive()))
            .into_tuple()
            .all(&self.reader)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(day, read_at)| (KstDate::from_naive(day), read_at.0))
            .filter(|(day, _)| days.contains(day))
            .collect())
    }
}

/// Keeps a day of settlements, unless a younger reading of it is stored already. Rows whose digest says that they have
/// not changed are left as they are.
pub(super) async fn save_settlement_day(
    connection: &impl ConnectionTrait,
    day: &SettlementDay<'_>,
    account: &AccountName,
    read_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    if !claim(connection, day.day, account, read_at).await? {
        return Ok(());
    }
    let key = (
        account.as_str().to_owned(),
        SETTLEMENTS.to_owned(),
        day.day.naive(),
    );
    let known: Option<Option<String>> = sync_window::Entity::find_by_id(key.clone())
        .select_only()
        .column(sync_window::Column::Digest)
        .into_tuple()
        .one(connection)
        .await?;
    let listed = day.rows.len();
    let same_digest = known.flatten().as_deref() == Some(day.digest);
    // Rows of a second merchant may have become another account's in the meantime, and may have left with it.
    if same_digest && usize::try_from(count_day(connection, day.day, account).await?) == Ok(listed)
    {
        return Ok(());
    }
    replace_day(connection, day.day, &day.rows, account).await?;
    sync_window::Entity::update(sync_window::ActiveModel {
        account: Set(key.0),
        source: Set(key.1),
        day: Set(key.2),
        row_count: Set(i64::try_from(listed).unwrap_or(i64::MAX)),
        digest: Set(Some(day.digest.to_owned())),
        ..Default::default()
    })
    .exec(connection)
    .await?;
    Ok(())
}

/// Marks a day as read, and holds it until the transaction ends; false when a younger reading is stored.
async fn claim(
    connection: &impl ConnectionTrait,
    day: KstDate,
    account: &AccountName,
    read_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    use sync_window::Column;
    let read_at_stored = Expr::col((sync_window::Entity, Column::ReadAt));
    let claimed = sync_window::Entity::insert(sync_window::ActiveModel {
        account: Set(account.to_string()),
        source: Set(SETTLEMENTS.to_owned()),
        day: Set(day.naive()),
        row_count: Set(0),
        digest: Set(None),
        read_at: Set(read_at.into()),
    })
    .on_conflict(
        OnConflict::columns([Column::Account, Column::Source, Column::Day])
            .update_column(Column::ReadAt)
            .action_and_where(Expr::col(("excluded", Column::ReadAt)).gte(read_at_stored))
            .to_owned(),
    )
    .exec_without_returning(connection)
    .await?;
    Ok(claimed > 0)
}
