//! A report as CSV files: one for each section, and the manifest, in a folder.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::book::{CsvFile, Output};
use super::cell::Cell;
use super::destination::NewFiles;
use super::error::ReportError;
use super::manifest::{self, Manifest};
use super::section::Section;

/// A report in a folder.
pub(super) struct CsvFiles(NewFiles);

impl CsvFiles {
    /// Begins a report in that folder, which is made when it is missing.
    pub(super) fn create(path: &Path) -> Result<Self, ReportError> {
        NewFiles::create(path).map(Self)
    }
}

/// The manifest's own file.
pub(super) fn write_manifest(kept: Option<Box<dyn Write>>, manifest: &Manifest) -> io::Result<()> {
    let mut file = CsvFile::new(kept, &manifest::SECTION)?;
    for row in manifest.rows() {
        file.row(&row)?;
    }
    file.end().map(drop)
}

impl Output for CsvFiles {
    fn place(&self) -> Option<&Path> {
        Some(self.0.path())
    }

    fn begin(&mut self, section: &'static Section) -> Result<Option<Box<dyn Write>>, ReportError> {
        let file = self.0.file(section.file)?;
        Ok(Some(Box::new(BufWriter::new(file))))
    }

    fn row(&mut self, _: &[Cell]) -> Result<(), ReportError> {
        // The CSV file that was asked for already has it.
        Ok(())
    }

    fn finish(mut self: Box<Self>, manifest: &Manifest) -> Result<(), ReportError> {
        let kept = self.begin(&manifest::SECTION)?;
        write_manifest(kept, manifest)
            .map_err(|error| ReportError::write(Some(self.0.path()), &error))?;
        self.0.put_in_place()
    }
}
