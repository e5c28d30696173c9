//! A report while it is written: row by row into its format, each section counted and digested on the way.

use std::io::{self, Write};
use std::path::Path;

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::cell::Cell;
use super::error::ReportError;
use super::manifest::Manifest;
use super::section::Section;
use super::tally::{Counted, Digesting, Tally};

/// Without it, Korean spreadsheets read a file as EUC-KR.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A format that a report is written in.
pub(super) trait Output {
    /// Where the report will be; `None` of one that is handed on as it is written.
    fn place(&self) -> Option<&Path>;

    /// Begins a section. What is returned is given the section's CSV file.
    fn begin(&mut self, section: &'static Section) -> Result<Option<Box<dyn Write>>, ReportError>;

    /// Adds a row to the section that was begun last.
    fn row(&mut self, cells: &[Cell]) -> Result<(), ReportError>;

    /// Adds the manifest and puts the report in its place.
    fn finish(self: Box<Self>, manifest: &Manifest) -> Result<(), ReportError>;
}

/// A report that is being written.
pub(super) struct Book {
    output: Box<dyn Output>,
    sections: Vec<Counted>,
}

/// A section that is being written.
pub(super) struct Sheet<'b> {
    book: &'b mut Book,
    section: &'static Section,
    csv: CsvFile,
    tally: Tally,
}

impl Book {
    /// A book without any section.
    pub(super) fn new(output: Box<dyn Output>) -> Self {
        Self {
            output,
            sections: Vec::new(),
        }
    }

    /// Begins a section.
    pub(super) fn open(&mut self, section: &'static Section) -> Result<Sheet<'_>, ReportError> {
        let kept = self.output.begin(section)?;
        let csv = CsvFile::new(kept, section)
            .map_err(|error| ReportError::write(self.output.place(), &error))?;
        Ok(Sheet {
            book: self,
            section,
            csv,
            tally: Tally::default(),
        })
    }

    /// The sections that were closed, in their order.
    pub(super) fn sections(&self) -> &[Counted] {
        &self.sections
    }

    /// Adds the manifest and puts the report in its place.
    pub(super) fn finish(self, manifest: &Manifest) -> Result<(), ReportError> {
        self.output.finish(manifest)
    }
}

impl Sheet<'_> {
    /// Adds a row.
    pub(super) fn row(&mut self, cells: &[Cell]) -> Result<(), ReportError> {
        debug_assert_eq!(cells.len(), self.section.columns.len());
        self.csv
            .row(cells)
            .map_err(|error| ReportError::write(self.book.output.place(), &error))?;
        self.tally.add(cells);
        self.book.output.row(cells)
    }

    /// Ends the section.
    pub(super) fn close(self) -> Result<(), ReportError> {
        let bytes = self
            .csv
            .end()
            .map_err(|error| ReportError::write(self.book.output.place(), &error))?;
        self.book
            .sections
            .push(self.tally.finish(self.section, bytes.digest));
        Ok(())
    }
}

/// A section as a CSV file: UTF-8 with a byte order mark, lines that end in CR LF, and quotes around everything that is
/// no number, so that no separator within a text begins a cell.
pub(super) struct CsvFile(csv::Writer<Digesting>);

impl CsvFile {
    /// A file with its heading.
    pub(super) fn new(kept: Option<Box<dyn Write>>, section: &Section) -> io::Result<Self> {
        let mut bytes = Digesting::new(kept);
        bytes.write_all(BYTE_ORDER_MARK)?;
        let mut csv = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .quote_style(QuoteStyle::NonNumeric)
            .from_writer(bytes);
        let headings = section.columns.iter().map(super::section::Column::heading);
        csv.write_record(headings)?;
        Ok(Self(csv))
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        for cell in cells {
            self.0.write_field(cell.to_csv().as_bytes())?;
        }
        self.0.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Ends the file.
    pub(super) fn end(self) -> io::Result<Digesting> {
        let mut bytes = self.0.into_inner().map_err(|error| {
            let error = error.into_error();
            io::Error::new(error.kind(), error)
        })?;
        bytes.flush()?;
        Ok(bytes)
    }
}
