//! Keeping what one live reading of a payment brought, in one database transaction.

use std::fmt;

use chrono::{DateTime, Utc};
use reconciliation::{Cancel, KstDate, Payment, Settlement, Transaction};

use crate::store::db::advisory_locks::Turn;
use crate::store::db::staging::Staged;
use crate::store::dirty::Marks;
use crate::store::mirror::merchant_ids::save_merchant_ids;
use crate::store::mirror::payments::{keys_of, save_payment, save_seen_payments};
use crate::store::mirror::transactions::{save_transactions, transaction_rows};
use crate::store::mirror::unreadable_rows::{UnreadableRecord, save_unreadable};
use crate::store::mirror::windows::save_settlement_day;
use crate::store::rows::{seen_payments, to_millis};
use crate::store::{AccountName, Store, StoreError};

/// A payment's answer, to be stored.
#[derive(Clone, Copy, Debug)]
pub struct PaymentRecord<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// All of its cancels.
    pub cancels: &'a [Cancel],
    /// The answer's `version`: which form of the payment object Toss spoke.
    pub version: Option<&'a str>,
    /// The answer word for word.
    pub raw: &'a str,
    /// What else it is found by.
    pub found_by: FoundBy<'a>,
}

/// What a payment is found by beside its key and its order.
#[derive(Clone, Copy, Default)]
pub struct FoundBy<'a> {
    /// What was bought, in the merchant's words.
    pub order_name: Option<&'a str>,
    /// The number of the approval.
    pub approval_number: Option<&'a str>,
}

impl fmt::Debug for FoundBy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What was bought is told by people, and tells of people.
        f.debug_struct("FoundBy").finish_non_exhaustive()
    }
}

/// A row of the transactions list, to be stored.
#[derive(Clone, Copy)]
pub struct TransactionRecord<'a> {
    /// The row.
    pub value: &'a Transaction,
    /// The row word for word.
    pub raw: &'a str,
}

/// A row of the settlements list, to be stored.
#[derive(Clone, Copy)]
pub struct SettlementRecord<'a> {
    /// The row.
    pub value: &'a Settlement,
    /// The row word for word.
    pub raw: &'a str,
}

/// Everything that Toss lists for one sold date.
#[derive(Clone)]
pub struct SettlementDay<'a> {
    /// The sold date.
    pub day: KstDate,
    /// Its rows, all of them, identical ones as often as they were listed.
    pub rows: Vec<SettlementRecord<'a>>,
    /// Those of its rows that cannot be read.
    pub unreadable: &'a [UnreadableRecord],
    /// Names the content of the rows: while it stays the same, so do they.
    pub digest: &'a str,
}

/// Everything that one live reading of a payment brought.
pub struct LiveReading<'a> {
    /// The merchant whose key read it.
    pub account: &'a AccountName,
    /// The payment.
    pub payment: PaymentRecord<'a>,
    /// The rows of the transactions list that were found with it.
    pub transactions: &'a [TransactionRecord<'a>],
    /// The payment's rows of the transactions list that cannot be read.
    pub unreadable: &'a [UnreadableRecord],
    /// Settlement days that were read completely.
    pub settlement_days: &'a [SettlementDay<'a>],
    /// When the reading began.
    pub read_at: DateTime<Utc>,
}

impl Store {
    /// Keeps a reading, all of it or nothing.
    ///
    /// What an older reading says never replaces what a younger one said. A settlement day replaces the rows that this
    /// account listed for it before; a row that is listed again keeps its id.
    pub async fn save_reading(&self, reading: &LiveReading<'_>) -> Result<(), StoreError> {
        let (account, read_at) = (reading.account, to_millis(reading.read_at));
        // In the order of days, so that two readings at once claim the days that they share in the same order.
        let mut days: Vec<&SettlementDay<'_>> = reading.settlement_days.iter().collect();
        days.sort_by_key(|day| day.day);
        let mut marks = Marks::default();
        let transaction = self.begin().await?;
        if !days.is_empty() {
            Turn::NoteReading.wait(&transaction).await?;
        }
        let rows = transaction_rows(reading.transactions, account, read_at);
        let seen = seen_payments(reading.transactions.iter(), account, read_at);
        let written = save_transactions(&transaction, Staged::Here(rows), false).await?;
        marks.payments(written.keys(|| keys_of(&seen)));
        save_seen_payments(&transaction, Staged::Here(seen)).await?;
        save_payment(&transaction, &reading.payment, account, read_at, &mut marks).await?;
        save_unreadable(&transaction, reading, &mut marks).await?;
        let mids = reading.transactions.iter().map(|row| &row.value.mid);
        save_merchant_ids(
            &transaction,
            mids.chain([&reading.payment.payment.mid]),
            account,
        )
        .await?;
        for day in days {
            save_settlement_day(&transaction, day, account, read_at, &mut marks).await?;
        }
        marks.write(&transaction).await?;
        transaction.commit().await
    }
}
