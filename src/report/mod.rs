//! The verb that reports: writes the figures and rows of a range of days, as the API tells them, into files for people
//! who keep books.

mod book;
mod cell;
mod csv_files;
mod destination;
mod discrepancies;
mod error;
#[cfg(test)]
mod format_tests;
mod json_file;
mod listing;
mod manifest;
mod payments;
mod payout_days;
mod quiet;
#[cfg(test)]
mod samples;
mod section;
mod settlements;
mod summary;
mod tally;
mod unread;
mod workbook;
mod workbook_cells;

use std::cell::Cell as Counter;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reconciliation::KstDate;

use crate::clock::Clock;
use crate::reconcile::{Reconciler, Summary};
use crate::store::Store;
use crate::sync::Mirror;

pub use error::ReportError;

use book::{Book, Output};
use manifest::{ListRead, Manifest};
use tally::Counted;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A folder of CSV files.
    Csv,
    /// An Excel workbook.
    Xlsx,
    /// One JSON document.
    Json,
}

/// The days that a report is about, both included: payments that began on them, settlement rows that were booked on
/// them, and what they pay out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first day.
    pub from: KstDate,
    /// The last day.
    pub to: KstDate,
}

/// What a report is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It makes verdicts that were due; so many have been made.
    Verdicts(u64),
    /// It writes rows; so many have been written.
    Rows(u64),
}

/// A report that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What its reader has to know before trusting it; empty when nothing. The manifest says it too.
    pub warnings: Vec<String>,
}

/// Writes reports. Cheap to clone.
#[derive(Clone)]
pub struct Reporter {
    store: Store,
    reconciler: Reconciler,
    mirror: Mirror,
    clock: Clock,
}

impl Range {
    /// From the beginning of the first day to the end of the last.
    fn instants(self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.from.start(), self.to.next().start())
    }
}

impl Reporter {
    /// A reporter that asks what the API asks.
    pub fn new(store: Store, reconciler: Reconciler, mirror: Mirror, clock: Clock) -> Self {
        Self {
            store,
            reconciler,
            mirror,
            clock,
        }
    }

    /// Writes a report. Whatever was there under that name stays until the new one is whole; when this fails or is
    /// dropped half-way, nothing of it is left. The same state gives the same bytes.
    ///
    /// # Errors
    /// When the store fails, or the place cannot be written to.
    pub async fn write(
        &self,
        range: Range,
        format: Format,
        path: &Path,
        progress: impl Fn(Progress),
    ) -> Result<Written, ReportError> {
        // First, so that a place that cannot be written to is told at once.
        let output: Box<dyn Output> = match format {
            Format::Csv => Box::new(csv_files::CsvFiles::create(path)?),
            Format::Xlsx => Box::new(workbook::WorkbookFile::create(path)?),
            Format::Json => Box::new(json_file::JsonFile::create(path)?),
        };
        let mut book = Book::new(output);
        // So that what is reported is what is known.
        let caught_up = self
            .reconciler
            .catch_up_telling(Duration::MAX, |made| progress(Progress::Verdicts(made)))
            .await?;
        let rows = Rows {
            written: Counter::new(0),
            progress: &progress,
        };
        let days = (range.from, range.to);
        let summaries = self.reconciler.summaries(days, None).await?;
        summary::write(&mut book, &summaries)?;
        let without_verdict = payments::write(&mut book, &self.store, range, &rows).await?;
        settlements::write(&mut book, &self.store, range, &rows).await?;
        let payouts = self.reconciler.payout_days(days, None).await?;
        payout_days::write(&mut book, &payouts)?;
        discrepancies::write(&mut book, &self.store, range, &rows).await?;
        let lists = self.lists(range).await?;
        let mut warnings: Vec<String> = lists.iter().filter_map(ListRead::lack).collect();
        warnings.extend(lists.iter().filter_map(ListRead::unreadable));
        if caught_up.is_behind {
            warnings.push("some verdicts were still being made: run the report again".to_owned());
        }
        if without_verdict > 0 {
            warnings.push(format!(
                "{without_verdict} payments have no verdict yet and are in no sum: run the report again"
            ));
        }
        if !agrees(&summaries, without_verdict, book.sections()) {
            warnings.push(
                "payments changed while they were read, and the summary is not theirs: run the report again"
                    .to_owned(),
            );
        }
        let manifest = Manifest {
            days,
            lists,
            warnings: warnings.clone(),
            sections: book.sections().to_vec(),
        };
        book.finish(&manifest)?;
        Ok(Written { warnings })
    }

