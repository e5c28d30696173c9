//! Keeping a day of the settlements list that comes in parts: a day of ordinary size is replaced in one transaction; of a
//! very large one only what differs is written, in several short ones if it must be, and until the last it counts as
//! unread.

mod gone;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::settlement::{self, Column};
use futures_util::try_join;
use reconciliation::{KstDate, MId};
use sea_orm::{EntityTrait, QueryFilter};

use crate::fail_points;
use crate::store::db::advisory_locks::Turn;
use crate::store::db::keys::among;
use crate::store::db::staging::{Shelf, Staged, Writing};
use crate::store::dirty::Marks;
use crate::store::mirror::day_claims::{DayClaim, Place, ROWS_AT_ONCE};
use crate::store::mirror::merchant_ids::save_merchant_ids;
use crate::store::mirror::payout_sums::sum_anew;
use crate::store::mirror::settlements::{
    Change, DayRows, count_day, remove_settlements, replace_day, save_settlements, save_versions,
    settlement_rows,
};
use crate::store::mirror::unreadable_rows::{
    UnreadableRecord, count_unreadable, replace_unreadable,
};
use crate::store::rows::to_millis;
use crate::store::{
    AccountName, SettlementIdentities, SettlementRecord, Source, Store, StoreError,
};

/// A day of the settlements list, read completely.
pub struct SettlementDayReading<'a> {
    /// The merchant whose key read it.
    pub account: &'a AccountName,
    /// The sold date.
    pub day: KstDate,
    /// How many rows it has, those that cannot be read among them.
    pub rows: usize,
    /// The name of their content, from [`crate::store::RowsDigest`].
    pub digest: &'a str,
    /// When the reading began.
    pub read_at: DateTime<Utc>,
}

/// Some of a day's rows, ready to be written.
pub struct SettlementBatch {
    rows: Vec<settlement::Model>,
    mids: BTreeSet<MId>,
}

impl SettlementBatch {
    /// Takes rows; those of one identity must be in one batch.
    ///
    /// # Errors
    /// When a row holds amounts of several currencies.
    pub fn of(records: &[SettlementRecord<'_>], account: &AccountName) -> Result<Self, StoreError> {
        Ok(Self {
            rows: settlement_rows(records, account)?,
            mids: records
                .iter()
                .map(|record| record.value.mid.clone())
                .collect(),
        })
    }
}

/// A day of the settlements list that is being written. When it is dropped before [`SettlementDayWriter::commit`], the
/// day counts as unread, and a day of ordinary size leaves nothing behind.
pub struct SettlementDayWriter {
    store: Store,
    claim: DayClaim,
    rows: usize,
    digest: String,
    /// The rows of a day of ordinary size, all of them.
    whole: Vec<settlement::Model>,
    /// What the next transaction writes of a large one.
    pending: Option<Part>,
    mids: BTreeSet<MId>,
    /// The merchants of rows that are gone.
    gone_mids: BTreeSet<String>,
    changed: u64,
    unreadable: Vec<UnreadableRecord>,
}

/// What one transaction writes.
struct Part {
    shelf: Shelf,
    rows: Staged<settlement::Entity>,
    /// What came after those.
    more: Vec<settlement::Model>,
    count: usize,
    /// What some of those said before.
    old: Vec<settlement::Model>,
    /// What those change.
    marks: Marks,
}

impl Part {
    async fn of(
        store: &Store,
        rows: Vec<settlement::Model>,
        old: Vec<settlement::Model>,
        marks: Marks,
    ) -> Result<Self, StoreError> {
        let mut shelf = store.importer.shelf().await?;
        let count = rows.len();
        Ok(Self {
            rows: shelf.put(rows).await?,
            more: Vec::new(),
            shelf,
            count,
            old,
            marks,
        })
    }

