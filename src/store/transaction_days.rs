//! Keeping a day of the transactions list: a day of ordinary size in one transaction, a very large one in several short
//! ones, so that nobody waits for it; until the last, it counts as unread.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{payment, transaction};
use reconciliation::{KstDate, MId};

use super::day_claims::{DayClaim, Place, ROWS_AT_ONCE};
use super::marks::Marks;
use super::merchant_ids::save_merchant_ids;
use super::payments::save_seen_payments;
use super::rows::{seen_payments, to_millis};
use super::staging::Staged;
use super::transactions::{save_transactions, transaction_rows, without_known_transactions};
use super::{AccountName, Source, Store, StoreError, TransactionRecord, commit};
use crate::fail_points;

/// A day of the transactions list, read completely.
#[derive(Clone, Copy, Debug)]
pub struct TransactionDay<'a> {
    /// The merchant whose key read it.
    pub account: &'a AccountName,
    /// The day of the rows' `transactionAt`.
    pub day: KstDate,
    /// How many different rows it has.
    pub rows: usize,
    /// The name of their content, from [`super::RowsDigest`].
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
    pending: Vec<TransactionBatch>,
    changed: u64,
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
                commit(transaction).await?;
                return Ok(None);
            }
        }
        // Of a large day that was read before, only what differs is written: mostly little enough for one transaction.
        let is_compared = day.rows > ROWS_AT_ONCE && known.read_at.is_some();
        Ok(Some(TransactionDayWriter {
            store: self.clone(),
            claim: DayClaim::new(&place, read_at, known, is_compared),
            rows: day.rows,
            digest: day.digest.to_owned(),
            pending: Vec::new(),
            changed: 0,
        }))
    }
}

impl TransactionDayWriter {
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
        let waiting: usize = self.pending.iter().map(|batch| batch.rows.len()).sum();
        if waiting > 0 && waiting + batch.rows.len() > ROWS_AT_ONCE && !self.write(None).await? {
            return Ok(false);
        }
        self.pending.push(batch);
        Ok(true)
    }

    /// Makes the day count as read, and tells how many rows are new or differ.
    pub async fn commit(mut self) -> Result<u64, StoreError> {
        let last = (self.rows, std::mem::take(&mut self.digest));
        self.write(Some(last)).await?;
        Ok(self.changed)
    }

    /// Writes what is pending, and with the last part what the day holds.
    async fn write(&mut self, last: Option<(usize, String)>) -> Result<bool, StoreError> {
        let store = self.store.clone();
        let turn = store.importer.turn().await;
        let mut batches = std::mem::take(&mut self.pending).into_iter();
        let first = batches.next();
        let mut staged = Vec::new();
        if let Some(batch) = first {
            staged.push((
                turn.stage(batch.rows).await?,
                turn.stage(batch.payments).await?,
                batch.mids,
            ));
        }
        for batch in batches {
            staged.push((
                Staged::Here(batch.rows),
                Staged::Here(batch.payments),
                batch.mids,
            ));
        }
        let transaction = turn.begin().await?;
        let mut marks = Marks::default();
        let is_ours = match last {
            None => self.claim.hold_part(&transaction, &mut marks).await?,
            Some(_) => self.claim.hold_last(&transaction, &mut marks).await?,
        };
        if !is_ours {
            return Ok(false);
        }
        let mut changed = 0;
        for (rows, payments, mids) in staged {
            let written = save_transactions(&transaction, rows).await?;
            changed += written.rows;
            // In the transaction that writes them: should this be the last one before the process dies, no other would.
            marks.payments(written.keys);
            save_seen_payments(&transaction, payments).await?;
            save_merchant_ids(&transaction, mids.iter(), &self.claim.account).await?;
        }
        let is_last = last.is_some();
        if let Some((rows, digest)) = last {
            let place = self.claim.place();
            place
                .describe(&transaction, rows, &digest, self.claim.read_at)
                .await?;
        }
        marks.write(&transaction).await?;
        if is_last {
            fail_points::dies("day-not-committed");
        }
        commit(transaction).await?;
        self.changed += changed;
        Ok(true)
    }
}
