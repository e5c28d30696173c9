//! Keeping a day of the transactions list page by page, all of it or nothing.

use chrono::{DateTime, Utc};
use reconciliation::KstDate;
use sea_orm::DatabaseTransaction;

use super::marks::Marks;
use super::merchant_ids::{merchants_of, save_merchant_ids};
use super::payments::save_seen_payments;
use super::rows::to_millis;
use super::transactions::save_transactions;
use super::windows::Place;
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

/// A day of the transactions list that is being written: what is dropped before [`TransactionDayWriter::commit`] leaves
/// nothing behind.
pub struct TransactionDayWriter {
    transaction: DatabaseTransaction,
    account: AccountName,
    day: KstDate,
    rows: usize,
    digest: String,
    read_at: DateTime<Utc>,
    changed: u64,
    marks: Marks,
}

impl Store {
    /// Begins to keep a day of transactions. `None` when there is nothing to write: it says what is stored, and that it
    /// was read again is noted; or a younger reading of it is stored.
    pub async fn begin_transaction_day(
        &self,
        day: &TransactionDay<'_>,
    ) -> Result<Option<TransactionDayWriter>, StoreError> {
        let read_at = to_millis(day.read_at);
        let transaction = self.begin().await?;
        let mut marks = Marks::default();
        let place = Place {
            account: day.account,
            source: Source::Transactions,
            day: day.day,
        };
        let Some(known) = place.claim(&transaction, read_at, &mut marks).await? else {
            return Ok(None);
        };
        if known.digest.as_deref() == Some(day.digest) {
            marks.write(&transaction).await?;
            transaction.commit().await?;
            return Ok(None);
        }
        Ok(Some(TransactionDayWriter {
            transaction,
            account: day.account.clone(),
            day: day.day,
            rows: day.rows,
            digest: day.digest.to_owned(),
            read_at,
            changed: 0,
            marks,
        }))
    }
}

impl TransactionDayWriter {
    /// Writes some of the day's rows.
    pub async fn add(&mut self, records: &[TransactionRecord<'_>]) -> Result<(), StoreError> {
        let (connection, account) = (&self.transaction, &self.account);
        self.changed += save_transactions(connection, records, account, self.read_at).await?;
        save_seen_payments(connection, records.iter(), account, self.read_at).await?;
        let rows = records.iter().map(|record| record.value);
        let of_other_days = rows.filter(|row| KstDate::of(row.transaction_at) != self.day);
        let strays = of_other_days.map(|row| row.payment_key.as_str());
        self.marks.transactions(strays, account, self.read_at);
        let mids = records.iter().map(|record| &record.value.mid);
        save_merchant_ids(connection, mids, account).await
    }

    /// Makes the day stay, and tells how many rows are new or differ.
    pub async fn commit(mut self) -> Result<u64, StoreError> {
        let mids = merchants_of(&self.transaction, &self.account).await?;
        let mids = mids.iter().map(String::as_str);
        self.marks
            .transactions_on(self.day, mids, &self.account, self.read_at);
        let place = Place {
            account: &self.account,
            source: Source::Transactions,
            day: self.day,
        };
        place
            .describe(&self.transaction, self.rows, &self.digest, self.read_at)
            .await?;
        self.marks.write(&self.transaction).await?;
        fail_points::dies("day-not-committed");
        commit(self.transaction).await?;
        Ok(self.changed)
    }
}
