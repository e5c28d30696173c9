//! One sold date of the settlements list, read until two readings agree, and stored.

use chrono::{DateTime, Utc};
use reconciliation::{KstDate, Settlement};

use super::{Day, SyncError};
use crate::merchants::Merchant;
use crate::store::{RowsDigest, SettlementDay, SettlementRecord, Store};
use crate::toss::{Reading, SettlementDate, SettlementPage};

/// Pages of one day before the list is taken for endless.
const MOST_PAGES: u32 = 10_000;
/// How often a day that changes while it is read is read at most.
const MOST_READINGS: u32 = 6;

pub(super) struct SettlementReader<'a> {
    pub(super) store: &'a Store,
    pub(super) merchant: &'a Merchant,
    pub(super) page_rows: u32,
}

struct Listing {
    rows: Vec<Reading<Settlement>>,
    digest: String,
    pages: u32,
}

impl SettlementReader<'_> {
    /// Reads a day and stores it whole.
    pub(super) async fn read(
        &self,
        day: KstDate,
        read_at: DateTime<Utc>,
    ) -> Result<Day, SyncError> {
        let listing = self.steady_listing(day).await?;
        let rows: Vec<SettlementRecord<'_>> = listing
            .rows
            .iter()
            .map(|row| SettlementRecord {
                value: &row.value,
                raw: row.raw.as_str(),
            })
            .collect();
        let count = rows.len();
        let whole = SettlementDay {
            day,
            rows,
            digest: &listing.digest,
        };
        let account = &self.merchant.account;
        let changed = self
            .store
            .save_settlement_day(account, &whole, read_at)
            .await?;
        Ok(Day {
            rows: count,
            changed,
        })
    }

    /// A page says nothing about where it begins, so that a row that comes or goes while the pages are read moves others
    /// past unseen. One page is always whole; several are believed when two readings agree. Every other reading cuts its
    /// pages elsewhere: what is wrong at the cuts is then wrong at others.
    async fn steady_listing(&self, day: KstDate) -> Result<Listing, SyncError> {
        let mut before: Option<String> = None;
        for reading in 0..MOST_READINGS {
            let size = self.page_rows.saturating_sub(reading % 2).max(1);
            let listing = self.list(day, size).await?;
            if listing.pages == 1 || before.as_ref() == Some(&listing.digest) {
                return Ok(listing);
            }
            before = Some(listing.digest);
        }
        Err(SyncError::Unsteady {
            day,
            readings: MOST_READINGS,
        })
    }

    async fn list(&self, day: KstDate, size: u32) -> Result<Listing, SyncError> {
        let mut rows: Vec<Reading<Settlement>> = Vec::new();
        let mut digest = RowsDigest::default();
        for page in 1..=MOST_PAGES {
            let question = SettlementPage {
                from: day,
                to: day,
                date_basis: SettlementDate::Sold,
                page,
                size,
            };
            let answer = self.merchant.toss.settlements(&question).await?;
            let is_full = u32::try_from(answer.len()).is_ok_and(|rows| rows >= size);
            for row in &answer {
                digest.add(row.raw.as_str());
            }
            rows.extend(answer);
            if !is_full {
                return Ok(Listing {
                    rows,
                    digest: digest.finish(),
                    pages: page,
                });
            }
        }
        Err(SyncError::NoEnd {
            call: "GET /v1/settlements",
            day,
        })
    }
}
