//! Who may write a day of a list: the younger reading, in one transaction, or, where the day is too large to hold others
//! up for, in several. From the first of these to the last the day does not count as read.

use chrono::{DateTime, Utc};
use entity::sync_window::{self, Column};
use reconciliation::KstDate;
use sea_orm::prelude::ChronoUnixTimestampMillis;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::store::db::advisory_locks::Turn;
use crate::store::dirty::Marks;
use crate::store::mirror::read_days::leaves_a_hole;
use crate::store::{AccountName, Source, StoreError};

/// Rows that one transaction writes of a day, so that others wait for a fraction of a second.
pub const ROWS_AT_ONCE: usize = 10_000;

/// A day of one list, read with one merchant's key.
pub(in crate::store) struct Place<'a> {
    pub(in crate::store) account: &'a AccountName,
    pub(in crate::store) source: Source,
    pub(in crate::store) day: KstDate,
}

/// What was known of a day before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Known {
    /// Names its rows; without one while they are being written, or when nothing is known.
    pub(in crate::store) digest: Option<String>,
    /// When the reading began that brought them.
    pub(in crate::store) read_at: Option<DateTime<Utc>>,
    /// The reading that is being written, or was when its process died.
    writing: Option<DateTime<Utc>>,
}

impl Known {
    /// Whether the day counts as read.
    fn counts(&self) -> bool {
        self.read_at.is_some() && self.writing.is_none()
    }
}

