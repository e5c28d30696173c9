//! A report as an Excel workbook, written row by row: a sheet for each section, and the manifest.

use std::io::Write;
use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::book::Output;
use super::cell::Cell;
use super::destination::Target;
use super::error::ReportError;
use super::manifest::{self, Manifest};
use super::quiet::without_panic;
use super::section::Section;
use super::workbook_cells::Formats;

/// Rows of a sheet, the heading among them.
const ROWS_OF_EXCEL: u32 = 1_048_576;

/// A report in a workbook.
pub(super) struct WorkbookFile {
    file: Target,
    workbook: Workbook,
    rows_of_sheet: u32,
    formats: Formats,
    open: Option<OpenSheet>,
}

/// The sheet that rows are added to.
struct OpenSheet {
    section: &'static Section,
    place: usize,
    /// How many sheets the section has.
    parts: u32,
    next_row: u32,
}

impl WorkbookFile {
    /// Begins a report under that name.
    #[cfg(test)]
    pub(super) fn create(path: &Path) -> Result<Self, ReportError> {
        Self::to(Target::file(path)?)
    }

    /// Begins a report that goes there. Its rows stand in temporary files without a name until it is whole, so that nothing is
    /// left of them however this ends.
    pub(super) fn to(file: Target) -> Result<Self, ReportError> {
        Self::with_sheets_of(ROWS_OF_EXCEL, file)
    }

    /// The same with shorter sheets.
    fn with_sheets_of(rows_of_sheet: u32, file: Target) -> Result<Self, ReportError> {
        let failed = |error: &XlsxError| failed(file.place(), error);
        let mut workbook = Workbook::new();
        if let Target::File(file) = &file {
            // Beside the report, so that there is one place whose space matters.
            let set = workbook.set_tempdir(file.folder());
            set.map_err(|error| failed(&error))?;
        }
        // The library's own would be the time of day, and no two workbooks the same.
        let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(|error| failed(&error))?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        Ok(Self {
            file,
            workbook,
            rows_of_sheet,
            formats: Formats::new(),
            open: None,
        })
    }

    /// Does something with the workbook whose rows go to temporary files.
    fn write<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, XlsxError>,
    ) -> Result<T, ReportError> {
        let outcome = without_panic(|| work(self));
        let outcome = outcome.ok_or_else(|| {
            let reason = "a temporary file could not be written".to_owned();
            ReportError::because(self.file.place(), reason)
        });
        outcome?.map_err(|error| failed(self.file.place(), &error))
    }

    /// Begins a sheet of the section, the first or a further one.
    fn add_sheet(&mut self, section: &'static Section, part: u32) -> Result<(), XlsxError> {
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        let name = match part {
            1 => section.sheet.to_owned(),
            part => format!("{} ({part})", section.sheet),
        };
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, place) in section.columns.iter().zip(0..) {
            sheet.write_string_with_format(0, place, column.heading(), &self.formats.heading)?;
            sheet.set_column_width(place, column.width)?;
        }
        let place = self.workbook.worksheets().len().saturating_sub(1);
        self.open = Some(OpenSheet {
            section,
            place,
            parts: part,
            next_row: 1,
        });
        Ok(())
    }

    /// Ends the sheet: its filter is known now.
    fn close_sheet(&mut self) -> Result<(), XlsxError> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let last_column = open.section.columns.len().saturating_sub(1);
        self.workbook
            .worksheet_from_index(open.place)?
            .autofilter(
                0,
                0,
                open.next_row.saturating_sub(1),
                u16::try_from(last_column).unwrap_or(u16::MAX),
            )
            .map(drop)
    }

    fn add_row(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        if let Some(open) = &self.open
            && open.next_row >= self.rows_of_sheet
        {
            let (section, parts) = (open.section, open.parts);
            self.close_sheet()?;
            self.add_sheet(section, parts.saturating_add(1))?;
        }
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        let sheet = self.workbook.worksheet_from_index(open.place)?;
        for (cell, column) in cells.iter().zip(0..) {
            self.formats.write(sheet, (open.next_row, column), cell)?;
        }
        open.next_row = open.next_row.saturating_add(1);
        Ok(())
    }

    fn add_section(&mut self, section: &'static Section) -> Result<(), XlsxError> {
        self.close_sheet()?;
        self.add_sheet(section, 1)
    }
}

impl Output for WorkbookFile {
    fn place(&self) -> Option<&Path> {
        self.file.place()
    }

    fn begin(&mut self, section: &'static Section) -> Result<Option<Box<dyn Write>>, ReportError> {
        self.write(|this| this.add_section(section))?;
        Ok(None)
    }

    fn row(&mut self, cells: &[Cell]) -> Result<(), ReportError> {
        self.write(|this| this.add_row(cells))
    }

    fn finish(mut self: Box<Self>, manifest: &Manifest) -> Result<(), ReportError> {
        self.write(|this| {
            this.add_section(&manifest::SECTION)?;
            for row in manifest.rows() {
                this.add_row(&row)?;
            }
            this.close_sheet()?;
            this.workbook.save_to_writer(&mut this.file)
        })?;
        self.file.finish()
    }
}

fn failed(place: Option<&Path>, error: &XlsxError) -> ReportError {
    let reason = match error {
        XlsxError::IoError(error) => error.kind().to_string(),
        other => other.to_string(),
    };
    ReportError::because(place, reason)
}

#[cfg(test)]
#[path = "workbook_tests.rs"]
mod tests;
