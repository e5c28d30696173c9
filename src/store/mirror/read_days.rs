//! What had been read of every list at one instant, as the coverage of verdicts is made of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::sync_window;
use reconciliation::KstDate;
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::store::db::sql::Sql;
use crate::store::{AccountName, Source, Store, StoreError, WindowRead};

/// How every day of every account's lists was last read, all of it at one instant: what the coverage of verdicts is made
/// of. A day that is being written counts as unread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadDays {
    days: HashMap<(AccountName, Source), BTreeMap<KstDate, WindowRead>>,
    state: State,
}

/// What tells two states of one database apart: the instant of a reading only ever grows, whether its day counts or is
/// being written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    days: i64,
    read_at: i64,
    being_written: i64,
    writing: i64,
}

impl ReadDays {
    /// The days of one list.
    pub fn of(
        &self,
        account: &AccountName,
        source: Source,
    ) -> impl Iterator<Item = (KstDate, WindowRead)> + '_ {
        let days = self.days.get(&(account.clone(), source));
        days.into_iter()
            .flatten()
            .map(|(day, window)| (*day, *window))
    }

    /// The accounts with whose keys anything was read.
    pub fn accounts(&self) -> BTreeSet<&AccountName> {
        self.days.keys().map(|(account, _)| account).collect()
    }

    /// The days that were read since an earlier state, each with whether it leaves a hole in front of it that was not
    /// there then. Where a day has counted and does not any more, that is the one behind it.
    pub(in crate::store) fn since<'a>(
        &'a self,
        earlier: &'a Self,
    ) -> impl Iterator<Item = (&'a AccountName, Source, KstDate, bool)> {
        let read = self.days.iter().flat_map(move |((account, source), days)| {
            let known = earlier.days.get(&(account.clone(), *source));
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
        });
        let lost = earlier
            .days
            .iter()
            .flat_map(move |((account, source), days)| {
                let left = self.days.get(&(account.clone(), *source));
                let is_lost =
                    move |day: &&KstDate| left.is_none_or(|left| !left.contains_key(*day));
                let lost = days.keys().filter(is_lost);
                lost.map(move |day| (account, *source, day.next(), true))
            });
        read.chain(lost)
    }
}

/// Whether between the last day that has been read before another one and that one something has not been read.
pub(in crate::store) fn leaves_a_hole(last: KstDate, read_at: DateTime<Utc>, day: KstDate) -> bool {
    last.next() != day || read_at < day.start()
}

impl Store {
    /// How every day of every account's lists was last read.
    pub async fn read_days(&self) -> Result<ReadDays, StoreError> {
        read_days(&self.reader).await
    }

    /// The same, if anything was read since an earlier state. That is a cheap question.
    pub async fn read_days_after(
        &self,
        earlier: &ReadDays,
    ) -> Result<Option<ReadDays>, StoreError> {
        read_days_after(&self.reader, earlier).await
    }
}

/// How every day was last read, if anything was read since an earlier state.
pub(in crate::store) async fn read_days_after(
    connection: &impl ConnectionTrait,
    earlier: &ReadDays,
) -> Result<Option<ReadDays>, StoreError> {
    let sql = Sql::new(connection.get_database_backend());
    let text = "SELECT COUNT(*), CAST(COALESCE(SUM(read_at), 0) AS bigint),
             COUNT(writing), CAST(COALESCE(SUM(writing), 0) AS bigint) FROM sync_windows";
    let row = connection.query_one_raw(sql.statement(text)).await?;
    if let Some(row) = row {
        let now = State {
            days: row.try_get_by_index(0)?,
            read_at: row.try_get_by_index(1)?,
            being_written: row.try_get_by_index(2)?,
            writing: row.try_get_by_index(3)?,
        };
        if now == earlier.state {
            return Ok(None);
        }
    }
    read_days(connection).await.map(Some)
}

/// How every day was last read.
async fn read_days(connection: &impl ConnectionTrait) -> Result<ReadDays, StoreError> {
    let rows = sync_window::Entity::find().all(connection).await?;
    let mut found = ReadDays::default();
    for row in rows {
        let state = &mut found.state;
        state.days += 1;
        state.read_at += row.read_at.0.timestamp_millis();
        if let Some(writing) = row.writing {
            state.being_written += 1;
            state.writing += writing.0.timestamp_millis();
            continue;
        }
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
            .days
            .entry((AccountName::new(&row.account), source))
            .or_default()
            .insert(KstDate::from_naive(row.day), window);
    }
    Ok(found)
}
