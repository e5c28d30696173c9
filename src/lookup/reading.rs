//! Reads what Toss's lists say of one payment: its rows of the transactions list around the instants that the payment
//! names, and the sold dates on which it may be settled. What a list cannot say is a gap, and takes nothing else with it.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use futures_util::future::try_join;
use futures_util::stream::{self, StreamExt};
use reconciliation::{KstDate, PaymentKey, Transaction, TransactionKey};
use tokio::time::{Instant, timeout_at};

use super::alone::{ListedRows, Seen};
use super::windows::{self, Stretch};
use super::{FoundPayment, Inner, Need, lost_row};
use crate::listing::{ListingError, unreadable_record};
use crate::merchants::Merchant;
use crate::store::{Source, StoreError, TransactionRecord, UnreadableRecord};
use crate::toss::{
    Call, PaymentReading, Reading, RowsRead, TossError, TransactionPage, Unreadable,
};

/// Rows a page: Toss's own limit.
const PAGE_ROWS: u32 = TransactionPage::LARGEST;
/// Pages of one stretch before the list is taken for endless.
const MOST_PAGES: u32 = 400;
/// Questions to Toss under way at once for one payment.
const AT_ONCE: usize = 8;

/// Why a payment was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    /// Toss gave no usable answer about it.
    #[error("{0}")]
    Toss(#[from] TossError),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl ReadingError {
    /// Whether Toss has refused to show the payment itself, so that asking again is of no use.
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

impl Inner {
    /// Reads the rows that belong to a payment whose own answer is kept already.
    pub(super) async fn read_rows(
        &self,
        seen: Seen<'_>,
        need: Need,
    ) -> Result<FoundPayment, StoreError> {
        let until = need.days_within.map(|within| Instant::now() + within);
        let Seen {
            merchant,
            reading,
            asked_at,
            ..
        } = &seen;
        let PaymentReading {
            payment, cancels, ..
        } = reading;
        let cycle = self.cycles.of(merchant, payment).await?;
        let named = windows::settlement_days(payment, cancels, cycle);
        let (listed, ()) = try_join(
            Box::pin(self.transactions_of(&seen)),
            Box::pin(self.read_settlements(&seen, &named, need, until)),
        )
        .await?;
        // Rows may tell of instants that the payment does not name.
        let values = listed.rows.iter().map(|row| &row.value);
        let mut told = windows::settlement_days_of_rows(values, cycle);
        told.retain(|day| !named.contains(day));
        Box::pin(self.read_settlements(&seen, &told, need, until)).await?;
        if listed.is_empty() {
            return Ok(seen.found);
        }
        let RowsRead { rows, unreadable } = listed;
        let records: Vec<TransactionRecord<'_>> = rows.iter().map(record).collect();
        let unreadable: Vec<UnreadableRecord> =
            unreadable.into_iter().map(unreadable_record).collect();
        let own_rows = ListedRows {
            transactions: &records,
            unreadable: &unreadable,
        };
        let kept = self.keep(&merchant.account, reading, own_rows, *asked_at);
        kept.await?
            .ok_or_else(|| lost_row("payments", payment.payment_key.as_str()))
    }

    /// The payment's rows of the transactions list, each once.
    async fn transactions_of(&self, seen: &Seen<'_>) -> Result<RowsRead<Transaction>, StoreError> {
        let PaymentReading {
            payment, cancels, ..
        } = &seen.reading;
        let own_rows = OwnRows {
            merchant: seen.merchant,
            key: &payment.payment_key,
        };
        let life = windows::life_of_account(payment, cancels, seen.asked_at);
        let at_once = match life {
            Some(life) => own_rows.in_one_page(life).await,
            None => None,
        };
        let Listed { mut own, is_whole } = if let Some(whole_life) = at_once {
            whole_life
        } else {
            let stretches = windows::stretches_of_events(payment, cancels);
            own_rows.in_all(stretches).await
        };
        // What cannot be listed now is not asked for elsewhere.
        if is_whole {
            let found = own.rows.iter().map(|row| row.value.clone()).collect();
            let elsewhere = self.look_for_unlisted(seen, found).await?;
            extend(&mut own, own_rows.in_all(elsewhere).await.own);
        }
        Ok(once(own))
    }

    /// What the sold dates say that have not been read since they last changed, each day as a whole: Toss cannot be asked
    /// for less. Those that are not read by that instant go on without being waited for.
    async fn read_settlements(
        &self,
        seen: &Seen<'_>,
        days: &BTreeSet<KstDate>,
        need: Need,
        until: Option<Instant>,
    ) -> Result<(), StoreError> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return Ok(());
        };
        let (merchant, source) = (seen.merchant, Source::Settlements);
        let windows = self.store.windows(&merchant.account, source, *first, *last);
        let (windows, demand) = (
            windows.await?,
            self.lists.demand(seen.asked_at, need.max_age),
        );
        let unreadable = self
            .store
            .days_with_unreadable(&merchant.account, source, *first, *last);
        let unreadable = unreadable.await?;
        let wanted: Vec<_> = days
            .iter()
            .filter_map(|day| {
                let younger_than =
                    demand.of_sold_date(*day, windows.get(day), unreadable.contains(day))?;
                Some((*day, younger_than))
            })
            .collect();
        let readings = stream::iter(wanted).map(|(day, younger_than)| async move {
            let read = self.lists.read(merchant, source, day, younger_than);
            (day, read.await)
        });
        let mut readings = std::pin::pin!(readings.buffered(AT_ONCE));
        let reading = async {
            while let Some((day, read)) = readings.next().await {
                if let Err(error) = read {
                    tell_of_gap(day, &error);
                }
            }
        };
        let Some(until) = until else {
            reading.await;
            return Ok(());
        };
        if timeout_at(until, reading).await.is_err() {
            tracing::info!(
                "the sold dates of a payment take long to read; its answer does without them"
            );
        }
        Ok(())
    }
}

