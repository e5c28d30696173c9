//! What had been read of every list at one instant, as the coverage of verdicts is made of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::sync_window;
use reconciliation::KstDate;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::sql::Sql;
use super::{AccountName, Source, Store, StoreError, WindowRead};

/// How every day of every account's lists was last read, all of it at one instant: what the coverage of verdicts is made
/// of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadDays(HashMap<(AccountName, Source), BTreeMap<KstDate, WindowRead>>);

impl ReadDays {
    /// The days of one list.
    pub fn of(
        &self,
        account: &AccountName,
        source: Source,
    ) -> impl Iterator<Item = (KstDate, WindowRead)> + '_ {
        let days = self.0.get(&(account.clone(), source));
        days.into_iter()
            .flatten()
            .map(|(day, window)| (*day, *window))
    }

    /// The accounts with whose keys anything was read.
    pub fn accounts(&self) -> BTreeSet<&AccountName> {
        self.0.keys().map(|(account, _)| account).collect()
    }

    /// What tells two states of one database apart: a day's instant only ever grows.
    fn count(&self) -> (i64, i64) {
        let days = self.0.values().flat_map(BTreeMap::values);
        days.fold((0, 0), |(count, sum), window| {
            let read_at = window.read_at.timestamp_millis();
            (count + 1, sum + read_at)
        })
    }

    /// The days that were read since an earlier state, each with whether it leaves a hole in front of it that was not
    /// there then.
    pub(super) fn since<'a>(
        &'a self,
        earlier: &'a Self,
    ) -> impl Iterator<Item = (&'a AccountName, Source, KstDate, bool)> {
        self.0.iter().flat_map(move |((account, source), days)| {
            let known = earlier.0.get(&(account.clone(), *source));
            days.iter().filter_map(move |(day, window)| {
                let before = known.and_then(|known| known.get(day));
                let is_newer = before.is_none_or(|before| before.read_at != window.read_at);
                let last = days.range(..*day).next_back();
                let makes_a_hole = *source == Source::Transactions
                    && before.is_none()
                    && last
                        .is_some_and(|(last, window)| leaves_a_hole(*last, window.read_at, *day));
                is_newer.then_some((account, *source, *day, makes_a_hole))
            })
        })
    }
}

/// Whether between the last day that has been read before another one and that one something has not been read.
pub(super) fn leaves_a_hole(last: KstDate, read_at: DateTime<Utc>, day: KstDate) -> bool {
    last.next() != day || read_at < day.start()
}

impl Store {
    /// How every day of every account's lists was last read.
    pub async fn read_days(&self) -> Result<ReadDays, StoreError> {
        read_days(&self.reader).await
    }
}

/// How every day was last read, if anything was read since an earlier state.
pub(super) async fn read_days_after(
    connection: &impl ConnectionTrait,
    earlier: &ReadDays,
) -> Result<Option<ReadDays>, StoreError> {
    let sql = Sql::new(connection.get_database_backend());
    let text = "SELECT COUNT(*), CAST(COALESCE(SUM(read_at), 0) AS bigint) FROM sync_windows";
    let row = connection.query_one_raw(sql.statement(text)).await?;
    let now: Option<(i64, i64)> = match row {
        Some(row) => Some((row.try_get_by_index(0)?, row.try_get_by_index(1)?)),
        None => None,
    };
    if now == Some(earlier.count()) {
        return Ok(None);
    }
    read_days(connection).await.map(Some)
}

/// How every day was last read.
async fn read_days(connection: &impl ConnectionTrait) -> Result<ReadDays, StoreError> {
    let rows = sync_window::Entity::find().all(connection).await?;
    let mut found = ReadDays::default();
    for row in rows {
        let source = Source::ALL
            .into_iter()
            .find(|source| source.as_str() == row.source)
            .ok_or_else(|| StoreError::inconsistent("sync_windows", "source", &row.source))?;
        let window = WindowRead {
            read_at: row.read_at.0,
            changed_at: row.changed_at.unwrap_or(row.read_at).0,
            rows: u64::try_from(row.row_count).unwrap_or(0),
        };
        found
            .0
            .entry((AccountName::new(&row.account), source))
            .or_default()
            .insert(KstDate::from_naive(row.day), window);
    }
    Ok(found)
}
