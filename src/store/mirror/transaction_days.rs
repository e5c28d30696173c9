//! Keeping a day of the transactions list: a day of ordinary size in one transaction, a very large one in several short
//! ones, so that nobody waits for it; until the last, it counts as unread.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{payment, transaction};
use futures_util::try_join;
use reconciliation::{KstDate, MId};

use crate::fail_points;
use crate::store::db::staging::{Shelf, Staged};
use crate::store::db::upsert::Written;
use crate::store::dirty::Marks;
use crate::store::mirror::day_claims::{DayClaim, Place, ROWS_AT_ONCE};
use crate::store::mirror::merchant_ids::save_merchant_ids;
use crate::store::mirror::payments::{keys_of, save_seen_payments};
use crate::store::mirror::transactions::{
    save_transactions, transaction_rows, without_known_transactions,
};
use crate::store::mirror::unreadable_rows::{UnreadableRecord, replace_unreadable};
use crate::store::rows::{seen_payments, to_millis};
use crate::store::{AccountName, Source, Store, StoreError, TransactionRecord};

/// A day of the transactions list, read completely.
#[derive(Clone, Copy, Debug)]
pub struct TransactionDay<'a> {
    /// The merchant whose key read it.
    pub account: &'a AccountName,
    /// The day of the rows' `transactionAt`.
    pub day: KstDate,
    /// How many different rows it has, those that cannot be read among them.
    pub rows: usize,
    /// The name of their content, from [`crate::store::RowsDigest`].
    pub digest: &'a str,
    /// When the reading began.
    pub read_at: DateTime<Utc>,
}

/// Some of a day's rows, ready to be written.
pub struct TransactionBatch {
    rows: Vec<transaction::Model>,
    payments: Vec<payment::Model>,
    mids: BTreeSet<MId>,
}

impl TransactionBatch {
    /// Takes rows, at most [`ROWS_AT_ONCE`].
    pub fn of(
        records: &[TransactionRecord<'_>],
        account: &AccountName,
        read_at: DateTime<Utc>,
    ) -> Self {
        let read_at = to_millis(read_at);
        Self {
            rows: transaction_rows(records, account, read_at),
            payments: seen_payments(records.iter(), account, read_at),
            mids: records
                .iter()
                .map(|record| record.value.mid.clone())
                .collect(),
        }
    }
}

/// A day of the transactions list that is being written. When it is dropped before [`TransactionDayWriter::commit`], the
/// day counts as unread, and a day of ordinary size leaves nothing behind.
pub struct TransactionDayWriter {
    store: Store,
    claim: DayClaim,
    rows: usize,
    digest: String,
    /// What the next transaction writes.
    pending: Option<Part>,
    /// Whether none of its rows is known to be stored.
    seem_new: bool,
    changed: u64,
    unreadable: Vec<UnreadableRecord>,
}

/// What one transaction writes.
struct Part {
    shelf: Shelf,
    batches: Vec<StagedBatch>,
}

/// Some of a day's rows, on the shelf or beside it.
struct StagedBatch {
    count: usize,
    rows: Staged<transaction::Entity>,
    payments: Staged<payment::Entity>,
    keys: Vec<String>,
    mids: BTreeSet<MId>,
}

impl Part {
    async fn begin(store: &Store) -> Result<Self, StoreError> {
        Ok(Self {
            shelf: store.importer.shelf().await?,
            batches: Vec::new(),
        })
    }

    /// The first batch is put on the shelf. It holds none but whole ones of an ordinary import; what is left of others
    /// after comparing is little.
    async fn add(&mut self, batch: TransactionBatch) -> Result<(), StoreError> {
        let keys = keys_of(&batch.payments);
        let count = batch.rows.len();
        let (rows, payments) = if self.batches.is_empty() {
            let rows = self.shelf.put(batch.rows).await?;
            (rows, self.shelf.put(batch.payments).await?)
        } else {
            (Staged::Here(batch.rows), Staged::Here(batch.payments))
        };
        self.batches.push(StagedBatch {
            count,
            rows,
            payments,
            keys,
            mids: batch.mids,
        });
        Ok(())
    }

