//! The verb that reports: writes the figures and rows of a range of days, as the API tells them, into files for people
//! who keep books.

mod agreement;
mod book;
mod cell;
mod csv_files;
mod destination;
mod discrepancies;
mod error;
mod events;
mod every_format;
#[cfg(test)]
mod format_tests;
mod json_file;
mod kept_file;
mod listing;
mod manifest;
mod payments;
mod payout_days;
mod period_section;
mod quiet;
mod receivables;
#[cfg(test)]
mod samples;
mod section;
mod settlements;
mod summary;
mod tally;
mod unread;
mod vat;
mod workbook;
mod workbook_cells;
mod zip_files;

use std::cell::Cell as Counter;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reconciliation::{DateBasis, KstDate, MId};

use crate::clock::Clock;
use crate::reconcile::{Grouping, Period, Reconciler};
use crate::store::Store;
use crate::sync::Mirror;

pub use error::ReportError;
pub use kept_file::put_again;
pub use period_section::ClosedPeriod;
pub use unread::unread_days;

use agreement::Sums;
use book::{Book, Output};
use destination::Target;
use manifest::{ListRead, Manifest};

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// CSV files: in a folder, or in an archive where there is none.
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

/// What a report is to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Of which days.
    pub range: Range,
    /// Of these merchants; `None` for all.
    pub mids: Option<Vec<MId>>,
    /// By which day its sums are made. Rows are listed by their own days whatever it is.
    pub basis: DateBasis,
    /// The period that is being closed with it, if one is.
    pub period: Option<ClosedPeriod>,
}