impl Place<'_> {
    /// What is known of the day.
    pub(in crate::store) async fn known(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<Known, StoreError> {
        type Row = (
            Option<String>,
            ChronoUnixTimestampMillis,
            Option<ChronoUnixTimestampMillis>,
        );
        let row: Option<Row> = sync_window::Entity::find_by_id(self.key())
            .select_only()
            .columns([Column::Digest, Column::ReadAt, Column::Writing])
            .into_tuple()
            .one(connection)
            .await?;
        Ok(
            row.map_or_else(Known::default, |(digest, read_at, writing)| Known {
                digest: digest.filter(|_| writing.is_none()),
                read_at: Some(read_at.0),
                writing: writing.map(|at| at.0),
            }),
        )
    }

    /// Marks the day as read, holds it until the transaction ends, and tells what was known of it; `None` when a younger
    /// reading is stored or being written.
    pub(in crate::store) async fn claim(
        &self,
        connection: &impl ConnectionTrait,
        read_at: DateTime<Utc>,
        marks: &mut Marks,
    ) -> Result<Option<Known>, StoreError> {
        // Before anything else is held: whoever waits for verdicts to be kept must hold no payment that a cancel needs.
        Turn::NoteReading.wait(connection).await?;
        let known = self.take(connection, read_at, None).await?;
        if let Some(known) = &known {
            self.mark(connection, known.counts(), marks).await?;
        }
        Ok(known)
    }

    /// Marks what depends on the day, which counts as read from now on.
    async fn mark(
        &self,
        connection: &impl ConnectionTrait,
        counted_before: bool,
        marks: &mut Marks,
    ) -> Result<(), StoreError> {
        let makes_a_hole = !counted_before && self.is_beyond_what_is_read(connection).await?;
        marks.covered(self.account, self.source, self.day, makes_a_hole);
        Ok(())
    }

    /// Whether transactions have been read before this day, but not up to it.
    async fn is_beyond_what_is_read(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<bool, StoreError> {
        if self.source != Source::Transactions {
            return Ok(false);
        }
        let last: Option<(chrono::NaiveDate, ChronoUnixTimestampMillis)> =
            sync_window::Entity::find()
                .select_only()
                .columns([Column::Day, Column::ReadAt])
                .filter(Column::Account.eq(self.account.as_str()))
                .filter(Column::Source.eq(self.source.as_str()))
                .filter(Column::Day.lt(self.day.naive()))
                .filter(Column::Writing.is_null())
                .order_by_desc(Column::Day)
                .limit(1)
                .into_tuple()
                .one(connection)
                .await?;
        Ok(last.is_some_and(|(day, read_at)| {
            leaves_a_hole(KstDate::from_naive(day), read_at.0, self.day)
        }))
    }

    /// As [`Place::claim`], for the first of several transactions: the day counts as unread from here on.
    pub(in crate::store) async fn open(
        &self,
        connection: &impl ConnectionTrait,
        read_at: DateTime<Utc>,
    ) -> Result<Option<Known>, StoreError> {
        self.take(connection, read_at, Some(read_at)).await
    }

    /// Whether nobody has claimed the day since this reading opened it. Holds the day until the transaction ends.
    pub(in crate::store) async fn is_open(
        &self,
        connection: &impl ConnectionTrait,
        read_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (account, source, day) = self.key();
        let held = sync_window::Entity::update_many()
            .col_expr(Column::Writing, Expr::col(Column::Writing))
            .filter(Column::Account.eq(account))
            .filter(Column::Source.eq(source))
            .filter(Column::Day.eq(day))
            .filter(Column::Writing.eq(ChronoUnixTimestampMillis(read_at)))
            .exec(connection)
            .await?;
        Ok(held.rows_affected == 1)
    }

    /// Tells what the day holds, from that reading on, and that all of it is there.
    pub(in crate::store) async fn describe(
        &self,
        connection: &impl ConnectionTrait,
        rows: usize,
        digest: &str,
        read_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (account, source, day) = self.key();
        sync_window::Entity::update(sync_window::ActiveModel {
            account: Set(account),
            source: Set(source),
            day: Set(day),
            row_count: Set(i64::try_from(rows).unwrap_or(i64::MAX)),
            digest: Set(Some(digest.to_owned())),
            read_at: Set(read_at.into()),
            changed_at: Set(Some(read_at.into())),
            writing: Set(None),
        })
        .exec(connection)
        .await?;
        Ok(())
    }

    async fn take(
        &self,
        connection: &impl ConnectionTrait,
        read_at: DateTime<Utc>,
        writing: Option<DateTime<Utc>>,
    ) -> Result<Option<Known>, StoreError> {
        let known = self.known(connection).await?;
        let stored = |column: Column| Expr::col((sync_window::Entity, column));
        let given = Expr::col(("excluded", Column::ReadAt));
        let is_younger = given.clone().gte(stored(Column::ReadAt)).and(
            stored(Column::Writing)
                .is_null()
                .or(given.gte(stored(Column::Writing))),
        );
        let taken = match writing {
            None => Column::ReadAt,
            Some(_) => Column::Writing,
        };
        let (account, source, day) = self.key();
        let claimed = sync_window::Entity::insert(sync_window::ActiveModel {
            account: Set(account),
            source: Set(source),
            day: Set(day),
            row_count: Set(0),
            digest: Set(None),
            read_at: Set(read_at.into()),
            changed_at: Set(Some(read_at.into())),
            writing: Set(writing.map(Into::into)),
        })
        .on_conflict(
            OnConflict::columns([Column::Account, Column::Source, Column::Day])
                .update_column(taken)
                .action_and_where(is_younger)
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await?;
        Ok((claimed > 0).then_some(known))
    }

    fn key(&self) -> (String, String, chrono::NaiveDate) {
        (
            self.account.to_string(),
            self.source.as_str().to_owned(),
            self.day.naive(),
        )
    }
}

/// One reading of a day on its way into the store.
pub(in crate::store) struct DayClaim {
    pub(in crate::store) account: AccountName,
    pub(in crate::store) source: Source,
    pub(in crate::store) day: KstDate,
    pub(in crate::store) read_at: DateTime<Utc>,
    /// What was known when it began.
    pub(in crate::store) known: Known,
    /// Whether what is written was chosen by comparing with what was stored then.
    pub(in crate::store) is_compared: bool,
    progress: Progress,
}

/// How far the writing of a day has come.
#[derive(Clone, Copy, Debug)]
enum Progress {
    Begun,
    /// A transaction has written a part of it.
    Open {
        /// Whether an earlier reading of it counted until then.
        counted_before: bool,
    },
}

impl DayClaim {
    pub(in crate::store) fn new(
        place: &Place<'_>,
        read_at: DateTime<Utc>,
        known: Known,
        is_compared: bool,
    ) -> Self {
        Self {
            account: place.account.clone(),
            source: place.source,
            day: place.day,
            read_at,
            known,
            is_compared,
            progress: Progress::Begun,
        }
    }

    pub(in crate::store) fn place(&self) -> Place<'_> {
        Place {
            account: &self.account,
            source: self.source,
            day: self.day,
        }
    }

    /// Holds the day for a transaction that writes a part of it. `false` when a younger reading has taken it: then
    /// nothing more is to be written.
    ///
    /// A day that counted until then leaves a hole: verdicts that rest on it are marked.
    pub(in crate::store) async fn hold_part(
        &mut self,
        connection: &impl ConnectionTrait,
        marks: &mut Marks,
    ) -> Result<bool, StoreError> {
        Turn::NoteReading.wait(connection).await?;
        if let Progress::Open { .. } = self.progress {
            return self.place().is_open(connection, self.read_at).await;
        }
        let known = self.place().open(connection, self.read_at).await?;
        let counted_before = known.as_ref().is_some_and(Known::counts);
        self.progress = Progress::Open { counted_before };
        if counted_before {
            marks.covered(&self.account, self.source, self.day.next(), true);
        }
        self.is_as_begun(known)
    }

    /// As [`DayClaim::hold_part`], for the transaction that writes the last part or all of it, with which the day counts
    /// as read: verdicts that wait for it are marked.
    pub(in crate::store) async fn hold_last(
        &self,
        connection: &impl ConnectionTrait,
        marks: &mut Marks,
    ) -> Result<bool, StoreError> {
        let place = self.place();
        Turn::NoteReading.wait(connection).await?;
        let Progress::Open { counted_before } = self.progress else {
            let known = place.claim(connection, self.read_at, marks).await?;
            return self.is_as_begun(known);
        };
        let is_ours = place.is_open(connection, self.read_at).await?;
        if is_ours {
            place.mark(connection, counted_before, marks).await?;
        }
        Ok(is_ours)
    }

    fn is_as_begun(&self, known: Option<Known>) -> Result<bool, StoreError> {
        match known {
            None => Ok(false),
            Some(known) if self.is_compared && known != self.known => {
                Err(StoreError::Unavailable {
                    reason: "another reading of the same day was stored meanwhile".to_owned(),
                })
            }
            Some(_) => Ok(true),
        }
    }
}