    fn rows(&self) -> usize {
        self.batches.iter().map(|batch| batch.count).sum()
    }
}

impl Store {
    /// Begins to keep a day of transactions. `None` when there is nothing to write: it says what is stored, and that it
    /// was read again is noted; or a younger reading of it is stored.
    pub async fn begin_transaction_day(
        &self,
        day: &TransactionDay<'_>,
    ) -> Result<Option<TransactionDayWriter>, StoreError> {
        let read_at = to_millis(day.read_at);
        let place = Place {
            account: day.account,
            source: Source::Transactions,
            day: day.day,
        };
        let known = place.known(&self.reader).await?;
        if known.digest.as_deref() == Some(day.digest) {
            let transaction = self.begin().await?;
            let mut marks = Marks::default();
            let known = place.claim(&transaction, read_at, &mut marks).await?;
            if known.is_none_or(|known| known.digest.as_deref() == Some(day.digest)) {
                marks.write(&transaction).await?;
                transaction.commit().await?;
                return Ok(None);
            }
        }
        // Of a large day that was read before, only what differs is written: mostly little enough for one transaction.
        let is_compared = day.rows > ROWS_AT_ONCE && known.read_at.is_some();
        let seem_new = known.read_at.is_none();
        Ok(Some(TransactionDayWriter {
            store: self.clone(),
            claim: DayClaim::new(&place, read_at, known, is_compared),
            rows: day.rows,
            digest: day.digest.to_owned(),
            pending: None,
            seem_new,
            changed: 0,
            unreadable: Vec::new(),
        }))
    }
}

impl TransactionDayWriter {
    /// Takes the rows of the day that cannot be read. They count among its rows.
    pub fn add_unreadable(&mut self, records: Vec<UnreadableRecord>) {
        self.unreadable.extend(records);
    }

    /// Takes some of the day's rows. `false` when a younger reading has taken the day: the rest is not needed.
    pub async fn add(&mut self, mut batch: TransactionBatch) -> Result<bool, StoreError> {
        if self.claim.is_compared {
            batch.rows = without_known_transactions(&self.store.reader, batch.rows).await?;
            let keys: BTreeSet<&str> = batch
                .rows
                .iter()
                .map(|row| row.payment_key.as_str())
                .collect();
            batch
                .payments
                .retain(|payment| keys.contains(payment.payment_key.as_str()));
        }
        let has_room = |part: &Part| part.rows() + batch.rows.len() <= ROWS_AT_ONCE;
        if let Some(part) = self.pending.as_mut().filter(|part| has_room(part)) {
            part.add(batch).await?;
            return Ok(true);
        }
        // While one part is written, the next is brought near.
        let store = self.store.clone();
        let next = async {
            let mut next = Part::begin(&store).await?;
            next.add(batch).await?;
            Ok(next)
        };
        let (is_ours, next) = match self.pending.take() {
            Some(part) => try_join!(Box::pin(self.write(part, None)), Box::pin(next))?,
            None => (true, next.await?),
        };
        self.pending = Some(next);
        Ok(is_ours)
    }

    /// Makes the day count as read, and tells how many rows are new or differ.
    pub async fn commit(mut self) -> Result<u64, StoreError> {
        let last = (self.rows, std::mem::take(&mut self.digest));
        let part = match self.pending.take() {
            Some(part) => part,
            None => Part::begin(&self.store).await?,
        };
        self.write(part, Some(last)).await?;
        Ok(self.changed)
    }

    /// Writes a part, and with the last one what the day holds.
    async fn write(
        &mut self,
        part: Part,
        last: Option<(usize, String)>,
    ) -> Result<bool, StoreError> {
        let writing = part.shelf.begin().await?;
        let transaction = writing.transaction();
        let mut marks = Marks::default();
        let is_ours = match last {
            None => self.claim.hold_part(transaction, &mut marks).await?,
            Some(_) => self.claim.hold_last(transaction, &mut marks).await?,
        };
        if !is_ours {
            return Ok(false);
        }
        let mut changed = 0;
        for batch in part.batches {
            let written = save_transactions(transaction, batch.rows, self.seem_new).await?;
            changed += written.rows(batch.count);
            // One that some reading of a payment has brought before, others will have too.
            self.seem_new &= matches!(written, Written::All);
            // In the transaction that writes them: should this be the last one before the process dies, no other would.
            marks.payments(written.keys(|| batch.keys));
            save_seen_payments(transaction, batch.payments).await?;
            save_merchant_ids(transaction, batch.mids.iter(), &self.claim.account).await?;
        }
        let is_last = last.is_some();
        if let Some((rows, digest)) = last {
            let place = self.claim.place();
            let (unreadable, read_at) = (&self.unreadable, self.claim.read_at);
            replace_unreadable(transaction, &place, unreadable, read_at, &mut marks).await?;
            place
                .describe(transaction, rows, &digest, self.claim.read_at)
                .await?;
        }
        marks.write(transaction).await?;
        if is_last {
            fail_points::dies("day-not-committed");
        }
        writing.commit().await?;
        self.changed += changed;
        Ok(true)
    }
}