/// Where the files of a report go that is written in every format at once.
pub struct EveryFile {
    /// An Excel workbook.
    pub xlsx: Box<dyn Write + Send>,
    /// An archive of CSV files.
    pub zip: Box<dyn Write + Send>,
    /// One JSON document.
    pub json: Box<dyn Write + Send>,
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
    /// Whether every verdict was there, and nothing changed while it was read: its sums are those of its rows.
    pub is_consistent: bool,
    /// Its sections in their order, each with the SHA-256 of its CSV file in hexadecimal digits.
    pub sections: Vec<(&'static str, String)>,
}

/// How long somebody who waits for a report waits for verdicts that are still to be made.
const CATCH_UP_TIME: Duration = Duration::from_secs(10);

/// Writes reports. Cheap to clone.
#[derive(Clone)]
pub struct Reporter {
    store: Store,
    reconciler: Reconciler,
    mirror: Mirror,
    clock: Clock,
}

impl From<Range> for Asked {
    /// Of all merchants, with the sums of the payments that began on those days.
    fn from(range: Range) -> Self {
        Self {
            range,
            mids: None,
            basis: DateBasis::Transaction,
            period: None,
        }
    }
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
            Format::Xlsx => Box::new(workbook::WorkbookFile::to(Target::file(path)?)?),
            Format::Json => Box::new(json_file::JsonFile::to(Target::file(path)?)),
        };
        let asked = Asked::from(range);
        self.fill(output, &asked, Duration::MAX, &progress).await
    }

    /// Hands a report on as it is written, for somebody who waits for it: verdicts that are still to be made are waited for
    /// a while only, and the report says so.
    ///
    /// # Errors
    /// When the store fails, or `out` does. What was handed on by then is no report.
    pub async fn stream(
        &self,
        asked: &Asked,
        format: Format,
        out: Box<dyn Write + Send>,
    ) -> Result<Written, ReportError> {
        let output: Box<dyn Output> = match format {
            Format::Csv => Box::new(zip_files::ZipFiles::to(out)),
            Format::Xlsx => Box::new(workbook::WorkbookFile::to(Target::Stream(out))?),
            Format::Json => Box::new(json_file::JsonFile::to(Target::Stream(out))),
        };
        self.fill(output, asked, CATCH_UP_TIME, &|_| {}).await
    }

    /// Writes a report in every format, all of one reading.
    ///
    /// # Errors
    /// As [`Reporter::stream`].
    pub async fn write_every_format(
        &self,
        asked: &Asked,
        files: EveryFile,
    ) -> Result<Written, ReportError> {
        let output = every_format::EveryFormat(vec![
            Box::new(workbook::WorkbookFile::to(Target::Stream(files.xlsx))?),
            Box::new(zip_files::ZipFiles::to(files.zip)),
            Box::new(json_file::JsonFile::to(Target::Stream(files.json))),
        ]);
        let output = Box::new(output);
        self.fill(output, asked, CATCH_UP_TIME, &|_| {}).await
    }

    /// Writes every section and the manifest.
    async fn fill(
        &self,
        output: Box<dyn Output>,
        asked: &Asked,
        catch_up_time: Duration,
        progress: &dyn Fn(Progress),
    ) -> Result<Written, ReportError> {
        let mut book = Book::new(output);
        // So that what is reported is what is known.
        let caught_up = self
            .reconciler
            .catch_up_telling(catch_up_time, |made| progress(Progress::Verdicts(made)))
            .await?;
        let sums = self.write_sections(&mut book, asked, progress).await?;
        let lists = self.lists(asked).await?;
        let mut warnings: Vec<String> = lists.iter().filter_map(ListRead::lack).collect();
        warnings.extend(lists.iter().filter_map(ListRead::unreadable));
        let agrees = sums.agree_with(book.sections());
        let is_consistent = agrees && !caught_up.is_behind && sums.without_verdict == 0;
        if caught_up.is_behind {
            warnings.push("some verdicts were still being made: run the report again".to_owned());
        }
        if sums.without_verdict > 0 {
            warnings.push(format!(
                "{} payments have no verdict yet and are in no sum: run the report again",
                sums.without_verdict
            ));
        }
        if !agrees {
            warnings.push(
                "payments changed while they were read, and the summary is not theirs: run the report again"
                    .to_owned(),
            );
        }
        let manifest = Manifest {
            days: (asked.range.from, asked.range.to),
            lists,
            warnings: warnings.clone(),
            sections: book.sections().to_vec(),
        };
        let sections = manifest.sections.iter();
        let sections = sections.map(|counted| (counted.section.field, counted.sha256.clone()));
        let sections = sections.collect();
        book.finish(&manifest)?;
        Ok(Written {
            warnings,
            is_consistent,
            sections,
        })
    }

    /// Writes every section; the sums that what they list must come to.
    async fn write_sections(
        &self,
        book: &mut Book,
        asked: &Asked,
        progress: &dyn Fn(Progress),
    ) -> Result<Sums, ReportError> {
        let rows = Rows {
            written: Counter::new(0),
            progress,
        };
        let (days, mids) = ((asked.range.from, asked.range.to), asked.mids.as_deref());
        let whole = Grouping::default();
        let summaries = self.reconciler.summaries(days, mids).await?;
        if asked.basis == DateBasis::Transaction {
            summary::write(book, &summaries)?;
        } else {
            let dated = self.reconciler.sums_by_date(days, asked.basis, whole, mids);
            summary::write_dated(book, asked.basis, &dated.await?)?;
        }
        let without_verdict = payments::write(book, &self.store, asked, &rows).await?;
        let of_events = self
            .reconciler
            .sums_by_date(days, DateBasis::Event, whole, mids);
        let of_events = of_events.await?;
        events::write(book, &self.store, asked, &rows).await?;
        settlements::write(book, &self.store, asked, &rows).await?;
        let payouts = self.reconciler.payout_days(days, mids).await?;
        payout_days::write(book, &payouts)?;
        let receivables = self.reconciler.receivables(days, mids).await?;
        receivables::write(book, &receivables)?;
        let by_month = Grouping {
            by_method: true,
            period: Some(Period::Month),
        };
        let basis = vat::basis_of(asked.basis);
        let fees = self.reconciler.sums_by_date(days, basis, by_month, mids);
        vat::write(book, basis, &fees.await?)?;
        discrepancies::write(book, &self.store, asked, &rows).await?;
        if let Some(period) = &asked.period {
            period_section::write(book, period)?;
        }
        Ok(Sums {
            of_payments: summaries,
            of_events,
            without_verdict,
        })
    }

    /// What has been read of the range.
    async fn lists(&self, asked: &Asked) -> Result<Vec<ListRead>, ReportError> {
        let (now, range) = (self.clock.now(), asked.range);
        let coverage = self.mirror.coverage().await?;
        let is_asked_for = |mid: &str| {
            let mut mids = asked.mids.iter().flatten();
            asked.mids.is_none() || mids.any(|asked| asked.as_str() == mid)
        };
        let lists = coverage.into_iter().filter(|list| is_asked_for(&list.mid));
        let lists = lists.map(|list| ListRead {
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
