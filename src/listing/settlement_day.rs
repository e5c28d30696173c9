//! One sold date of the settlements list, read until two readings agree, and stored.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use reconciliation::{KstDate, Settlement};

use super::spool::{Batches, Pages, Spool, aside};
use super::{Day, ListingError};
use crate::merchants::Merchant;
use crate::store::{
    SettlementBatch, SettlementDayReading, SettlementIdentities, SettlementRecord, Store,
    UnreadableRecord,
};
use crate::toss::{ListText, Reading, RowsRead, SettlementDate, SettlementPage, Toss};

/// Pages of one day before the list is taken for endless.
const MOST_PAGES: u32 = 10_000;
/// So many full pages that are equal, one after the other, are one page that Toss repeats.
const MOST_REPETITIONS: u32 = 20;
/// How often a day that changes while it is read is read at most.
const MOST_READINGS: u32 = 6;

pub(super) struct SettlementReader<'a> {
    pub(super) store: &'a Store,
    pub(super) merchant: &'a Merchant,
    pub(super) page_rows: u32,
}

/// One listing of a day.
#[derive(Default)]
struct Listing {
    spool: Spool<Settlement>,
    identities: SettlementIdentities,
    pages: u32,
}

/// A listing that another one agreed with.
struct Steady {
    rows: usize,
    digest: String,
    pages: Pages<Settlement>,
    unreadable: Vec<UnreadableRecord>,
    identities: SettlementIdentities,
}

impl SettlementReader<'_> {
    /// Reads a day and stores it whole.
    pub(super) async fn read(
        &self,
        day: KstDate,
        read_at: DateTime<Utc>,
    ) -> Result<Day, ListingError> {
        let Steady {
            rows,
            digest,
            pages,
            unreadable,
            identities,
        } = self.steady_listing(day).await?;
        let account = &self.merchant.account;
        let whole = SettlementDayReading {
            account,
            day,
            rows,
            digest: &digest,
            read_at,
        };
        let Some(mut writer) = self.store.begin_settlement_day(&whole).await? else {
            return Ok(Day { rows, changed: 0 });
        };
        let identities = Arc::new(identities);
        let readable = rows - unreadable.len();
        writer.add_unreadable(unreadable);
        let mut batches = self.batches(pages, readable, Arc::clone(&identities));
        while let Some(batch) = batches.next().await? {
            if !writer.add(batch).await? {
                break;
            }
        }
        let changed = writer.commit(&identities).await?;
        Ok(Day { rows, changed })
    }

    /// The rows with their ids. Rows of one identity, of which there are few, come together at the end.
    fn batches(
        &self,
        pages: Pages<Settlement>,
        rows: usize,
        identities: Arc<SettlementIdentities>,
    ) -> Batches<SettlementBatch> {
        let (toss, account) = (self.merchant.toss.clone(), self.merchant.account.clone());
        let mut taken = 0;
        let mut repeated: Vec<Reading<Settlement>> = Vec::new();
        pages.batches(
            move |text, _| toss.reread_settlements(text),
            move |part| {
                taken += part.len();
                let (again, mut named): (Vec<_>, Vec<_>) = part
                    .into_iter()
                    .partition(|row| identities.repeats(&row.value));
                repeated.extend(again);
                if taken == rows {
                    named.append(&mut repeated);
                }
                let records: Vec<SettlementRecord<'_>> = named
                    .iter()
                    .map(|row| SettlementRecord {
                        value: &row.value,
                        raw: row.raw.as_str(),
                    })
                    .collect();
                Ok(SettlementBatch::of(&records, &account)?)
            },
        )
    }

    /// A page says nothing about where it begins, so that a row that comes or goes while the pages are read moves others
    /// past unseen. One page is always whole; several are believed when two readings agree. Every other reading cuts its
    /// pages elsewhere: what is wrong at the cuts is then wrong at others.
    async fn steady_listing(&self, day: KstDate) -> Result<Steady, ListingError> {
        let mut before: Option<String> = None;
        for reading in 0..MOST_READINGS {
            let size = self.page_rows.saturating_sub(reading % 2).max(1);
            let Listing {
                spool,
                mut identities,
                pages: count,
            } = self.list(day, size).await?;
            let rows = spool.rows();
            let (digest, pages, unreadable) = spool.finish()?;
            if count == 1 || before.as_ref() == Some(&digest) {
                identities.complete();
                return Ok(Steady {
                    rows,
                    digest,
                    pages,
                    unreadable,
                    identities,
                });
            }
            before = Some(digest);
        }
        Err(ListingError::Unsteady {
            day,
            readings: MOST_READINGS,
        })
    }

    async fn list(&self, day: KstDate, size: u32) -> Result<Listing, ListingError> {
        let toss = &self.merchant.toss;
        let mut listing = Listing::default();
        let mut before: Option<ListText> = None;
        let (mut last_full, mut repetitions) = (None, 0);
        for page in 1..=MOST_PAGES {
            let question = SettlementPage {
                from: day,
                to: day,
                date_basis: SettlementDate::Sold,
                page,
                size,
            };
            // While Toss is asked for a page, the one before is read and put away.
            let asked = toss.settlements_text(&question);
            let (answer, put_away) = futures_util::join!(asked, listing.add(toss, before.take()));
            put_away?;
            let answer = answer?;
            let is_full = u32::try_from(answer.rows()).is_ok_and(|rows| rows >= size);
            if !is_full {
                listing.add(toss, Some(answer)).await?;
                listing.pages = page;
                return Ok(listing);
            }
            let full = Some(answer.fingerprint());
            repetitions = if full == last_full {
                repetitions + 1
            } else {
                0
            };
            if repetitions == MOST_REPETITIONS {
                break;
            }
            last_full = full;
            before = Some(answer);
        }
        Err(ListingError::NoEnd {
            call: "GET /v1/settlements",
            day,
        })
    }
}

impl Listing {
    async fn add(&mut self, toss: &Toss, page: Option<ListText>) -> Result<(), ListingError> {
        let Some(page) = page else {
            return Ok(());
        };
        let (toss, mut listing) = (toss.clone(), std::mem::take(self));
        *self = aside(move || {
            let RowsRead { rows, unreadable } = toss.read_settlements_text(page)?;
            for row in &rows {
                listing.identities.add(&row.value);
            }
            listing.spool.add_unreadable(unreadable);
            listing.spool.add(rows)?;
            Ok(listing)
        })
        .await?;
        Ok(())
    }
}