    /// What has been read of the range.
    async fn lists(&self, range: Range) -> Result<Vec<ListRead>, ReportError> {
        let now = self.clock.now();
        let coverage = self.mirror.coverage().await?;
        let lists = coverage.into_iter().map(|list| ListRead {
            unread: match list.unavailable {
                Some(_) => Vec::new(),
                None => unread::unread_days(list.source, &list.extent, (range.from, range.to), now),
            },
            mid: list.mid,
            source: list.source,
            from: list.extent.from,
            through: list.extent.through,
            unavailable: list.unavailable,
            faults: list
                .faults
                .into_iter()
                .filter(|fault| range.from <= fault.day && fault.day <= range.to)
                .collect(),
        });
        Ok(lists.collect())
    }
}

/// How many rows have been written.
struct Rows<'p> {
    written: Counter<u64>,
    progress: &'p dyn Fn(Progress),
}

impl Rows<'_> {
    fn add(&self, rows: usize) {
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        self.written.set(self.written.get().saturating_add(rows));
        (self.progress)(Progress::Rows(self.written.get()));
    }
}

/// Whether the payments that are listed come to what the summary says, to the last unit.
fn agrees(summaries: &[Summary], without_verdict: u64, sections: &[Counted]) -> bool {
    let of = |field: &str| {
        sections
            .iter()
            .find(|counted| counted.section.field == field)
    };
    let (Some(summary), Some(payments)) = (of(summary::SECTION.field), of(payments::SECTION.field))
    else {
        return false;
    };
    let listed: u64 = summaries.iter().map(|summary| summary.payment_count).sum();
    let sum_agrees = |sum: &tally::Sum| {
        payments.minor(sum.field, sum.currency) == summary.minor(sum.field, sum.currency)
    };
    listed + without_verdict == payments.rows
        && summary.sums.iter().all(sum_agrees)
        && payments.sums.iter().all(sum_agrees)
}

#[cfg(test)]
mod tests {
    use reconciliation::{Currency, MId, Money, Verdict};

    use super::cell::Cell;
    use super::json_file::JsonFile;
    use super::*;
    use crate::store::PaymentSums;

    /// Whether a summary of one payment of 1000 won agrees with listed payments of these amounts.
    fn agrees_with(listed: &[Option<i64>], without_verdict: u64) -> bool {
        let won = |minor| Money::from_minor(minor, Currency::KRW);
        let summaries = [Summary {
            mid: MId::parse("tosspayments").unwrap(),
            payment_count: 1,
            sums: PaymentSums {
                paid: won(1_000),
                ..PaymentSums::zero(Currency::KRW)
            },
            verdicts: vec![(Verdict::Reconciled, 1)],
        }];
        let folder = tempfile::TempDir::new().unwrap();
        let file = JsonFile::create(&folder.path().join("a.json")).unwrap();
        let mut book = Book::new(Box::new(file));
        summary::write(&mut book, &summaries).unwrap();
        let mut sheet = book.open(&payments::SECTION).unwrap();
        for paid in listed {
            // Every sum but what was refunded, voided, settled or charged.
            let row = payments::SECTION
                .columns
                .iter()
                .map(|column| match column.field {
                    "paidAmount" | "netAmount" | "unsettledAmount" => {
                        Cell::of(paid.map(won), Cell::Money)
                    }
                    _ => Cell::Nothing,
                });
            sheet.row(&row.collect::<Vec<_>>()).unwrap();
        }
        sheet.close().unwrap();
        agrees(&summaries, without_verdict, book.sections())
    }

    #[test]
    fn a_summary_agrees_with_its_payments_to_the_last_won() {
        assert!(agrees_with(&[Some(1_000)], 0));
        assert!(!agrees_with(&[Some(999)], 0));
        assert!(!agrees_with(&[Some(500), Some(500)], 0));
        assert!(!agrees_with(&[], 0));
    }

    #[test]
    fn a_payment_without_a_verdict_is_in_no_sum() {
        assert!(agrees_with(&[Some(1_000), None], 1));
        assert!(!agrees_with(&[Some(1_000), None], 0));
    }
}
