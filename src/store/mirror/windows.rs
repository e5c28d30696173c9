//! Which days of each list have been read completely, and when; and keeping such a day, all of it or nothing.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::sync_window::{self, Column};
use reconciliation::KstDate;
use sea_orm::prelude::ChronoUnixTimestampMillis;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::store::dirty::Marks;
use crate::store::mirror::day_claims::Place;
use crate::store::mirror::merchant_ids::save_merchant_ids;
use crate::store::mirror::settlements::{DayRows, count_day, replace_day, settlement_rows};
use crate::store::mirror::unreadable_rows::{count_unreadable, replace_unreadable};
use crate::store::rows::to_millis;
use crate::store::{AccountName, SettlementDay, Store, StoreError};

/// One of Toss's two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// `GET /v1/transactions`.
    Transactions,
    /// `GET /v1/settlements`.
    Settlements,
}

impl Source {
    /// Both, in the order in which they are read.
    pub const ALL: [Self; 2] = [Self::Transactions, Self::Settlements];

    /// The spelling in the store.
    pub(in crate::store) fn as_str(self) -> &'static str {
        match self {
            Self::Transactions => "TRANSACTIONS",
            Self::Settlements => "SETTLEMENTS",
        }
    }
}

/// How a day was read last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowRead {
    /// When the last reading began.
    pub read_at: DateTime<Utc>,
    /// When the first reading began that brought what the last one brought.
    pub changed_at: DateTime<Utc>,
    /// How many rows the day has.
    pub rows: u64,
}

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
        let windows = self
            .windows(account, Source::Settlements, *first, *last)
            .await?;
        Ok(windows
            .into_iter()
            .filter(|(day, _)| days.contains(day))
            .map(|(day, window)| (day, window.read_at))
            .collect())
    }

    /// How each day between these two, both included, was last read with this account's key; days that never were are
    /// missing.
    pub async fn windows(
        &self,
        account: &AccountName,
        source: Source,
        first: KstDate,
        last: KstDate,
    ) -> Result<BTreeMap<KstDate, WindowRead>, StoreError> {
        let between = Column::Day.between(first.naive(), last.naive());
        self.windows_where(account, source, Some(between)).await
    }

    /// How every day that was ever read with this account's key was last read.
    pub async fn all_windows(
        &self,
        account: &AccountName,
        source: Source,
    ) -> Result<BTreeMap<KstDate, WindowRead>, StoreError> {
        self.windows_where(account, source, None).await
    }

    async fn windows_where(
        &self,
        account: &AccountName,
        source: Source,
        condition: Option<Expr>,
    ) -> Result<BTreeMap<KstDate, WindowRead>, StoreError> {
        let rows: Vec<(
            chrono::NaiveDate,
            ChronoUnixTimestampMillis,
            Option<ChronoUnixTimestampMillis>,
            i64,
        )> = sync_window::Entity::find()
            .select_only()
            .columns([
                Column::Day,
                Column::ReadAt,
                Column::ChangedAt,
                Column::RowCount,
            ])
            .filter(Column::Account.eq(account.as_str()))
            .filter(Column::Source.eq(source.as_str()))
            .filter(Column::Writing.is_null())
            .apply_if(condition, QueryFilter::filter)
            .into_tuple()
            .all(&self.reader)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(day, read_at, changed_at, rows)| {
                let window = WindowRead {
                    read_at: read_at.0,
                    changed_at: changed_at.unwrap_or(read_at).0,
                    rows: u64::try_from(rows).unwrap_or(0),
                };
                (KstDate::from_naive(day), window)
            })
            .collect())
    }

    /// Keeps a day of settlements, all of it or nothing, and tells how many rows are new, differ or are gone.
    pub async fn save_settlement_day(
        &self,
        account: &AccountName,
        day: &SettlementDay<'_>,
        read_at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let transaction = self.begin().await?;
        let mut marks = Marks::default();
        let changed =
            save_settlement_day(&transaction, day, account, to_millis(read_at), &mut marks).await?;
        marks.write(&transaction).await?;
        transaction.commit().await?;
        Ok(changed)
    }
}

/// Keeps a day of settlements, unless a younger reading of it is stored already, and tells how many rows are new,
/// differ or are gone. Rows whose digest says that they have not changed are left as they are.
pub(in crate::store) async fn save_settlement_day(
    connection: &impl ConnectionTrait,
    day: &SettlementDay<'_>,
    account: &AccountName,
    read_at: DateTime<Utc>,
    marks: &mut Marks,
) -> Result<u64, StoreError> {
    let place = Place {
        account,
        source: Source::Settlements,
        day: day.day,
    };
    let Some(known) = place.claim(connection, read_at, marks).await? else {
        return Ok(0);
    };
    let listed = day.rows.len() + day.unreadable.len();
    let same_digest = known.digest.as_deref() == Some(day.digest);
    // Rows of a second merchant may have become another account's in the meantime, and may have left with it.
    if same_digest {
        let stored = count_day(connection, day.day, account).await?
            + count_unreadable(connection, &place).await?;
        if usize::try_from(stored) == Ok(listed) {
            return Ok(0);
        }
    }
    replace_unreadable(connection, &place, day.unreadable, read_at, marks).await?;
    let readings = (known.read_at.unwrap_or(read_at), read_at);
    let rows = DayRows {
        day: day.day,
        models: settlement_rows(&day.rows, account)?,
        staged: None,
    };
    let changed = replace_day(connection, rows, account, readings, marks).await?;
    let mids = day.rows.iter().map(|record| &record.value.mid);
    save_merchant_ids(connection, mids, account).await?;
    place
        .describe(connection, listed, day.digest, read_at)
        .await?;
    Ok(changed)
}