/// Says why a day has not been read. It stays a gap, which verdicts name.
fn tell_of_gap(day: KstDate, error: &Arc<ListingError>) {
    match &**error {
        ListingError::Toss(refused) if !refused.is_outage() => {
            tracing::warn!(error = %refused, %day, "Toss refuses to list settlements");
        }
        ListingError::Toss(TossError::Unreadable { .. }) => {
            tracing::warn!(%error, %day, "the settlements of a payment's day could not be read");
        }
        ListingError::Toss(_) => {
            tracing::warn!(%error, %day, "Toss could not be reached for the settlements of a payment's day");
        }
        _ => tracing::warn!(%error, %day, "the settlements of a payment's day were not stored"),
    }
}

/// One payment's rows of what was listed.
#[derive(Default)]
struct Listed {
    own: RowsRead<Transaction>,
    /// Whether all of it was listed.
    is_whole: bool,
}

/// Lists a merchant's transactions, and holds on to one payment's.
struct OwnRows<'a> {
    merchant: &'a Merchant,
    key: &'a PaymentKey,
}

impl OwnRows<'_> {
    /// The payment's rows of every stretch that Toss lists.
    async fn in_all(&self, stretches: Vec<Stretch>) -> Listed {
        let questions = stream::iter(stretches).map(|stretch| self.within(stretch));
        let lists: Vec<Listed> = questions.buffered(AT_ONCE).collect().await;
        let is_whole = lists.iter().all(|listed| listed.is_whole);
        let mut own = RowsRead::default();
        for listed in lists {
            extend(&mut own, listed.own);
        }
        Listed { own, is_whole }
    }

    /// The payment's rows of a stretch, however many rows there are of others.
    async fn within(&self, stretch: Stretch) -> Listed {
        let mut listed = Listed::default();
        let (mut before, mut after) = (0, None);
        for _ in 0..MOST_PAGES {
            let page = match self.page(stretch, after.take(), before).await {
                Ok(page) => page,
                Err(error) => {
                    tell_of_unlisted(&error);
                    return listed;
                }
            };
            before = before.saturating_add(u32::try_from(page.len()).unwrap_or(u32::MAX));
            let is_last = !is_full(page.len());
            after = page.last().map(|last| last.value.transaction_key.clone());
            extend(&mut listed.own, self.own(page));
            if is_last {
                listed.is_whole = true;
                return listed;
            }
        }
        tell_of_unlisted(&TossError::Unreadable {
            call: Call::Transactions,
            reason: Unreadable {
                path: "the list".to_owned(),
                reason: format!("goes on after {MOST_PAGES} pages"),
            },
            trace_id: None,
        });
        listed
    }

    /// The payment's rows of a stretch, if one page holds all rows of it.
    async fn in_one_page(&self, stretch: Stretch) -> Option<Listed> {
        match self.page(stretch, None, 0).await {
            Ok(page) if is_full(page.len()) => None,
            Ok(page) => Some(Listed {
                own: self.own(page),
                is_whole: true,
            }),
            Err(error) => {
                tell_of_unlisted(&error);
                Some(Listed::default())
            }
        }
    }

    async fn page(
        &self,
        stretch: Stretch,
        starting_after: Option<TransactionKey>,
        first_position: u32,
    ) -> Result<RowsRead<Transaction>, TossError> {
        let page = TransactionPage {
            from: stretch.from,
            to: stretch.to,
            starting_after,
            limit: PAGE_ROWS,
            first_position,
        };
        self.merchant.toss.transactions(&page).await
    }

    fn own(&self, mut page: RowsRead<Transaction>) -> RowsRead<Transaction> {
        page.rows.retain(|row| &row.value.payment_key == self.key);
        page.unreadable
            .retain(|row| row.value.payment_key.as_ref() == Some(self.key));
        page
    }
}

/// Says why rows of a payment are missing. The payment's own answer stands for what they would say.
fn tell_of_unlisted(error: &TossError) {
    if super::fault::is_of_ours(error) {
        tracing::debug!(%error, "the transactions of a payment were not asked for");
    } else if matches!(error, TossError::Unreadable { .. }) {
        tracing::warn!(%error, "the transactions of a payment could not be read");
    } else {
        tracing::warn!(%error, "Toss could not be reached for the transactions of a payment");
    }
}

fn record(row: &Reading<Transaction>) -> TransactionRecord<'_> {
    TransactionRecord {
        value: &row.value,
        raw: row.raw.as_str(),
    }
}

fn is_full(rows: usize) -> bool {
    u32::try_from(rows).is_ok_and(|rows| rows >= PAGE_ROWS)
}

fn extend(rows: &mut RowsRead<Transaction>, more: RowsRead<Transaction>) {
    rows.rows.extend(more.rows);
    rows.unreadable.extend(more.unreadable);
}

/// Rows, each key once, and each text of those that cannot be read: pages may overlap.
fn once(mut listed: RowsRead<Transaction>) -> RowsRead<Transaction> {
    let (mut seen, mut texts) = (HashSet::new(), HashSet::new());
    let rows = &mut listed.rows;
    rows.retain(|row| seen.insert((row.value.mid.clone(), row.value.transaction_key.clone())));
    listed
        .unreadable
        .retain(|row| texts.insert(row.raw.as_str().to_owned()));
    listed
}
