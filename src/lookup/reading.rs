//! Reads from Toss's lists what belongs to one payment, at once where nothing depends on anything else, and stores it in
//! one go.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::try_join;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use reconciliation::{
    KstDate, PaymentKey, Settlement, Transaction, TransactionKey, UnreadableRow, named_cancels,
};

use super::windows::{self, Stretch};
use super::{unreadable_name, unreadable_record};
use crate::merchants::Merchant;
use crate::store::{
    LiveReading, PaymentRecord, RowsDigest, SettlementDay, SettlementRecord, Store, StoreError,
    TransactionRecord, UnreadableRecord,
};
use crate::toss::{
    Call, PaymentReading, Reading, RowsRead, SettlementDate, SettlementPage, TossError,
    TransactionPage, Unreadable,
};

/// Rows a page: Toss's own limit.
const PAGE_ROWS: u32 = 5_000;
/// Pages of one list before the answer is taken for endless.
const MOST_PAGES: u32 = 400;
/// Questions to Toss under way at once for one payment.
const AT_ONCE: usize = 8;

/// Why a reading stored nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    /// Toss gave no usable answer.
    #[error("{0}")]
    Toss(#[from] TossError),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl ReadingError {
    /// Whether Toss has refused to show the payment itself, so that asking again is of no use. What it refuses to list may
    /// be listed later.
    pub fn is_final(&self) -> bool {
        let Self::Toss(error) = self else {
            return false;
        };
        let is_of_the_payment = matches!(
            error,
            TossError::Refused(refusal) if matches!(refusal.call, Call::Payment | Call::PaymentByOrder)
        );
        is_of_the_payment && !error.is_outage()
    }
}

pub(super) struct Reader<'a> {
    pub(super) store: &'a Store,
    pub(super) merchant: &'a Merchant,
    /// When the first question of this reading was asked.
    pub(super) asked_at: DateTime<Utc>,
    /// A settlement day that was read more recently than this is not read again.
    pub(super) max_age: Duration,
}

impl Reader<'_> {
    pub(super) async fn read_and_store(&self, reading: PaymentReading) -> Result<(), ReadingError> {
        let PaymentReading {
            payment, cancels, ..
        } = &reading;
        let cycle = self.merchant.settlement_cycle.unwrap_or_default();
        let named = windows::settlement_days(payment, cancels, cycle);
        let ((transactions, unreadable), mut days_read) =
            try_join(self.transactions_of(&reading), self.settlements_of(&named)).await?;
        // Rows may tell of instants that the payment does not name.
        let rows = transactions.iter().map(|row| &row.value);
        let mut found = windows::settlement_days_of_rows(rows, cycle);
        found.retain(|day| !named.contains(day));
        days_read.extend(self.settlements_of(&found).await?);
        self.store
            .save_reading(&LiveReading {
                account: &self.merchant.account,
                payment: PaymentRecord {
                    payment: &reading.payment,
                    cancels: &reading.cancels,
                    version: reading.version.as_deref(),
                    raw: reading.raw.as_str(),
                },
                transactions: &transactions
                    .iter()
                    .map(transaction_record)
                    .collect::<Vec<_>>(),
                unreadable: &unreadable,
                settlement_days: &days_read.iter().map(DayRead::record).collect::<Vec<_>>(),
                read_at: self.asked_at,
            })
            .await?;
        Ok(())
    }

    /// The payment's rows of the transactions list: those that can be read, and those that cannot.
    async fn transactions_of(
        &self,
        reading: &PaymentReading,
    ) -> Result<(Vec<Reading<Transaction>>, Vec<UnreadableRecord>), ReadingError> {
        let PaymentReading {
            payment, cancels, ..
        } = reading;
        if let Some(life) = windows::life_of_account(payment, cancels, self.asked_at) {
            let page = self.transactions_page(life, &[]).await?;
            if !is_full(page.len()) {
                return Ok(rows_of(page, &payment.payment_key));
            }
        }
        let stretches = windows::stretches_of_events(payment, cancels);
        let mut rows = self.transactions_in_all(stretches).await?;
        let own = rows.rows.iter().map(|row| &row.value);
        let own = own.filter(|row| row.payment_key == payment.payment_key);
        let cancels = named_cancels(cancels, own);
        let listed: HashSet<&TransactionKey> = rows
            .rows
            .iter()
            .map(|row| &row.value.transaction_key)
            .collect();
        let later = windows::stretches_after_cancels(&cancels, &listed, self.asked_at);
        let RowsRead {
            rows: more,
            unreadable,
        } = self.transactions_in_all(later).await?;
        rows.rows.extend(more);
        rows.unreadable.extend(unreadable);
        Ok(rows_of(rows, &payment.payment_key))
    }

    async fn transactions_in_all(
        &self,
        stretches: Vec<Stretch>,
    ) -> Result<RowsRead<Transaction>, ReadingError> {
        let questions = stretches
            .into_iter()
            .map(|stretch| self.transactions_in(stretch));
        let pages = stream::iter(questions)
            .buffered(AT_ONCE)
            .try_collect::<Vec<_>>()
            .await?;
        let (mut rows, mut unreadable) = (Vec::new(), Vec::new());
        for page in pages {
            rows.extend(page.rows);
            unreadable.extend(page.unreadable);
        }
        Ok(RowsRead { rows, unreadable })
    }

    /// Every row of a stretch of time.
    async fn transactions_in(
        &self,
        stretch: Stretch,
    ) -> Result<RowsRead<Transaction>, ReadingError> {
        let (mut rows, mut unreadable) = (Vec::new(), Vec::new());
        for _ in 0..MOST_PAGES {
            let page = self.transactions_page(stretch, &rows).await?;
            let was_full = is_full(page.len());
            rows.extend(page.rows);
            unreadable.extend(page.unreadable);
            if !was_full {
                return Ok(RowsRead { rows, unreadable });
            }
        }
        Err(endless(Call::Transactions).into())
    }

    async fn transactions_page(
        &self,
        stretch: Stretch,
        read_before: &[Reading<Transaction>],
    ) -> Result<RowsRead<Transaction>, ReadingError> {
        let page = TransactionPage {
            from: stretch.from,
            to: stretch.to,
            starting_after: read_before
                .last()
                .map(|last| last.value.transaction_key.clone()),
            limit: PAGE_ROWS,
            first_position: u32::try_from(read_before.len()).unwrap_or(u32::MAX),
        };
        Ok(self.merchant.toss.transactions(&page).await?)
    }

    /// The days that were not read a moment ago, each as a whole.
    async fn settlements_of(&self, days: &BTreeSet<KstDate>) -> Result<Vec<DayRead>, ReadingError> {
        let days: Vec<KstDate> = days.iter().copied().collect();
        let read_at = self
            .store
            .settlement_day_read_at(&self.merchant.account, &days)
            .await?;
        let is_young = |day: &KstDate| {
            read_at
                .get(day)
                .is_some_and(|&read_at| super::is_young(read_at, self.asked_at, self.max_age))
        };
        let questions = days
            .into_iter()
            .filter(|day| !is_young(day))
            .map(|day| self.settlement_day(day));
        let readings = stream::iter(questions)
            .buffered(AT_ONCE)
            .try_collect::<Vec<_>>()
            .await?;
        Ok(readings.into_iter().flatten().collect())
    }

    /// A whole sold date: Toss cannot be asked for less. `None` when Toss refuses to list settlements, which it may do
    /// to a shop without that contract; the day then stays unread.
    async fn settlement_day(&self, day: KstDate) -> Result<Option<DayRead>, ReadingError> {
        let (mut rows, mut unreadable) = (Vec::new(), Vec::new());
        for page in 1..=MOST_PAGES {
            let question = SettlementPage {
                from: day,
                to: day,
                date_basis: SettlementDate::Sold,
                page,
                size: PAGE_ROWS,
            };
            let answer = match self.merchant.toss.settlements(&question).await {
                Ok(answer) => answer,
                Err(error) if error.is_outage() => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(%error, %day, "Toss refuses to list settlements");
                    return Ok(None);
                }
            };
            let was_full = is_full(answer.len());
            rows.extend(answer.rows);
            unreadable.extend(answer.unreadable);
            if !was_full {
                return Ok(Some(DayRead::new(day, rows, unreadable)));
            }
        }
        Err(endless(Call::Settlements).into())
    }
}

