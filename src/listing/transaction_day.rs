//! One day of the transactions list, read to its end and stored.

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{KstDate, Transaction};

use super::seen::Seen;
use super::spool::{Spool, aside};
use super::{Day, ListingError};
use crate::merchants::Merchant;
use crate::store::{Store, TransactionBatch, TransactionDay, TransactionRecord};
use crate::toss::{ListText, Reading, RowsRead, Toss, TossError, TransactionPage};

/// Pages of one stretch before the list is taken for endless.
const MOST_PAGES: u32 = 10_000;
/// How often a stretch that cannot be halved is begun anew.
const MOST_BEGINNINGS: u32 = 3;
/// Toss takes times in whole seconds.
const SECOND: TimeDelta = TimeDelta::seconds(1);

pub(super) struct TransactionReader<'a> {
    pub(super) store: &'a Store,
    pub(super) merchant: &'a Merchant,
    pub(super) page_rows: u32,
}

/// A stretch of time in whole seconds, both ends included.
#[derive(Clone, Copy)]
struct Stretch {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    begun: u32,
}

/// Why a stretch was not read to its end.
enum Broken {
    /// Toss does not accept the row to go on from, although it listed that row itself.
    Cursor,
    Failed(ListingError),
}

impl<E: Into<ListingError>> From<E> for Broken {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl TransactionReader<'_> {
    /// Reads a day and stores it whole.
    pub(super) async fn read(
        &self,
        day: KstDate,
        read_at: DateTime<Utc>,
    ) -> Result<Day, ListingError> {
        let spool = self.gather(day).await?;
        let rows = spool.rows();
        let (digest, pages, unreadable) = spool.finish()?;
        let window = TransactionDay {
            account: &self.merchant.account,
            day,
            rows,
            digest: &digest,
            read_at,
        };
        let Some(mut writer) = self.store.begin_transaction_day(&window).await? else {
            return Ok(Day { rows, changed: 0 });
        };
        writer.add_unreadable(unreadable);
        let (toss, account) = (self.merchant.toss.clone(), self.merchant.account.clone());
        let reread = move |text: &str, first| toss.reread_transactions(text, first);
        let mut batches = pages.batches(reread, move |rows: Vec<Reading<Transaction>>| {
            let records: Vec<TransactionRecord<'_>> = rows
                .iter()
                .map(|row| TransactionRecord {
                    value: &row.value,
                    raw: row.raw.as_str(),
                })
                .collect();
            Ok(TransactionBatch::of(&records, &account, read_at))
        });
        while let Some(batch) = batches.next().await? {
            if !writer.add(batch).await? {
                break;
            }
        }
        let changed = writer.commit().await?;
        Ok(Day { rows, changed })
    }

    /// Every row of the day. Where Toss refuses to go on from a row, the stretch is read anew in halves; what has been
    /// read is kept.
    async fn gather(&self, day: KstDate) -> Result<Spool<Transaction>, ListingError> {
        let mut listing = Listing::default();
        let mut stretches = vec![Stretch {
            from: day.start(),
            to: day.next().start() - SECOND,
            begun: 0,
        }];
        while let Some(stretch) = stretches.pop() {
            match self.read_stretch(stretch, &mut listing).await {
                Ok(()) => {}
                Err(Broken::Failed(error)) => return Err(error),
                Err(Broken::Cursor) => {
                    tracing::warn!(%day, from = %stretch.from, to = %stretch.to, "Toss does not go on from its own row: the stretch is read anew");
                    stretches.extend(stretch.again().ok_or(ListingError::NoEnd {
                        call: "GET /v1/transactions",
                        day,
                    })?);
                }
            }
        }
        Ok(listing.spool)
    }

    async fn read_stretch(&self, stretch: Stretch, listing: &mut Listing) -> Result<(), Broken> {
        let toss = &self.merchant.toss;
        let mut after = None;
        let mut before: Option<ListText> = None;
        for _ in 0..MOST_PAGES {
            let question = TransactionPage {
                from: stretch.from,
                to: stretch.to,
                starting_after: after.clone(),
                limit: self.page_rows,
                first_position: 0,
            };
            // While Toss is asked for a page, the one before is read and put away.
            let asked = toss.transactions_text(&question);
            let (page, put_away) = futures_util::join!(asked, listing.add(toss, before.take()));
            put_away?;
            let page = match page {
                Ok(page) => page,
                Err(error) if after.is_some() && refuses_cursor(&error) => {
                    return Err(Broken::Cursor);
                }
                Err(error) => return Err(error.into()),
            };
            let last = page.last_transaction().cloned();
            let is_full = u32::try_from(page.rows()).is_ok_and(|rows| rows >= self.page_rows);
            if !is_full {
                listing.add(toss, Some(page)).await?;
                return Ok(());
            }
            before = Some(page);
            if last.is_none() || last == after {
                return Err(Broken::Cursor);
            }
            after = last;
        }
        Err(Broken::Cursor)
    }
}

/// What has been read of a day, each row once.
#[derive(Default)]
struct Listing {
    seen: Seen,
    spool: Spool<Transaction>,
}

impl Listing {
    async fn add(&mut self, toss: &Toss, page: Option<ListText>) -> Result<(), ListingError> {
        let Some(page) = page else {
            return Ok(());
        };
        let (toss, mut listing) = (toss.clone(), std::mem::take(self));
        *self = aside(move || {
            listing.take(toss.read_transactions_text(page)?)?;
            Ok(listing)
        })
        .await?;
        Ok(())
    }

    /// Takes a page. Rows that came before are dropped; the others get the place at which they stand in the whole day.
    fn take(&mut self, page: RowsRead<Transaction>) -> Result<(), ListingError> {
        let RowsRead {
            rows: mut page,
            mut unreadable,
        } = page;
        unreadable.retain(|row| self.seen.is_new_text(row.raw.as_str()));
        self.spool.add_unreadable(unreadable);
        let mut place = self.spool.rows();
        page.retain_mut(|row| {
            let is_new = self.seen.is_new(&row.value);
            if is_new {
                row.value.listed_position = u32::try_from(place).unwrap_or(u32::MAX);
                place += 1;
            }
            is_new
        });
        self.spool.add(page)
    }
}

impl Stretch {
    /// Its halves, the first one last; a single second is begun anew a few times. `None` when that has not helped.
    fn again(self) -> Option<Vec<Self>> {
        let seconds = (self.to - self.from).num_seconds();
        if seconds == 0 {
            let begun = self.begun + 1;
            return (begun < MOST_BEGINNINGS).then(|| vec![Self { begun, ..self }]);
        }
        let middle = self.from + TimeDelta::seconds(seconds / 2);
        let first = Self { to: middle, ..self };
        let second = Self {
            from: middle + SECOND,
            ..self
        };
        Some(vec![second, first])
    }
}

fn refuses_cursor(error: &TossError) -> bool {
    error.code().is_some_and(|code| {
        matches!(
            code.as_str(),
            "INVALID_TRANSACTION_KEY" | "INVALID_PAGING_KEY"
        )
    })
}