    fn add(&mut self, rows: Vec<settlement::Model>, old: Vec<settlement::Model>, marks: Marks) {
        self.count += rows.len();
        self.more.extend(rows);
        self.old.extend(old);
        self.marks.append(marks);
    }
}

impl Store {
    /// Begins to keep a day of settlements. `None` when there is nothing to write: it says what is stored, and that it
    /// was read again is noted; or a younger reading of it is stored.
    pub async fn begin_settlement_day(
        &self,
        day: &SettlementDayReading<'_>,
    ) -> Result<Option<SettlementDayWriter>, StoreError> {
        let read_at = to_millis(day.read_at);
        let place = Place {
            account: day.account,
            source: Source::Settlements,
            day: day.day,
        };
        let known = place.known(&self.reader).await?;
        if known.digest.as_deref() == Some(day.digest) {
            let transaction = self.begin().await?;
            let mut marks = Marks::default();
            let known = place.claim(&transaction, read_at, &mut marks).await?;
            let same_digest = known.is_none_or(|known| known.digest.as_deref() == Some(day.digest));
            // Rows of a second merchant may have become another account's in the meantime, and may have left with it.
            let stored = count_day(&transaction, day.day, day.account).await?
                + count_unreadable(&transaction, &place).await?;
            if same_digest && usize::try_from(stored) == Ok(day.rows) {
                marks.write(&transaction).await?;
                transaction.commit().await?;
                return Ok(None);
            }
        }
        Ok(Some(SettlementDayWriter {
            store: self.clone(),
            claim: DayClaim::new(&place, read_at, known, day.rows > ROWS_AT_ONCE),
            rows: day.rows,
            digest: day.digest.to_owned(),
            whole: Vec::new(),
            pending: None,
            mids: BTreeSet::new(),
            gone_mids: BTreeSet::new(),
            changed: 0,
            unreadable: Vec::new(),
        }))
    }
}

impl SettlementDayWriter {
    /// Takes the rows of the day that cannot be read. They count among its rows.
    pub fn add_unreadable(&mut self, records: Vec<UnreadableRecord>) {
        self.unreadable.extend(records);
    }

    /// Takes some of the day's rows. `false` when a younger reading has taken the day: the rest is not needed.
    pub async fn add(&mut self, batch: SettlementBatch) -> Result<bool, StoreError> {
        self.mids.extend(batch.mids);
        if !self.claim.is_compared {
            self.whole.extend(batch.rows);
            return Ok(true);
        }
        let change = self.compare(&batch.rows).await?;
        let mut marks = Marks::default();
        // One that is taken over from another account too: what it says there may change until it is written.
        marks.settlements(change.news(&batch.rows));
        marks.settlements(&change.old);
        self.changed += u64::try_from(change.changed).unwrap_or(u64::MAX);
        let rows = change.choose(batch.rows);
        let has_room = |part: &Part| part.count + rows.len() <= ROWS_AT_ONCE;
        if let Some(part) = self.pending.as_mut().filter(|part| has_room(part)) {
            part.add(rows, change.old, marks);
            return Ok(true);
        }
        // While one part is written, the next is brought near.
        let store = self.store.clone();
        let next = Part::of(&store, rows, change.old, marks);
        let (is_ours, next) = match self.pending.take() {
            Some(part) => try_join!(Box::pin(self.write_part(part)), Box::pin(next))?,
            None => (true, next.await?),
        };
        self.pending = Some(next);
        Ok(is_ours)
    }

    /// Makes the day count as read, and tells how many rows are new, differ or are gone. `identities` are those of all of
    /// its rows.
    pub async fn commit(self, identities: &SettlementIdentities) -> Result<u64, StoreError> {
        if self.claim.is_compared {
            self.commit_last_part(identities).await
        } else {
            self.commit_whole().await
        }
    }

    async fn commit_whole(mut self) -> Result<u64, StoreError> {
        let rows = std::mem::take(&mut self.whole);
        let mut staging = self.store.importer.shelf().await?;
        // Of a day that was read before, only what differs is written.
        let staged = match self.claim.known.read_at {
            None => Some(staging.put(rows.clone()).await?),
            Some(_) => None,
        };
        let writing = staging.begin().await?;
        let transaction = writing.transaction();
        let claim = &self.claim;
        let mut marks = Marks::default();
        if !claim.hold_last(transaction, &mut marks).await? {
            return Ok(0);
        }
        let day = DayRows {
            day: claim.day,
            models: rows,
            staged,
        };
        let readings = self.readings();
        let changed = replace_day(transaction, day, &claim.account, readings, &mut marks).await?;
        self.end(writing, marks).await?;
        Ok(changed)
    }