/// Everything that Toss lists for one sold date.
struct DayRead {
    day: KstDate,
    rows: Vec<Reading<Settlement>>,
    unreadable: Vec<UnreadableRecord>,
    digest: String,
}

impl DayRead {
    fn new(
        day: KstDate,
        rows: Vec<Reading<Settlement>>,
        unreadable: Vec<Reading<UnreadableRow>>,
    ) -> Self {
        let mut digest = RowsDigest::default();
        for row in &rows {
            digest.add(row.raw.as_str());
        }
        for row in &unreadable {
            digest.add(&unreadable_name(row.raw.as_str()));
        }
        Self {
            day,
            rows,
            unreadable: unreadable.into_iter().map(unreadable_record).collect(),
            digest: digest.finish(),
        }
    }

    fn record(&self) -> SettlementDay<'_> {
        let rows = self.rows.iter().map(|row| SettlementRecord {
            value: &row.value,
            raw: row.raw.as_str(),
        });
        SettlementDay {
            day: self.day,
            rows: rows.collect(),
            unreadable: &self.unreadable,
            digest: &self.digest,
        }
    }
}

fn transaction_record(row: &Reading<Transaction>) -> TransactionRecord<'_> {
    TransactionRecord {
        value: &row.value,
        raw: row.raw.as_str(),
    }
}

fn endless(call: Call) -> TossError {
    TossError::Unreadable {
        call,
        reason: Unreadable {
            path: "the list".to_owned(),
            reason: format!("goes on after {MOST_PAGES} pages"),
        },
        trace_id: None,
    }
}

fn is_full(rows: usize) -> bool {
    u32::try_from(rows).is_ok_and(|rows| rows >= PAGE_ROWS)
}

/// The payment's own rows, each key once: pages may overlap.
fn rows_of(
    RowsRead { rows, unreadable }: RowsRead<Transaction>,
    key: &PaymentKey,
) -> (Vec<Reading<Transaction>>, Vec<UnreadableRecord>) {
    let (mut seen, mut seen_texts) = (HashSet::new(), HashSet::new());
    let rows = rows
        .into_iter()
        .filter(|row| &row.value.payment_key == key)
        .filter(|row| seen.insert((row.value.mid.clone(), row.value.transaction_key.clone())))
        .collect();
    let unreadable = unreadable
        .into_iter()
        .filter(|row| row.value.payment_key.as_ref() == Some(key))
        .filter(|row| seen_texts.insert(row.raw.as_str().to_owned()))
        .map(unreadable_record)
        .collect();
    (rows, unreadable)
}
