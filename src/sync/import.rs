//! Mirroring a range of days to its end: what `toss-recon sync` does.

use std::collections::BTreeMap;
use std::time::Duration;

use reconciliation::KstDate;

use super::pass::late_rows;
use super::plan;
use super::{Day, Inner, MOST_BAD_DAYS, Mirror, Reach, SyncError};
use crate::merchants::Merchant;
use crate::store::{Source, StoreError, WindowRead};

/// How often a day is tried while Toss or the database has a passing fault. The pauses between double; without a pause it
/// is tried once.
const ATTEMPTS: u32 = 6;

/// The days of one list that have been read.
type Windows = BTreeMap<KstDate, WindowRead>;

/// Which days to mirror.
#[derive(Clone, Debug)]
pub struct Import {
    /// The first day.
    pub from: KstDate,
    /// The last day, included.
    pub to: KstDate,
    /// Which lists.
    pub sources: Vec<Source>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Days that are done, counted for each merchant and list.
    pub done: u64,
    /// Days in all, counted likewise.
    pub total: u64,
    /// Rows that were read.
    pub rows: u64,
}

/// What an import ended with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Transactions that Toss lists for these days.
    pub transactions: u64,
    /// Settlement rows that it lists for them.
    pub settlements: u64,
    /// Days.
    pub days: u64,
    /// Rows that this import found new, different or gone.
    pub changed: u64,
}

/// Why an import ended early. Everything read before it is stored.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A day could not be read, or not be stored.
    #[error(
        "the {list} of {day} could not be {} ({cause}); run it again to read what is missing",
        cause.what_could_not_be_done()
    )]
    Day {
        /// Which list.
        list: &'static str,
        /// Which day.
        day: KstDate,
        /// Why.
        cause: SyncError,
    },
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// The days of one merchant's list that are to be read, each with what was read of it before.
struct ListImport<'a> {
    merchant: &'a Merchant,
    source: Source,
    days: Vec<(KstDate, Option<WindowRead>)>,
}

impl Mirror {
    /// Reads what of these days has not been read completely, oldest first, and tells `progress` after each day.
    ///
    /// # Errors
    /// The first day that could not be read, after several attempts if the fault may pass. What is wrong with one day alone
    /// keeps no other day from being read first.
    pub async fn import(
        &self,
        import: &Import,
        progress: impl FnMut(Progress),
    ) -> Result<Imported, ImportError> {
        self.import_days(import, plan::unread, progress).await
    }

    /// Reads every one of these days, also those that have been read completely, for rows that came late.
    ///
    /// # Errors
    /// As [`Mirror::import`].
    pub async fn import_again(
        &self,
        import: &Import,
        progress: impl FnMut(Progress),
    ) -> Result<Imported, ImportError> {
        let every_day = |_: Source, from, to, _: &Windows| plan::days(from, to).collect();
        self.import_days(import, every_day, progress).await
    }

    async fn import_days(
        &self,
        import: &Import,
        choose: impl Fn(Source, KstDate, KstDate, &Windows) -> Vec<KstDate>,
        mut progress: impl FnMut(Progress),
    ) -> Result<Imported, ImportError> {
        let inner = &self.0;
        let mut lists = Vec::new();
        for source in &import.sources {
            for merchant in inner.merchants.all() {
                let known = inner
                    .store
                    .windows(&merchant.account, *source, import.from, import.to)
                    .await?;
                let days = choose(*source, import.from, import.to, &known);
                lists.push(ListImport {
                    merchant,
                    source: *source,
                    days: days
                        .into_iter()
                        .map(|day| (day, known.get(&day).copied()))
                        .collect(),
                });
            }
        }
        let days = plan::days(import.from, import.to).count();
        let total: usize = lists.iter().map(|list| list.days.len()).sum();
        let mut so_far = Progress {
            total: u64::try_from(total).unwrap_or(u64::MAX),
            ..Progress::default()
        };
        let mut changed = 0;
        let mut first_bad = None;
        progress(so_far);
        for list in lists {
            let mut done = |read: Day| {
                changed += read.changed;
                so_far.done += 1;
                so_far.rows += u64::try_from(read.rows).unwrap_or(u64::MAX);
                progress(so_far);
            };
            match inner.import_list(list, &mut done).await {
                Ok(None) => {}
                Ok(Some(bad)) => {
                    first_bad.get_or_insert(bad);
                }
                Err(error) => return Err(first_bad.unwrap_or(error)),
            }
        }
        if let Some(error) = first_bad {
            return Err(error);
        }
        Ok(Imported {
            transactions: inner.rows_of(import, Source::Transactions).await?,
            settlements: inner.rows_of(import, Source::Settlements).await?,
            days: u64::try_from(days).unwrap_or(u64::MAX),
            changed,
        })
    }
}

impl Inner {
    /// Reads days of a list and gives the first error that keeps no other list from being read. After a day that may have
    /// failed alone the next ones are read, until some in a row have failed.
    async fn import_list(
        &self,
        ListImport {
            merchant,
            source,
            days,
        }: ListImport<'_>,
        done: &mut impl FnMut(Day),
    ) -> Result<Option<ImportError>, ImportError> {
        let (mut first_bad, mut bad_in_a_row) = (None, 0);
        for (day, before) in days {
            let cause = match self.read_patiently(merchant, source, day).await {
                Ok(read) => {
                    bad_in_a_row = 0;
                    late_rows(merchant, source, day, before.as_ref(), &read);
                    done(read);
                    continue;
                }
                Err(cause) => cause,
            };
            bad_in_a_row += 1;
            let reach = cause.reach();
            let error = ImportError::Day {
                list: name(source),
                day,
                cause,
            };
            if reach == Reach::Everything {
                return Err(first_bad.unwrap_or(error));
            }
            first_bad.get_or_insert(error);
            if reach == Reach::List || bad_in_a_row == MOST_BAD_DAYS {
                break;
            }
        }
        Ok(first_bad)
    }

    async fn read_patiently(
        &self,
        merchant: &Merchant,
        source: Source,
        day: KstDate,
    ) -> Result<Day, SyncError> {
        let mut pause = self.settings.retry_pause;
        let mut attempts = 1;
        loop {
            match self.read_day(merchant, source, day).await {
                Ok(read) => return Ok(read),
                Err(error) if error.is_temporary() && attempts < ATTEMPTS && !pause.is_zero() => {
                    tracing::warn!(%error, %day, ?pause, "a day is read again");
                    tokio::time::sleep(lengthened(pause)).await;
                    pause = pause.saturating_mul(2);
                    attempts += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn rows_of(&self, import: &Import, source: Source) -> Result<u64, StoreError> {
        let mut rows = 0;
        if !import.sources.contains(&source) {
            return Ok(rows);
        }
        for merchant in self.merchants.all() {
            let windows = self
                .store
                .windows(&merchant.account, source, import.from, import.to)
                .await?;
            rows += windows.values().map(|window| window.rows).sum::<u64>();
        }
        Ok(rows)
    }
}

/// Up to a quarter longer, at random, so that programs that failed together do not ask together.
pub(super) fn lengthened(pause: Duration) -> Duration {
    pause.mul_f64(1.0 + rand::random::<f64>() / 4.0)
}

pub(super) fn name(source: Source) -> &'static str {
    match source {
        Source::Transactions => "transactions",
        Source::Settlements => "settlements",
    }
}