    async fn commit_last_part(
        mut self,
        identities: &SettlementIdentities,
    ) -> Result<u64, StoreError> {
        let Some(gone) = self.remove_all_but_last(identities).await? else {
            return Ok(0);
        };
        let part = match self.pending.take() {
            Some(part) => part,
            None => Part::of(&self.store, Vec::new(), Vec::new(), Marks::default()).await?,
        };
        let mut marks = part.marks;
        let writing = part.shelf.begin().await?;
        let transaction = writing.transaction();
        let (day, readings) = (self.claim.day, self.readings());
        if !self.claim.hold_last(transaction, &mut marks).await? {
            return Ok(0);
        }
        Turn::SoldDate(day).wait(transaction).await?;
        marks.settlements(&gone);
        save_versions(transaction, part.old, readings, false).await?;
        save_settlements(
            transaction,
            [part.rows, Staged::Here(part.more)],
            self.claim.known.read_at.is_none(),
        )
        .await?;
        remove_settlements(transaction, gone, readings).await?;
        let mids = self.mids.iter().map(MId::as_str);
        let mids = mids.chain(self.gone_mids.iter().map(String::as_str));
        sum_anew(transaction, day, mids).await?;
        let changed = self.changed;
        self.end(writing, marks).await?;
        Ok(changed)
    }

    /// The last statements of the transaction with which the day counts as read.
    async fn end(self, writing: Writing, mut marks: Marks) -> Result<(), StoreError> {
        let transaction = writing.transaction();
        let claim = &self.claim;
        save_merchant_ids(transaction, self.mids.iter(), &claim.account).await?;
        let place = claim.place();
        let (unreadable, read_at) = (&self.unreadable, claim.read_at);
        replace_unreadable(transaction, &place, unreadable, read_at, &mut marks).await?;
        place
            .describe(transaction, self.rows, &self.digest, claim.read_at)
            .await?;
        marks.write(transaction).await?;
        fail_points::dies("day-not-committed");
        writing.commit().await
    }

    /// Writes a part with its marks. The day's sums are made anew with its last part: until then they are those of the
    /// reading before.
    async fn write_part(&mut self, part: Part) -> Result<bool, StoreError> {
        let readings = self.readings();
        let mut marks = part.marks;
        let writing = part.shelf.begin().await?;
        let transaction = writing.transaction();
        if !self.claim.hold_part(transaction, &mut marks).await? {
            return Ok(false);
        }
        save_versions(transaction, part.old, readings, false).await?;
        save_settlements(
            transaction,
            [part.rows, Staged::Here(part.more)],
            self.claim.known.read_at.is_none(),
        )
        .await?;
        save_merchant_ids(transaction, self.mids.iter(), &self.claim.account).await?;
        marks.write(transaction).await?;
        writing.commit().await?;
        Ok(true)
    }

    /// How rows differ from what is stored. Of a day that was never read, nothing of this account's is.
    async fn compare(&self, rows: &[settlement::Model]) -> Result<Change, StoreError> {
        let stored = if self.claim.known.read_at.is_some() {
            self.stored(rows.iter().map(|row| row.id.as_str())).await?
        } else {
            Vec::new()
        };
        Ok(Change::of(rows, stored, &self.claim.account))
    }

    async fn stored(
        &self,
        ids: impl Iterator<Item = &str>,
    ) -> Result<Vec<settlement::Model>, StoreError> {
        let reader = &self.store.reader;
        Ok(settlement::Entity::find()
            .filter(among(reader.get_database_backend(), Column::Id, ids))
            .all(reader)
            .await?)
    }

    /// The instants of the reading before and of this one.
    fn readings(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let claim = &self.claim;
        (claim.known.read_at.unwrap_or(claim.read_at), claim.read_at)
    }
}
